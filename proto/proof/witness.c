#include <pentad/proof/witness.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const bodies[PT_WITNESS_BODIES] = {"congress", "discipline", "organization",
                                                      "audit"};

bool pt_witness_party(const char *party) {
    for (size_t i = 0; i < PT_WITNESS_BODIES; i++) {
        if (strcmp(bodies[i], party) == 0) {
            return true;
        }
    }
    return strcmp(party, "finance") == 0;
}

int pt_witness_name(char out[PT_NOTE_NAME_MAX + 1], const char *origin, const char *party) {
    int n = snprintf(out, PT_NOTE_NAME_MAX + 1, "%s/%s", origin, party);

    return n > 0 && n <= PT_NOTE_NAME_MAX ? 0 : PT_E_FORMAT;
}

/* Is that verifier key the one of a body outside finance? */
static bool is_body(const char *origin, const char *vkey) {
    size_t n = strcspn(vkey, "+");
    char name[PT_NOTE_NAME_MAX + 1];

    for (size_t i = 0; i < PT_WITNESS_BODIES; i++) {
        if (pt_witness_name(name, origin, bodies[i]) == 0 && strlen(name) == n &&
            memcmp(name, vkey, n) == 0) {
            return true;
        }
    }
    return false;
}

unsigned pt_witness_bodies(const Pentad__V1__Genesis *g) {
    unsigned n = 0;

    for (size_t i = 0; i < g->n_witness_vkeys; i++) {
        n += is_body(g->origin, g->witness_vkeys[i]);
    }
    return n;
}

static Pentad__V1__PolicyWitness *make_witness(const char *vkey, bool counts) {
    Pentad__V1__PolicyWitness *w = malloc(sizeof(*w));
    char *copy = strdup(vkey);

    if (w == NULL || copy == NULL) {
        free(w);
        free(copy);
        return NULL;
    }
    pentad__v1__policy_witness__init(w);
    w->vkey = copy;
    w->has_counts = 1;
    w->counts = counts;
    return w;
}

Pentad__V1__PolicyChange *pt_witness_genesis(const Pentad__V1__Genesis *g) {
    bool all = pt_witness_bodies(g) == 0;
    Pentad__V1__PolicyChange *c =
        pentad__v1__policy_change__unpack(NULL, 0, (const uint8_t *)""); /* an empty one */

    if (c == NULL) {
        return NULL;
    }
    c->has_quorum = c->has_clock = 1;
    c->quorum = g->quorum;
    c->clock = g->clock;
    c->n_witnesses = 0;
    c->witnesses = calloc(g->n_witness_vkeys + 1, sizeof(Pentad__V1__PolicyWitness *));
    for (size_t i = 0; c->witnesses != NULL && i < g->n_witness_vkeys; i++) {
        const char *vkey = g->witness_vkeys[i];
        Pentad__V1__PolicyWitness *w = make_witness(vkey, all || is_body(g->origin, vkey));

        if (w == NULL) {
            break;
        }
        c->witnesses[c->n_witnesses++] = w;
    }
    if (c->witnesses == NULL || c->n_witnesses < g->n_witness_vkeys) {
        pentad__v1__policy_change__free_unpacked(c, NULL);
        return NULL;
    }
    return c;
}

int pt_witness_policy_text(const char *origin, const char *log_vkey,
                           const Pentad__V1__PolicyChange *c, struct pt_buf *out) {
    pt_buf_printf(out, "# Which log and witnesses to trust (c2sp.org/tlog-policy), for %s\n",
                  origin);
    pt_buf_printf(out, "log %s\n", log_vkey);
    for (size_t i = 0; i < c->n_witnesses; i++) {
        const Pentad__V1__PolicyWitness *w = c->witnesses[i];

        pt_buf_printf(out, "witness %.*s %s", (int)strcspn(w->vkey, "+"), w->vkey, w->vkey);
        if (w->url != NULL && w->url[0] != '\0') {
            pt_buf_printf(out, " %s", w->url);
        }
        pt_buf_puts(out, "\n");
    }
    if (c->quorum == 0) {
        pt_buf_puts(out, "quorum none\n");
        return out->failed;
    }
    pt_buf_printf(out, "group quorum %u", c->quorum);
    for (size_t i = 0; i < c->n_witnesses; i++) {
        if (c->witnesses[i]->counts) {
            pt_buf_printf(out, " %.*s", (int)strcspn(c->witnesses[i]->vkey, "+"),
                          c->witnesses[i]->vkey);
        }
    }
    pt_buf_puts(out, "\nquorum quorum\n");
    return out->failed;
}

int pt_witness_policy(const Pentad__V1__Genesis *g, struct pt_buf *out) {
    Pentad__V1__PolicyChange *c = pt_witness_genesis(g);
    int rc = c != NULL ? pt_witness_policy_text(g->origin, g->log_vkey, c, out) : PT_E_NOMEM;

    pentad__v1__policy_change__free_unpacked(c, NULL);
    return rc;
}
