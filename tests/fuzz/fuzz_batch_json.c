/* The JSON form of a batch: what is taken becomes a batch that opens. */
#include <stddef.h>
#include <stdint.h>

#include "facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pt_buf out;
    struct pt_batch_view v;
    struct pt_err err = {0};

    pt_buf_init(&out, PT_BATCH_BYTES_MAX);
    if (pt_batch_from_json(pt_span(data, size), &out, &err) == 0) {
        PT_ASSERT(pt_batch_open(pt_buf_span(&out), &v, &err) == 0);
    } else {
        PT_ASSERT(err.msg[0] != '\0');
    }
    pt_buf_done(&out);
    return 0;
}
