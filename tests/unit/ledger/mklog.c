#include "mklog.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include <pentad/base/buf.h>
#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/base/err.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/json.h>
#include <pentad/v1/envelope.pb-c.h>

static struct pt_span keep(struct mklog *m, const void *p, size_t n) {
    void *q = pt_arena_alloc(&m->arena, n ? n : 1);

    PT_ASSERT(q);
    memcpy(q, p, n);
    return pt_span(q, n);
}

static void add_entry(struct mklog *m, const char *type, struct pt_span payload,
                      struct pt_span *recs, size_t n) {
    Pentad__V1__Envelope env = PENTAD__V1__ENVELOPE__INIT;
    Pentad__V1__LogEntry le = PENTAD__V1__LOG_ENTRY__INIT;
    uint8_t *buf;
    size_t len;

    env.has_payload = 1;
    env.payload.data = (uint8_t *)(uintptr_t)payload.p;
    env.payload.len = payload.len;
    env.payload_type = (char *)(uintptr_t)type;
    le.envelope = &env;
    le.has_received_at_ms = 1;
    le.received_at_ms = m->ms;
    le.has_signing_key = 1;
    le.signing_key.data = (uint8_t *)(uintptr_t) "0123456789abcdef0123456789abcdef";
    le.signing_key.len = 32;
    len = pentad__v1__log_entry__get_packed_size(&le);
    buf = pt_arena_alloc(&m->arena, len);
    PT_ASSERT(buf);
    pentad__v1__log_entry__pack(&le, buf);
    if (m->n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 1024;
        m->e = realloc(m->e, m->cap * sizeof *m->e);
        PT_ASSERT(m->e);
    }
    m->e[m->n] = (struct pt_fold_entry){m->first + m->n, pt_span(buf, len), recs, n};
    m->n++;
}

void mk_init(struct mklog *m) {
    static const char *const names[] = {"congress", "discipline", "organization", "finance",
                                        "audit",    "office",     "hub"};
    Pentad__V1__Genesis g = PENTAD__V1__GENESIS__INIT;
    Pentad__V1__GenesisParty p[7];
    Pentad__V1__GenesisParty *pp[7];
    uint8_t buf[1024];

    memset(m, 0, sizeof *m);
    pt_arena_init(&m->arena, (size_t)4 << 30);
    m->day = 20190101;
    for (int i = 0; i < 7; i++) {
        pentad__v1__genesis_party__init(&p[i]);
        p[i].party = (char *)(uintptr_t)names[i];
        p[i].name = (char *)(uintptr_t)names[i];
        pp[i] = &p[i];
    }
    g.n_parties = 7;
    g.parties = pp;
    add_entry(m, "application/vnd.pentad.genesis.v1+protobuf",
              keep(m, buf, pentad__v1__genesis__pack(&g, buf)), NULL, 0);
}

void mk_done(struct mklog *m) {
    for (size_t i = 0; i < m->n_streams; i++)
        free(m->s[i].recs);
    free(m->e);
    pt_arena_done(&m->arena);
}

void mk_forget(struct mklog *m) {
    for (size_t i = 0; i < m->n_streams; i++)
        PT_ASSERT(m->s[i].n == 0);
    m->first += m->n;
    m->n = 0;
    pt_arena_reset(&m->arena);
}

static struct mk_stream *stream(struct mklog *m, const char *party, const char *name) {
    struct mk_stream *s;

    for (size_t i = 0; i < m->n_streams; i++)
        if (strcmp(m->s[i].party, party) == 0 && strcmp(m->s[i].name, name) == 0)
            return &m->s[i];
    PT_ASSERT(m->n_streams < MK_STREAMS);
    s = &m->s[m->n_streams++];
    (void)snprintf(s->party, sizeof s->party, "%s", party);
    (void)snprintf(s->name, sizeof s->name, "%s", name);
    s->next_seq = 1;
    return s;
}

struct mk_ref mk_add_on(struct mklog *m, const char *party, const char *name,
                        Pentad__V1__Record *r) {
    struct mk_stream *s = stream(m, party, name);
    struct mk_ref ref;
    uint8_t nonce[16] = {0};
    uint8_t hash[32];
    uint8_t *buf;
    size_t len;

    r->has_seq = 1;
    r->seq = s->next_seq++;
    m->nonce++;
    memcpy(nonce, &m->nonce, sizeof m->nonce);
    r->has_nonce = !m->nonceless;
    m->nonceless = false;
    r->nonce.data = nonce;
    r->nonce.len = sizeof nonce;
    r->has_issued_at_ms = 1;
    if (r->issued_at_ms == 0)
        r->issued_at_ms = pt_date_to_ms(m->day) + 3600000 + ++m->ms % 3600000;
    len = pentad__v1__record__get_packed_size(r);
    buf = pt_arena_alloc(&m->arena, len + 1);
    PT_ASSERT(buf);
    buf[0] = 0;
    pentad__v1__record__pack(r, buf + 1);
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 64;
        s->recs = realloc(s->recs, s->cap * sizeof *s->recs);
        PT_ASSERT(s->recs);
    }
    s->recs[s->n++] = pt_span(buf + 1, len);
    EVP_Digest(buf, len + 1, hash, NULL, EVP_sha256(), NULL);
    pentad__v1__record_ref__init(&ref.ref);
    ref.ref.party = (char *)(uintptr_t)keep(m, s->party, strlen(s->party) + 1).p;
    ref.ref.stream = (char *)(uintptr_t)keep(m, s->name, strlen(s->name) + 1).p;
    ref.ref.has_seq = 1;
    ref.ref.seq = r->seq;
    ref.ref.has_hash = 1;
    ref.ref.hash.data = (uint8_t *)(uintptr_t)keep(m, hash, 32).p;
    ref.ref.hash.len = 32;
    return ref;
}

struct mk_ref mk_add(struct mklog *m, const char *party, Pentad__V1__Record *r) {
    return mk_add_on(m, party, "main", r);
}

/* The first `n` of what a stream has queued, as one entry. */
static void flush_some(struct mklog *m, struct mk_stream *s, size_t n) {
    Pentad__V1__BatchStatement b = PENTAD__V1__BATCH_STATEMENT__INIT;
    uint8_t buf[256];

    if (n == 0)
        return;
    b.party = s->party;
    b.stream = s->name;
    b.has_first_seq = 1;
    b.first_seq = s->next_seq - s->n;
    b.has_record_count = 1;
    b.record_count = (uint32_t)n;
    add_entry(m, "application/vnd.pentad.batch-statement.v1+protobuf",
              keep(m, buf, pentad__v1__batch_statement__pack(&b, buf)),
              (struct pt_span *)(uintptr_t)keep(m, s->recs, n * sizeof *s->recs).p, n);
    s->n -= n;
    memmove(s->recs, s->recs + n, s->n * sizeof *s->recs);
}

static void flush_one(struct mklog *m, struct mk_stream *s) {
    flush_some(m, s, s->n);
}

/* Streams in pieces, drawn one after the other. */
static void flush_among(struct mklog *m) {
    struct mk_stream *left[MK_STREAMS];
    size_t n;

    do {
        n = 0;
        for (size_t i = 0; i < m->n_streams; i++)
            if (m->s[i].n > 0)
                left[n++] = &m->s[i];
        if (n > 0) {
            struct mk_stream *s = left[pt_rng_below(m->among, n)];
            flush_some(m, s, 1 + pt_rng_below(m->among, s->n));
        }
    } while (n > 0);
}

void mk_flush_stream(struct mklog *m, const char *party, const char *name) {
    flush_one(m, stream(m, party, name));
}

void mk_flush(struct mklog *m) {
    if (m->among) {
        flush_among(m);
        return;
    }
    for (size_t i = 0; i < m->n_streams; i++)
        flush_one(m, &m->s[i]);
}

void mk_close_day(struct mklog *m, const char *party, const char *name, int32_t day, bool final) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__StreamClose c = PENTAD__V1__STREAM_CLOSE__INIT;

    c.has_day = 1;
    c.day = day;
    c.has_final = final;
    c.final = final;
    r.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r.stream_close = &c;
    (void)mk_add_on(m, party, name, &r);
}

void mk_silent(struct mklog *m, const char *party, const char *name, bool silent) {
    stream(m, party, name)->silent = silent;
}

void mk_tick(struct mklog *m, int32_t day) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Tick t = PENTAD__V1__TICK__INIT;

    for (size_t i = 0; m->closes && i < m->n_streams; i++)
        if (!m->s[i].silent && strcmp(m->s[i].party, "hub") != 0)
            mk_close_day(m, m->s[i].party, m->s[i].name, day, false);
    mk_flush(m);
    m->day = day;
    t.has_day = 1;
    t.day = day;
    r.body_case = PENTAD__V1__RECORD__BODY_TICK;
    r.tick = &t;
    (void)mk_add(m, "hub", &r);
    mk_flush(m);
    m->day = pt_date_add(day, 1);
}

struct mk_ref mk_snapshot(struct mklog *m, struct pt_span packed) {
    Pentad__V1__LedgerSnapshot *s = pentad__v1__ledger_snapshot__unpack(NULL, packed.len, packed.p);
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    char doc_no[11];
    struct mk_ref ref;

    PT_ASSERT(s);
    pt_date_format(doc_no, s->tick_day);
    r.body_case = PENTAD__V1__RECORD__BODY_LEDGER_SNAPSHOT;
    r.ledger_snapshot = s;
    r.doc_no = doc_no;
    r.has_effective = 1;
    r.effective = s->tick_day;
    ref = mk_add(m, "hub", &r);
    pentad__v1__ledger_snapshot__free_unpacked(s, NULL);
    return ref;
}

Pentad__V1__Record mk_record(int kind, const char *key, int32_t fy, int32_t effective) {
    static _Thread_local Pentad__V1__Subject s;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;

    pentad__v1__subject__init(&s);
    s.has_kind = 1;
    s.kind = (Pentad__V1__SubjectKind)kind;
    s.key = (char *)(uintptr_t)key;
    r.subject = &s;
    r.has_fiscal_year = fy != 0;
    r.fiscal_year = fy;
    r.has_effective = effective != 0;
    r.effective = effective;
    return r;
}

static char *txt(const char *s) {
    return (char *)(uintptr_t)s;
}

static void correct(Pentad__V1__Record *r, int correction, const struct mk_ref *target) {
    if (!target)
        return;
    r->has_correction = 1;
    r->correction = (Pentad__V1__Correction)correction;
    r->corrects = (Pentad__V1__RecordRef *)(uintptr_t)&target->ref;
    r->correction_reason = txt("更正");
}

/* The body by its JSON: hung into the record by its member's name. */
static Pentad__V1__Record *json_record(struct mklog *m, const char *code, const char *body,
                                       va_list ap) {
    const struct pt_record_info *info = pt_record_info_by_code(code);
    ProtobufCMessage *msg = NULL;
    struct pt_err err = {0};
    char text[16384];
    char whole[16600];
    int n = vsnprintf(text, sizeof text, body, ap);

    PT_ASSERT(info && n > 0 && (size_t)n < sizeof text);
    for (char *q = text; *q; q++)
        *q = *q == '\'' ? '"' : *q;
    n = snprintf(whole, sizeof whole, "{\"%s\":%s}", info->member, text);
    if (pt_json_decode(&pentad__v1__record__descriptor, pt_span(whole, (size_t)n), &m->arena, &msg,
                       &err) != 0) {
        (void)fprintf(stderr, "%s: %s in %s\n", code, err.msg, whole);
        PT_ASSERT(false);
    }
    return (Pentad__V1__Record *)msg;
}

static struct mk_ref add_json(struct mklog *m, Pentad__V1__Record *body, const char *party,
                              int kind, const char *key, int32_t fy, int32_t effective,
                              int correction, const struct mk_ref *corrects) {
    Pentad__V1__Record r = mk_record(kind, key, fy, effective);
    struct mk_ref ref;

    body->subject = key ? r.subject : NULL;
    body->has_fiscal_year = r.has_fiscal_year;
    body->fiscal_year = fy;
    body->has_effective = r.has_effective;
    body->effective = effective;
    correct(body, correction, corrects);
    if (m->doc_no)
        body->doc_no = txt(m->doc_no);
    body->issued_at_ms = m->issued_at_ms;
    ref = mk_add_on(m, party, m->stream ? m->stream : "main", body);
    m->doc_no = m->stream = NULL;
    m->issued_at_ms = 0;
    return ref;
}

struct mk_ref mk_json(struct mklog *m, const char *party, const char *code, int kind,
                      const char *key, int32_t fy, int32_t effective, const char *body, ...) {
    Pentad__V1__Record *r;
    va_list ap;

    va_start(ap, body);
    r = json_record(m, code, body, ap);
    va_end(ap);
    return add_json(m, r, party, kind, key, fy, effective, 0, NULL);
}

struct mk_ref mk_json_correcting(struct mklog *m, int correction, const struct mk_ref *corrects,
                                 const char *party, const char *code, int kind, const char *key,
                                 int32_t fy, int32_t effective, const char *body, ...) {
    Pentad__V1__Record *r;
    va_list ap;

    va_start(ap, body);
    r = json_record(m, code, body, ap);
    va_end(ap);
    return add_json(m, r, party, kind, key, fy, effective, correction, corrects);
}

const char *mk_ref_json(struct mklog *m, const struct mk_ref *ref) {
    struct pt_buf b;
    const char *text;

    pt_buf_init(&b, 1024);
    pt_buf_printf(&b, "{'party':'%s','stream':'%s','seq':'%llu','hash':'", ref->ref.party,
                  ref->ref.stream, (unsigned long long)ref->ref.seq);
    PT_ASSERT(pt_base64_append(&b, ref->ref.hash.data, ref->ref.hash.len) == 0);
    pt_buf_puts(&b, "'}");
    PT_ASSERT(!b.failed);
    text = (const char *)keep(m, pt_buf_cstr(&b), b.len + 1).p;
    pt_buf_done(&b);
    return text;
}

struct mk_ref mk_project(struct mklog *m, const char *key, const char *name, const char *dept,
                         const int32_t *curve12) {
    Pentad__V1__Record r = mk_record(K(PROJECT), key, 2019, m->day);
    Pentad__V1__SubjectProfile p = PENTAD__V1__SUBJECT_PROFILE__INIT;

    p.name = txt(name);
    p.resp_org = txt(dept);
    if (curve12) {
        p.n_plan_curve_bp = 12;
        p.plan_curve_bp = (int32_t *)(uintptr_t)curve12;
    }
    r.body_case = PENTAD__V1__RECORD__BODY_SUBJECT_PROFILE;
    r.subject_profile = &p;
    return mk_add(m, "finance", &r);
}

struct mk_ref mk_org(struct mklog *m, int kind, const char *key, const char *name,
                     const char *parent, const char *rgn) {
    Pentad__V1__Record r = mk_record(kind, key, 2019, m->day);
    Pentad__V1__OrgProfile p = PENTAD__V1__ORG_PROFILE__INIT;

    p.name = txt(name);
    p.parent = txt(parent);
    p.rgn = txt(rgn);
    p.has_level = 1;
    p.level = kind == K(DEPT) ? PENTAD__V1__ORG_LEVEL__ORG_LEVEL_DEPT
                              : PENTAD__V1__ORG_LEVEL__ORG_LEVEL_UNIT;
    r.body_case = PENTAD__V1__RECORD__BODY_ORG_PROFILE;
    r.org_profile = &p;
    return mk_add(m, "finance", &r);
}

struct mk_ref mk_allot(struct mklog *m, int kind, const char *subject, const char *dept,
                       const char *quota_no, const char *func, int32_t fy, int32_t on, int64_t fen,
                       const char *control_key) {
    Pentad__V1__Record r = mk_record(K(PROJECT), subject, fy, on);
    Pentad__V1__Allotment a = PENTAD__V1__ALLOTMENT__INIT;

    a.has_kind = a.has_bk = a.has_fund_year = a.has_fen = a.has_final_level = a.has_issued_on = 1;
    a.kind = (Pentad__V1__AllotmentKind)kind;
    a.quota_no = txt(quota_no);
    a.dept = txt(dept);
    a.bk = PENTAD__V1__BUDGET_KIND__BUDGET_KIND_GENERAL;
    a.func = txt(func);
    a.fund_year = fy;
    a.fen = fen;
    a.final_level = 1;
    a.issued_on = on;
    a.control_key = txt(control_key);
    r.doc_no = txt(quota_no);
    r.body_case = PENTAD__V1__RECORD__BODY_ALLOTMENT;
    r.allotment = &a;
    return mk_add(m, "finance", &r);
}

struct mk_ref mk_pay(struct mklog *m, const char *unit, int32_t fy, int32_t pay_date,
                     const struct mk_line *lines, size_t n, const struct mk_ref *reverses) {
    Pentad__V1__Record r = mk_record(K(UNIT), unit, fy, pay_date);
    Pentad__V1__PaymentBatch b = PENTAD__V1__PAYMENT_BATCH__INIT;
    Pentad__V1__PaymentLine l[64];
    Pentad__V1__PaymentLine *lp[64];

    PT_ASSERT(n <= 64);
    b.has_pay_date = b.has_sum_fen = 1;
    b.pay_date = pay_date;
    b.has_date_precision = m->pay_precision != 0;
    b.date_precision = (Pentad__V1__DatePrecision)m->pay_precision;
    b.n_lines = n;
    b.lines = lp;
    for (size_t i = 0; i < n; i++) {
        pentad__v1__payment_line__init(&l[i]);
        lp[i] = &l[i];
        l[i].voucher_no = txt(lines[i].voucher);
        l[i].subject = txt(lines[i].subject);
        l[i].quota_no = txt(lines[i].quota_no);
        l[i].has_bk = l[i].has_fund_year = l[i].has_fen = l[i].has_op = 1;
        l[i].bk = PENTAD__V1__BUDGET_KIND__BUDGET_KIND_GENERAL;
        l[i].func = txt("2050201");
        l[i].econ_d = txt("30201");
        l[i].fund_year = fy;
        l[i].fen = lines[i].fen < 0 ? -lines[i].fen : lines[i].fen;
        l[i].op = lines[i].fen < 0 ? PENTAD__V1__PAYMENT_OP__PAYMENT_OP_REFUND
                                   : PENTAD__V1__PAYMENT_OP__PAYMENT_OP_PAY;
        l[i].payee_uscc = txt("91370100MA3C000000");
        l[i].purpose = txt("设备采购款");
        l[i].control_key = txt(lines[i].control_key);
        l[i].has_pre_approval_basis = 1;
        l[i].pre_approval_basis = lines[i].basis
                                      ? (Pentad__V1__PreApprovalBasis)lines[i].basis
                                      : PENTAD__V1__PRE_APPROVAL_BASIS__PRE_APPROVAL_BASIS_NONE;
        b.sum_fen += lines[i].fen;
    }
    correct(&r, PENTAD__V1__CORRECTION__CORRECTION_REVERSE, reverses);
    r.body_case = PENTAD__V1__RECORD__BODY_PAYMENT_BATCH;
    r.payment_batch = &b;
    return mk_add(m, "finance", &r);
}

struct mk_ref mk_approve_budget(struct mklog *m, int kind, const char *rgn, const char *doc,
                                int32_t fy, int32_t on, const char *func, const char *dept,
                                const char *subject, int64_t fen, int src_unit) {
    Pentad__V1__Record r = mk_record(K(REGION), rgn, fy, on);
    Pentad__V1__CongressApproval a = PENTAD__V1__CONGRESS_APPROVAL__INIT;
    Pentad__V1__ApprovalLine l = PENTAD__V1__APPROVAL_LINE__INIT;
    Pentad__V1__ApprovalLine *lp = &l;

    a.has_kind = a.has_approved_on = a.has_total_fen = 1;
    a.kind = (Pentad__V1__ApprovalKind)kind;
    a.approved_on = on;
    a.n_lines = 1;
    a.lines = &lp;
    a.total_fen = fen;
    l.has_bk = l.has_fen = l.has_src_unit = 1;
    l.bk = PENTAD__V1__BUDGET_KIND__BUDGET_KIND_GENERAL;
    l.func = txt(func);
    l.dept = txt(dept);
    l.subject = txt(subject);
    l.fen = fen;
    l.src_unit = (Pentad__V1__SourceUnit)src_unit;
    r.doc_no = txt(doc);
    r.body_case = PENTAD__V1__RECORD__BODY_CONGRESS_APPROVAL;
    r.congress_approval = &a;
    return mk_add(m, "congress", &r);
}

struct mk_ref mk_eval(struct mklog *m, int kind, const char *subject, int32_t fy, int32_t on,
                      int32_t total_cp, const struct mk_ref *replaces,
                      const struct mk_ref *reviewed) {
    Pentad__V1__Record r = mk_record(K(PROJECT), subject, fy, on);
    Pentad__V1__Evaluation e = PENTAD__V1__EVALUATION__INIT;

    e.has_kind = e.has_by = e.has_total_cp = 1;
    e.kind = (Pentad__V1__EvaluationKind)kind;
    e.by = kind == PENTAD__V1__EVALUATION_KIND__EVALUATION_KIND_SELF
               ? PENTAD__V1__EVALUATION_BY__EVALUATION_BY_UNIT
               : PENTAD__V1__EVALUATION_BY__EVALUATION_BY_FIN;
    e.total_cp = total_cp;
    if (reviewed)
        e.reviewed = (Pentad__V1__RecordRef *)(uintptr_t)&reviewed->ref;
    correct(&r, PENTAD__V1__CORRECTION__CORRECTION_REPLACE, replaces);
    r.body_case = PENTAD__V1__RECORD__BODY_EVALUATION;
    r.evaluation = &e;
    return mk_add(m, "finance", &r);
}

struct mk_ref mk_month(struct mklog *m, const char *subject, int32_t month, int64_t cum_paid,
                       const struct mk_ref *replaces) {
    Pentad__V1__Record r = mk_record(K(PROJECT), subject, month / 100, m->day);
    Pentad__V1__ExecSnapshot x = PENTAD__V1__EXEC_SNAPSHOT__INIT;

    x.has_month = x.has_cum_paid_fen = 1;
    x.month = month;
    x.cum_paid_fen = cum_paid;
    correct(&r, PENTAD__V1__CORRECTION__CORRECTION_REPLACE, replaces);
    r.body_case = PENTAD__V1__RECORD__BODY_EXEC_SNAPSHOT;
    r.exec_snapshot = &x;
    return mk_add(m, "finance", &r);
}

struct mk_ref mk_control(struct mklog *m, int action, const char *subject, const char *unit,
                         int32_t fy, int32_t on, int64_t fen) {
    Pentad__V1__Record r = mk_record(K(PROJECT), subject, fy, on);
    Pentad__V1__FundControl c = PENTAD__V1__FUND_CONTROL__INIT;

    c.has_action = 1;
    c.action = (Pentad__V1__FundAction)action;
    c.unit = txt(unit);
    c.has_fen = fen != 0;
    c.fen = fen;
    c.reason = txt("执行缓慢");
    r.body_case = PENTAD__V1__RECORD__BODY_FUND_CONTROL;
    r.fund_control = &c;
    return mk_add(m, "finance", &r);
}

struct mk_ref mk_audit_paid(struct mklog *m, const char *subject, int32_t fy, int32_t on,
                            int64_t fen, const struct mk_ref *replaces) {
    Pentad__V1__Record r = mk_record(K(PROJECT), subject, fy, on);
    Pentad__V1__AuditFigure a = PENTAD__V1__AUDIT_FIGURE__INIT;

    a.has_item = a.has_fen = 1;
    a.item = PENTAD__V1__AUDIT_ITEM__AUDIT_ITEM_PAID;
    a.fen = fen;
    correct(&r, PENTAD__V1__CORRECTION__CORRECTION_REPLACE, replaces);
    r.body_case = PENTAD__V1__RECORD__BODY_AUDIT_FIGURE;
    r.audit_figure = &a;
    return mk_add(m, "audit", &r);
}

struct mk_ref mk_finding(struct mklog *m, const char *subject, int32_t fy, int32_t on,
                         const char *no, int category, int severity, int32_t due, int64_t fen,
                         int correction, const struct mk_ref *corrects) {
    Pentad__V1__Record r = mk_record(K(PROJECT), subject, fy, on);
    Pentad__V1__AuditFinding a = PENTAD__V1__AUDIT_FINDING__INIT;

    a.finding_no = txt(no);
    a.has_category = a.has_severity = a.has_due = a.has_fen = 1;
    a.category = (Pentad__V1__FindingCategory)category;
    a.severity = (Pentad__V1__FindingSeverity)severity;
    a.due = due;
    a.fen = fen;
    a.fact = txt("事实");
    correct(&r, correction, corrects);
    r.body_case = PENTAD__V1__RECORD__BODY_AUDIT_FINDING;
    r.audit_finding = &a;
    return mk_add(m, "audit", &r);
}

struct mk_ref mk_verify(struct mklog *m, const char *subject, int32_t fy, int32_t on,
                        const struct mk_ref *finding, int status) {
    Pentad__V1__Record r = mk_record(K(PROJECT), subject, fy, on);
    Pentad__V1__AuditVerify a = PENTAD__V1__AUDIT_VERIFY__INIT;

    a.finding = (Pentad__V1__RecordRef *)(uintptr_t)&finding->ref;
    a.has_checked_on = a.has_status = 1;
    a.checked_on = on;
    a.status = (Pentad__V1__VerifyStatus)status;
    r.body_case = PENTAD__V1__RECORD__BODY_AUDIT_VERIFY;
    r.audit_verify = &a;
    return mk_add(m, "audit", &r);
}
