/* Evidence bundles: records with everything that proves them, all under one checkpoint, for
 * somebody who has never seen the hub. From a store alone, so that a running hub and
 * `pentad evidence --data` make the same bytes.
 * Knows the log and the catalogue's visibility; must not know how a figure is computed: whoever
 * asks for a figure's evidence brings its inputs. Any thread. docs/formats.md 6. */
#ifndef PENTAD_FEED_EVIDENCE_H
#define PENTAD_FEED_EVIDENCE_H

#include <stddef.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/feed/feed.h>
#include <pentad/log/store.h>
#include <pentad/record/party.h>
#include <pentad/record/ref.h>
#include <pentad/v1/evidence.pb-c.h>

#define PT_EVIDENCE_RECORDS_MAX 65536              /* of one bundle */
#define PT_EVIDENCE_ANSWER_MAX (16u * 1024 * 1024) /* bytes of one that a hub gives over HTTP */

/* Where the log's key history stands, kept between bundles so that the log is scanned once; also
 * lets one bundle be made at a time, which bounds the memory. */
struct pt_evidence_cache;
int pt_evidence_cache_new(struct pt_evidence_cache **ret);
void pt_evidence_cache_free(struct pt_evidence_cache *c); /* NULL is fine */

struct pt_evidence_want {
    const struct pt_ref *records; /* in any order, repeated ones count once */
    size_t n;
    const Pentad__V1__EvidenceFigure *figure;  /* NULL: none; else the records are its inputs */
    const struct pt_feed_disclosed *disclosed; /* for the public; NULL: nothing is disclosed */
};

/* Appends an EvidenceBundle; out->max bounds it (PT_E_TOO_LARGE). A figure's inputs that `reader`
 * may not read are left out and counted in *ret_withheld (may be NULL); without a figure one such
 * record is PT_E_FORBIDDEN. PT_E_NOT_FOUND names the record. cache may be NULL. */
int pt_feed_evidence(struct pt_store *store, struct pt_evidence_cache *cache, enum pt_party reader,
                     const struct pt_evidence_want *want, struct pt_buf *out, size_t *ret_withheld,
                     struct pt_err *err);

#endif
