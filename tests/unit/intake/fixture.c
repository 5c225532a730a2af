#include "fixture.h"

#include <criterion/criterion.h>

struct test_hub hub;
struct th_stream s;
struct pt_buf batch;
struct th_reply reply;

void fixture_begin(void) {
    th_init(&hub);
    th_stream_init(&s, &hub, "finance", "main");
    pt_buf_init(&batch, 16u << 20);
}

void fixture_begin_with_three(void) {
    fixture_begin();
    th_send_payments(&s, 3);
}

void fixture_done(void) {
    pt_buf_done(&batch);
    th_done(&hub);
}

void submit_as(const char *tls_party, enum pt_intake_verdict verdict, int code) {
    th_submit(&hub, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), tls_party, &reply);
    cr_assert_eq((int)reply.verdict, (int)verdict, "verdict %d, %s: %s", (int)reply.verdict,
                 pt_err_name(reply.code), reply.msg);
    cr_assert_eq(reply.code, code, "%s: %s", pt_err_name(reply.code), reply.msg);
}

void submit(enum pt_intake_verdict verdict, int code) {
    submit_as("finance", verdict, code);
    th_reply_done(&reply);
}
