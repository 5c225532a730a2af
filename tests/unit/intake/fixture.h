/* What the tests of the acceptance start from: a hub, finance's stream, a batch at hand and the
 * answer to it. One of each a process, which Criterion forks for each test. */
#ifndef INTAKE_TEST_FIXTURE_H
#define INTAKE_TEST_FIXTURE_H

#include "pt_test_hub.h"

extern struct test_hub hub;
extern struct th_stream s; /* finance/main */
extern struct pt_buf batch;
extern struct th_reply reply;

void fixture_begin(void);            /* the stream is empty */
void fixture_begin_with_three(void); /* payments, accepted */
void fixture_done(void);

/* The batch at hand gets this verdict and code. The first leaves the reply, for th_reply_done. */
void submit_as(const char *tls_party, enum pt_intake_verdict verdict, int code);
void submit(enum pt_intake_verdict verdict, int code); /* as finance */

#endif
