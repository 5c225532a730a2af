/* A submitted batch on its way: loop ─► worker (examined) ─► writer (decided, durable) ─► answer.
 * Owned by one thread at a time; holds a reference of its request, whose body the facts borrow. */
#ifndef PENTAD_APP_SUBMIT_H
#define PENTAD_APP_SUBMIT_H

#include <pentad/http/request.h>
#include <pentad/intake/intake.h>

#include "hub.h"

enum pt_answer {
    PT_ANSWER_PROBLEM, /* err */
    PT_ANSWER_RECEIPT, /* index */
    PT_ANSWER_RECEIPT_AGAIN,
    PT_ANSWER_REFUSAL,      /* refusal */
    PT_ANSWER_REFUSAL_AGAIN /* statement */
};

struct pt_submit {
    struct pt_pool_task task; /* first: the pool gives it back as such */
    struct pt_hub *hub;
    struct pt_http_request *req;
    unsigned lane; /* what comes from one sender stays in order */
    enum pt_intake_form form;
    bool json_answer;
    char party[PT_NAME_MAX + 1]; /* of the TLS identity */
    enum pt_party sender;        /* the same */
    struct pt_intake_facts *facts;
    int64_t received_us; /* monotonic */
    struct pt_submit *next;

    enum pt_answer answer;
    uint64_t index;
    struct pt_hash statement;
    struct pt_span log_entry; /* RECEIPT: into the group */
    struct pt_buf refusal;    /* Envelope bytes */
    struct pt_err err;
};

/* Loop thread: takes a reference of the request and hands it on. */
void pt_submit_start(struct pt_hub *h, struct pt_http_request *req);
/* Any thread: answers the request and frees the submission. */
void pt_submit_answer(struct pt_submit *s);

#endif
