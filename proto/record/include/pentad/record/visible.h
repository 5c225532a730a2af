/* Who may read a record: THE one function that the feed, the pages, the digests and StreamClose
 * ask. Pure, any thread. docs/records.md. */
#ifndef PENTAD_RECORD_VISIBLE_H
#define PENTAD_RECORD_VISIBLE_H

#include <stdbool.h>

#include <pentad/record/catalogue.h>
#include <pentad/record/party.h>
#include <pentad/v1/record.pb-c.h>

enum pt_visibility {
    PT_VISIBLE_NONE,      /* hash only */
    PT_VISIBLE_AGGREGATE, /* hash only; figures derived from it */
    PT_VISIBLE_FULL
};

/* `rec` is a valid record of `author`. The author and the hub read in full. */
enum pt_visibility pt_visible(const Pentad__V1__Record *rec, enum pt_party author,
                              enum pt_party reader);

/* The same for whoever knows the type alone: true and *ret where the type decides, false where the
 * record must be looked into. */
bool pt_visible_by_type(enum pt_record_type type, enum pt_party author, enum pt_party reader,
                        enum pt_visibility *ret);

#endif
