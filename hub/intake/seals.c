/* What a hub, which opens no seal, can tell of one: its form, how far it is filled up, and to whose
 * keys it is. What only a reader can tell (the place it was made for, the content) its readers'
 * connectors hold against it. docs/formats.md 4, decisions/0030. */
#include <stdio.h>
#include <string.h>

#include <pentad/certs/seal.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/sealed.h>

#include "facts.h"

struct seal_check {
    struct pt_intake_facts *f;
    uint64_t seq;
    const char *member; /* of the body */
    bool bad;
};

static void fault(struct seal_check *c, const char *leaf, const char *why) {
    char field[96];
    char text[192];
    (void)snprintf(field, sizeof field, "body.%s.sealed.%s", c->member, leaf);
    (void)snprintf(text, sizeof text, "%s %s", field, why);
    pt_facts_fault(c->f, c->seq, PT_E_SEAL, field, text);
    c->bad = true;
}

static void check_size(struct seal_check *c, const Pentad__V1__Record *rec, size_t plain) {
    char why[160];
    if (pt_sealed_size_good(rec, plain)) {
        return;
    }
    (void)snprintf(why, sizeof why,
                   "holds %zu bytes: a content is filled up, so that its length tells nothing, and "
                   "has at most %d",
                   plain, (int)PT_SEALED_MAX);
    fault(c, "cms", why);
}

/* The record says whom its seal is for, each once (`ascending`); the seal must say the same. Each
 * of the record's is looked for, not each of the seal's: of those one may stand there twice, in
 * place of another. */
static bool same_recipients(const Pentad__V1__Sealed *seal, const struct pt_seal_look *look) {
    for (size_t i = 0; i < seal->n_recipients; i++) {
        bool found = false;
        for (size_t k = 0; k < look->n && !found; k++) {
            found = memcmp(seal->recipients[i].data, look->to[k].b, PT_HASH_LEN) == 0;
        }
        if (!found) {
            return false;
        }
    }
    return look->n == seal->n_recipients;
}

static bool ascending(const Pentad__V1__Sealed *seal) {
    for (size_t i = 1; i < seal->n_recipients; i++) {
        if (memcmp(seal->recipients[i - 1].data, seal->recipients[i].data, PT_HASH_LEN) >= 0) {
            return false;
        }
    }
    return true;
}

/* Whose sealing key that is; PT_PARTY_NONE for no such key. Whether it is live isn't asked: it may
 * have been retired since the record was sealed. */
static enum pt_party owner(const struct pt_intake_facts *f, const ProtobufCBinaryData *id) {
    struct pt_hash fingerprint;
    memcpy(fingerprint.b, id->data, PT_HASH_LEN);
    const struct pt_keyhistory_key *key = pt_keyhistory_find(f->snapshot->keys, &fingerprint);
    return key != NULL && key->use == PENTAD__V1__KEY_USE__KEY_USE_SEALING
               ? pt_party_from_name(key->party)
               : PT_PARTY_NONE;
}

/* One key of each reader and of nobody else. */
static void check_readers(struct seal_check *c, const Pentad__V1__Sealed *seal,
                          pt_party_set readers) {
    pt_party_set named = 0;
    char why[128];
    for (size_t i = 0; i < seal->n_recipients; i++) {
        enum pt_party p = owner(c->f, &seal->recipients[i]);
        if (p == PT_PARTY_NONE) {
            fault(c, "recipients", "names a key that the log doesn't have as a sealing key");
        } else if (!pt_party_in(readers, p)) {
            (void)snprintf(why, sizeof why, "names a key of %s, which is no reader of the content",
                           pt_party_name(p));
            fault(c, "recipients", why);
        } else if (pt_party_in(named, p)) {
            (void)snprintf(why, sizeof why, "names two keys of %s", pt_party_name(p));
            fault(c, "recipients", why);
        } else {
            named |= PT_PARTY_BIT(p);
        }
    }
    for (unsigned p = PT_PARTY_CONGRESS; !c->bad && p <= PT_PARTY_OFFICE; p++) {
        if (pt_party_in(readers, (enum pt_party)p) && !pt_party_in(named, (enum pt_party)p)) {
            (void)snprintf(why, sizeof why, "names no key of %s, which is to read the content",
                           pt_party_name((enum pt_party)p));
            fault(c, "recipients", why);
        }
    }
}

void pt_facts_check_seal(struct pt_intake_facts *f, const Pentad__V1__Record *rec,
                         enum pt_party author, uint64_t seq) {
    const Pentad__V1__Sealed *seal = pt_sealed_of(rec);
    struct pt_seal_look look;
    if (seal == NULL) {
        return;
    }
    struct seal_check c = {.f = f, .seq = seq, .member = pt_record_info_of(rec)->member};
    if (pt_seal_look(pt_span(seal->cms.data, seal->cms.len), &look, NULL) != 0) {
        fault(&c, "cms",
              "is not the form agreed on: CMS AuthEnvelopedData in DER, AES-256-GCM with its whole "
              "tag, each recipient by key agreement");
        return;
    }
    check_size(&c, rec, look.plain_len);
    if (!ascending(seal) || !same_recipients(seal, &look)) {
        fault(&c, "recipients",
              "are not those that the seal names, each once and in ascending order");
        return;
    }
    check_readers(&c, seal, pt_sealed_readers(rec, author));
}
