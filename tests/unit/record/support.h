/* Records for tests: written as JSON, changed at one place, decoded. */
#ifndef TESTS_RECORD_SUPPORT_H
#define TESTS_RECORD_SUPPORT_H

#include <jansson.h>

#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/record/json.h>
#include <pentad/record/validate.h>

#define USCC_AUDIT "11370100004188813W"
#define USCC_FIRM "91350100M000100Y43"
#define PROJECT "37010019R000000000001"
#define RECEIVED_MS INT64_C(1561946400000)

/* A valid record, one or more a type. */
struct good {
    enum pt_record_type type;
    enum pt_party author;
    const char *common; /* members beside the usual ones, e.g. "\"doc_no\":\"x\"," or "" */
    const char *body;   /* JSON of the body message */
};
extern const struct good good_records[];
extern const size_t n_good_records;
const struct good *good_of(enum pt_record_type type);

/* The record as JSON. A new reference. */
json_t *good_json(const struct good *g);
/* Replaces what stands at a path such as body.lines[1].fen ("body" is the body message) by `value`
 * (JSON text), or removes it where value is NULL. */
void json_patch(json_t *rec, const struct good *g, const char *path, const char *value);
/* JSON to record in the arena; asserts that it works. */
Pentad__V1__Record *record_of(json_t *rec, struct pt_arena *arena);

#endif
