#include "person.h"

#include <string.h>

#include <pentad/certs/key.h>
#include <pentad/certs/seal.h>
#include <pentad/record/sealed.h>

#include "orders.h"

/* What the record says once its seal is open; NULL. In `f`'s arena. */
static const Pentad__V1__Person *open_person(struct cli_fetched *f, const struct pt_hash *hub,
                                             const struct pt_key *key, struct pt_buf *plain) {
    const Pentad__V1__Sealed *sealed = pt_sealed_of(f->record);
    struct pt_sealed_place at = {
        .party = f->named.at.party, .stream = f->named.at.stream, .seq = f->named.at.seq};
    Pentad__V1__Record *open = NULL;
    struct pt_err err = {0};
    memcpy(at.hub, hub->b, sizeof at.hub);
    if (!sealed ||
        pt_seal_open(key, pt_span(sealed->cms.data, sealed->cms.len), plain, &err) != 0 ||
        pt_sealed_join(f->record, pt_buf_span(plain), &at, &f->arena, &open, &err) != 0 ||
        open->body_case != PENTAD__V1__RECORD__BODY_RESPONSIBLE_PERSON) {
        return NULL;
    }
    return open->responsible_person->person;
}

static void name_one(struct cli_hub *h, const struct pt_hash *hub, const struct pt_key *key,
                     json_t *record) {
    static struct cli_fetched f; /* in one piece that isn't moved */
    struct pt_err err = {0};
    struct pt_buf plain;
    pt_buf_init(&plain, PT_SEALED_MAX);
    if (pt_cli_fetch(h, json_string_value(json_object_get(record, "id")), &f, &err) == 0) {
        const Pentad__V1__Person *p = open_person(&f, hub, key, &plain);
        if (p && p->name) {
            (void)json_object_set_new(record, "person_name", json_string(p->name));
        }
    }
    pt_cli_fetched_done(&f);
    pt_buf_done(&plain);
}

void pt_cli_persons_name(struct cli_hub *h, json_t *records, size_t max) {
    struct pt_trust trust = {0};
    struct pt_key *key = NULL;
    struct pt_err err = {0};
    const struct pt_config *c = h->config;
    size_t i, n = 0;
    json_t *r;
    if (c->keys.sealing && pt_key_load(c->keys.sealing, &key, &err) == 0 &&
        pt_trust_load(c->trust.genesis, c->trust.policy, &trust, &err) == 0) {
        json_array_foreach(records, i, r) {
            if (n < max && strcmp(pt_cli_text(r, "type"), "P03") == 0) {
                name_one(h, &trust.hub, key, r);
                n++;
            }
        }
    }
    pt_trust_done(&trust);
    pt_key_free(key);
}
