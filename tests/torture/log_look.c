/* log_look size DATA              how many entries; also while a hub runs on it
 * log_look rows DATA              a line for each record, without what chance decides in it
 * log_look receipts DATA FILE     each receipt of pentad-load stands for an entry of the log
 * log_look flips DATA TRUST SEED N   one byte of log.db changed, N times: found each time, named
 * Reads a hub's data folder; but for `size`, while no hub runs on it.
 * Exit: 0 it holds, 1 it doesn't, 2 wrong use. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pentad/base/arena.h>
#include <pentad/base/clock.h>
#include <pentad/base/file.h>
#include <pentad/certs/keycache.h>
#include <pentad/log/check.h>
#include <pentad/proof/batch.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/store/sqlite.h>

#define PATH_CAP 4096
#define ARENA_MAX ((size_t)64 << 20)

static int complain(const char *what, const struct pt_err *err) {
    (void)fprintf(stderr, "log_look: %s: %s\n", what, err != NULL ? err->msg : "");
    return 1;
}

static struct pt_store *open_store(const char *dir, bool examine, struct pt_err *err) {
    const struct pt_sqlite_opts o = {.read_only = true, .examine = examine, .readers = 2};
    struct pt_store *s = NULL;

    return pt_store_sqlite_open(dir, &o, &s, err) == 0 ? s : NULL;
}

static int size(const char *data) {
    struct pt_err err = {0};
    struct pt_store *s = open_store(data, false, &err);
    struct pt_store_reader *r = NULL;
    struct pt_store_state st;
    int rc = s == NULL ? -1 : pt_store_read_begin(s, &r, &err);

    memset(&st, 0, sizeof(st));
    pt_buf_init(&st.checkpoint, 65536);
    if (rc == 0) {
        rc = pt_store_state(r, &st, &err);
    }
    pt_store_read_end(r);
    pt_store_sqlite_close(s);
    pt_buf_done(&st.checkpoint);
    if (rc != 0) {
        return complain(data, &err);
    }
    printf("%" PRIu64 "\n", st.size);
    return 0;
}

/* ---- rows ------------------------------------------------------------------------------ */

/* Chance decides nonces and hence hashes, seals, times, and how streams of one party interleave. */
static void clear_chance(ProtobufCMessage *m) {
    const ProtobufCMessageDescriptor *d = m->descriptor;

    if (d == &pentad__v1__record_ref__descriptor) {
        Pentad__V1__RecordRef *r = (Pentad__V1__RecordRef *)m;

        r->has_hash = 0;
        r->has_seq = 0;
        return;
    }
    if (d == &pentad__v1__sealed__descriptor) {
        pentad__v1__sealed__init((Pentad__V1__Sealed *)m); /* that there is one stays */
        return;
    }
    for (unsigned i = 0; i < d->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &d->fields[i];
        char *at = (char *)m + f->offset;
        const uint32_t *which = (const uint32_t *)(const void *)((char *)m + f->quantifier_offset);

        if (f->type != PROTOBUF_C_TYPE_MESSAGE) {
            continue;
        }
        if (f->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t n = *(const size_t *)(const void *)which;
            ProtobufCMessage **list = *(ProtobufCMessage ***)(void *)at;

            for (size_t k = 0; k < n; k++) {
                clear_chance(list[k]);
            }
        } else if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 || *which == f->id) {
            ProtobufCMessage *sub = *(ProtobufCMessage **)(void *)at;

            if (sub != NULL) {
                clear_chance(sub);
            }
        }
    }
}

static void clear_record(Pentad__V1__Record *r) {
    clear_chance(&r->base);
    r->has_seq = 0;
    r->has_nonce = 0;
    r->has_issued_at_ms = 0;
    if (r->body_case == PENTAD__V1__RECORD__BODY_TICK) {
        r->tick->has_at_ms = 0;
    } else if (r->body_case == PENTAD__V1__RECORD__BODY_STREAM_CLOSE) {
        Pentad__V1__StreamClose fresh = PENTAD__V1__STREAM_CLOSE__INIT;

        fresh.has_day = r->stream_close->has_day;
        fresh.day = r->stream_close->day;
        *r->stream_close = fresh; /* its counts and heads are over hashes */
    } else if (r->body_case == PENTAD__V1__RECORD__BODY_AUDIT_PLAN) {
        r->audit_plan->has_content_nonce = 0;
    } else if (r->body_case == PENTAD__V1__RECORD__BODY_ACCOUNTABILITY) {
        r->accountability->has_content_nonce = 0;
    } else if (r->body_case == PENTAD__V1__RECORD__BODY_LEDGER_SNAPSHOT) {
        r->ledger_snapshot->has_log_root_sm3 = 0; /* over nonces and times */
        r->ledger_snapshot->has_log_size = 0;
        for (size_t i = 0; i < r->ledger_snapshot->n_digests; i++) {
            r->ledger_snapshot->digests[i]->has_digest = 0; /* salted with nonces */
        }
    }
}

static int print_record(const struct pt_store_entry *e, struct pt_span bytes,
                        struct pt_arena *arena) {
    const struct pt_record_info *info;
    Pentad__V1__Record *r = NULL;
    struct pt_hash hash;
    char hex[2 * PT_HASH_LEN + 1];
    uint8_t *packed;
    size_t len;

    pt_arena_reset(arena);
    if (pt_record_decode(bytes, arena, &r, NULL) != 0) {
        return PT_E_CORRUPT;
    }
    info = pt_record_info_of(r);
    if (info->type == PT_TYPE_ACCESS_LOG) {
        return 0; /* who had read what by which tick is a matter of time */
    }
    clear_record(r);
    len = protobuf_c_message_get_packed_size(&r->base);
    packed = pt_arena_alloc(arena, len + 1);
    if (packed == NULL) {
        return PT_E_NOMEM;
    }
    (void)protobuf_c_message_pack(&r->base, packed);
    pt_sha256(&hash, packed, len);
    pt_hash_hex(hex, &hash);
    printf("%s/%s %s %s:%" PRIu64 " %.32s\n", e->party, e->stream, info->code,
           r->source != NULL && r->source->locator != NULL ? r->source->locator : "-",
           r->source != NULL ? r->source->row : 0, hex);
    return 0;
}

static int print_entry(void *ctx, const struct pt_store_entry *e) {
    struct pt_span rec;
    size_t pos = 0;
    int rc;

    while ((rc = pt_batch_record_next(e->records, &pos, &rec)) == 1) {
        rc = print_record(e, rec, ctx);
        if (rc != 0) {
            return rc;
        }
    }
    return rc;
}

static int rows(const char *data) {
    struct pt_err err = {0};
    struct pt_store *s = open_store(data, false, &err);
    struct pt_store_reader *r = NULL;
    struct pt_arena arena;
    int rc = s == NULL ? -1 : pt_store_read_begin(s, &r, &err);

    pt_arena_init(&arena, ARENA_MAX);
    if (rc == 0) {
        rc = pt_store_entries(r, 1, UINT64_MAX - 1, true, print_entry, &arena, &err);
    }
    pt_store_read_end(r);
    pt_store_sqlite_close(s);
    pt_arena_done(&arena);
    return rc == 0 ? 0 : complain(data, &err);
}

/* ---- receipts -------------------------------------------------------------------------- */

struct stands {
    struct pt_hash leaf, statement;
    bool same;
};

static int compare_entry(void *ctx, const struct pt_store_entry *e) {
    struct stands *k = ctx;
    struct pt_hash leaf;

    pt_leaf_hash(&leaf, e->log_entry.p, e->log_entry.len);
    k->same = pt_hash_eq(&leaf, &k->leaf) && pt_hash_eq(&e->statement, &k->statement);
    return 0;
}

static int check_receipt(struct pt_store_reader *r, const char *line, struct pt_err *err) {
    struct stands k = {.same = false};
    char hex[2][2 * PT_HASH_LEN + 1];
    uint64_t index = 0;
    int rc = sscanf(line, "%" SCNu64 " %64s %64s", &index, hex[0], hex[1]) == 3 &&
                     pt_hash_from_hex(&k.leaf, hex[0]) == 0 &&
                     pt_hash_from_hex(&k.statement, hex[1]) == 0
                 ? 0
                 : pt_err_set(err, PT_E_FORMAT, "no receipt: %.80s", line);

    if (rc == 0) {
        rc = pt_store_entries(r, index, 1, false, compare_entry, &k, err);
    }
    if (rc == 0 && !k.same) {
        rc = pt_err_set(
            err, PT_E_PROOF,
            "a receipt was given for entry %" PRIu64 ", which is not there or is another", index);
    }
    return rc;
}

static int receipts(const char *data, const char *file) {
    struct pt_err err = {0};
    struct pt_store *s = open_store(data, false, &err);
    struct pt_store_reader *r = NULL;
    FILE *f = fopen(file, "re");
    char line[512];
    size_t n = 0;
    int rc = s == NULL || f == NULL ? -1 : pt_store_read_begin(s, &r, &err);

    while (rc == 0 && fgets(line, sizeof(line), f) != NULL) {
        rc = check_receipt(r, line, &err);
        n++;
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    pt_store_read_end(r);
    pt_store_sqlite_close(s);
    if (rc != 0) {
        return complain(file, &err);
    }
    printf("%zu receipts, each one's entry is in the log\n", n);
    return n == 0;
}

/* ---- flipped bytes --------------------------------------------------------------------- */

struct found {
    uint64_t n;
    bool named;
};

static void on_fault(void *ctx, const struct pt_log_fault *f) {
    struct found *k = ctx;

    k->n++;
    k->named = k->named || (f->where[0] != '\0' && f->what[0] != '\0');
}

/* An error is an answer too, as long as it says what is wrong. */
static int check_all(const char *dir, const struct pt_hash *hub, struct found *ret,
                     struct pt_err *err) {
    struct pt_log_check_result result;
    struct pt_keycache *cache = NULL;
    struct pt_store *s;
    int rc = pt_keycache_new(&cache);

    *ret = (struct found){0, false};
    memset(err, 0, sizeof(*err));
    s = rc == 0 ? open_store(dir, true, err) : NULL;
    rc = s == NULL ? err->code : 0;
    if (s != NULL) {
        const struct pt_log_check_opts o = {
            .hub = hub, .verify = pt_keycache_sigverify(cache), .fault = on_fault, .ctx = ret};

        rc = pt_log_check(s, &o, &result, err);
    }
    pt_store_sqlite_close(s);
    pt_keycache_free(cache);
    return rc;
}

static int flip(int fd, off_t at, uint8_t mask) {
    uint8_t b;

    if (pread(fd, &b, 1, at) != 1) {
        return -1;
    }
    b ^= mask;
    return pwrite(fd, &b, 1, at) == 1 ? 0 : -1;
}

static int flip_one(int fd, const char *dir, const struct pt_hash *hub, off_t at, uint8_t mask) {
    struct found k;
    struct pt_err err;
    int rc = flip(fd, at, mask);

    if (rc == 0) {
        rc = check_all(dir, hub, &k, &err);
    }
    if (flip(fd, at, mask) != 0) {
        return -1;
    }
    if ((rc == 0 && k.named) || (rc != 0 && err.msg[0] != '\0')) {
        return 0;
    }
    (void)fprintf(stderr, "log_look: byte %lld of log.db xor %02x: not found\n", (long long)at,
                  (unsigned)mask);
    return -1;
}

static int load_hub(const char *trust, struct pt_hash *ret) {
    char path[PATH_CAP];
    char hex[2 * PT_HASH_LEN + 1] = {0};
    FILE *f =
        pt_path_join(path, sizeof(path), trust, "genesis.hash") == 0 ? fopen(path, "re") : NULL;
    int rc = f != NULL && fread(hex, 1, sizeof(hex) - 1, f) == sizeof(hex) - 1
                 ? pt_hash_from_hex(ret, hex)
                 : -1;

    if (f != NULL) {
        (void)fclose(f);
    }
    return rc;
}

static int flips(const char *data, const char *trust, uint64_t seed, unsigned long n) {
    struct pt_hash hub;
    struct pt_rng rng;
    struct pt_err err;
    struct found k;
    struct stat st;
    char path[PATH_CAP];
    int fd = -1;
    int rc = load_hub(trust, &hub);

    pt_rng_seed(&rng, seed);
    if (rc == 0 && pt_path_join(path, sizeof(path), data, "log.db") == 0) {
        fd = open(path, O_RDWR | O_CLOEXEC);
    }
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0) {
        (void)fprintf(stderr, "log_look: %s/log.db: %s\n", data, strerrordesc_np(errno));
        return 1;
    }
    rc = check_all(data, &hub, &k, &err);
    if (rc != 0 || k.n != 0) {
        (void)close(fd);
        return complain("the log isn't sound to begin with", &err);
    }
    for (unsigned long i = 0; rc == 0 && i < n; i++) {
        off_t at = (off_t)pt_rng_below(&rng, (uint64_t)st.st_size);

        rc = flip_one(fd, data, &hub, at, (uint8_t)(1u << pt_rng_below(&rng, 8)));
    }
    (void)close(fd);
    if (rc == 0) {
        printf("%lu flipped bits of %lld bytes, each found and named\n", n, (long long)st.st_size);
    }
    return rc != 0;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "size") == 0) {
        return size(argv[2]);
    }
    if (argc == 3 && strcmp(argv[1], "rows") == 0) {
        return rows(argv[2]);
    }
    if (argc == 4 && strcmp(argv[1], "receipts") == 0) {
        return receipts(argv[2], argv[3]);
    }
    if (argc == 6 && strcmp(argv[1], "flips") == 0) {
        return flips(argv[2], argv[3], strtoull(argv[4], NULL, 10), strtoul(argv[5], NULL, 10));
    }
    (void)fputs("log_look size DATA | rows DATA | receipts DATA FILE | flips DATA TRUST SEED N\n",
                stderr);
    return 2;
}
