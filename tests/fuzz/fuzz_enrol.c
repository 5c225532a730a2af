/* The three texts of an enrolment: invitation, request, approval. An invitation that parses formats
 * to the same; a request that parses is bound to no token that didn't make it. */
#include <stddef.h>
#include <stdint.h>

#include <pentad/certs/enrol.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct pt_span in = pt_span(data, size);
    const struct pt_hash nobody = {{0}};
    struct pt_invitation inv;
    struct pt_enrol_request q;
    struct pt_hash key;
    struct pt_buf out;

    pt_buf_init(&out, PT_ENROL_FILE_MAX);
    if (pt_invitation_parse(in, &inv, NULL) == 0) {
        PT_ASSERT(inv.expires_ms >= 0 && pt_invitation_format(&inv, &out, NULL) == 0);
    }
    if (pt_enrol_request_parse(in, &q, NULL) == 0) {
        PT_ASSERT(q.n_keys <= PT_ENROL_KEYS_MAX && q.csr.len > 0 && q.signed_part.len < size);
        PT_ASSERT(!pt_enrol_request_is_bound(&q, &nobody));
    }
    pt_enrol_request_done(&q);
    (void)pt_approval_signer(in, &nobody, &key, NULL);
    pt_buf_done(&out);
    return 0;
}
