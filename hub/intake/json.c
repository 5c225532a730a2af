#include "facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <pentad/base/codec.h>

/* The JSON form of a batch:
 *   {"envelope": {"payload": base64, "payloadType": text,
 *                 "signatures": [{"keyid": text, "sig": base64}]},
 *    "records": [base64, …], "held_checkpoint": base64}
 * The envelope as the DSSE specification has it. Duplicate and unknown keys are refused. */

#define OPENS_MAX 64 /* lists and objects of a batch, with room */

static int known_keys(const json_t *o, const char *const *keys, size_t n, const char *where,
                      struct pt_err *err) {
    const char *key;
    json_t *value;
    if (!json_is_object(o)) {
        return pt_err_set(err, PT_E_FORMAT, "%s must be an object", where);
    }
    /* jansson's iteration has no const form. */
    void *it = json_object_iter((json_t *)(uintptr_t)o);
    for (; it != NULL; it = json_object_iter_next((json_t *)(uintptr_t)o, it)) {
        key = json_object_iter_key(it);
        value = json_object_iter_value(it);
        bool known = false;
        for (size_t i = 0; i < n; i++) {
            known = known || strcmp(keys[i], key) == 0;
        }
        if (!known || value == NULL) {
            return pt_err_set(err, PT_E_FORMAT, "%s: unknown key \"%.60s\"", where, key);
        }
    }
    return 0;
}

static int take_base64(const json_t *v, const char *where, struct pt_buf *out, struct pt_err *err) {
    if (!json_is_string(v)) {
        return pt_err_set(err, PT_E_FORMAT, "%s must be base64 text", where);
    }
    int code = pt_unbase64_append(out, json_string_value(v), json_string_length(v));
    return code == 0 ? 0
                     : pt_err_set(err, code,
                                  code == PT_E_FORMAT ? "%s is not canonical base64"
                                                      : "%s doesn't fit a batch",
                                  where);
}

static int take_text(const json_t *v, const char *where, char **ret, struct pt_err *err) {
    if (!json_is_string(v)) {
        return pt_err_set(err, PT_E_FORMAT, "%s must be text", where);
    }
    *ret = (char *)(uintptr_t)json_string_value(v);
    return 0;
}

static int take_envelope(const json_t *o, struct pt_buf *out, struct pt_err *err) {
    static const char *const keys[] = {"payload", "payloadType", "signatures"};
    static const char *const sig_keys[] = {"keyid", "sig"};
    Pentad__V1__Envelope env = PENTAD__V1__ENVELOPE__INIT;
    Pentad__V1__Signature sig = PENTAD__V1__SIGNATURE__INIT;
    Pentad__V1__Signature *list[1] = {&sig};
    struct pt_buf payload, bytes;
    pt_buf_init(&payload, 65535);
    pt_buf_init(&bytes, 65535);
    int code = known_keys(o, keys, 3, "envelope", err);
    const json_t *sigs = json_object_get(o, "signatures");
    if (code == 0 && (!json_is_array(sigs) || json_array_size(sigs) != 1)) {
        code = pt_err_set(err, PT_E_FORMAT, "envelope.signatures must hold exactly one");
    }
    const json_t *s = code == 0 ? json_array_get(sigs, 0) : NULL;
    if (code == 0) {
        code = known_keys(s, sig_keys, 2, "envelope.signatures[0]", err);
    }
    if (code == 0) {
        code = take_base64(json_object_get(o, "payload"), "envelope.payload", &payload, err);
    }
    if (code == 0) {
        code = take_text(json_object_get(o, "payloadType"), "envelope.payloadType",
                         &env.payload_type, err);
    }
    if (code == 0) {
        code = take_base64(json_object_get(s, "sig"), "envelope.signatures[0].sig", &bytes, err);
    }
    if (code == 0 && json_object_get(s, "keyid") != NULL) {
        code =
            take_text(json_object_get(s, "keyid"), "envelope.signatures[0].keyid", &sig.keyid, err);
    }
    if (code == 0) {
        env.has_payload = sig.has_sig = 1;
        env.payload.data = payload.p;
        env.payload.len = payload.len;
        sig.sig.data = bytes.p;
        sig.sig.len = bytes.len;
        env.n_signatures = 1;
        env.signatures = list;
        code = pt_strict_pack(out, &env.base);
        if (code != 0) {
            pt_err_set(err, code, "the envelope is too large");
        }
    }
    pt_buf_done(&payload);
    pt_buf_done(&bytes);
    return code;
}

/* A length-delimited field of the Batch message. */
static int put_field(struct pt_buf *out, uint8_t tag, struct pt_span bytes, struct pt_err *err) {
    size_t at = out->len;
    int code = pt_batch_record_append(out, bytes);
    if (code != 0) {
        return pt_err_set(err, PT_E_TOO_LARGE, "the batch has over %u bytes", PT_BATCH_BYTES_MAX);
    }
    out->p[at] = tag;
    return 0;
}

static int put_records(const json_t *list, struct pt_buf *out, struct pt_err *err) {
    struct pt_buf rec;
    int code = 0;
    if (!json_is_array(list) || json_array_size(list) > PT_BATCH_RECORDS_MAX) {
        return pt_err_set(err, PT_E_FORMAT, "records must be an array of at most %d",
                          PT_BATCH_RECORDS_MAX);
    }
    pt_buf_init(&rec, PT_BATCH_BYTES_MAX);
    for (size_t i = 0; code == 0 && i < json_array_size(list); i++) {
        char where[40];
        snprintf(where, sizeof where, "records[%zu]", i);
        pt_buf_reset(&rec);
        code = take_base64(json_array_get(list, i), where, &rec, err);
        if (code == 0) {
            code = put_field(out, 0x12, pt_buf_span(&rec), err);
        }
    }
    pt_buf_done(&rec);
    return code;
}

static int put_batch(const json_t *root, struct pt_buf *out, struct pt_err *err) {
    static const char *const keys[] = {"envelope", "records", "held_checkpoint"};
    struct pt_buf part;
    pt_buf_init(&part, PT_BATCH_BYTES_MAX);
    int code = known_keys(root, keys, 3, "the batch", err);
    if (code == 0) {
        code = take_envelope(json_object_get(root, "envelope"), &part, err);
    }
    if (code == 0) {
        code = put_field(out, 0x0a, pt_buf_span(&part), err);
    }
    if (code == 0) {
        code = put_records(json_object_get(root, "records"), out, err);
    }
    const json_t *held = json_object_get(root, "held_checkpoint");
    if (code == 0 && held != NULL) {
        pt_buf_reset(&part);
        code = take_base64(held, "held_checkpoint", &part, err);
        if (code == 0) {
            code = put_field(out, 0x1a, pt_buf_span(&part), err);
        }
    }
    pt_buf_done(&part);
    return code;
}

/* A parsed value takes up to a hundred times its text ("[],[],…"), so a batch's few containers and
 * its records are counted before anything is parsed. */
static bool small_structure(struct pt_span json) {
    size_t commas = 0, opens = 0;
    bool in_text = false;
    for (size_t i = 0; i < json.len; i++) {
        uint8_t c = json.p[i];
        if (in_text) {
            i += c == '\\' ? 1 : 0;
            in_text = c != '"';
        } else {
            in_text = c == '"';
            commas += c == ',';
            opens += c == '[' || c == '{';
        }
    }
    return opens <= OPENS_MAX && commas <= PT_BATCH_RECORDS_MAX + OPENS_MAX;
}

int pt_batch_from_json(struct pt_span json, struct pt_buf *out, struct pt_err *err) {
    json_error_t at;
    if (!small_structure(json)) {
        return pt_err_set(err, PT_E_FORMAT, "more lists or values than any batch of %d records has",
                          PT_BATCH_RECORDS_MAX);
    }
    json_t *root = json_loadb((const char *)json.p, json.len, JSON_REJECT_DUPLICATES, &at);
    if (root == NULL) {
        return pt_err_set(err, PT_E_FORMAT, "line %d, column %d: %s", at.line, at.column, at.text);
    }
    int code = put_batch(root, out, err);
    json_decref(root);
    return code;
}
