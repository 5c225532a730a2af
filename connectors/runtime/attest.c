/* Attestation: the log as this body may read it, folded into a ledger of its own, and of each
 * snapshot (H03) whether the hub's ledger gives the same.
 *
 *   feed ─► own follower verifies ─► ledger commits ─► follower is stored ─► … ─► as far as was
 *   verified ─► verdicts on new H03s ─► Attestation records, outbox
 *
 * The ledger commits first: a connector that is killed in between verifies those pages again and
 * folds nothing twice. A fold that fails here never stops what this connector witnesses. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/record/validate.h>

#include "connector_internal.h"
#include "state_internal.h"

#define PAGES_A_STEP 4
#define ROW_WAIT_US (120 * INT64_C(1000000)) /* for the rows of a hub; then it is said without */

static struct pt_replay *replay_of(const struct pt_connector *c) {
    return c->opt.replay && c->opt.replay->ops ? c->opt.replay : NULL;
}

bool pt_connector_attests(const struct pt_connector *c) {
    return c->attest.follower && pt_connector_closes(c);
}

bool pt_connector_attest_pending(const struct pt_connector *c) {
    return c->attest.follower && !c->attest.failed && c->caught_up &&
           pt_follower_size(c->attest.follower) < pt_follower_size(c->follower);
}

/* The log may grow between two pages: then the fold waits for the connector to verify as much. */
static bool is_ahead(const struct pt_connector *c) {
    return pt_follower_size(c->attest.follower) > pt_follower_size(c->follower);
}

bool pt_connector_attest_done(const struct pt_connector *c) {
    bool silent = pt_follower_settled(c->follower) == PT_SETTLED &&
                  pt_follower_size(c->follower) >= c->log_size;
    return c->attest.failed || c->attest.day >= c->config->until_day ||
           (silent && !pt_connector_attest_pending(c) && !is_ahead(c));
}

/* ---- the follower ---- */

static int fresh(struct pt_connector *c, struct pt_err *err) {
    pt_follower_free(c->attest.follower);
    c->attest.follower = NULL;
    return pt_follower_new(&c->trust, c->party, &c->attest.follower, err);
}

int pt_connector_attest_open(struct pt_connector *c, struct pt_err *err) {
    const struct pt_replay *r = replay_of(c);
    struct pt_buf saved;
    if (!r) {
        return 0;
    }
    pt_buf_init(&saved, PT_FOLLOWER_STATE_MAX);
    int rc = fresh(c, err);
    if (rc == 0) {
        rc = pt_state_get_blob(c->state, "replay_follower", &saved, err);
        rc = rc == 0 ? pt_follower_load(c->attest.follower, pt_buf_span(&saved), err) : rc;
        rc = rc == PT_E_NOT_FOUND ? 0 : rc;
    }
    /* The ledger was lost, or begun anew by another version. */
    if (rc == 0 && pt_follower_size(c->attest.follower) > r->ops->size(r->self)) {
        rc = fresh(c, err);
    }
    pt_buf_done(&saved);
    return rc;
}

static int save(struct pt_connector *c, struct pt_err *err) {
    struct pt_buf saved;
    pt_buf_init(&saved, PT_FOLLOWER_STATE_MAX);
    int rc = pt_follower_save(c->attest.follower, &saved);
    rc = rc ? pt_err_set(err, rc, "the view of the log doesn't fit in memory")
            : pt_connector_begin(c, err);
    if (rc == 0) {
        rc = pt_state_set_blob(c->state, "replay_follower", pt_buf_span(&saved), err);
        rc = pt_connector_end(c, rc, err);
    }
    pt_buf_done(&saved);
    return rc;
}

/* ---- an erasure ---- */

/* A record was destroyed by order: nothing of it stays in the ledger, which is folded again. */
static int begin_anew(struct pt_connector *c, struct pt_err *err) {
    const struct pt_replay *r = replay_of(c);
    int64_t due = 0;
    int rc = pt_state_get_int(c->state, "replay_anew", 0, &due, err);
    if (rc != 0 || due == 0) {
        return rc;
    }
    rc = r->ops->anew(r->self, err);
    rc = rc ? rc : fresh(c, err);
    rc = rc ? rc : pt_connector_begin(c, err);
    if (rc != 0) {
        return rc;
    }
    rc = pt_sql_run(&c->state->sql, err,
                    "DELETE FROM meta WHERE name IN ('replay_follower', 'replay_anew')", "");
    rc = pt_connector_end(c, rc, err);
    if (rc == 0) {
        pt_connector_event(c, "attesting", "the own ledger is made anew: records were erased");
    }
    return rc;
}

/* ---- folding ---- */

/* The connector verified this log already; a hub must not show its fold another one. */
static int same_log(struct pt_connector *c, struct pt_err *err) {
    uint64_t size = pt_follower_size(c->attest.follower);
    struct pt_span note = pt_follower_checkpoint(c->attest.follower);
    struct pt_hash here, there;
    int64_t received;
    pt_follower_root(c->attest.follower, &here);
    if (size > pt_follower_size(c->follower)) {
        return pt_follower_expect(c->follower, size, &here, note, err);
    }
    if (pt_follower_root_at(c->follower, size, &there, &received) != 0 ||
        pt_hash_eq(&here, &there)) {
        return 0;
    }
    return pt_err_set(
        err, PT_E_FORK,
        "the hub served another tree of size %" PRIu64 " to be folded than to be verified", size);
}

/* Nothing is attested any more, until a person has looked; everything else goes on. */
static int give_up(struct pt_connector *c, const char *why) {
    c->attest.failed = true;
    pt_connector_alarm(c, "replay_failed", why);
    return 0;
}

/* Another attempt at the next step may do. */
static bool passes(int rc) {
    return rc == PT_E_BUSY || rc == PT_E_NOMEM;
}

static int fold_page(struct pt_connector *c, struct pt_span bytes, struct pt_err *err) {
    const struct pt_follow follow = {0};
    const struct pt_replay *r = replay_of(c);
    uint64_t log_size;
    int rc = pt_follower_page(c->attest.follower, bytes, &follow, &log_size, err);
    rc = rc == 0 ? same_log(c, err) : rc;
    if (pt_connector_failed_here(rc)) {
        return rc;
    }
    if (rc != 0) {
        pt_connector_keep_evidence(c, rc, ABOUT_SNAPSHOTS, err->msg, bytes);
        pt_connector_alarm(c, pt_err_name(rc), err->msg);
        return rc;
    }
    Pentad__V1__FeedPage *page = pentad__v1__feed_page__unpack(NULL, bytes.len, bytes.p);
    if (!page) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    rc = r->ops->fold(r->self, page, err);
    pentad__v1__feed_page__free_unpacked(page, NULL);
    return rc != 0 ? give_up(c, err->msg) : save(c, err);
}

/* A hub that can't be reached, or has nothing now: at the next step. */
static int fold_on(struct pt_connector *c, struct pt_err *err) {
    struct pt_err why = {0};
    struct pt_buf page;
    int rc = 0;
    pt_buf_init(&page, PT_FOLLOWER_PAGE_MAX);
    for (int i = 0; rc == 0 && i < PAGES_A_STEP && !c->stop && pt_connector_attest_pending(c);
         i++) {
        pt_buf_reset(&page);
        if (c->hub.feed(c->hub.ctx, pt_follower_size(c->attest.follower), 0, FEED_PAGE_BYTES, &page,
                        &why) != 0) {
            break;
        }
        rc = fold_page(c, pt_buf_span(&page), err);
    }
    pt_buf_done(&page);
    return rc;
}

/* ---- what is said ---- */

struct saying {
    struct pt_connector *c;
    bool any;                 /* there is something to say */
    int64_t until_us;         /* no question for the row after that */
    struct pt_replay_row row; /* the first that differs */
    int failed;               /* writing it down */
    bool unread;              /* the ledger's verdicts */
    struct pt_err *err;
};

/* A hub that is slow to show its rows doesn't keep this body from saying that they differ. */
static int ask_hub(void *ctx, const char *path, struct pt_buf *out, struct pt_err *err) {
    const struct saying *s = ctx;
    const struct hub_port *hub = &s->c->hub;
    if (pt_monotonic_us() >= s->until_us) {
        return pt_err_set(err, PT_E_TIMEOUT, "the hub hasn't shown its rows within %d s",
                          (int)(ROW_WAIT_US / 1000000));
    }
    return hub->get ? hub->get(hub->ctx, path, out, err)
                    : pt_err_set(err, PT_E_NOT_FOUND, "no way to ask");
}

/* "none" or the number. */
static void value_text(char out[24], bool has, int64_t value) {
    if (has) {
        (void)snprintf(out, 24, "%" PRId64, value);
    } else {
        (void)snprintf(out, 24, "none");
    }
}

static void tell(struct saying *s, const struct pt_replay_verdict *v) {
    char what[400], day[11], own[24], hub[24];
    const struct pt_replay_row *row = &s->row;
    pt_date_format(day, v->day);
    int n = snprintf(what, sizeof what,
                     "the hub's snapshot of %s (%s/%s#%" PRIu64 ") isn't what the log gives", day,
                     v->party, v->stream, v->seq);
    bool named = row->found && row->day == v->day;
    if (named) {
        n += snprintf(what + n, sizeof what - (size_t)n, ": %s %" PRId32 " %s", row->subject,
                      row->fiscal_year, row->formula);
    }
    if (named && (row->has_own || row->has_hub) && (size_t)n < sizeof what) {
        value_text(own, row->has_own, row->own);
        value_text(hub, row->has_hub, row->hub);
        (void)snprintf(what + n, sizeof what - (size_t)n, ": here %s, at the hub %s", own, hub);
    }
    pt_connector_alarm(s->c, "snapshot_differs", what);
}

static bool of_own_class(const struct pt_connector *c, const struct pt_replay_verdict *v) {
    for (size_t i = 0; i < v->n_classes; i++) {
        if (strcmp(v->classes[i], c->config->party) == 0) {
            return true;
        }
    }
    return false;
}

/* Every class sees facts; payments those that have one's own digest. A row whose values are
 * digests, or that is of no year, an Attestation has no room for: it says without it that they
 * differ. */
static bool may_name(const struct saying *s, const struct pt_replay_verdict *v) {
    const struct pt_replay_row *row = &s->row;
    return row->found && row->day == v->day && (row->has_own || row->has_hub) &&
           row->fiscal_year >= PT_YEAR_MIN && (row->facts || of_own_class(s->c, v));
}

static void fill_row(const struct pt_replay_row *row, Pentad__V1__RowDifference *d) {
    pentad__v1__row_difference__init(d);
    d->part = (char *)(uintptr_t)(row->facts ? "facts" : "payments");
    d->subject = (char *)(uintptr_t)row->subject;
    d->has_fiscal_year = 1;
    d->fiscal_year = row->fiscal_year;
    d->formula = (char *)(uintptr_t)row->formula;
    d->has_own = row->has_own;
    d->own = row->own;
    d->has_hub = row->has_hub;
    d->hub = row->hub;
}

static int author(struct saying *s, const struct pt_replay_verdict *v) {
    char origin[64], *classes[8];
    Pentad__V1__RecordRef ref = PENTAD__V1__RECORD_REF__INIT;
    Pentad__V1__Attestation a = PENTAD__V1__ATTESTATION__INIT;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__RowDifference row;
    ref.party = (char *)(uintptr_t)v->party;
    ref.stream = (char *)(uintptr_t)v->stream;
    ref.has_seq = ref.has_hash = 1;
    ref.seq = v->seq;
    ref.hash = (ProtobufCBinaryData){sizeof v->hash, (uint8_t *)(uintptr_t)v->hash};
    for (size_t i = 0; i < v->n_classes; i++) {
        classes[i] = (char *)(uintptr_t)v->classes[i];
    }
    a.snapshot = &ref;
    a.n_reader_classes = v->n_classes;
    a.reader_classes = classes;
    a.has_digest = a.has_equal = 1;
    a.digest = (ProtobufCBinaryData){sizeof v->digest, (uint8_t *)(uintptr_t)v->digest};
    a.equal = v->equal;
    if (!v->equal && may_name(s, v)) {
        fill_row(&s->row, &row);
        a.difference = &row;
    }
    r.body_case = PENTAD__V1__RECORD__BODY_ATTESTATION;
    r.attestation = &a;
    (void)snprintf(origin, sizeof origin, "the snapshot of %" PRId32, v->day);
    return pt_connector_author_record(s->c, &r, "Attestation", NULL, origin, s->err);
}

/* Made by other software, of other rows: it is neither found the same nor unlike. */
static bool is_other(const struct pt_replay_verdict *v) {
    return v->format != v->own_format;
}

static void pass_over(struct saying *s, const struct pt_replay_verdict *v) {
    char day[11];
    pt_date_format(day, v->day);
    pt_connector_event(s->c, "not_attested",
                       "the snapshot of %s (%s/%s#%" PRIu64
                       ") isn't attested: made by other software: format %" PRIu32
                       ", this one makes %" PRIu32,
                       day, v->party, v->stream, v->seq, v->format, v->own_format);
}

/* Before anything is written: the hub may take its time, and others want to write meanwhile. */
static int look(void *ctx, const struct pt_replay_verdict *v) {
    struct saying *s = ctx;
    const struct pt_replay *r = replay_of(s->c);
    struct pt_err why = {0};
    bool excused = false;
    s->any = true;
    if (v->equal || is_other(v) || pt_connector_excused(s->c, v->day, &excused, &why) != 0 ||
        excused) {
        return 0;
    }
    s->until_us = pt_monotonic_us() + ROW_WAIT_US;
    if (r->ops->differs(r->self, ask_hub, s, &s->row, &why) != 0) {
        pt_connector_event(s->c, "attesting", "which row differs isn't known: %s", why.msg);
        s->row.found = false;
    }
    return 1;
}

static int take_verdict(void *ctx, const struct pt_replay_verdict *v) {
    struct saying *s = ctx;
    bool excused = false;
    if (is_other(v)) {
        s->c->attest.day = v->day;
        pass_over(s, v);
        return 0;
    }
    s->failed = v->equal ? 0 : pt_connector_excused(s->c, v->day, &excused, s->err);
    if (s->failed != 0) {
        return s->failed;
    }
    s->c->attest.day = v->day;
    if (excused) {
        pt_connector_event(s->c, "attesting",
                           "of the snapshot of %" PRId32 " nothing is said: it rests on a record "
                           "that was erased since",
                           v->day);
        return 0;
    }
    if (!v->equal) {
        tell(s, v);
    }
    s->failed = s->c->ended ? 0 : author(s, v);
    return s->failed;
}

/* In a transaction. */
static int say_all(struct saying *s, struct pt_err *err) {
    struct pt_connector *c = s->c;
    const struct pt_replay *r = replay_of(c);
    c->day = pt_connector_by_day(c) ? (int32_t)c->tick_day
                                    : pt_date_from_ms(pt_clock_now_ms(c->opt.clock));
    int rc = r->ops->verdicts(r->self, (int32_t)c->attest.day, take_verdict, s, err);
    s->unread = rc != 0 && s->failed == 0;
    rc = rc ? rc : pt_state_set_int(c->state, "attested_day", c->attest.day, err);
    return rc == 0 && !c->ended && c->caught_up ? pt_connector_send_cut(c, err) : rc;
}

int pt_connector_attest(struct pt_connector *c, struct pt_err *err) {
    const struct pt_replay *r = replay_of(c);
    struct pt_err why = {0};
    struct saying s = {.c = c, .err = err};
    int64_t before = c->attest.day;
    if (!pt_connector_attests(c) || c->attest.failed || !pt_follower_genesis(c->follower)) {
        return 0;
    }
    int rc = begin_anew(c, &why);
    if (rc != 0) {
        return passes(rc) ? 0 : give_up(c, why.msg);
    }
    rc = fold_on(c, err);
    if (rc != 0 || c->attest.failed || !c->caught_up || pt_connector_attest_pending(c) ||
        is_ahead(c)) {
        return rc;
    }
    rc = r->ops->verdicts(r->self, (int32_t)before, look, &s, &why);
    if (rc < 0) {
        return passes(rc) ? 0 : give_up(c, why.msg);
    }
    rc = s.any ? pt_connector_begin(c, err) : 0;
    if (rc != 0 || !s.any) {
        return rc;
    }
    rc = pt_connector_end(c, say_all(&s, err), err);
    if (rc != 0) {
        c->attest.day = before;
    }
    return rc == 0 || !s.unread ? rc : passes(rc) ? 0 : give_up(c, err->msg);
}
