/* What the runtime needs from others, as ports: a sink to deliver to, a way to open a source.
 * The interfaces live here with their consumer; connectors/sinks and connectors/sources implement
 * them, and the program hands them in. One thread a sink. */
#ifndef PENTAD_RUNTIME_PORTS_H
#define PENTAD_RUNTIME_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/mapping/row.h>
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

#endif
