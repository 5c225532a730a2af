/* What a hub may do that lies, under its own keys: over the setting of pt_test_hub, for the rig of
 * the connector's unit tests and for the program `liar`. Whatever fails aborts with a message.
 * One thread. */
#ifndef PENTAD_TEST_LIES_H
#define PENTAD_TEST_LIES_H

#include "pt_test_hub.h"

/* Logs a batch (as submitted) whatever the intake would say of it, under the key that it names. */
void tl_log_unchecked(struct test_hub *h, struct pt_span batch);
/* The answer to a submission becomes a refusal of that statement with that code, under that party's
 * key. */
void tl_refuse(struct test_hub *h, const char *signer, const struct pt_hash *statement,
               const char *code, struct pt_buf *reply);
/* The receipt in an answer now proves its entry in a tree whose other entries nobody else is shown.
 * The log has 64 entries at most. */
void tl_private_branch(struct test_hub *h, struct pt_buf *reply);
/* A signed checkpoint of that size over another tree. */
void tl_other_tree(struct test_hub *h, uint64_t size, struct pt_buf *ret_note);
/* A page without entries, signed at just that size: all there is, it says. */
void tl_stalled_page(struct test_hub *h, uint64_t size, struct pt_buf *ret_page);
/* Of the record of that party, stream and number the page's reader gets the hash alone. */
void tl_withhold(struct pt_buf *page, const char *party, const char *stream, uint64_t seq);

#endif
