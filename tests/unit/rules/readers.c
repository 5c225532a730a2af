#include "readers.h"

#include <stdlib.h>
#include <string.h>

#include <pentad/record/visible.h>
#include <pentad/sql/sql.h>
#include <pentad/v1/envelope.pb-c.h>

static enum pt_party author_of(const struct pt_fold_entry *e) {
    Pentad__V1__LogEntry *le =
        pentad__v1__log_entry__unpack(NULL, e->log_entry.len, e->log_entry.p);
    const Pentad__V1__Envelope *env = le ? le->envelope : NULL;
    Pentad__V1__BatchStatement *b =
        env ? pentad__v1__batch_statement__unpack(NULL, env->payload.len, env->payload.data) : NULL;
    enum pt_party author = b && b->party ? pt_party_from_name(b->party) : PT_PARTY_NONE;

    if (b)
        pentad__v1__batch_statement__free_unpacked(b, NULL);
    if (le)
        pentad__v1__log_entry__free_unpacked(le, NULL);
    return author;
}

static bool reads(struct pt_span bytes, enum pt_party author, enum pt_party reader) {
    Pentad__V1__Record *r = pentad__v1__record__unpack(NULL, bytes.len, bytes.p);
    bool full;

    PT_ASSERT(r);
    full = pt_visible(r, author, reader) == PT_VISIBLE_FULL;
    pentad__v1__record__free_unpacked(r, NULL);
    return full;
}

static int fold_entry(struct pt_ledger *l, const struct pt_fold_entry *e, enum pt_party reader,
                      struct reader_ledger *ret, struct pt_err *err) {
    struct pt_span *records = calloc(e->n + 1, sizeof *records);
    struct pt_fold_entry seen = *e;
    struct pt_ledger_applied applied;
    enum pt_party author = e->n > 0 ? author_of(e) : PT_PARTY_NONE;
    int rc;

    if (!records)
        return pt_err_set(err, PT_E_NOMEM, "no memory");
    for (size_t i = 0; i < e->n; i++) {
        if (reads(e->records[i], author, reader))
            records[i] = e->records[i];
        else
            ret->withheld++;
    }
    seen.records = records;
    rc = pt_ledger_apply(l, &seen, &applied, err);
    free(records);
    return rc;
}

int readers_fold(enum pt_party reader, const struct pt_fold_entry *e, size_t n,
                 struct reader_ledger *ret, struct pt_err *err) {
    struct pt_ledger *l = NULL;
    int64_t days = 0;
    bool found;
    int rc = pt_ledger_open(":memory:", PT_LEDGER_WRITE, &l, NULL, err);

    memset(ret, 0, sizeof *ret);
    rc = rc == 0 ? pt_ledger_begin(l, err) : rc;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = fold_entry(l, &e[i], reader, ret, err);
    rc = rc == 0 ? pt_ledger_commit(l, err) : rc;
    rc = rc == 0 ? pt_snapshot_unlike(l, reader, &ret->unlike, err) : rc;
    rc = rc == 0 ? pt_sql_number(pt_ledger_sql(l), &days, &found, err,
                                 "SELECT count(*) FROM snap_day WHERE rec IS NOT NULL", "")
                 : rc;
    rc = rc == 0 ? pt_snapshot_check(l, &ret->rows, err) : rc;
    ret->days = (uint64_t)days;
    pt_ledger_close(l);
    return rc;
}
