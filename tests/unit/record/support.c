#include "support.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

static const char nonce[] = "AAECAwQFBgcICQoLDA0ODw==";

static const char *usual_subject(const struct pt_record_info *info) {
    if (info->subjects & PT_SUBJECT_BIT(PROJECT)) {
        return "\"subject\":{\"kind\":\"SUBJECT_KIND_PROJECT\",\"key\":\"" PROJECT "\"},";
    }
    if (info->subjects & PT_SUBJECT_BIT(UNIT)) {
        return "\"subject\":{\"kind\":\"SUBJECT_KIND_UNIT\",\"key\":\"" USCC_AUDIT "\"},";
    }
    if (info->subjects & PT_SUBJECT_BIT(REGION)) {
        return "\"subject\":{\"kind\":\"SUBJECT_KIND_REGION\",\"key\":\"370100\"},";
    }
    return "";
}

const struct good *good_of(enum pt_record_type type) {
    for (size_t i = 0; i < n_good_records; i++) {
        if (good_records[i].type == type) {
            return &good_records[i];
        }
    }
    cr_assert_fail("no good record of type %d", (int)type);
    return NULL;
}

json_t *good_json(const struct good *g) {
    const struct pt_record_info *info = pt_record_info(g->type);
    static char text[8192];
    json_error_t why;
    json_t *json;

    (void)snprintf(text, sizeof(text),
                   "{\"seq\":\"7\",\"nonce\":\"%s\",%s\"fiscal_year\":2019,\"effective\":20190630,"
                   "\"issued_at_ms\":\"1561946400000\",%s%s\"%s\":%s}",
                   nonce, usual_subject(info),
                   info->flags & PT_RT_DOC_NO ? "\"doc_no\":\"济人发〔2019〕1号\"," : "", g->common,
                   info->member, g->body);
    json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    cr_assert_not_null(json, "%s: %s in %s", info->code, why.text, text);
    return json;
}

void json_patch(json_t *rec, const struct good *g, const char *path, const char *value) {
    json_t *at = rec;
    char key[64];

    if (strncmp(path, "body.", 5) == 0) {
        at = json_object_get(rec, pt_record_info(g->type)->member);
        path += 5;
    }
    for (;;) {
        size_t n = strcspn(path, ".[");
        json_t *fresh = NULL;

        cr_assert(n < sizeof(key) && at != NULL);
        memcpy(key, path, n);
        key[n] = '\0';
        path += n;
        if (*path == '[') {
            at = json_array_get(json_object_get(at, key), (size_t)(path[1] - '0'));
            path += 3;
            cr_assert_not_null(at);
            if (*path == '.') {
                path++;
                continue;
            }
            cr_assert_fail("patch a member of the element instead");
        }
        if (*path == '.') {
            at = json_object_get(at, key);
            path++;
            continue;
        }
        if (value == NULL) {
            cr_assert_eq(json_object_del(at, key), 0, "%s isn't there", key);
            return;
        }
        fresh = json_loads(value, JSON_DECODE_ANY, NULL);
        cr_assert_not_null(fresh, "not JSON: %s", value);
        json_object_set_new(at, key, fresh);
        return;
    }
}

Pentad__V1__Record *record_of(json_t *rec, struct pt_arena *arena) {
    ProtobufCMessage *msg = NULL;
    struct pt_err err = {0};
    int rc = pt_json_to_msg(&pentad__v1__record__descriptor, rec, arena, &msg, &err);

    cr_assert_eq(rc, 0, "%s", err.msg);
    return (Pentad__V1__Record *)msg;
}
