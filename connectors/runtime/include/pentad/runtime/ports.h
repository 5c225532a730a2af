/* What the runtime needs from others, as ports: a sink to deliver to, a way to open a source, a
 * ledger of one's own. The interfaces live here with their consumer; connectors/sinks,
 * connectors/sources and connectors/replay implement them, and the program hands them in. One
 * thread each. */
#ifndef PENTAD_RUNTIME_PORTS_H
#define PENTAD_RUNTIME_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/mapping/row.h>
#include <pentad/v1/feed.pb-c.h>
#include <pentad/v1/record.pb-c.h>

/* Opens the rows of `path` as a mapping's `source:` describes them. *ret is zeroed on failure;
 * PT_E_NOT_FOUND where there is no such file yet. */
typedef int pt_source_open_cb(const struct pt_source_config *config, const char *path,
                              struct pt_source *ret, struct pt_err *err);

/* One delivered record. Borrowed for the call. (log_index, in_batch) must not go back. */
struct pt_delivery {
    const Pentad__V1__Record *record; /* decoded */
    const char *type;                 /* "H01" */
    const char *party, *stream;       /* who signed it */
    uint64_t seq;
    uint8_t hash[32];       /* record hash */
    uint64_t log_index;     /* of its batch */
    uint32_t in_batch;      /* 0-based place in the batch */
    int64_t received_at_ms; /* the hub's time */
    const char *signer;     /* key fingerprint, hex */
};

struct pt_sink_ops {
    /* 0 also when it was delivered before (*ret_new = false). Durable only after flush. */
    int (*deliver)(void *self, const struct pt_delivery *d, bool *ret_new, struct pt_err *err);
    int (*flush)(void *self, struct pt_err *err);
    void (*close)(void *self);
};
struct pt_sink {
    const struct pt_sink_ops *ops;
    void *self;
};

static inline int pt_sink_deliver(struct pt_sink *s, const struct pt_delivery *d, bool *ret_new,
                                  struct pt_err *err) {
    return s->ops->deliver(s->self, d, ret_new, err);
}
static inline int pt_sink_flush(struct pt_sink *s, struct pt_err *err) {
    return s->ops->flush(s->self, err);
}
static inline void pt_sink_close(struct pt_sink *s) {
    if (s->ops)
        s->ops->close(s->self);
    s->ops = NULL;
    s->self = NULL;
}

/* What one's own ledger says of one digest of a logged snapshot (H03). Borrowed for the call. */
struct pt_replay_verdict {
    int32_t day;
    const char *party, *stream; /* of the H03 */
    uint64_t seq;
    uint8_t hash[32];       /* of its record */
    const char *classes[8]; /* those that have this digest */
    size_t n_classes;
    uint8_t digest[32]; /* as found here */
    bool equal;
    uint32_t format, own_format; /* of the H03, of what is found here: where they differ nothing is
                                    found, and no class named */
};
typedef int pt_replay_verdict_cb(void *ctx, const struct pt_replay_verdict *v);
/* The first row that isn't the same at the hub, which shows its own. */
struct pt_replay_row {
    bool found;
    int32_t day; /* of the snapshot */
    bool facts;  /* else payments */
    char subject[128];
    int32_t fiscal_year;
    char formula[40];
    bool has_own, has_hub;
    int64_t own, hub;
};
/* Appends the hub's answer to that path, JSON. */
typedef int pt_replay_ask_cb(void *ctx, const char *path, struct pt_buf *out, struct pt_err *err);

struct pt_replay_ops {
    uint64_t (*size)(void *self); /* entries folded */
    /* Folds a verified page's entries from there on, in one transaction. */
    int (*fold)(void *self, const Pentad__V1__FeedPage *page, struct pt_err *err);
    /* Of the snapshots of days after `day`, in order; non-zero from cb ends it and is returned. */
    int (*verdicts)(void *self, int32_t day, pt_replay_verdict_cb *cb, void *ctx,
                    struct pt_err *err);
    /* Of the newest snapshot; PT_E_BUSY: the hub stands at another tick. */
    int (*differs)(void *self, pt_replay_ask_cb *ask, void *ctx, struct pt_replay_row *ret,
                   struct pt_err *err);
    /* Everything that was folded away, also from its files: `size` is 0 then. PT_E_BUSY: not now.
     */
    int (*anew)(void *self, struct pt_err *err);
    void (*close)(void *self);
};
struct pt_replay {
    const struct pt_replay_ops *ops; /* NULL: there is none */
    void *self;
};

static inline void pt_replay_close(struct pt_replay *r) {
    if (r->ops)
        r->ops->close(r->self);
    r->ops = NULL;
    r->self = NULL;
}

#endif
