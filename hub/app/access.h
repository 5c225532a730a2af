/* Who read which restricted record (pt_type_restricted), and why he said he did: noted before the
 * answer leaves, kept until the writer has logged it as H05. A crash loses what waits.
 * docs/decisions/0025, docs/operating.md. */
#ifndef PENTAD_APP_ACCESS_H
#define PENTAD_APP_ACCESS_H

#include <pentad/http/request.h>
#include <pentad/record/ref.h>

#include "own.h"

#define PT_ACCESS_PURPOSE_CHARS 500
#define PT_ACCESS_DUE 1000    /* so many are logged without waiting for a tick */
#define PT_ACCESS_MAX 10000   /* while so many wait, nobody is given any more */
#define PT_ACCESS_RECORD 1000 /* accesses of one H05: any 1,000 fit a record's bytes */

struct pt_call;
struct pt_access;

/* Borrows the hub for its log and its writer. */
int pt_access_new(struct pt_hub *h, struct pt_access **ret, struct pt_err *err);
void pt_access_free(struct pt_access *a); /* NULL is fine */

/* Records that one answer gives away. Zero is empty. Any thread, one at a time. */
struct pt_access_target {
    struct pt_ref ref;
    struct pt_hash hash;
    uint64_t log_index;
};
struct pt_access_list {
    struct pt_access_target *at;
    size_t n, cap;
};
int pt_access_list_add(struct pt_access_list *l, const struct pt_ref *ref, uint64_t log_index,
                       struct pt_span bytes);
void pt_access_list_done(struct pt_access_list *l);

/* What the request states in Pentad-Purpose, percent-encoded UTF-8; *ret, freed by the caller, is
 * NULL where it states nothing. PT_E_FORMAT, PT_E_TEXT, PT_E_TOO_LARGE. */
int pt_access_purpose(const struct pt_http_request *req, char **ret, struct pt_err *err);

/* On the list, where the call's reading of it is to be noted: it is restricted, and the view isn't
 * the public's. */
int pt_access_list_take(const struct pt_call *c, struct pt_access_list *l, const struct pt_ref *ref,
                        struct pt_span bytes, struct pt_err *err);

/* Worker. The call's answer gives this record, all of the list, or the page [after, next) with
 * those on the list. A page that begins where the identity's last one began is that page again: the
 * entries that it held aren't noted twice. One's own records and the public's view aren't noted.
 * PT_E_BUSY: too much waits, don't answer. */
int pt_access_record(struct pt_call *c, const struct pt_ref *ref, struct pt_span bytes,
                     struct pt_err *err);
int pt_access_records(struct pt_call *c, const struct pt_access_list *l, struct pt_err *err);
int pt_access_page(struct pt_call *c, uint64_t after, uint64_t next, const struct pt_access_list *l,
                   struct pt_err *err);

/* Any thread. */
size_t pt_access_waiting(struct pt_access *a);
bool pt_access_due(struct pt_access *a);
/* Writer thread: what waits, as H05 records of `day` (0: of none) in the group, as far as it takes
 * it; *ret_left: more waits. settled() once that group is durable, or was dropped. */
int pt_access_write(struct pt_access *a, struct pt_own *o, struct pt_group *g, int32_t day,
                    bool *ret_left, struct pt_err *err);
void pt_access_settled(struct pt_access *a, bool durable);

#endif
