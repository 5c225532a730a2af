/* Answers for people and programs, as JSON (jansson; the caller owns one reference): subject rows,
 * discrepancies, traces down to records. Every answer has "log_size" (what it is true at),
 * "tick_day", and where it takes them "valid_at" and "known_at". 64-bit amounts are strings.
 * Discrepancies are listed and counted as far as `reader` may read them (PT_PARTY_HUB: all): the
 * others aren't there for him. What else he may not read the caller takes out.
 * Threads: the handle's thread. Specification: docs/http.md. */
#ifndef PENTAD_LEDGER_QUERY_H
#define PENTAD_LEDGER_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/ledger.h>
#include <pentad/record/party.h>

struct json_t;

/* "PROJECT:370100…", "DEPT:…", or a bare key where only one kind has it (PT_E_NOT_FOUND: no record
 * speaks of it; PT_E_USAGE: several kinds, the message lists them). */
int pt_ledger_subject_parse(struct pt_ledger *l, const char *text, int *ret_kind, char *ret_key,
                            size_t key_cap, struct pt_err *err);
/* The subject's name as its profile says (latest), or its key. */
int pt_ledger_subject_name(struct pt_ledger *l, int kind, const char *key, char *out, size_t cap);

/* A list of every stream that has written: {"party", "stream", "next_seq" as text, "log_index" of
 * its last batch, "last_closed_day" yyyymmdd}, by party and name. */
int pt_ledger_streams_json(struct pt_ledger *l, struct json_t **ret_json, struct pt_err *err);
/* {"log_size", "subjects": [{"kind","key","name","dept","years":[…],"open"}…], "next": key|null};
 * kind 0: all; `after` a "KIND:key" or NULL; limit 1..1000. */
int pt_ledger_subjects_json(struct pt_ledger *l, int kind, const char *after, int limit,
                            enum pt_party reader, struct json_t **ret_json, struct pt_err *err);
/* One row: subject, profile, state, every figure, open discrepancies, the records that name it
 * (counts by type). fiscal_year 0: the latest it has. */
int pt_ledger_row_json(struct pt_ledger *l, int kind, const char *key, int32_t fiscal_year,
                       int32_t valid_at, uint64_t known_at, enum pt_party reader,
                       struct json_t **ret_json, struct pt_err *err);

/* What a trace lists of everything that is a list: `limit` (0: PT_LIST_DEFAULT; at most
 * PT_LIST_MAX) from `offset` on. What follows is counted, as "omitted", and is had by asking on
 * from there. */
#define PT_LIST_DEFAULT 1000
#define PT_LIST_MAX 10000
struct pt_list_page {
    uint32_t limit, offset;
};
/* Who reads a list: what he may not read isn't in it, nor skipped or counted. may_read is asked
 * about a record as the list would have it, where its type and its author don't say. */
struct pt_list_reader {
    enum pt_party party;
    bool (*may_read)(const struct json_t *record, enum pt_party party);
};

/* What became of a subject in a year (ask->figure is ignored): its state, and its records of the
 * year or of none with the approvals that name it, by business date, each as a trace has it, with
 * its body where its type isn't restricted: {"subject", "fiscal_year", "state", "records",
 * "omitted", "payments": {"figure", "paid", "months": [{"month", "paid"}]} or null,
 * "discrepancies": of the year or of none, as in their list, PT_LIST_MAX at most,
 * "discrepancies_omitted"}. `reader` NULL: all of them. */
int pt_ledger_history_json(struct pt_ledger *l, const struct pt_figure_ask *ask,
                           struct pt_list_page page, const struct pt_list_reader *reader,
                           struct json_t **ret_json, struct pt_err *err);
/* A department's items with money in the year: of each what congress approved for it by itself,
 * its full-year budget (what of it is in the department's; an item that it sent on is another's,
 * and has no more there), what of this was carried over and what was paid; "sum" of them, the
 * "department"'s own, what of its budget and payments is "outside" of every item, "complete":
 * nothing, and "unallotted": what congress approved for it less its budget without carry-over.
 * PT_E_USAGE: no department. */
int pt_ledger_universe_json(struct pt_ledger *l, const struct pt_figure_ask *ask,
                            struct json_t **ret_json, struct pt_err *err);

/* Figure → formula, value, inputs as a tree down to records; each input has "count", "omitted". */
int pt_ledger_trace_figure(struct pt_ledger *l, const struct pt_figure_ask *ask,
                           struct pt_list_page page, struct json_t **ret_json, struct pt_err *err);
/* One record: what it says, its corrections, what it refers to up to the approval, who refers to
 * it, the discrepancies that cite it; of a clue's, its transfer, receipts and outcomes. "omitted"
 * has a number for each of these lists. */
int pt_ledger_trace_record(struct pt_ledger *l, const char *party, const char *stream, uint64_t seq,
                           struct pt_list_page page, enum pt_party reader, struct json_t **ret_json,
                           struct pt_err *err);

/* `reader` always, else NULL or 0: any. severity 1 I, 2 Y, 3 R. status: "OPEN" "REPLIED" "CLOSED"
 * "WAIVED", or "active" = OPEN and REPLIED. As of known_at: the newest H01 of each id by the last
 * tick up to there; what a tick finds is logged behind it, and belongs to what was known at it. */
struct pt_discrepancy_filter {
    enum pt_party reader;
    const char *rule;
    int severity;
    const char *responder;
    const char *status;
    int kind;
    const char *key;
    int32_t fiscal_year; /* 0: any; else those of that year or of none */
    bool escalated;      /* those alone */
    const uint8_t *id;   /* 16 bytes: that one alone */
    uint64_t known_at;   /* 0 or PT_KNOWN_NOW: now */
    int limit;           /* 0: 1000 */
    int offset;
};
int pt_ledger_discrepancies_json(struct pt_ledger *l, const struct pt_discrepancy_filter *f,
                                 struct json_t **ret_json, struct pt_err *err);

/* One discrepancy by the first digits of its id: {"discrepancy": its newest state as in the list,
 * "inputs": the records it cites, "history": every H01 of it, "replies": every H02 to it, each with
 * its "approvals", "tasks": the J02s that supervise this episode, "cleared_by": of one that is
 * closed, the records about it that came with the tick that closed it (none where a date passed),
 * "workdays_left": until its reply is due, below 0 since it was; only while one is waited for}.
 * PT_E_USAGE for what is no id or begins several, PT_E_NOT_FOUND, of what the reader may read. */
enum { PT_DISCREPANCY_PREFIX_MIN = 6, PT_DISCREPANCY_ID_LEN = 16 };
int pt_ledger_discrepancy_json(struct pt_ledger *l, const char *id, enum pt_party reader,
                               struct json_t **ret_json, struct pt_err *err);
/* The same one's records, in log order: its H01s, what each of them cites, the replies, the
 * approvals of these, the tasks. Whatever of them `reader` may not read the caller leaves out. */
int pt_ledger_discrepancy_records(struct pt_ledger *l, const char *id, enum pt_party reader,
                                  uint8_t ret_id[PT_DISCREPANCY_ID_LEN], pt_ledger_input_cb cb,
                                  void *ctx, struct pt_err *err);
/* {"escalated": how many are and still want something done, "proposals": of them those without a
 * J02: {"discrepancy", "origin": the H01 that escalated it, "escalated_on", "due": the term of a
 * reply from then on}}. */
int pt_ledger_escalations_json(struct pt_ledger *l, enum pt_party reader, struct json_t **ret_json,
                               struct pt_err *err);

/* The office's orders (H07, H08, H09, Lift) that wait for approvals as of the last tick, newest
 * first: {"orders": [{a record, "body", "names": the records that it refers to, "needed", "given",
 * "approvals": each body's newest verdict, "counts" where that body has a say}], "omitted"}. A lift
 * acts at the log position of its last approval already: "given" is "needed" then. */
#define PT_ORDER_APPROVALS 2
#define PT_ORDERS_MAX 200
int pt_ledger_orders_json(struct pt_ledger *l, struct json_t **ret_json, struct pt_err *err);

/* Does a disclosure in force cover the record, as of the last tick? *ret false for what isn't
 * there. */
int pt_ledger_disclosed(struct pt_ledger *l, const char *party, const char *stream, uint64_t seq,
                        bool *ret, struct pt_err *err);
/* The records that a disclosure which is in force now covers since a tick in one of the log entries
 * [from, to), in order of ticks. A second disclosure tells of a record again at its own tick.
 * Nonzero from cb stops and is returned. */
typedef int pt_ledger_disclosed_cb(void *ctx, const char *party, const char *stream, uint64_t seq,
                                   uint64_t log_index);
int pt_ledger_disclosed_since(struct pt_ledger *l, uint64_t from, uint64_t to,
                              pt_ledger_disclosed_cb *cb, void *ctx, struct pt_err *err);

#endif
