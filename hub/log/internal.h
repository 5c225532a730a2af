/* What the room's files share. */
#ifndef PENTAD_LOG_INTERNAL_H
#define PENTAD_LOG_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <pentad/log/log.h>

#define EDGE_LEVELS 8   /* tile levels: more than any log will have */
#define EDGE_SLOTS_0 32 /* level 0: a group closes at most 16 tiles */
#define EDGE_SLOTS 2    /* above */
#define EDGE_NODES 510  /* of a tile: 256 + 128 + … + 2 */
#define TILE_CACHE 64
#define ROOT_RING 4096

/* A tile on the right edge with the inner nodes of its own tree, lowest level first. */
struct edge_tile {
    bool used;
    uint64_t index;
    struct pt_hash node[EDGE_NODES];
};

/* The newest tiles of each level in memory; everything left of them is in the store. */
struct edge {
    struct edge_tile *slots[EDGE_LEVELS];
};

int pt_edge_init(struct edge *e);
void pt_edge_done(struct edge *e);
void pt_edge_put(struct edge *e, unsigned level, uint64_t index, const struct pt_hash *h);
/* false where the node has left memory. */
bool pt_edge_get(const struct edge *e, unsigned level, uint64_t index, struct pt_hash *ret);
/* The 256 hashes of a tile that has just become full. */
struct pt_span pt_edge_tile_hashes(const struct edge *e, unsigned tile_level, uint64_t index);

struct cached_tile {
    bool used;
    unsigned level;
    uint64_t index;
    uint8_t bytes[PT_TILE_BYTES];
};

struct signed_note {
    uint64_t size;
    size_t len;
    uint8_t bytes[PT_LOG_CHECKPOINT_MAX];
};

struct known_root {
    uint64_t size; /* 0: none */
    struct pt_hash root;
};

struct pt_log {
    struct pt_store *store;
    struct pt_log_signer signer;
    struct pt_sigverify verify;
    struct pt_entry genesis;
    struct pt_hash hub;
    struct pt_vkey vkey;
    int64_t publish_interval_ms;

    struct pt_merkle_frontier tree; /* writer thread */

    /* Nodes of the tree; the writer adds, everyone reads. */
    pthread_rwlock_t edge_lock;
    struct edge edge;
    struct signed_note newest;
    struct known_root roots[ROOT_RING]; /* by size modulo */
    _Atomic uint64_t size;              /* durable entries */

    pthread_mutex_t cache_lock;
    struct cached_tile *cache; /* TILE_CACHE, full tiles by hash of their place */

    pthread_mutex_t publish_lock;
    struct signed_note published;
    int64_t published_ms;

    pthread_mutex_t stop_lock;
    struct pt_err stop; /* code 0 while signing */
};

/* Nodes through edge, cache and store. `reader` is begun when first needed; end it after use. */
struct node_source {
    struct pt_log *log;
    struct pt_store_reader *reader;
    struct pt_err *err;
};
struct pt_merkle_reader pt_log_node_reader(struct node_source *src);
void pt_log_nodes_end(struct node_source *src);

/* Signs a checkpoint into *ret; PT_E_FORK once stopped. */
int pt_log_sign(struct pt_log *l, uint64_t size, const struct pt_hash *root,
                struct signed_note *ret, struct pt_err *err);
void pt_log_stop(struct pt_log *l, const struct pt_err *why);
/* The newest note, copied. */
void pt_log_newest(struct pt_log *l, struct signed_note *ret);

#endif
