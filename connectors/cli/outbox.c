#include "outbox.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/base/clock.h>
#include <pentad/base/file.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/record/validate.h>

#include "keys.h"

enum { FAULTS_MAX = 1024 * 1024 };

int pt_cli_outbox_open(const char *config, struct cli_outbox *ret, struct pt_err *err) {
    *ret = (struct cli_outbox){.path = config};
    int rc = pt_config_load(config, &ret->config, err);
    if (rc == 0) {
        rc = pt_mkdirs(ret->config->state, 0700, err);
    }
    if (rc == 0) {
        rc = pt_state_open_in(ret->config->state, PT_STATE_MAKE, &ret->state, err);
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

static int validate(const Pentad__V1__Record *rec, const struct pt_codes *codes,
                    enum pt_party party, const char *origin, struct pt_err *err) {
    struct pt_faults faults;
    struct pt_arena arena;
    pt_arena_init(&arena, FAULTS_MAX);
    pt_faults_init(&faults, &arena);
    int rc = pt_record_validate_draft(rec, codes, party, 1, pt_clock_now_ms(&pt_clock_system),
                                      &faults, err);
    if (rc != 0) {
        pt_err_wrap(err, "%s", origin);
    }
    pt_arena_done(&arena);
    return rc;
}

/* As the connector would, which else makes a dead letter of it. */
static int check(const struct cli_outbox *b, const Pentad__V1__Record *rec, const char *origin,
                 struct pt_err *err) {
    struct pt_codes *codes = NULL;
    struct pt_err why;
    struct cli_keys k;
    if (pt_cli_keys_open(b->path, &k, &why) != 0) {
        return 0; /* it has verified nothing yet: it checks once it has */
    }
    const Pentad__V1__Genesis *g = pt_follower_genesis(k.view);
    int rc = g ? pt_codes_new(g->code_family, &codes, err) : 0;
    rc = rc == 0 && codes ? validate(rec, codes, pt_party_from_name(b->config->party), origin, err)
                          : rc;
    pt_codes_free(codes);
    pt_cli_keys_close(&k);
    return rc;
}

static void warn_where_ended(const struct cli_outbox *b) {
    int64_t ended = 0;
    if (pt_state_get_int(b->state, "ended", 0, &ended, NULL) == 0 && ended) {
        fprintf(
            stderr,
            PT_SAY(
                "pentad: %s/%s has ended, so that this will never go out: name a new stream "
                "and a new state in %s, and hand it in there\n",
                "pentad：%s/%s已终止，此记录不会发出：请在%s中改用新的stream和state，再行提交\n"),
            b->config->party, b->config->stream, b->path);
    }
}

int pt_cli_outbox_put(struct cli_outbox *b, const Pentad__V1__Record *rec, const char *origin,
                      struct pt_err *err) {
    const struct pt_record_info *info = pt_record_info_of(rec);
    if (!info) {
        return pt_err_set(
            err, PT_E_MISSING,
            PT_SAY("%s: the record has no body of a known type", "%s：记录没有已知类型的内容"),
            origin);
    }
    if (rec->has_seq || rec->has_nonce) {
        return pt_err_set(err, PT_E_FIELD,
                          PT_SAY("%s: leave seq and nonce out, the connector gives them",
                                 "%s：请略去seq和nonce，由连接器给定"),
                          origin);
    }
    struct pt_buf bytes;
    pt_buf_init(&bytes, PT_RECORD_MAX);
    int rc = check(b, rec, origin, err);
    rc = rc ? rc : pt_msg_encode(&rec->base, &bytes, err);
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
    if (rc == 0) {
        warn_where_ended(b);
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
