/* What decodes must encode to the same text again: one text an array of bytes. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/base/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pt_buf plain;
    struct pt_buf text;
    char day[12] = {0};
    char again[11];
    int32_t ymd;

    pt_buf_init(&plain, 1 << 20);
    pt_buf_init(&text, 1 << 20);
    if (pt_unbase64_append(&plain, (const char *)data, size) == 0) {
        PT_ASSERT(pt_base64_append(&text, plain.p, plain.len) == 0);
        PT_ASSERT(pt_span_eq(pt_buf_span(&text), pt_span(data, size)));
    } else {
        PT_ASSERT(plain.len == 0);
    }
    memcpy(day, data, size < 11 ? size : 11);
    if (pt_date_parse(day, &ymd) == 0) {
        PT_ASSERT(pt_date_from_days(pt_date_to_days(ymd)) == ymd);
        pt_date_format(again, ymd);
        PT_ASSERT(strlen(day) == 8 || strcmp(day, again) == 0);
    }
    pt_buf_done(&plain);
    pt_buf_done(&text);
    return 0;
}
