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
#include <pentad/proof/sigverify.h>
#include <pentad/record/party.h>
#include <pentad/record/ref.h>
#include <pentad/v1/evidence.pb-c.h>

#define PT_EVIDENCE_RECORDS_MAX 65536              /* of one bundle */
#define PT_EVIDENCE_ANSWER_MAX (16u * 1024 * 1024) /* bytes of one that a hub gives over HTTP */

/* Which records of one log its key history rests on, kept between bundles so that the log is
 * replayed once; also lets one bundle be made at a time, which bounds the memory. `sv`, which is
 * copied, verifies the genesis and looks at the keys of witnesses; it must outlive the cache. */
struct pt_evidence_cache;
int pt_evidence_cache_new(const struct pt_sigverify *sv, struct pt_evidence_cache **ret);
void pt_evidence_cache_free(struct pt_evidence_cache *c); /* NULL is fine */

/* A record that the bundle will give away once pt_feed_evidence has returned 0; another value than
 * 0 ends the making and is returned. */
typedef int pt_evidence_given(void *ctx, const struct pt_ref *ref, uint64_t log_index,
                              struct pt_span bytes, struct pt_err *err);

struct pt_evidence_want {
    const struct pt_ref *records; /* in any order, repeated ones count once */
    size_t n;
    const Pentad__V1__EvidenceFigure *figure; /* NULL: none */
    size_t n_inputs; /* of a figure: the first so many records are its inputs */
    size_t n_said;   /* the last so many: its snapshot (H03), then the attestations of it */
    /* NULL: single records. With has_withheld what the reader may not read is named, by place and
     * hash, and its number is put in; without, the bundle doesn't tell it: what a subject's
     * withholds would tell of clues. */
    const Pentad__V1__EvidenceAbout *about;
    pt_evidence_given *given; /* may be NULL */
    void *given_ctx;
    const struct pt_feed_disclosed *disclosed; /* for the public; NULL: nothing is disclosed */
};

/* Appends an EvidenceBundle; out->max bounds it (PT_E_TOO_LARGE). Records that `reader` may not
 * read are left out or named, and counted in *ret_withheld (may be NULL); without a figure or an
 * about one such record is PT_E_FORBIDDEN. PT_E_NOT_FOUND names the record. cache: of this store
 * alone. */
int pt_feed_evidence(struct pt_store *store, struct pt_evidence_cache *cache, enum pt_party reader,
                     const struct pt_evidence_want *want, struct pt_buf *out, size_t *ret_withheld,
                     struct pt_err *err);

/* Appends where keys changed: a key history on its own (pentad/proof/evidence.h) as a static tree
 * has it, over all entries there are by now. cache: of this store alone. */
int pt_feed_key_history(struct pt_store *store, struct pt_evidence_cache *cache, struct pt_buf *out,
                        struct pt_err *err);

#endif
