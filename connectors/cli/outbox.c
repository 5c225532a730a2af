#include "outbox.h"

#include <string.h>

#include <pentad/base/file.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>

int pt_cli_outbox_open(const char *config, struct cli_outbox *ret, struct pt_err *err) {
    char path[4096];
    memset(ret, 0, sizeof *ret);
    int rc = pt_config_load(config, &ret->config, err);
    if (rc == 0) {
        rc = pt_mkdirs(ret->config->state, 0700, err);
    }
    if (rc == 0 && pt_path_join(path, sizeof path, ret->config->state, "connector.db") != 0) {
        rc = pt_err_set(err, PT_E_CONFIG, "state: the path is too long");
    }
    if (rc == 0) {
        rc = pt_state_open(path, false, &ret->state, err);
    }
    if (rc != 0) {
        pt_cli_outbox_close(ret);
    }
    return rc;
}

void pt_cli_outbox_close(struct cli_outbox *b) {
    pt_state_free(b->state);
    pt_config_free(b->config);
    memset(b, 0, sizeof *b);
}

int pt_cli_outbox_put(struct cli_outbox *b, const Pentad__V1__Record *rec, const char *origin,
                      struct pt_err *err) {
    const struct pt_record_info *info = pt_record_info_of(rec);
    if (!info) {
        return pt_err_set(err, PT_E_MISSING, "%s: the record has no body of a known type", origin);
    }
    if (rec->has_seq || rec->has_nonce) {
        return pt_err_set(err, PT_E_FIELD, "%s: leave seq and nonce out, the connector gives them",
                          origin);
    }
    struct pt_buf bytes;
    pt_buf_init(&bytes, PT_RECORD_MAX);
    int rc = pt_msg_encode(&rec->base, &bytes, err);
    if (rc == 0) {
        rc = pt_state_begin(b->state, err);
    }
    if (rc == 0) {
        const struct pt_waiting row = {.due = 0,
                                       .type = info->code,
                                       .doc_no = rec->doc_no ? rec->doc_no : "",
                                       .origin = origin,
                                       .record = pt_buf_span(&bytes)};
        rc = pt_staged_add(b->state, &row, err);
        rc = rc ? rc : pt_state_commit(b->state, err);
        pt_state_rollback(b->state);
    }
    pt_buf_done(&bytes);
    return rc;
}

int pt_cli_outbox_has(struct cli_outbox *b, const char *type, const char *doc_no, bool *ret,
                      struct pt_err *err) {
    struct pt_ref_row sent;
    int rc = pt_staged_holds(b->state, type, doc_no, ret, err);
    if (rc != 0 || *ret) {
        return rc;
    }
    rc = pt_refs_find(b->state, b->config->party, type, doc_no, &sent, err);
    *ret = rc == 0;
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}
