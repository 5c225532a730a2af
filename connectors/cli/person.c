#include "person.h"

#include <string.h>

#include <pentad/certs/key.h>
#include <pentad/certs/seal.h>
#include <pentad/record/sealed.h>

#include "orders.h"

/* What opens the names here. */
struct opener {
    struct pt_trust trust;
    struct pt_key *key;
};

static int opener_init(struct opener *o, const struct pt_config *c, struct pt_err *err) {
    *o = (struct opener){0};
    if (!c->keys.sealing) {
        return pt_err_set(err, PT_E_CONFIG,
                          "this configuration has no keys.sealing: name the body's sealing key "
                          "there");
    }
    int rc = pt_key_load(c->keys.sealing, &o->key, err);
    if (rc != 0) {
        (void)pt_err_wrap(err, "keys.sealing");
        return rc;
    }
    return pt_trust_load(c->trust.genesis, c->trust.policy, &o->trust, err);
}

static void opener_done(struct opener *o) {
    pt_trust_done(&o->trust);
    pt_key_free(o->key);
}

/* Whose names this body reads: sealed to it, whoever wrote them. */
static bool may_read(const char *party) {
    const Pentad__V1__Record person = {.body_case = PENTAD__V1__RECORD__BODY_RESPONSIBLE_PERSON};
    enum pt_party p = pt_party_from_name(party);
    return (pt_sealed_readers(&person, PT_PARTY_ORGANIZATION) & PT_PARTY_BIT(p)) != 0;
}

/* What the record says once its seal is open, in `f`'s arena; NULL: it names nobody. */
static int open_person(struct cli_fetched *f, const struct opener *o, struct pt_buf *plain,
                       const char **ret_name, struct pt_err *err) {
    const Pentad__V1__Sealed *sealed = pt_sealed_of(f->record);
    const Pentad__V1__Record *says = f->record;
    struct pt_sealed_place at = {
        .party = f->named.at.party, .stream = f->named.at.stream, .seq = f->named.at.seq};
    Pentad__V1__Record *open = NULL;
    memcpy(at.hub, o->trust.hub.b, sizeof at.hub);
    if (sealed) {
        int rc = pt_seal_open(o->key, pt_span(sealed->cms.data, sealed->cms.len), plain, err);
        rc = rc ? rc : pt_sealed_join(f->record, pt_buf_span(plain), &at, &f->arena, &open, err);
        if (rc != 0) {
            return rc;
        }
        says = open;
    }
    if (says->body_case != PENTAD__V1__RECORD__BODY_RESPONSIBLE_PERSON) {
        return pt_err_set(err, PT_E_FORMAT,
                          "the hub says that it is a P03, and it is another record");
    }
    const Pentad__V1__Person *p = says->responsible_person->person;
    *ret_name = p ? p->name : NULL; /* what only ends a term names nobody */
    return 0;
}

static int name_one(struct cli_hub *h, const struct opener *o, json_t *record, struct pt_err *err) {
    static struct cli_fetched f; /* in one piece that isn't moved */
    const char *name = NULL;
    struct pt_buf plain;
    pt_buf_init(&plain, PT_SEALED_MAX);
    int rc = pt_cli_fetch(h, json_string_value(json_object_get(record, "id")), &f, err);
    rc = rc ? rc : open_person(&f, o, &plain, &name, err);
    if (rc == 0 && name) {
        (void)json_object_set_new(record, "person_name", json_string(name));
    }
    pt_cli_fetched_done(&f);
    pt_buf_done(&plain);
    return rc;
}

void pt_cli_persons_name(struct cli_hub *h, json_t *records, size_t max) {
    struct opener o;
    struct pt_err none = {0}, err = {0};
    size_t i, n = 0;
    json_t *r;
    if (!may_read(h->config->party)) {
        return;
    }
    int opens = opener_init(&o, h->config, &none);
    json_array_foreach(records, i, r) {
        if (strcmp(pt_cli_text(r, "type"), "P03") != 0) {
            continue;
        }
        int rc = opens;
        err = none;
        if (rc == 0 && n++ == max) {
            rc = opens =
                pt_err_set(&none, PT_E_TOO_LARGE,
                           "only the first %zu are asked for: ask for one of the subjects", max);
            err = none;
        }
        if (rc == 0 && (rc = name_one(h, &o, r, &err)) == 0) {
            continue;
        }
        (void)json_object_set_new(r, "person_error",
                                  json_pack("{s:s,s:s}", "code", pt_err_name(rc), "text", err.msg));
    }
    opener_done(&o);
}
