#include "support.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/record/json.h>
#include <pentad/record/sealed.h>
#include <pentad/record/validate.h>
#include <pentad/sources/source.h>

struct state {
    const struct run *r;
    struct got *g;
    struct pt_codes *codes;
    struct pt_arena arena;
};

static void *more(void *list, size_t n, size_t size) {
    void *p = n % 64 == 0 ? realloc(list, (n + 64) * size) : list;
    cr_assert_not_null(p);
    return p;
}

static int on_record(void *ctx, const struct pt_mapped *m) {
    struct state *s = ctx;
    struct got *g = s->g;
    struct pt_buf b;
    struct pt_err err = {0};
    if (s->r->each)
        s->r->each(s->r->ctx, m);
    if (s->r->no_json) {
        g->n_records++;
        return 0;
    }
    g->records = more(g->records, g->n_records, sizeof(*g->records));
    struct got_record *r = &g->records[g->n_records++];
    pt_buf_init(&b, 64u << 20);
    cr_assert_eq(pt_json_encode(&m->record->base, false, &b, &err), 0, "%s", err.msg);
    *r = (struct got_record){.json = strdup(pt_buf_cstr(&b)),
                             .position = strdup(m->position),
                             .doc_key = strdup(m->doc_key),
                             .send_day = m->send_day,
                             .first_line = m->first_line,
                             .last_line = m->last_line,
                             .rows = m->rows};
    snprintf(r->type, sizeof(r->type), "%s", m->type);
    pt_buf_done(&b);
    return 0;
}

static int on_dead(void *ctx, const struct pt_dead_row *d) {
    struct got *g = ((struct state *)ctx)->g;
    g->dead = more(g->dead, g->n_dead, sizeof(*g->dead));
    g->dead[g->n_dead++] = (struct got_dead){.file = strdup(d->file),
                                             .column = strdup(d->column),
                                             .value = strdup(d->value),
                                             .en = strdup(d->reason_en),
                                             .zh = strdup(d->reason_zh),
                                             .line = d->line,
                                             .code = d->code};
    return 0;
}

static int on_defer(void *ctx, const struct pt_deferred *d) {
    struct got *g = ((struct state *)ctx)->g;
    char want[300];
    g->deferred = more(g->deferred, g->n_deferred, sizeof(*g->deferred));
    struct got_deferred *out = &g->deferred[g->n_deferred++];
    snprintf(want, sizeof(want), "%s %s %s", d->want_party, d->want_type, d->want_doc_no);
    *out = (struct got_deferred){.packed = malloc(d->packed.len),
                                 .len = d->packed.len,
                                 .rule = d->rule,
                                 .line = d->line,
                                 .want = strdup(want)};
    cr_assert_not_null(out->packed);
    memcpy(out->packed, d->packed.p, d->packed.len);
    return 0;
}

static int on_resolve(void *ctx, const char *party, const char *type, const char *doc_no,
                      struct pt_resolved *out) {
    const struct run *r = ((struct state *)ctx)->r;
    static uint8_t hash[32] = {1, 2, 3};
    static char name[40], stream[] = "main";
    char want[300];
    bool found = false;
    snprintf(want, sizeof(want), "%s %s %s", party, type, doc_no);
    for (size_t i = 0; r->known && r->known[i] && !found; i++)
        found = strcmp(r->known[i], want) == 0 ||
                (strcmp(r->known[i], "*") == 0 && strcmp(party, "hub") != 0);
    if (!found)
        return PT_E_NOT_FOUND;
    snprintf(name, sizeof(name), "%s", party);
    out->ref.party = name;
    out->ref.stream = stream;
    out->ref.has_seq = true;
    out->ref.seq = 7;
    out->ref.has_hash = true;
    out->ref.hash.data = hash;
    out->ref.hash.len = sizeof(hash);
    snprintf(out->type, sizeof(out->type), "%s", *type ? type : "H07");
    return 0;
}

static int on_validate(void *ctx, const Pentad__V1__Record *rec, char *path, size_t cap,
                       struct pt_err *err) {
    struct state *s = ctx;
    static uint8_t nonce[16];
    const int64_t now = 1800000000000;
    struct pt_faults faults;
    Pentad__V1__Record copy = *rec;
    if (s->codes == NULL)
        return 0;
    copy.has_seq = copy.has_nonce = copy.has_issued_at_ms = true;
    copy.seq = 1;
    copy.nonce = (ProtobufCBinaryData){sizeof(nonce), nonce};
    copy.issued_at_ms = now;
    pt_arena_reset(&s->arena);
    pt_faults_init(&faults, &s->arena);
    if (pt_sealed_opens(rec))
        pt_sealed_set_nonce(&copy, nonce);
    int rc =
        pt_sealed_opens(rec) || pt_sealed_due(rec)
            ? pt_record_validate_unsealed(&copy, s->codes, pt_party_from_name(s->r->party), now,
                                          &faults)
            : pt_record_validate(&copy, s->codes, pt_party_from_name(s->r->party), now, &faults);
    if (rc) {
        snprintf(path, cap, "%s", faults.count ? faults.v[0].field : "");
        pt_err_set(err, rc, "%s", faults.count ? faults.v[0].message : "");
    }
    return rc;
}

static const struct pt_mapper_ops ops = {on_record, on_dead, on_defer, on_resolve, on_validate};

static int load(const struct run *r, struct pt_mapping **m, struct pt_err *err) {
    char path[1024];
    if (r->yaml)
        return pt_mapping_parse("test.yaml", pt_span_str(r->yaml), NULL, r->vars, r->n_vars, m,
                                err);
    snprintf(path, sizeof(path), "%s/%s", PT_SOURCE_DIR, r->mapping);
    return pt_mapping_load(path, r->vars, r->n_vars, m, err);
}

static int drive(const struct run *r, const struct pt_mapping *m, struct pt_mapper *mp,
                 struct got *ret) {
    struct pt_source src = {0};
    char path[1200];
    char *dir = r->csv ? temp_dir() : NULL;
    if (r->csv) {
        const char *name = r->file_name ? r->file_name : "rows.csv";
        write_file(dir, name, r->csv, r->csv_len ? r->csv_len : strlen(r->csv));
        snprintf(path, sizeof(path), "%s/%s", dir, name);
    } else {
        snprintf(path, sizeof(path), "%s", r->csv_path);
    }
    int rc = pt_source_open(pt_mapping_source(m), path, &src, &ret->err);
    if (rc == 0)
        rc = pt_mapper_start_take(mp, &src, r->position, &ret->err);
    pt_mapper_until(mp, r->until);
    for (bool go = true; rc == 0 && go && pt_mapper_waiting(mp) == 0;)
        rc = pt_mapper_step(mp, 3, &go, &ret->err);
    if (dir)
        temp_done(dir);
    return rc;
}

static void with_mapper(const struct run *r, const struct got *from, size_t i, struct got *ret) {
    struct state s = {.r = r, .g = ret};
    struct pt_mapping *m = NULL;
    struct pt_mapper *mp = NULL;
    memset(ret, 0, sizeof(*ret));
    pt_arena_init(&s.arena, 64u << 20);
    if (r->party)
        cr_assert_eq(pt_codes_new(r->family ? r->family : "cn", &s.codes, &ret->err), 0);
    ret->rc = load(r, &m, &ret->err);
    if (ret->rc == 0)
        ret->rc = pt_mapper_new(m, "test", &ops, &s, &mp, &ret->err);
    if (ret->rc == 0 && from)
        ret->rc = pt_mapper_again(mp, pt_span(from->deferred[i].packed, from->deferred[i].len),
                                  from->deferred[i].rule, &ret->err);
    else if (ret->rc == 0)
        ret->rc = drive(r, m, mp, ret);
    if (mp)
        ret->tally = *pt_mapper_tally(mp);
    pt_mapper_free(mp);
    pt_mapping_free(m);
    pt_codes_free(s.codes);
    pt_arena_done(&s.arena);
}

void run_mapping(const struct run *r, struct got *ret) {
    with_mapper(r, NULL, 0, ret);
}

void run_again(const struct run *r, const struct got *from, size_t i, struct got *ret) {
    with_mapper(r, from, i, ret);
}

void got_done(struct got *g) {
    for (size_t i = 0; g->records && i < g->n_records; i++) {
        free(g->records[i].json);
        free(g->records[i].position);
        free(g->records[i].doc_key);
    }
    for (size_t i = 0; i < g->n_dead; i++) {
        free(g->dead[i].file);
        free(g->dead[i].column);
        free(g->dead[i].value);
        free(g->dead[i].en);
        free(g->dead[i].zh);
    }
    for (size_t i = 0; i < g->n_deferred; i++) {
        free(g->deferred[i].packed);
        free(g->deferred[i].want);
    }
    free(g->records);
    free(g->dead);
    free(g->deferred);
    memset(g, 0, sizeof(*g));
}

const char *json_value(const struct got *g, size_t record, const char *name) {
    static char out[512];
    char key[80];
    cr_assert_lt(record, g->n_records, "there are %zu records", g->n_records);
    snprintf(key, sizeof(key), "\"%s\":", name);
    const char *p = strstr(g->records[record].json, key);
    out[0] = '\0';
    if (p == NULL)
        return out;
    p += strlen(key);
    size_t n = *p == '"' ? strcspn(p + 1, "\"") : strcspn(p, ",}]");
    snprintf(out, sizeof(out), "%.*s", (int)n, *p == '"' ? p + 1 : p);
    return out;
}

char *temp_dir(void) {
    const char *base = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof(path), "%s/pentad-map-XXXXXX", base ? base : "/tmp");
    cr_assert_not_null(mkdtemp(path));
    return strdup(path);
}

void temp_done(char *dir) {
    DIR *d = opendir(dir);
    char path[1024];
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(dir);
    free(dir);
}

void write_file(const char *dir, const char *name, const void *p, size_t n) {
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    cr_assert_not_null(f);
    cr_assert_eq(fwrite(p, 1, n, f), n);
    fclose(f);
}
