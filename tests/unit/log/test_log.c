/* The tree over its store: proofs at every size, restarts, what was signed, the static tree. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pentad/base/file.h>
#include <pentad/certs/logkey.h>
#include <pentad/log/check.h>
#include <pentad/log/export.h>
#include <pentad/store/sqlite.h>

#include "pt_test_folder.h"
#include "pt_test_hub.h"

static struct test_hub hub;
static struct th_stream s;

static void setup(void) {
    th_init(&hub);
    th_stream_init(&s, &hub, "finance", "main");
}

static void teardown(void) {
    th_done(&hub);
}
TestSuite(log, .init = setup, .fini = teardown);

/* Entries straight into the log, as one group. Their bytes are no statements: the log doesn't
 * look. */
static void append_raw(uint64_t from, size_t n) {
    static struct pt_store_entry e[PT_STORE_GROUP_MAX];
    static char bytes[PT_STORE_GROUP_MAX][32];
    struct pt_err err = {0};
    for (size_t i = 0; i < n; i++) {
        memset(&e[i], 0, sizeof e[i]);
        snprintf(bytes[i], sizeof bytes[i], "entry %llu", (unsigned long long)(from + i));
        e[i].log_entry = pt_span_str(bytes[i]);
        pt_sha256(&e[i].statement, bytes[i], strlen(bytes[i]));
        snprintf(e[i].party, sizeof e[i].party, "finance");
        snprintf(e[i].stream, sizeof e[i].stream, "main");
        e[i].first_seq = from + i;
        e[i].record_count = 1;
    }
    cr_assert_eq(pt_log_append(hub.log, e, n, NULL, 0, &err), 0, "%s", err.msg);
    cr_assert_eq(e[0].index, from);
}

static struct pt_hash leaf_at(uint64_t i) {
    struct pt_hash h;
    char text[32];
    if (i == 0) {
        pt_leaf_hash(&h, hub.genesis.p, hub.genesis.len);
    } else {
        snprintf(text, sizeof text, "entry %llu", (unsigned long long)i);
        pt_leaf_hash(&h, text, strlen(text));
    }
    return h;
}

static void check_proofs(uint64_t size) {
    struct pt_hash *leaves = calloc(size, sizeof *leaves);
    struct pt_hash root, want, old;
    struct pt_merkle_path path;
    for (uint64_t i = 0; i < size; i++) {
        leaves[i] = leaf_at(i);
    }
    pt_merkle_root_of(leaves, size, &want);
    cr_assert_eq(pt_log_root_at(hub.log, size, &root, NULL), 0);
    cr_assert(pt_hash_eq(&root, &want));
    for (uint64_t i = 0; i < size; i += 1 + size / 97) {
        pt_merkle_root_of(leaves, i + 1, &old);
        cr_assert_eq(pt_log_root_at(hub.log, i + 1, &want, NULL), 0);
        cr_assert(pt_hash_eq(&old, &want));
        cr_assert_eq(pt_log_consistency(hub.log, i + 1, size, &path, NULL), 0);
        cr_assert_eq(pt_merkle_verify_consistency(i + 1, &old, size, &root, path.h, path.n), 0);
    }
    free(leaves);
}

Test(log, proofs_hold_at_every_kind_of_size_and_after_a_restart) {
    static const size_t groups[] = {1, 2, 252, 1, 1, 255, 700, 4096, 3, 4096};
    uint64_t size = 1;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        append_raw(size, groups[i]);
        size += groups[i];
        cr_assert_eq(pt_log_size(hub.log), size);
        check_proofs(size);
    }
    struct pt_err err = {0};
    pt_log_free(hub.log);
    hub.log = NULL;
    struct pt_log_config cfg = th_log_config(&hub);
    cr_assert_eq(pt_log_open(&cfg, NULL, NULL, &hub.log, &err), 0, "%s", err.msg);
    check_proofs(size);
    append_raw(size, 100);
    check_proofs(size + 100);
}

Test(log, checkpoints_are_of_exactly_the_size_asked_for) {
    struct pt_buf note;
    struct pt_checkpoint c;
    struct pt_hash root;
    append_raw(1, 300);
    for (uint64_t size = 1; size <= 301; size += 60) {
        pt_buf_init(&note, 4096);
        cr_assert_eq(pt_log_checkpoint_at(hub.log, size, &note, NULL), 0);
        cr_assert_eq(pt_checkpoint_open(&c, pt_buf_span(&note), &hub.vkey, &hub.sv, NULL), 0);
        pt_log_root_at(hub.log, size, &root, NULL);
        cr_assert(c.size == size && pt_hash_eq(&c.root, &root));
        pt_buf_done(&note);
    }
    pt_buf_init(&note, 4096);
    cr_assert_eq(pt_log_checkpoint_at(hub.log, 302, &note, NULL), PT_E_RANGE);
    pt_buf_done(&note);
}

Test(log, publishing_moves_at_its_interval) {
    struct pt_buf note;
    uint64_t size = 0;
    pt_buf_init(&note, 4096);
    append_raw(1, 1);
    cr_assert(pt_log_publish(hub.log, 1000));
    append_raw(2, 1);
    cr_assert_not(pt_log_publish(hub.log, 1999));
    cr_assert_eq(pt_log_published(hub.log, &note, &size), 0);
    cr_assert_eq(size, 2);
    cr_assert(pt_log_publish(hub.log, 2000));
    cr_assert_not(pt_log_publish(hub.log, 9000)); /* nothing new */
    pt_buf_done(&note);
}

Test(log, one_directory_has_one_hub) {
    struct pt_store *second = NULL;
    struct pt_err err = {0};
    cr_assert_eq(pt_store_sqlite_open(hub.dir, NULL, &second, &err), PT_E_BUSY);
    cr_assert_not_null(strstr(err.msg, "another process"));
}

/* ---- what was signed ------------------------------------------------------------------------ */

Test(log, a_cut_log_is_not_signed_on) {
    char path[600];
    struct pt_err err = {0};
    append_raw(1, 5);
    th_close(&hub);
    snprintf(path, sizeof path, "%s/log.db", hub.dir);
    struct pt_buf file;
    pt_buf_init(&file, 64u << 20);
    cr_assert_eq(pt_file_read(path, &file, NULL), 0);
    /* More is appended and its checkpoint leaves the house; then the old file comes back. */
    cr_assert_eq(pt_store_sqlite_open(hub.dir, NULL, &hub.store, &err), 0, "%s", err.msg);
    struct pt_log_config cfg = th_log_config(&hub);
    cr_assert_eq(pt_log_open(&cfg, NULL, NULL, &hub.log, &err), 0, "%s", err.msg);
    append_raw(6, 3);
    struct pt_buf held;
    pt_buf_init(&held, 4096);
    cr_assert_eq(pt_log_checkpoint_at(hub.log, pt_log_size(hub.log), &held, &err), 0);
    th_close(&hub);
    FILE *f = fopen(path, "wb");
    cr_assert_eq(fwrite(file.p, 1, file.len, f), file.len);
    fclose(f);
    cr_assert_eq(pt_store_sqlite_open(hub.dir, NULL, &hub.store, &err), 0, "%s", err.msg);
    cfg = th_log_config(&hub);
    cr_assert_eq(pt_log_open(&cfg, NULL, NULL, &hub.log, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_log_stopped(hub.log, NULL), 0);
    cr_assert_eq(pt_log_judge_held(hub.log, pt_buf_span(&held), &err), PT_E_FORK);
    cr_assert_not_null(strstr(err.msg, "rolled back"), "%s", err.msg);
    cr_assert_eq(pt_log_stopped(hub.log, &err), PT_E_FORK);
    struct pt_store_entry e = {.log_entry = pt_span_str("x")};
    cr_assert_eq(pt_log_append(hub.log, &e, 1, NULL, 0, &err), PT_E_FORK);
    cr_assert_eq(pt_log_checkpoint_at(hub.log, 1, &held, &err), PT_E_FORK);
    pt_buf_done(&held);
    pt_buf_done(&file);
}

Test(log, what_others_hold_is_judged) {
    struct pt_buf held;
    struct pt_checkpoint c = {.size = 3, .root = {{5}}};
    struct pt_err err = {0};
    struct pt_key *other = NULL;
    append_raw(1, 5);
    pt_buf_init(&held, 8192);
    /* Ours and extended: fine. Not ours: nothing follows. */
    cr_assert_eq(pt_log_checkpoint_at(hub.log, 3, &held, NULL), 0);
    cr_assert_eq(pt_log_judge_held(hub.log, pt_buf_span(&held), &err), 0);
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &other, NULL), 0);
    snprintf(c.origin, sizeof c.origin, TH_ORIGIN);
    pt_buf_reset(&held);
    cr_assert_eq(pt_logkey_sign_checkpoint(other, &c, &held, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_log_judge_held(hub.log, pt_buf_span(&held), &err), 0);
    cr_assert_eq(pt_log_judge_held(hub.log, pt_span_str("no note at all"), &err), 0);
    cr_assert_eq(pt_log_stopped(hub.log, NULL), 0);
    /* Another head under our own key: the end of signing. */
    pt_buf_reset(&held);
    cr_assert_eq(pt_logkey_sign_checkpoint(hub.log_key, &c, &held, &err), 0);
    cr_assert_eq(pt_log_judge_held(hub.log, pt_buf_span(&held), &err), PT_E_FORK);
    cr_assert_not_null(strstr(err.msg, "two histories"), "%s", err.msg);
    cr_assert_eq(pt_log_stopped(hub.log, NULL), PT_E_FORK);
    pt_key_free(other);
    pt_buf_done(&held);
}

Test(log, another_checkpoint_key_is_not_accepted) {
    struct pt_key *other = NULL, *right = hub.log_key;
    struct pt_err err = {0};
    pt_log_free(hub.log);
    hub.log = NULL;
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &other, NULL), 0);
    hub.log_key = other;
    struct pt_log_config cfg = th_log_config(&hub);
    cr_assert_eq(pt_log_open(&cfg, NULL, NULL, &hub.log, &err), PT_E_CONFIG, "%s", err.msg);
    hub.log_key = right;
    pt_key_free(other);
}

/* ---- the static tree ------------------------------------------------------------------------ */

static uint64_t static_faults;
static void count_fault(void *ctx, const struct pt_log_fault *f) {
    (void)ctx;
    (void)f;
    static_faults++;
}

static int no_keys(void *ctx, struct pt_buf *out, struct pt_err *err) {
    static const uint8_t version_1[] = {0x08, 1};
    (void)ctx;
    (void)err;
    return pt_buf_append(out, version_1, sizeof version_1);
}

Test(log, exported_as_tiles_and_checked_there) {
    const struct pt_log_keys keys = {no_keys, NULL};
    struct pt_log_source src;
    struct pt_vkey vkey;
    struct pt_err err = {0};
    char dir[600], path[700];
    uint64_t size = 0;
    for (int i = 0; i < 300; i++) {
        th_send_payments(&s, 1);
    }
    snprintf(dir, sizeof dir, "%s/static", hub.dir);
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(pt_log_store_source(hub.store, &src, &vkey, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_log_export(&src, &keys, &vkey, &hub.sv, dir, &size, &err), 0, "%s",
                     err.msg);
        pt_log_store_source_free(&src);
        cr_assert_eq(size, pt_log_size(hub.log));
        th_send_payments(&s, 1); /* the second export goes on from the first */
    }
    struct pt_log_check_opts o = {
        .hub = pt_log_hub(hub.log), .verify = hub.sv, .fault = count_fault};
    struct pt_log_check_result r;
    cr_assert_eq(pt_log_check_dir(dir, &o, &r, &err), 0, "%s", err.msg);
    cr_assert_eq(r.faults, 0);
    cr_assert_eq(r.entries, size);
    /* A flipped byte in an entry is found there too. */
    struct pt_buf file;
    pt_buf_init(&file, 32u << 20);
    snprintf(path, sizeof path, "%s/tile/entries/000", dir);
    cr_assert_eq(pt_file_read(path, &file, &err), 0, "%s", err.msg);
    file.p[file.len / 2] ^= 0x10;
    cr_assert_eq(pt_file_write(path, file.p, file.len, 0644, &err), 0);
    cr_assert_eq(pt_log_check_dir(dir, &o, &r, &err), 0, "%s", err.msg);
    cr_assert_gt(r.faults, 0);
    pt_buf_done(&file);
    tf_remove(dir);
}

Test(log, served_tiles_are_those_of_the_tree) {
    struct pt_tile t = {.level = 0, .index = 0, .width = 256};
    struct pt_buf out;
    struct pt_span entry;
    size_t pos = 0, n = 0;
    append_raw(1, 600);
    pt_buf_init(&out, 32u << 20);
    cr_assert_eq(pt_log_tile(hub.log, &t, &out, NULL), PT_E_NOT_FOUND); /* not published yet */
    cr_assert(pt_log_publish(hub.log, 1));
    cr_assert_eq(pt_log_tile(hub.log, &t, &out, NULL), 0);
    cr_assert_eq(out.len, PT_TILE_BYTES);
    struct pt_hash leaf = leaf_at(255);
    cr_assert_eq(memcmp(out.p + 255 * 32, leaf.b, 32), 0);
    t = (struct pt_tile){.level = 1, .index = 0, .width = 2};
    pt_buf_reset(&out);
    cr_assert_eq(pt_log_tile(hub.log, &t, &out, NULL), 0);
    cr_assert_eq(out.len, 64);
    t = (struct pt_tile){.entries = true, .index = 2, .width = 601 - 512};
    pt_buf_reset(&out);
    cr_assert_eq(pt_log_tile(hub.log, &t, &out, NULL), 0);
    while (pt_bundle_next(pt_buf_span(&out), &pos, &entry) == 1) {
        n++;
    }
    cr_assert_eq(n, 601 - 512);
    t.width++;
    cr_assert_eq(pt_log_tile(hub.log, &t, &out, NULL), PT_E_NOT_FOUND);
    pt_buf_done(&out);
}
