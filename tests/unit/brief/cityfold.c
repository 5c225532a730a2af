#include "cityfold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <pentad/base/date.h>
#include <pentad/mapping/mapping.h>
#include <pentad/sources/source.h>
#include <pentad/v1/envelope.pb-c.h>

#include "../ledger/mklog.h"

enum { MAX_REFS = 4000000, FILES = 29, WAITING_MAX = 4096 };

/* Within a party a file stands after those that it refers to. */
static const struct {
    const char *party;
    const char *file;
    const char *mapping;
} files[] = {
    {"office", "codes", "codes"},
    {"office", "workdays", "workdays"},
    {"office", "parameters", "parameters"},
    {"congress", "consents", "consents"},
    {"discipline", "consents", "consents"},
    {"organization", "consents", "consents"},
    {"audit", "consents", "consents"},
    {"congress", "approvals", "approvals"},
    {"congress", "key_projects", "key-projects"},
    {"congress", "opinions", "opinions"},
    {"finance", "orgs", "orgs"},
    {"finance", "projects", "projects"},
    {"finance", "exante", "exante"},
    {"finance", "goals", "goals"},
    {"finance", "goal_reviews", "goal-reviews"},
    {"finance", "allotments", "allotments"},
    {"finance", "transfers", "transfers"},
    {"finance", "payments", "payments"},
    {"finance", "month_reports", "month-reports"},
    {"finance", "controls", "controls"},
    {"finance", "evaluations", "evaluations"},
    {"audit", "figures", "figures"},
    {"audit", "findings", "findings"},
    {"audit", "verifications", "verifications"},
    {"office", "notices", "notices"},
    {"finance", "rectifications", "rectifications"},
    {"finance", "replies", "replies"},
    {"audit", "replies", "replies"},
    {"organization", "appraisals", "appraisals"},
};

struct waiting {
    uint8_t *packed;
    size_t len;
    size_t rule;
};

struct one {
    struct city *city;
    const char *party;
    struct pt_mapping *mapping;
    struct pt_mapper *mapper;
    bool done;
    struct waiting *waiting;
    size_t n_waiting;
};

struct city {
    struct mklog log;
    size_t applied;
    json_t *index; /* "party type doc" to place in refs */
    struct mk_ref *refs;
    char (*types)[16];
    size_t n_refs, cap_refs;
    struct one one[FILES];
    struct cityfold *out;
    struct pt_err *err;
};

static int remember(struct city *c, const char *party, const char *type, const char *doc,
                    struct mk_ref ref) {
    char key[400];

    if (c->n_refs == c->cap_refs) {
        c->cap_refs = c->cap_refs ? c->cap_refs * 2 : 4096;
        c->refs = realloc(c->refs, c->cap_refs * sizeof *c->refs);
        c->types = realloc(c->types, c->cap_refs * sizeof *c->types);
        if (!c->refs || !c->types)
            return PT_E_NOMEM;
    }
    c->refs[c->n_refs] = ref;
    (void)snprintf(c->types[c->n_refs], sizeof c->types[0], "%s", type);
    (void)snprintf(key, sizeof key, "%s %s %s", party, type, doc);
    (void)json_object_set_new(c->index, key, json_integer((json_int_t)c->n_refs));
    (void)snprintf(key, sizeof key, "%s  %s", party, doc);
    (void)json_object_set_new(c->index, key, json_integer((json_int_t)c->n_refs));
    c->n_refs++;
    return 0;
}

static int on_record(void *ctx, const struct pt_mapped *m) {
    struct one *o = ctx;
    struct mk_ref ref = mk_add(&o->city->log, o->party, m->record);

    o->city->out->records++;
    return *m->doc_key ? remember(o->city, o->party, m->type, m->doc_key, ref) : 0;
}

static int on_dead(void *ctx, const struct pt_dead_row *row) {
    struct one *o = ctx;

    if (o->city->out->dead++ == 0)
        fprintf(stderr, "%s:%llu: %s\n", row->file, (unsigned long long)row->line, row->reason_en);
    return 0;
}

static int on_defer(void *ctx, const struct pt_deferred *row) {
    struct one *o = ctx;
    struct waiting *w;

    if (o->n_waiting == WAITING_MAX)
        return PT_E_TOO_LARGE;
    w = realloc(o->waiting, (o->n_waiting + 1) * sizeof *w);
    if (!w)
        return PT_E_NOMEM;
    o->waiting = w;
    w += o->n_waiting++;
    w->packed = malloc(row->packed.len);
    if (!w->packed)
        return PT_E_NOMEM;
    memcpy(w->packed, row->packed.p, row->packed.len);
    w->len = row->packed.len;
    w->rule = row->rule;
    return 0;
}

static int on_resolve(void *ctx, const char *party, const char *type, const char *doc,
                      struct pt_resolved *out) {
    struct one *o = ctx;
    char key[400];
    const json_t *i;

    (void)snprintf(key, sizeof key, "%s %s %s", party, type, doc);
    i = json_object_get(o->city->index, key);
    if (!i)
        return PT_E_NOT_FOUND;
    out->ref = o->city->refs[json_integer_value(i)].ref;
    (void)snprintf(out->type, sizeof out->type, "%s", o->city->types[json_integer_value(i)]);
    return 0;
}

static int open_one(struct city *c, size_t i, const char *dir, const char *source_dir) {
    static const struct pt_mapper_ops ops = {on_record, on_dead, on_defer, on_resolve, NULL};
    struct one *o = &c->one[i];
    struct pt_source source;
    char path[1024];
    int rc;

    o->city = c;
    o->party = files[i].party;
    (void)snprintf(path, sizeof path, "%s/connectors/%s/mappings/city-%s.yaml", source_dir,
                   files[i].party, files[i].mapping);
    rc = pt_mapping_load(path, NULL, 0, &o->mapping, c->err);
    (void)snprintf(path, sizeof path, "%s/%s/%s.csv", dir, files[i].party, files[i].file);
    rc = rc == 0 ? pt_source_open(pt_mapping_source(o->mapping), path, &source, c->err) : rc;
    rc = rc == 0 ? pt_mapper_new(o->mapping, NULL, &ops, o, &o->mapper, c->err) : rc;
    return rc == 0 ? pt_mapper_start_take(o->mapper, &source, NULL, c->err) : rc;
}

static int again(struct one *o) {
    size_t n = o->n_waiting;
    struct waiting *w = o->waiting;
    int rc = 0;

    o->waiting = NULL;
    o->n_waiting = 0;
    for (size_t i = 0; i < n; i++) {
        if (rc == 0)
            rc =
                pt_mapper_again(o->mapper, pt_span(w[i].packed, w[i].len), w[i].rule, o->city->err);
        free(w[i].packed);
    }
    free(w);
    return rc;
}

static int collect(struct one *o, int32_t day) {
    bool more = true;
    int rc = again(o);

    pt_mapper_until(o->mapper, day);
    while (rc == 0 && !o->done && more && pt_mapper_waiting(o->mapper) <= day) {
        rc = pt_mapper_step(o->mapper, 10000, &more, o->city->err);
        if (!more)
            o->done = true;
        if (pt_mapper_waiting(o->mapper) > day)
            break;
    }
    return rc;
}

static void close_day(struct city *c, const char *party, int32_t day) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__StreamClose s = PENTAD__V1__STREAM_CLOSE__INIT;

    s.has_day = 1;
    s.day = day;
    r.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r.stream_close = &s;
    (void)mk_add(&c->log, party, &r);
}

static int log_finding(void *ctx, const uint8_t id[16], struct pt_span bytes) {
    struct city *c = ctx;
    Pentad__V1__Discrepancy *d = pentad__v1__discrepancy__unpack(NULL, bytes.len, bytes.p);
    Pentad__V1__Record r;

    (void)id;
    if (!d)
        return PT_E_CORRUPT;
    r = mk_record((int)d->kind, d->key, d->fiscal_year, d->tick_day);
    r.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
    r.discrepancy = d;
    (void)mk_add(&c->log, "hub", &r);
    c->out->findings++;
    pentad__v1__discrepancy__free_unpacked(d, NULL);
    return 0;
}

static int fold(struct city *c) {
    int rc = pt_fold_apply(c->out->fold, c->log.e + c->applied, c->log.n - c->applied, c->err);

    c->applied = c->log.n;
    return rc;
}

static int one_day(struct city *c, int32_t day) {
    static const char *const parties[] = {"congress", "discipline", "organization",
                                          "finance",  "audit",      "office"};
    int rc = 0;

    c->log.day = day;
    for (size_t i = 0; i < FILES && rc == 0; i++)
        rc = collect(&c->one[i], day);
    for (size_t i = 0; i < 6; i++)
        close_day(c, parties[i], day);
    mk_tick(&c->log, day);
    rc = rc == 0 ? fold(c) : rc;
    rc = rc == 0 ? pt_fold_pending(c->out->fold, log_finding, c, c->err) : rc;
    mk_flush(&c->log);
    return rc == 0 ? fold(c) : rc;
}

/* The bodies as a city's ceremony would name them. */
static void name_bodies(struct city *c) {
    static const char *const name[][2] = {
        {"congress", "市人大常委会"},   {"discipline", "市纪委监委"},
        {"organization", "市委组织部"}, {"finance", "市财政局"},
        {"audit", "市审计局"},          {"office", "济南市预算绩效管理联席会议办公室"},
        {"hub", "五方协同枢纽"}};
    Pentad__V1__Genesis g = PENTAD__V1__GENESIS__INIT;
    Pentad__V1__GenesisParty p[7];
    Pentad__V1__GenesisParty *pp[7];
    Pentad__V1__Envelope env = PENTAD__V1__ENVELOPE__INIT;
    Pentad__V1__LogEntry le = PENTAD__V1__LOG_ENTRY__INIT;
    uint8_t *buf = pt_arena_alloc(&c->log.arena, 4096);
    uint8_t *entry = pt_arena_alloc(&c->log.arena, 4096);

    for (int i = 0; i < 7; i++) {
        pentad__v1__genesis_party__init(&p[i]);
        p[i].party = (char *)(uintptr_t)name[i][0];
        p[i].name = (char *)(uintptr_t)name[i][1];
        pp[i] = &p[i];
    }
    g.n_parties = 7;
    g.parties = pp;
    env.has_payload = 1;
    env.payload.data = buf;
    env.payload.len = pentad__v1__genesis__pack(&g, buf);
    env.payload_type = (char *)(uintptr_t) "application/vnd.pentad.genesis.v1+protobuf";
    le.envelope = &env;
    c->log.e[0].log_entry = pt_span(entry, pentad__v1__log_entry__pack(&le, entry));
}

int cityfold(const char *dir, const char *source_dir, const char *ledger, int32_t last,
             struct cityfold *ret, struct pt_err *err) {
    struct city *c = calloc(1, sizeof *c);
    int rc;

    memset(ret, 0, sizeof *ret);
    if (!c)
        return PT_E_NOMEM;
    c->out = ret;
    c->err = err;
    c->index = json_object();
    mk_init(&c->log);
    c->log.closes = true;
    name_bodies(c);
    rc = pt_fold_open(ledger, &ret->fold, NULL, err);
    for (size_t i = 0; i < FILES && rc == 0; i++)
        rc = open_one(c, i, dir, source_dir);
    for (int32_t day = 20190101; day <= last && rc == 0; day = pt_date_add(day, 1))
        rc = one_day(c, day);
    for (size_t i = 0; i < FILES; i++) {
        for (size_t w = 0; w < c->one[i].n_waiting; w++)
            free(c->one[i].waiting[w].packed);
        ret->deferred += c->one[i].n_waiting;
        free(c->one[i].waiting);
        pt_mapper_free(c->one[i].mapper);
        pt_mapping_free(c->one[i].mapping);
    }
    json_decref(c->index);
    free(c->refs);
    free(c->types);
    mk_done(&c->log);
    free(c);
    return rc;
}
