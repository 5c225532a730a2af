/* What a hub may not log: a record that it had to refuse. It has examined each before it signed. */
#include <inttypes.h>
#include <stdio.h>

#include <pentad/log/store.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/entry.h>
#include <pentad/record/decode.h>
#include <pentad/record/validate.h>

#include "log_check.h"

void pt_cli_log_record_fault(struct checking *k, const struct cli_logged *x, const char *check,
                             int code, const char *what) {
    char where[160];
    (void)snprintf(where, sizeof where, "log entry %" PRIu64 " (%s/%s#%" PRIu64 ")", x->log_index,
                   x->party, x->stream, x->seq);
    pt_cli_log_fault(k, &(struct pt_log_fault){.code = code,
                                               .check = check,
                                               .where = where,
                                               .what = what,
                                               .has_index = true,
                                               .log_index = x->log_index,
                                               .party = x->party,
                                               .stream = x->stream,
                                               .seq = x->seq,
                                               .expected = "",
                                               .found = ""});
}

static void name_record(struct checking *k, const struct cli_logged *x, const struct pt_fault *f) {
    char what[400];
    if (k->refusable++ >= PT_LOG_CHECK_FAULTS_MAX) {
        return;
    }
    (void)snprintf(what, sizeof what, "its hub had to refuse it: %.120s%s%.200s", f->field,
                   f->field[0] ? " " : "", f->message);
    pt_cli_log_record_fault(k, x, "record", f->code, what);
}

void pt_cli_log_valid(struct checking *k, const struct cli_logged *x) {
    struct pt_faults found;
    pt_faults_init(&found, &k->scratch);
    if (pt_record_validate(x->record, NULL, pt_party_from_name(x->party), x->received_at_ms,
                           &found) != 0 &&
        found.count > 0) {
        name_record(k, x, &found.v[0]);
    }
}

int pt_cli_log_entry_valid(struct checking *k, const struct pt_store_entry *e, struct pt_err *err) {
    struct cli_logged x = {
        .log_index = e->index, .party = e->party, .stream = e->stream, .seq = e->first_seq};
    struct pt_entry entry;
    struct pt_kept_record kept;
    size_t pos = 0;
    int rc = e->record_count > 0 ? pt_entry_open(e->log_entry, &entry, err) : 0;
    if (rc != 0 || e->record_count == 0) {
        return rc;
    }
    x.received_at_ms = entry.received_at_ms;
    for (; pt_kept_record_next(e->records, &pos, &kept) == 1; x.seq++) {
        struct pt_fault fault;
        Pentad__V1__Record *record = NULL;
        pt_arena_reset(&k->scratch);
        if (kept.erased) {
            continue;
        }
        rc = pt_record_decode(kept.bytes, &k->scratch, &record, &fault);
        x.record = record;
        if (rc == 0) {
            pt_cli_log_valid(k, &x);
        } else {
            name_record(k, &x, &fault);
        }
    }
    pt_entry_done(&entry);
    return 0;
}
