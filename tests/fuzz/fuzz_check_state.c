/* The saved state of a check (`pentad log check --resume`), behind the hash that guards it, and
 * what a check that goes on from it saves again. Every signature is good here; the tree that it
 * would go on with isn't there. */
#include <stdlib.h>
#include <string.h>

#include <pentad/log/check.h>

#include "accept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_fault(void *ctx, const struct pt_log_fault *f) {
    (void)ctx;
    PT_ASSERT(f->check[0] != '\0' && f->where[0] != '\0' && f->what[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pt_log_check_opts o = {.verify = {.verify = accept_all}, .fault = on_fault};
    struct pt_log_check_result r;
    struct pt_err err = {0};
    struct pt_hash sum;
    uint8_t *saved = malloc(PT_HASH_LEN + size);

    PT_ASSERT(saved != NULL);
    pt_sha256(&sum, data, size);
    memcpy(saved, sum.b, PT_HASH_LEN);
    if (size > 0) {
        memcpy(saved + PT_HASH_LEN, data, size);
    }
    o.resume = pt_span(saved, PT_HASH_LEN + size);
    int rc = pt_log_check_dir("/nonexistent", &o, &r, &err);
    PT_ASSERT(rc != 0 && err.msg[0] != '\0');
    PT_ASSERT(rc == PT_E_FORMAT || rc == PT_E_IO || rc == PT_E_NOT_FOUND || rc == PT_E_NOMEM);
    PT_ASSERT(rc == PT_E_FORMAT || r.resumed > 0);
    free(saved);
    return 0;
}
