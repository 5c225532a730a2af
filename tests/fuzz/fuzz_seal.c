/* Seals as a hub looks at them and a reader opens them. The key is another one each run, so nothing
 * opens; what can be told of a seal must fit what it holds. */
#include <stddef.h>
#include <stdint.h>

#include <pentad/certs/seal.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pt_key *key(void) {
    static struct pt_key *k;

    PT_ASSERT(k != NULL || pt_key_generate(PT_KEY_P256, &k, NULL) == 0);
    return k;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pt_span in = pt_span(data, size);
    struct pt_seal_look look;
    struct pt_buf plain;
    int looked = pt_seal_look(in, &look, NULL);
    int opened;

    pt_buf_init(&plain, 1 << 20);
    opened = pt_seal_open(key(), in, &plain, NULL);
    PT_ASSERT(opened != 0 && (opened == PT_E_FORMAT) == (looked == PT_E_FORMAT));
    PT_ASSERT(looked != 0 ||
              (look.n > 0 && look.n <= PT_SEAL_RECIPIENTS_MAX && look.plain_len < size));
    pt_buf_done(&plain);
    return 0;
}
