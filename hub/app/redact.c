#include "redact.h"

#include <string.h>

#include <jansson.h>

#include <pentad/record/catalogue.h>
#include <pentad/record/visible.h>

/* What stays of a record that the reader may not see. */
static const char *const kept[] = {"record",    "party", "stream",  "seq",     "type",
                                   "log_index", "hash",  "name_zh", "name_en", "records",
                                   "inputs",    "refs",  "author",  "signer",  "received_at_ms"};

#define DEPTH_MAX 64

static bool stays(const char *key) {
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (strcmp(key, kept[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The author out of "party/stream#seq", or the node's own "party". */
static enum pt_party author_of(const json_t *node, const char *record) {
    const char *party = json_string_value(json_object_get(node, "party"));
    char name[40];
    size_t n = record != NULL ? strcspn(record, "/") : 0;

    if (party != NULL) {
        return pt_party_from_name(party);
    }
    if (n == 0 || n >= sizeof(name)) {
        return PT_PARTY_NONE;
    }
    memcpy(name, record, n);
    name[n] = '\0';
    return pt_party_from_name(name);
}

/* A record's node names the record and its type. */
static bool may_see(const json_t *node, enum pt_party reader) {
    const char *record = json_string_value(json_object_get(node, "record"));
    const char *type = json_string_value(json_object_get(node, "type"));
    const struct pt_record_info *info = type != NULL ? pt_record_info_by_code(type) : NULL;
    enum pt_visibility v = PT_VISIBLE_NONE;
    enum pt_party author = author_of(node, record);
    Pentad__V1__Discrepancy d = PENTAD__V1__DISCREPANCY__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;

    if (info == NULL || author == PT_PARTY_NONE) {
        return true; /* no record's node */
    }
    if (pt_visible_by_type(info->type, author, reader, &v)) {
        return v == PT_VISIBLE_FULL;
    }
    /* A finding: its rule says whether it is about what only few may know. */
    rec.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
    rec.discrepancy = &d;
    d.rule = (char *)(uintptr_t)json_string_value(json_object_get(node, "rule"));
    return info->type == PT_TYPE_DISCREPANCY && pt_visible(&rec, author, reader) == PT_VISIBLE_FULL;
}

static void strip(json_t *node) {
    const char *key;
    json_t *value;
    void *next;

    json_object_foreach_safe(node, next, key, value) {
        if (!stays(key)) {
            (void)json_object_del(node, key);
        }
    }
    (void)json_object_set_new(node, "withheld", json_true());
}

static void walk(json_t *node, enum pt_party reader, unsigned depth) {
    const char *key;
    json_t *value;
    size_t i;

    if (depth > DEPTH_MAX) {
        return;
    }
    if (json_is_array(node)) {
        json_array_foreach(node, i, value) {
            walk(value, reader, depth + 1);
        }
    } else if (json_is_object(node)) {
        if (!may_see(node, reader)) {
            strip(node);
        }
        json_object_foreach(node, key, value) {
            walk(value, reader, depth + 1);
        }
    }
}

void pt_redact(struct json_t *json, struct pt_log *log, enum pt_party reader) {
    (void)log;
    walk(json, reader, 0);
}
