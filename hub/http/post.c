/* The queue by which other threads reach the loop, and the answers they send through it. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

int pt_http_post_task(struct pt_http_server *s, struct pt_http_task *task) {
    bool wake = false;
    bool closed;

    task->next = NULL;
    uv_mutex_lock(&s->post_lock);
    closed = s->post_closed;
    if (!closed) {
        wake = s->post_head == NULL;
        if (wake) {
            s->post_head = task;
        } else {
            s->post_tail->next = task;
        }
        s->post_tail = task;
        if (wake) {
            (void)uv_async_send(&s->async); /* under the lock: the handle can't close meanwhile */
        }
    }
    uv_mutex_unlock(&s->post_lock);
    return closed ? PT_E_STOPPING : 0;
}

/* An answer on its way to the loop; the header strings follow the struct. */
struct parcel {
    struct pt_http_task task;
    struct pt_http_request *req;
    int status;
    size_t header_count;
    struct pt_http_header headers[PT_HTTP_ANSWER_HEADERS_CAP];
    struct pt_buf body;
    char text[];
};

static void deliver(void *ctx) {
    struct parcel *p = ctx;

    (void)pt_http_respond_take(p->req, p->status, p->headers, p->header_count, &p->body);
    pt_http_request_release(p->req);
    free(p);
}

/* A request that nobody answers would hold its connection until the client gives up. */
static void deliver_no_memory(void *ctx) {
    struct pt_http_request *req = ctx;

    (void)pt_http_respond(req, 503, NULL, 0, pt_span(NULL, 0));
    pt_http_request_release(req);
}

static void post(struct pt_http_server *s, struct pt_http_task *task) {
    int rc = pt_http_post_task(s, task);

    PT_ASSERT(rc == 0); /* the server waits for its requests */
}

static char *copy_text(char *at, const char *s) {
    size_t n = strlen(s) + 1;

    memcpy(at, s, n);
    return at + n;
}

int pt_http_respond_from_any_thread(struct pt_http_request *req, int status,
                                    const struct pt_http_header *headers, size_t header_count,
                                    struct pt_buf *body) {
    size_t text_len = 0;

    PT_ASSERT(header_count <= PT_HTTP_ANSWER_HEADERS_CAP);
    for (size_t i = 0; i < header_count; i++) {
        text_len += strlen(headers[i].name) + strlen(headers[i].value) + 2;
    }
    struct parcel *p = calloc(1, sizeof *p + text_len);
    if (p == NULL) {
        req->no_memory.fn = deliver_no_memory;
        req->no_memory.ctx = pt_http_request_ref(req);
        post(req->server, &req->no_memory);
        return PT_E_NOMEM;
    }
    char *at = p->text;
    for (size_t i = 0; i < header_count; i++) {
        p->headers[i].name = at;
        at = copy_text(at, headers[i].name);
        p->headers[i].value = at;
        at = copy_text(at, headers[i].value);
    }
    p->header_count = header_count;
    p->status = status;
    p->req = pt_http_request_ref(req);
    p->body = *body;
    pt_buf_init(body, body->max);
    p->task.fn = deliver;
    p->task.ctx = p;
    post(req->server, &p->task);
    return 0;
}
