#include "feeder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/record/sealed.h>
#include <pentad/sources/source.h>

enum { SOURCES_MAX = 64, DOCS = 1 << 18 };

struct feed {
    char party[33];
    struct pt_mapping *mapping;
    struct pt_mapper *mapper;
    bool more;
};

struct doc {
    char key[PT_DOC_KEY_MAX + 64];
    char type[16];
    Pentad__V1__RecordRef ref;
    struct doc *next;
};

struct later {
    struct feed *feed;
    size_t rule;
    uint8_t *bytes;
    size_t len;
};

struct feeder fd;

static struct {
    size_t folded;
    struct feed feeds[SOURCES_MAX];
    size_t n_feeds;
    struct feed *now;
    struct doc *docs[DOCS];
    struct later *later;
    size_t n_later;
} c;

void fd_die(const char *what, const struct pt_err *err) {
    (void)fprintf(stderr, "%s: %s\n", what, err ? err->msg : "");
    exit(2);
}

static size_t bucket(const char *key) {
    uint64_t h = 1469598103934665603U;

    for (; *key; key++)
        h = (h ^ (uint8_t)*key) * 1099511628211U;
    return (size_t)(h & (DOCS - 1));
}

static void remember(const char *party, const char *type, const char *doc_key, struct mk_ref ref) {
    struct doc *d = calloc(1, sizeof *d);

    if (!d)
        exit(2);
    (void)snprintf(d->key, sizeof d->key, "%s|%s", party, doc_key);
    (void)snprintf(d->type, sizeof d->type, "%s", type);
    d->ref = ref.ref;
    d->next = c.docs[bucket(d->key)];
    c.docs[bucket(d->key)] = d;
}

/* As exchanged: in the content's place a seal, though one that nobody opens. */
static struct mk_ref add_sealed(const char *party, const Pentad__V1__Record *r) {
    static uint8_t nonce[PT_SEALED_NONCE], key[PT_SEALED_KEY_ID], cms[64], hash[32];
    const struct pt_sealed_place place = {.party = party,
                                          .stream = "main",
                                          .seq = 1,
                                          .recipients = (const uint8_t(*)[PT_SEALED_KEY_ID]) & key,
                                          .n_recipients = 1};
    ProtobufCBinaryData recipient = {sizeof key, key};
    Pentad__V1__Sealed sealed = PENTAD__V1__SEALED__INIT;
    Pentad__V1__Record *header = NULL;
    struct pt_err err = {0};
    struct pt_arena arena;
    struct pt_buf plain;
    struct mk_ref ref;

    pt_arena_init(&arena, PT_SEALED_MAX);
    pt_buf_init(&plain, PT_SEALED_MAX);
    if (pt_sealed_split(r, nonce, &place, false, &arena, &header, &plain, hash, &err) != 0)
        fd_die("seal", &err);
    sealed.n_recipients = 1;
    sealed.recipients = &recipient;
    sealed.has_cms = sealed.has_content_hash = 1;
    sealed.cms = (ProtobufCBinaryData){sizeof cms, cms};
    sealed.content_hash = (ProtobufCBinaryData){sizeof hash, hash};
    pt_sealed_hang(header, &sealed);
    ref = mk_add(&fd.m, party, header);
    pt_buf_done(&plain);
    pt_arena_done(&arena);
    return ref;
}

static struct mk_ref add(const char *party, Pentad__V1__Record *r) {
    static const uint8_t nonce[PT_SEALED_NONCE];

    if (pt_sealed_due(r))
        return add_sealed(party, r);
    if (pt_sealed_opens(r))
        pt_sealed_set_nonce(r, nonce);
    return mk_add(&fd.m, party, r);
}

static int on_record(void *ctx, const struct pt_mapped *r) {
    struct mk_ref ref = add(c.now->party, r->record);

    (void)ctx;
    fd.records++;
    if (r->record->body_case == PENTAD__V1__RECORD__BODY_PAYMENT_BATCH)
        fd.payment_lines += r->record->payment_batch->n_lines;
    if (r->doc_key[0])
        remember(c.now->party, r->type, r->doc_key, ref);
    return 0;
}

static int on_dead(void *ctx, const struct pt_dead_row *r) {
    (void)ctx;
    if (fd.dead++ < 10)
        (void)fprintf(stderr, "dead: %s:%" PRIu64 " %s %s: %s\n", r->file, r->line, r->column,
                      r->value, r->reason_en);
    return 0;
}

static int on_defer(void *ctx, const struct pt_deferred *r) {
    struct later *l;

    (void)ctx;
    c.later = realloc(c.later, (c.n_later + 1) * sizeof *c.later);
    if (!c.later)
        exit(2);
    l = &c.later[c.n_later++];
    l->feed = c.now;
    l->rule = r->rule;
    l->len = r->packed.len;
    l->bytes = malloc(r->packed.len);
    if (!l->bytes)
        exit(2);
    memcpy(l->bytes, r->packed.p, r->packed.len);
    return 0;
}

static int on_resolve(void *ctx, const char *party, const char *type, const char *doc_no,
                      struct pt_resolved *out) {
    char key[PT_DOC_KEY_MAX + 64];

    (void)ctx;
    (void)snprintf(key, sizeof key, "%s|%s", party, doc_no);
    for (struct doc *d = c.docs[bucket(key)]; d; d = d->next)
        if (strcmp(d->key, key) == 0 && (type[0] == '\0' || strcmp(type, d->type) == 0)) {
            out->ref = d->ref;
            (void)snprintf(out->type, sizeof out->type, "%s", d->type);
            return 0;
        }
    return PT_E_NOT_FOUND;
}

static const struct pt_mapper_ops ops = {
    .record = on_record, .dead = on_dead, .defer = on_defer, .resolve = on_resolve};

void fd_source(const char *party, const char *mapping, const char *file, const struct pt_var *vars,
               size_t n_vars) {
    struct pt_source source;
    struct pt_err err = {0};
    struct feed *d = &c.feeds[c.n_feeds];

    PT_ASSERT(c.n_feeds < SOURCES_MAX);
    (void)snprintf(d->party, sizeof d->party, "%s", party);
    if (pt_mapping_load(mapping, vars, n_vars, &d->mapping, &err) != 0)
        fd_die(mapping, &err);
    if (pt_source_open(pt_mapping_source(d->mapping), file, &source, &err) != 0 ||
        pt_mapper_new(d->mapping, NULL, &ops, NULL, &d->mapper, &err) != 0 ||
        pt_mapper_start_take(d->mapper, &source, NULL, &err) != 0)
        fd_die(file, &err);
    d->more = true;
    c.n_feeds++;
}

/* Lines such as `- {mapping: mappings/city-orgs.yaml, path: export/orgs.csv}`. */
void fd_party(const char *repository, const char *data, const char *party) {
    char path[512];
    char line[512];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/connectors/%s/connector.yaml", repository, party);
    f = fopen(path, "r");
    if (!f)
        fd_die(path, NULL);
    while (f && fgets(line, sizeof line, f)) {
        char mapping[128];
        char name[128];
        char file[512];

        if (sscanf(line, " - {mapping: %127[^,], path: export/%127[^}]}", mapping, name) != 2)
            continue;
        (void)snprintf(path, sizeof path, "%s/connectors/%s/%s", repository, party, mapping);
        (void)snprintf(file, sizeof file, "%s/%s/%s", data, party, name);
        fd_source(party, path, file, NULL, 0);
    }
    if (f)
        (void)fclose(f);
}

static void retry_deferred(void) {
    struct later *l = c.later;
    size_t n = c.n_later;

    c.later = NULL;
    c.n_later = 0;
    for (size_t i = 0; i < n; i++) {
        struct pt_err err = {0};

        c.now = l[i].feed;
        if (pt_mapper_again(c.now->mapper, pt_span(l[i].bytes, l[i].len), l[i].rule, &err) != 0)
            fd_die("again", &err);
        free(l[i].bytes);
    }
    free(l);
}

static void fold_all(void) {
    struct pt_err err = {0};
    int64_t t0 = pt_monotonic_us();
    int64_t cpu0 = pt_thread_cpu_us();

    if (fd.m.n > c.folded &&
        pt_fold_apply(fd.fold, fd.m.e + c.folded, fd.m.n - c.folded, &err) != 0)
        fd_die("fold", &err);
    c.folded = fd.m.n;
    fd.fold_us += pt_monotonic_us() - t0;
    fd.fold_cpu_us += pt_thread_cpu_us() - cpu0;
}

static int author(void *ctx, const uint8_t id[16], struct pt_span bytes) {
    Pentad__V1__Discrepancy *d = pentad__v1__discrepancy__unpack(NULL, bytes.len, bytes.p);
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;

    (void)ctx;
    (void)id;
    r.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
    r.discrepancy = d;
    (void)mk_add(&fd.m, "hub", &r);
    pentad__v1__discrepancy__free_unpacked(d, NULL);
    return 0;
}

static void take_snapshot(void) {
    struct pt_err err = {0};
    struct pt_buf packed;
    int32_t day;
    char doc_no[11];

    pt_buf_init(&packed, 1U << 20);
    if (pt_fold_snapshot(fd.fold, &packed, &day, &err) != 0)
        fd_die("snapshot", &err);
    if (day != 0) {
        pt_date_format(doc_no, day);
        remember("hub", "H03", doc_no, mk_snapshot(&fd.m, pt_buf_span(&packed)));
    }
    pt_buf_done(&packed);
}

void fd_day(int32_t day) {
    struct pt_err err = {0};

    retry_deferred();
    for (size_t i = 0; i < c.n_feeds; i++) {
        c.now = &c.feeds[i];
        pt_mapper_until(c.now->mapper, day);
        while (c.now->more &&
               (pt_mapper_waiting(c.now->mapper) == 0 || pt_mapper_waiting(c.now->mapper) <= day))
            if (pt_mapper_step(c.now->mapper, 100000, &c.now->more, &err) != 0)
                fd_die(c.now->party, &err);
    }
    mk_tick(&fd.m, day);
    fold_all();
    if (pt_fold_pending(fd.fold, author, NULL, &err) != 0)
        fd_die("pending", &err);
    take_snapshot();
    mk_flush(&fd.m);
    fold_all();
    fd.deferred = c.n_later;
}

void fd_open(const char *ledger) {
    struct pt_err err = {0};

    mk_init(&fd.m);
    fd.m.closes = true;
    if (pt_fold_open(ledger, &fd.fold, NULL, &err) != 0)
        fd_die("open", &err);
}

int64_t fd_replay(const char *ledger) {
    enum { STEP = 20000 };
    struct pt_err err = {0};
    struct pt_fold *again = NULL;
    uint8_t a[32], b[32];
    int64_t t0, us;
    int rc = pt_fold_open(ledger, &again, NULL, &err);

    t0 = pt_monotonic_us();
    rc = rc == 0 ? pt_fold_begin(again, &err) : rc;
    for (size_t i = 0, records = 0; i < fd.m.n && rc == 0; i++) {
        rc = pt_fold_add(again, &fd.m.e[i], 1, &err);
        records += fd.m.e[i].n;
        if (rc == 0 && records >= STEP) {
            rc = pt_fold_commit(again, &err);
            rc = rc == 0 ? pt_fold_begin(again, &err) : rc;
            records = 0;
        }
    }
    rc = rc == 0 ? pt_fold_commit(again, &err) : rc;
    us = pt_monotonic_us() - t0;
    rc = rc == 0 ? pt_ledger_digest(pt_fold_ledger(fd.fold), a, &err) : rc;
    rc = rc == 0 ? pt_ledger_digest(pt_fold_ledger(again), b, &err) : rc;
    if (rc != 0)
        fd_die("replay", &err);
    pt_fold_close(again);
    return memcmp(a, b, sizeof a) == 0 ? us : -1;
}

void fd_close(void) {
    for (size_t i = 0; i < c.n_feeds; i++) {
        pt_mapper_free(c.feeds[i].mapper);
        pt_mapping_free(c.feeds[i].mapping);
    }
    for (size_t i = 0; i < c.n_later; i++)
        free(c.later[i].bytes);
    free(c.later);
    for (size_t i = 0; i < DOCS; i++)
        while (c.docs[i]) {
            struct doc *next = c.docs[i]->next;
            free(c.docs[i]);
            c.docs[i] = next;
        }
    pt_fold_close(fd.fold);
    mk_done(&fd.m);
}
