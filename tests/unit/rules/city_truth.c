/* city_truth EXPORT REPOSITORY: folds the sample city through the declared mappings, day by day, in
 * one process without a network, and compares every finding with the city's own truth files.
 * Exits 0 if exactly what was planted was found, on its days and with its severities. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/mapping/mapping.h>
#include <pentad/record/ref.h>
#include <pentad/rules/fold.h>
#include <pentad/sources/source.h>

#include "../ledger/mklog.h"

enum { SOURCES_MAX = 32, DOCS = 1 << 18 };

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

static struct {
    struct mklog m;
    struct pt_fold *fold;
    size_t folded;
    struct feed feeds[SOURCES_MAX];
    size_t n_feeds;
    struct feed *now;
    struct doc *docs[DOCS];
    struct later *later;
    size_t n_later;
    uint64_t records;
    uint64_t dead;
    int wrong;
} c;

static void die(const char *what, const struct pt_err *err) {
    (void)fprintf(stderr, "city_truth: %s: %s\n", what, err ? err->msg : "");
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

static int on_record(void *ctx, const struct pt_mapped *r) {
    struct mk_ref ref = mk_add(&c.m, c.now->party, r->record);

    (void)ctx;
    c.records++;
    if (r->doc_key[0])
        remember(c.now->party, r->type, r->doc_key, ref);
    return 0;
}

static int on_dead(void *ctx, const struct pt_dead_row *r) {
    (void)ctx;
    if (c.dead++ < 10)
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

/* `- {mapping: mappings/city-orgs.yaml, path: export/orgs.csv}` lines of a sample configuration. */
static void add_party(const char *repo, const char *data, const char *party) {
    char path[512];
    char line[512];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/connectors/%s/connector.yaml", repo, party);
    f = fopen(path, "r");
    if (!f)
        die(path, NULL);
    while (fgets(line, sizeof line, f)) {
        char mapping[128];
        char file[128];
        struct pt_source source;
        struct pt_err err = {0};
        struct feed *d = &c.feeds[c.n_feeds];

        if (sscanf(line, " - {mapping: %127[^,], path: export/%127[^}]}", mapping, file) != 2)
            continue;
        (void)snprintf(d->party, sizeof d->party, "%s", party);
        (void)snprintf(path, sizeof path, "%s/connectors/%s/%s", repo, party, mapping);
        if (pt_mapping_load(path, NULL, 0, &d->mapping, &err) != 0)
            die(path, &err);
        (void)snprintf(path, sizeof path, "%s/%s/%s", data, party, file);
        if (pt_source_open(pt_mapping_source(d->mapping), path, &source, &err) != 0 ||
            pt_mapper_new(d->mapping, NULL, &ops, NULL, &d->mapper, &err) != 0 ||
            pt_mapper_start_take(d->mapper, &source, NULL, &err) != 0)
            die(path, &err);
        d->more = true;
        c.n_feeds++;
    }
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
            die("again", &err);
        free(l[i].bytes);
    }
    free(l);
}

static void fold_all(void) {
    struct pt_err err = {0};

    if (c.m.n > c.folded && pt_fold_apply(c.fold, c.m.e + c.folded, c.m.n - c.folded, &err) != 0)
        die("fold", &err);
    c.folded = c.m.n;
}

static int author(void *ctx, const uint8_t id[16], struct pt_span bytes) {
    Pentad__V1__Discrepancy *d = pentad__v1__discrepancy__unpack(NULL, bytes.len, bytes.p);
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;

    (void)ctx;
    (void)id;
    r.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
    r.discrepancy = d;
    (void)mk_add(&c.m, "hub", &r);
    pentad__v1__discrepancy__free_unpacked(d, NULL);
    return 0;
}

static void one_day(int32_t day) {
    struct pt_err err = {0};

    retry_deferred();
    for (size_t i = 0; i < c.n_feeds; i++) {
        c.now = &c.feeds[i];
        pt_mapper_until(c.now->mapper, day);
        while (c.now->more &&
               (pt_mapper_waiting(c.now->mapper) == 0 || pt_mapper_waiting(c.now->mapper) <= day))
            if (pt_mapper_step(c.now->mapper, 100000, &c.now->more, &err) != 0)
                die(c.now->party, &err);
    }
    mk_tick(&c.m, day);
    fold_all();
    if (pt_fold_pending(c.fold, author, NULL, &err) != 0)
        die("pending", &err);
    mk_flush(&c.m);
    fold_all();
}

/* ---- comparison ---- */

struct line {
    char f[9][200];
};

/* Cells without quotes or commas inside; nine columns. */
static bool read_line(FILE *f, struct line *l) {
    char buf[2048];
    char *p = buf;

    memset(l, 0, sizeof *l);
    if (!fgets(buf, sizeof buf, f))
        return false;
    buf[strcspn(buf, "\r\n")] = '\0';
    for (int i = 0; i < 9 && p; i++) {
        char *comma = strchr(p, ',');
        if (comma)
            *comma = '\0';
        (void)snprintf(l->f[i], sizeof l->f[i], "%s", p);
        p = comma ? comma + 1 : NULL;
    }
    return true;
}

static sqlite3_stmt *query(const char *sql) {
    sqlite3 *db = pt_ledger_db(pt_fold_ledger(c.fold));
    sqlite3_stmt *st = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) {
        (void)fprintf(stderr, "%s\n", sqlite3_errmsg(db));
        exit(2);
    }
    return st;
}

static void wrong(const struct line *l, const char *what, const char *got) {
    c.wrong++;
    (void)printf("WRONG %s %s:%s %s %s %s sev %s opened %s closed %s: %s%s\n", l->f[0], l->f[1],
                 l->f[2], l->f[3], l->f[4], l->f[5], l->f[6], l->f[7], l->f[8], what, got);
}

static int32_t to_day(const char *s) {
    int32_t d = 0;
    return s[0] && pt_date_parse(s, &d) == 0 ? d : 0;
}

static void bind_key(sqlite3_stmt *st, const struct line *l) {
    sqlite3_bind_text(st, 1, l->f[0], -1, SQLITE_TRANSIENT);
    sqlite3_bind_int(st, 2, (int)pt_subject_kind_from_name(l->f[1], strlen(l->f[1])));
    sqlite3_bind_text(st, 3, l->f[2], -1, SQLITE_TRANSIENT);
    sqlite3_bind_int(st, 4, (int)strtol(l->f[3], NULL, 10));
    sqlite3_bind_text(st, 5, l->f[4], -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(st, 6, l->f[5], -1, SQLITE_TRANSIENT);
}

#define KEYED                                                                                      \
    " FROM f_discrepancy d WHERE d.rule = ?1 AND d.kind = ?2 AND d.key = ?3 AND d.fiscal_year = "  \
    "?4"                                                                                           \
    " AND coalesce(d.period, '') = ?5 AND coalesce(d.object, '') = ?6"

/* In the order of truth.csv: rule,kind,key,year,period,object,severity,opened,closed. */
static size_t check_truth(const char *path) {
    sqlite3_stmt *st = query(
        "SELECT min(d.tick_day), (SELECT e.severity FROM f_discrepancy e WHERE e.id = d.id"
        "  ORDER BY e.rec DESC LIMIT 1), (SELECT CASE e.status WHEN 3 THEN e.tick_day ELSE 0 END"
        "  FROM f_discrepancy e WHERE e.id = d.id ORDER BY e.rec DESC LIMIT 1)" KEYED);
    FILE *f = fopen(path, "r");
    struct line l;
    size_t n = 0;

    if (!f || !read_line(f, &l))
        die(path, NULL);
    while (read_line(f, &l)) {
        char got[96];
        int sev = l.f[6][0] == 'R' ? 3 : l.f[6][0] == 'Y' ? 2 : 1;

        n++;
        bind_key(st, &l);
        if (sqlite3_step(st) != SQLITE_ROW || sqlite3_column_type(st, 0) == SQLITE_NULL) {
            wrong(&l, "not found", "");
        } else {
            (void)snprintf(got, sizeof got, "found sev %d opened %d closed %d",
                           sqlite3_column_int(st, 1), sqlite3_column_int(st, 0),
                           sqlite3_column_int(st, 2));
            if (sqlite3_column_int(st, 0) != to_day(l.f[7]) ||
                sqlite3_column_int(st, 2) != to_day(l.f[8]) || sqlite3_column_int(st, 1) != sev)
                wrong(&l, "", got);
        }
        sqlite3_reset(st);
    }
    (void)fclose(f);
    sqlite3_finalize(st);
    return n;
}

/* Near misses: nothing, or nothing more severe than stated. */
static size_t check_near(const char *path) {
    sqlite3_stmt *st = query("SELECT max(d.severity)" KEYED);
    FILE *f = fopen(path, "r");
    struct line l;
    size_t n = 0;

    if (!f || !read_line(f, &l))
        die(path, NULL);
    while (read_line(f, &l)) {
        int most = l.f[6][0] == 'R' ? 3 : l.f[6][0] == 'Y' ? 2 : l.f[6][0] == 'I' ? 1 : 0;

        n++;
        bind_key(st, &l);
        if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int(st, 0) > most)
            wrong(&l, "a near miss was raised", "");
        sqlite3_reset(st);
    }
    (void)fclose(f);
    sqlite3_finalize(st);
    return n;
}

/* What was found and never planted. */
static void check_extra(const char *path) {
    sqlite3_stmt *st = query("SELECT d.rule, d.kind, d.key, d.fiscal_year, coalesce(d.period, ''),"
                             " coalesce(d.object, ''), min(d.tick_day), d.message_zh"
                             " FROM f_discrepancy d GROUP BY d.id ORDER BY d.rule, d.key");
    char *text;
    struct pt_buf b;
    struct pt_err err = {0};

    pt_buf_init(&b, (size_t)64 << 20);
    if (pt_file_read(path, &b, &err) != 0)
        die(path, &err);
    text = (char *)(uintptr_t)pt_buf_cstr(&b);
    while (sqlite3_step(st) == SQLITE_ROW) {
        char key[512];

        (void)snprintf(key, sizeof key, "\n%s,%s,%s,%d,%s,%s,", sqlite3_column_text(st, 0),
                       pt_subject_kind_name((Pentad__V1__SubjectKind)sqlite3_column_int(st, 1)),
                       sqlite3_column_text(st, 2), sqlite3_column_int(st, 3),
                       sqlite3_column_text(st, 4), sqlite3_column_text(st, 5));
        if (!strstr(text, key)) {
            c.wrong++;
            if (c.wrong < 60)
                (void)printf("EXTRA%s opened %d: %s\n", key, sqlite3_column_int(st, 6),
                             sqlite3_column_text(st, 7));
        }
    }
    sqlite3_finalize(st);
    pt_buf_done(&b);
}

int main(int argc, char **argv) {
    static const char *const parties[] = {"congress", "discipline", "organization",
                                          "finance",  "audit",      "office"};
    char path[512];
    struct pt_err err = {0};
    struct pt_fold_state s;
    uint64_t differences;
    size_t planted, near;
    int64_t t0 = pt_monotonic_us();

    if (argc < 3) {
        (void)fprintf(stderr, "usage: city_truth EXPORT REPOSITORY [LEDGER]\n");
        return 2;
    }
    mk_init(&c.m);
    if (pt_fold_open(argc > 3 ? argv[3] : ":memory:", &c.fold, NULL, &err) != 0)
        die("open", &err);
    for (size_t i = 0; i < 6; i++)
        add_party(argv[2], argv[1], parties[i]);
    for (int32_t d = 20190101; d <= 20200630; d = pt_date_add(d, 1))
        one_day(d);
    (void)snprintf(path, sizeof path, "%s/truth.csv", argv[1]);
    planted = check_truth(path);
    check_extra(path);
    (void)snprintf(path, sizeof path, "%s/near.csv", argv[1]);
    near = check_near(path);
    if (pt_fold_check(c.fold, &differences, &err) != 0 || pt_fold_state(c.fold, &s, &err) != 0)
        die("check", &err);
    (void)printf("%" PRIu64 " records, %" PRIu64 " dead, %zu still deferred; %zu planted, %zu near"
                 " misses, %d wrong; %" PRIu64 " conditions unlike, %" PRIu64
                 " mismatches; %.1f s\n",
                 c.records, c.dead, c.n_later, planted, near, c.wrong, differences, s.mismatches,
                 (double)(pt_monotonic_us() - t0) / 1e6);
    pt_fold_close(c.fold);
    return c.wrong == 0 && differences == 0 && s.mismatches == 0 && c.dead == 0 ? 0 : 1;
}
