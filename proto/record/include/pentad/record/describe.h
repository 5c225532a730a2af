/* What validation asks of each field of a record, as data: for the reference and for whoever writes
 * a mapping. It reads the same rows that pt_record_validate checks by, so it can't disagree with
 * them; what holds between fields is code and isn't told here. Pure, any thread. docs/records.md.
 */
#ifndef PENTAD_RECORD_DESCRIBE_H
#define PENTAD_RECORD_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>

#include <pentad/record/catalogue.h>

struct pt_field_about {
    const char *path; /* within the body, or within the record: "lines.fen" */
    unsigned depth;   /* 0: directly in it */
    const ProtobufCMessageDescriptor *in;
    const ProtobufCFieldDescriptor *field;
    bool required;    /* wherever the message it stands in is there; WITHDRAW may leave it out */
    size_t items_max; /* of a repeated field, else 0 */
    char accepts[64]; /* "text, at most 100 characters", "amount in fen", … */
    char accepts_zh[96];
};

/* Called for each field in the order of its number, a message before the fields in it. `about` is
 * the call's own. */
typedef void (*pt_field_about_cb)(void *user, const struct pt_field_about *about);

/* The fields of a type's body; of what all records share for PT_TYPE_NONE. */
void pt_record_describe(enum pt_record_type type, pt_field_about_cb cb, void *user);

#endif
