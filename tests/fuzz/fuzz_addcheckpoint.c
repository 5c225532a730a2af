/* The body of add-checkpoint, from its bytes to a witness's decision. What parses formats to the
 * same. */
#include <stddef.h>
#include <stdint.h>

#include <pentad/proof/addcheckpoint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Good or not, as the input has it. */
static int judge(void *ctx, struct pt_span spki, struct pt_span msg, struct pt_span sig) {
    (void)ctx;
    (void)msg;
    return spki.len > 0 && sig.len > 0 && (sig.p[0] & 1) == 0 ? 0 : PT_E_SIGNATURE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct pt_sigverify sv = {judge, NULL};
    const uint8_t pub[32] = {1};
    struct pt_witness_log log = {.size = 3};
    struct pt_addcheckpoint req;
    struct pt_checkpoint c;
    struct pt_buf out;
    size_t which;

    if (pt_addcheckpoint_parse(&req, pt_span(data, size), NULL) != 0) {
        return 0;
    }
    pt_buf_init(&out, 2 * PT_ADDCHECKPOINT_MAX);
    PT_ASSERT(pt_addcheckpoint_format(&out, req.old_size, &req.path, req.note) == 0);
    PT_ASSERT(pt_span_eq(pt_buf_span(&out), pt_span(data, size)));
    pt_buf_done(&out);
    PT_ASSERT(pt_vkey_make(&log.key, "example.com/behind-the-sofa", PT_NOTE_ED25519, pub) == 0);
    int status = pt_witness_decide(&req, &log, 1, &sv, &which, &c);
    PT_ASSERT(status != 200 || (which == 0 && c.size >= log.size));
    return 0;
}
