#include <pentad/proof/dsse.h>

#include <string.h>

int pt_dsse_pae(struct pt_buf *out, const char *payload_type, struct pt_span payload) {
    pt_buf_printf(out, "DSSEv1 %zu %s %zu ", strlen(payload_type), payload_type, payload.len);
    pt_buf_append_span(out, payload);
    return out->failed;
}
