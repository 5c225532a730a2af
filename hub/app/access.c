#include "access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/batch.h>
#include <pentad/record/decode.h>
#include <pentad/record/text.h>
#include <pentad/record/visible.h>

#include "routes.h"
#include "writer.h"

#define IDENTITY_CAP 201
#define PAGES 64        /* identities whose last page is known */
#define GROUP_RECORDS 8 /* H05 records of one group */
#define PURPOSE_CAP ((size_t)4 * PT_ACCESS_PURPOSE_CHARS + 1)

struct item {
    char reader[PT_NAME_MAX + 1];
    char identity[IDENTITY_CAP];
    char *purpose; /* NULL: none was stated */
    struct pt_access_target target;
    int64_t at_ms;
};

/* The page that an identity was given last. */
struct page {
    char identity[IDENTITY_CAP];
    uint64_t after, next;
};

struct pt_access {
    struct pt_hub *hub;
    pthread_mutex_t lock;
    /* under lock */
    struct item *items;
    size_t n, cap;
    struct page pages[PAGES];
    size_t next_page; /* the one to give up, where all are taken */
    /* the writer's: so many of the first are in its group */
    size_t writing;
};

int pt_access_new(struct pt_hub *h, struct pt_access **ret, struct pt_err *err) {
    struct pt_access *a = calloc(1, sizeof(*a));

    *ret = a;
    if (a == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for the list of readings");
    }
    a->hub = h;
    (void)pthread_mutex_init(&a->lock, NULL);
    return 0;
}

void pt_access_free(struct pt_access *a) {
    if (a == NULL) {
        return;
    }
    for (size_t i = 0; i < a->n; i++) {
        free(a->items[i].purpose);
    }
    free(a->items);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

/* ---- what an answer gives ----------------------------------------------------------------- */

int pt_access_list_add(struct pt_access_list *l, const struct pt_ref *ref, uint64_t log_index,
                       struct pt_span bytes) {
    struct pt_access_target *t;

    if (l->n == l->cap) {
        size_t cap = l->cap == 0 ? 16 : 2 * l->cap;
        struct pt_access_target *grown = realloc(l->at, cap * sizeof(*grown));

        if (grown == NULL) {
            return PT_E_NOMEM;
        }
        l->at = grown;
        l->cap = cap;
    }
    t = &l->at[l->n++];
    memset(t, 0, sizeof(*t));
    t->ref = *ref;
    t->log_index = log_index;
    pt_leaf_hash(&t->hash, bytes.p, bytes.len);
    return 0;
}

void pt_access_list_done(struct pt_access_list *l) {
    free(l->at);
    memset(l, 0, sizeof(*l));
}

int pt_access_purpose(const struct pt_http_request *req, char **ret, struct pt_err *err) {
    const char *field = pt_http_request_header(req, "pentad-purpose");
    char text[PURPOSE_CAP];
    const char *why = NULL;
    size_t chars = 0;
    size_t len;
    int rc;

    *ret = NULL;
    if (field == NULL || *field == '\0') {
        return 0;
    }
    rc = pt_http_percent_decode(field, strlen(field), text, sizeof(text));
    len = strlen(text);
    if (rc == PT_E_FORMAT || !pt_utf8_valid((const uint8_t *)text, len)) {
        return pt_err_set(err, PT_E_FORMAT, "Pentad-Purpose is no percent-encoded UTF-8");
    }
    if (rc == 0 && pt_text_check(text, len, &chars, &why) != 0) {
        return pt_err_set(err, PT_E_TEXT, "Pentad-Purpose holds %s", why);
    }
    if (rc != 0 || chars > PT_ACCESS_PURPOSE_CHARS) {
        return pt_err_set(err, PT_E_TOO_LARGE, "Pentad-Purpose is longer than %d characters",
                          PT_ACCESS_PURPOSE_CHARS);
    }
    *ret = strdup(text);
    return *ret != NULL ? 0 : pt_err_set(err, PT_E_NOMEM, "no memory for the stated purpose");
}

/* ---- noting ------------------------------------------------------------------------------- */

/* Room for n more. Under lock. */
static int reserve(struct pt_access *a, size_t n, struct pt_err *err) {
    size_t cap = a->cap == 0 ? 64 : a->cap;
    struct item *grown;

    if (a->n >= PT_ACCESS_MAX) {
        return pt_err_set(err, PT_E_BUSY,
                          "%d readings wait to be logged; restricted records are given again once"
                          " they are",
                          PT_ACCESS_MAX);
    }
    while (cap < a->n + n) {
        cap *= 2;
    }
    if (cap > a->cap) {
        grown = realloc(a->items, cap * sizeof(*grown));
        if (grown == NULL) {
            return pt_err_set(err, PT_E_NOMEM, "no memory to note who reads");
        }
        a->items = grown;
        a->cap = cap;
    }
    return 0;
}

/* All of the list from that log index on, or nothing. Under lock. */
static int note(struct pt_access *a, const struct pt_call *c, const char *purpose,
                const struct pt_access_list *l, uint64_t from, struct pt_err *err) {
    int64_t now_ms = pt_hub_now_ms(a->hub);
    size_t before = a->n;
    int rc = reserve(a, l->n, err);

    for (size_t i = 0; rc == 0 && i < l->n; i++) {
        struct item *it = &a->items[a->n];

        if (l->at[i].log_index < from || strcmp(l->at[i].ref.party, c->party) == 0) {
            continue; /* noted, or his own */
        }
        memset(it, 0, sizeof(*it));
        (void)snprintf(it->reader, sizeof(it->reader), "%s", c->party);
        (void)snprintf(it->identity, sizeof(it->identity), "%s",
                       pt_http_request_peer(c->req)->identity);
        it->purpose = purpose != NULL ? strdup(purpose) : NULL;
        it->target = l->at[i];
        it->at_ms = now_ms;
        a->n++;
        if (purpose != NULL && it->purpose == NULL) {
            rc = pt_err_set(err, PT_E_NOMEM, "no memory to note who reads");
        }
    }
    while (rc != 0 && a->n > before) {
        free(a->items[--a->n].purpose);
    }
    return rc;
}

static void wake_if_due(struct pt_access *a) {
    if (pt_access_due(a)) {
        pt_writer_wake(a->hub->writer);
    }
}

int pt_access_list_take(const struct pt_call *c, struct pt_access_list *l, const struct pt_ref *ref,
                        struct pt_span bytes, struct pt_err *err) {
    if (c->view == PT_PARTY_PUBLIC ||
        !pt_type_restricted((enum pt_record_type)pt_record_peek(bytes))) {
        return 0;
    }
    return pt_access_list_add(l, ref, 0, bytes) == 0
               ? 0
               : pt_err_set(err, PT_E_NOMEM, "no memory to note who reads");
}

int pt_access_records(struct pt_call *c, const struct pt_access_list *l, struct pt_err *err) {
    struct pt_access *a = c->hub->access;
    int rc = 0;

    if (l->n > 0) {
        (void)pthread_mutex_lock(&a->lock);
        rc = note(a, c, c->purpose, l, 0, err);
        (void)pthread_mutex_unlock(&a->lock);
        wake_if_due(a);
    }
    return rc;
}

int pt_access_record(struct pt_call *c, const struct pt_ref *ref, struct pt_span bytes,
                     struct pt_err *err) {
    struct pt_access_list l = {0};
    int rc = pt_access_list_take(c, &l, ref, bytes, err);

    rc = rc == 0 ? pt_access_records(c, &l, err) : rc;
    pt_access_list_done(&l);
    return rc;
}

/* Under lock. NULL: this identity has had no page yet that is still known. */
static struct page *page_of(struct pt_access *a, const char *identity) {
    for (size_t i = 0; i < PAGES; i++) {
        if (strcmp(a->pages[i].identity, identity) == 0) {
            return &a->pages[i];
        }
    }
    return NULL;
}

int pt_access_page(struct pt_call *c, uint64_t after, uint64_t next, const struct pt_access_list *l,
                   struct pt_err *err) {
    const char *identity = pt_http_request_peer(c->req)->identity;
    struct pt_access *a = c->hub->access;
    struct page *p;
    int rc = 0;

    (void)pthread_mutex_lock(&a->lock);
    p = page_of(a, identity);
    if (l->n > 0) {
        rc = note(a, c, "feed", l, p != NULL && p->after == after ? p->next : 0, err);
    }
    if (rc == 0 && next > after) {
        if (p == NULL) {
            p = &a->pages[a->next_page];
            a->next_page = (a->next_page + 1) % PAGES;
            (void)snprintf(p->identity, sizeof(p->identity), "%s", identity);
        }
        p->after = after;
        p->next = next;
    }
    (void)pthread_mutex_unlock(&a->lock);
    wake_if_due(a);
    return rc;
}

/* ---- logging ------------------------------------------------------------------------------ */

size_t pt_access_waiting(struct pt_access *a) {
    size_t n;

    (void)pthread_mutex_lock(&a->lock);
    n = a->n;
    (void)pthread_mutex_unlock(&a->lock);
    return n;
}

bool pt_access_due(struct pt_access *a) {
    return pt_access_waiting(a) >= PT_ACCESS_DUE;
}

/* One H05 while it is made. */
struct made {
    struct item items[PT_ACCESS_RECORD];
    Pentad__V1__Access accesses[PT_ACCESS_RECORD];
    Pentad__V1__Access *list[PT_ACCESS_RECORD];
    Pentad__V1__RecordRef targets[PT_ACCESS_RECORD];
};

static void fill_one(struct made *m, size_t i) {
    struct item *it = &m->items[i];
    Pentad__V1__Access *x = &m->accesses[i];
    Pentad__V1__RecordRef *t = &m->targets[i];

    pentad__v1__record_ref__init(t);
    t->party = it->target.ref.party;
    t->stream = it->target.ref.stream;
    t->has_seq = 1;
    t->seq = it->target.ref.seq;
    t->has_hash = 1;
    t->hash.data = it->target.hash.b;
    t->hash.len = sizeof(it->target.hash.b);
    pentad__v1__access__init(x);
    x->reader = it->reader;
    x->identity = it->identity;
    x->target = t;
    x->purpose = it->purpose;
    x->has_at_ms = 1;
    x->at_ms = it->at_ms;
    m->list[i] = x;
}

static int write_one(struct made *m, size_t n, struct pt_own *o, struct pt_group *g, int32_t day,
                     struct pt_err *err) {
    Pentad__V1__AccessLog body = PENTAD__V1__ACCESS_LOG__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record *list = &rec;

    for (size_t i = 0; i < n; i++) {
        fill_one(m, i);
    }
    body.n_accesses = n;
    body.accesses = m->list;
    rec.body_case = PENTAD__V1__RECORD__BODY_ACCESS_LOG;
    rec.access_log = &body;
    rec.has_effective = day > 0;
    rec.effective = day;
    return pt_own_write(o, g, &list, 1, err);
}

int pt_access_write(struct pt_access *a, struct pt_own *o, struct pt_group *g, int32_t day,
                    bool *ret_left, struct pt_err *err) {
    struct made *m = NULL;
    size_t n = pt_access_waiting(a);
    int rc = 0;

    *ret_left = n > (size_t)GROUP_RECORDS * PT_ACCESS_RECORD;
    n = *ret_left ? (size_t)GROUP_RECORDS * PT_ACCESS_RECORD : n;
    if (n == 0) {
        return 0;
    }
    m = malloc(sizeof(*m));
    if (m == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for an H05");
    }
    while (rc == 0 && a->writing < n) {
        size_t some = n - a->writing < PT_ACCESS_RECORD ? n - a->writing : PT_ACCESS_RECORD;

        (void)pthread_mutex_lock(&a->lock); /* the list may move, its first stay what they are */
        memcpy(m->items, a->items + a->writing, some * sizeof(*m->items));
        (void)pthread_mutex_unlock(&a->lock);
        rc = write_one(m, some, o, g, day, err);
        a->writing += some;
    }
    free(m);
    return rc;
}

void pt_access_settled(struct pt_access *a, bool durable) {
    if (durable && a->writing > 0) {
        (void)pthread_mutex_lock(&a->lock);
        for (size_t i = 0; i < a->writing; i++) {
            free(a->items[i].purpose);
        }
        a->n -= a->writing;
        memmove(a->items, a->items + a->writing, a->n * sizeof(*a->items));
        (void)pthread_mutex_unlock(&a->lock);
    }
    a->writing = 0;
}
