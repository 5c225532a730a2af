/* The same events from the same bytes, however they are split: whole, byte by byte, at random
 * places (the first byte of the input seeds them). */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>
#include <pentad/http/h1_parse.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum split { WHOLE, BYTES, RANDOM };

/* Everything the parser said, as text. */
static void run(const uint8_t *in, size_t len, enum split split, uint64_t seed,
                struct pt_buf *out) {
    struct pt_h1_limits limits = {512, 128, 8};
    struct pt_h1_parser p;
    struct pt_rng rng;
    size_t at = 0;
    bool going = true;
    bool in_body = false;

    pt_rng_seed(&rng, seed);
    pt_h1_parser_init(&p, &limits);
    while (going) {
        size_t room = split == WHOLE   ? len - at
                      : split == BYTES ? (at < len ? 1 : 0)
                                       : (size_t)pt_rng_below(&rng, len - at + 1);
        struct pt_span body;
        size_t used = 0;
        /* An exact copy, so that a read beyond it is seen. */
        uint8_t *piece = malloc(room > 0 ? room : 1);
        PT_ASSERT(piece != NULL);
        memcpy(piece, in + at, room);
        enum pt_h1_event event = pt_h1_parse(&p, piece, room, &used, &body);
        PT_ASSERT(used <= room);
        at += used;
        if (in_body && event != PT_H1_BODY && event != PT_H1_MORE) {
            in_body = false;
            pt_buf_puts(out, "]");
        }
        switch (event) {
        case PT_H1_MORE:
            PT_ASSERT(used == room);
            going = at < len;
            break;
        case PT_H1_HEAD:
            pt_buf_printf(out, "%s %s", pt_h1_str(&p, p.method), pt_h1_str(&p, p.target));
            for (size_t i = 0; i < p.field_count; i++) {
                pt_buf_printf(out, "|%s=%s", pt_h1_str(&p, p.fields[i].name),
                              pt_h1_str(&p, p.fields[i].value));
            }
            break;
        case PT_H1_BODY:
            PT_ASSERT(body.len > 0 && body.p + body.len <= piece + room);
            pt_buf_puts(out, in_body ? "" : "[");
            in_body = true;
            pt_buf_append_span(out, body);
            break;
        case PT_H1_DONE:
            pt_buf_printf(out, "done%d\n", p.close);
            pt_h1_parser_reset(&p);
            going = at < len;
            break;
        case PT_H1_ERROR:
            PT_ASSERT(p.status >= 400 && p.why != NULL);
            pt_buf_printf(out, "%d %s", p.status, p.why);
            going = false;
            break;
        }
        free(piece);
    }
    pt_h1_parser_done(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pt_buf whole;
    struct pt_buf other;
    uint64_t seed = size > 0 ? data[0] : 0;

    pt_buf_init(&whole, (size_t)1 << 26);
    pt_buf_init(&other, (size_t)1 << 26);
    run(data, size, WHOLE, seed, &whole);
    for (enum split split = BYTES; split <= RANDOM; split++) {
        pt_buf_reset(&other);
        run(data, size, split, seed, &other);
        PT_ASSERT(pt_span_eq(pt_buf_span(&whole), pt_buf_span(&other)));
    }
    pt_buf_done(&whole);
    pt_buf_done(&other);
    return 0;
}
