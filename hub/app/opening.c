#include "opening.h"

#include <string.h>

#include <jansson.h>

#include <pentad/base/arena.h>
#include <pentad/feed/feed.h>
#include <pentad/proof/hash.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/record/sealed.h>

#define SCRATCH_MAX (96u * 1024 * 1024)

static bool may_open(const json_t *record) {
    const char *type = json_string_value(json_object_get(record, "type"));
    const struct pt_record_info *info = type != NULL ? pt_record_info_by_code(type) : NULL;

    return info != NULL && (info->flags & PT_RT_OPENS) != 0;
}

static int read_record(struct pt_log *log, const char *party, const char *stream, uint64_t seq,
                       struct pt_buf *bytes, struct pt_arena *arena, Pentad__V1__Record **ret) {
    int rc = pt_feed_record(log, PT_PARTY_HUB, party, stream, seq, bytes, NULL, NULL);

    return rc == 0 ? pt_record_decode(pt_buf_span(bytes), arena, ret, NULL) : rc;
}

/* NULL where nothing is opened, or it can't be told. */
static const char *compare(struct pt_log *log, const char *author,
                           const Pentad__V1__Record *opening, struct pt_buf *bytes,
                           struct pt_arena *arena) {
    const Pentad__V1__RecordRef *opens = pt_sealed_opens(opening);
    Pentad__V1__Record *sealed = NULL;
    struct pt_hash hash;
    int rc;

    if (opens == NULL) {
        return NULL;
    }
    rc = read_record(log, opens->party, opens->stream, opens->seq, bytes, arena, &sealed);
    if (rc == 0) {
        pt_leaf_hash(&hash, bytes->p, bytes->len);
        rc = pt_sealed_opening_check(opening, author, sealed, opens->party, hash.b, NULL);
    }
    return rc == 0                ? "holds"
           : rc == PT_E_OPENING   ? "differs"
           : rc == PT_E_NOT_FOUND ? "missing"
                                  : NULL;
}

void pt_opening_add(struct pt_log *log, const struct pt_ref *ref, struct json_t *record) {
    Pentad__V1__Record *opening = NULL;
    const char *said = NULL;
    struct pt_buf bytes;
    struct pt_buf sealed;
    struct pt_arena arena;

    if (!may_open(record)) {
        return;
    }
    pt_buf_init(&bytes, PT_RECORD_BYTES_MAX);
    pt_buf_init(&sealed, PT_RECORD_BYTES_MAX);
    pt_arena_init(&arena, SCRATCH_MAX);
    if (read_record(log, ref->party, ref->stream, ref->seq, &bytes, &arena, &opening) == 0) {
        said = compare(log, ref->party, opening, &sealed, &arena);
    }
    if (said != NULL) {
        (void)json_object_set_new(record, "opening", json_string(said));
    }
    pt_arena_done(&arena);
    pt_buf_done(&sealed);
    pt_buf_done(&bytes);
}
