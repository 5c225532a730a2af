#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include <pentad/base/hash.h>

static size_t bucket_of(const char *key) {
    return pt_hash_text(PT_HASH_BEGIN, key) % PT_HTTP_PEER_BUCKETS;
}

struct pt_http_peer *pt_http_quota_peer(struct pt_http_quota *q, const char *key) {
    struct pt_http_peer **bucket = &q->buckets[bucket_of(key)];
    struct pt_http_peer *peer = *bucket;

    while (peer != NULL && strcmp(peer->key, key) != 0) {
        peer = peer->next;
    }
    if (peer != NULL) {
        return pt_http_peer_ref(peer);
    }
    size_t len = strlen(key);
    PT_ASSERT(len < sizeof peer->key);
    peer = calloc(1, sizeof *peer);
    if (peer == NULL) {
        return NULL;
    }
    memcpy(peer->key, key, len + 1);
    peer->refs = 1;
    peer->next = *bucket;
    *bucket = peer;
    return peer;
}

struct pt_http_peer *pt_http_peer_ref(struct pt_http_peer *peer) {
    peer->refs++;
    return peer;
}

void pt_http_peer_unref(struct pt_http_quota *q, struct pt_http_peer *peer) {
    if (peer == NULL || --peer->refs > 0) {
        return;
    }
    PT_ASSERT(peer->bytes == 0 && peer->connections == 0);
    struct pt_http_peer **at = &q->buckets[bucket_of(peer->key)];
    while (*at != peer) {
        at = &(*at)->next;
    }
    *at = peer->next;
    free(peer);
}

bool pt_http_quota_fits(const struct pt_http_quota *q, const struct pt_http_peer *peer,
                        const struct pt_http_config *config, size_t bytes) {
    return peer->bytes <= config->inflight_per_identity_max &&
           bytes <= config->inflight_per_identity_max - peer->bytes &&
           q->bytes <= config->inflight_max && bytes <= config->inflight_max - q->bytes;
}

void pt_http_quota_add(struct pt_http_quota *q, struct pt_http_peer *peer, size_t bytes) {
    peer->bytes += bytes;
    q->bytes += bytes;
}

void pt_http_quota_sub(struct pt_http_quota *q, struct pt_http_peer *peer, size_t bytes) {
    PT_ASSERT(peer->bytes >= bytes && q->bytes >= bytes);
    peer->bytes -= bytes;
    q->bytes -= bytes;
}
