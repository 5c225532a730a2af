/* The parties of an exchange: the five bodies, the joint-meeting office, the hub, the public.
 * Names are stream names on the wire ("finance"), letters those of the catalogue. Knows no keys
 * and no networks. Pure, any thread. docs/records.md. */
#ifndef PENTAD_RECORD_PARTY_H
#define PENTAD_RECORD_PARTY_H

#include <stdbool.h>
#include <stdint.h>

/* X(symbol, number, wire name, letter, 中文) */
#define PT_PARTY_TABLE(X)                                                                          \
    X(PT_PARTY_CONGRESS, 1, "congress", 'N', "人大")                                               \
    X(PT_PARTY_DISCIPLINE, 2, "discipline", 'D', "纪检监察")                                       \
    X(PT_PARTY_ORGANIZATION, 3, "organization", 'O', "组织部")                                     \
    X(PT_PARTY_FINANCE, 4, "finance", 'F', "财政局")                                               \
    X(PT_PARTY_AUDIT, 5, "audit", 'A', "审计局")                                                   \
    X(PT_PARTY_OFFICE, 6, "office", 'J', "联席会议办公室")                                         \
    X(PT_PARTY_HUB, 7, "hub", 'H', "枢纽")                                                         \
    X(PT_PARTY_PUBLIC, 8, "public", 'P', "公众")

enum pt_party {
    PT_PARTY_NONE = 0,
#define X(sym, num, name, letter, zh) sym = (num),
    PT_PARTY_TABLE(X)
#undef X
        PT_PARTY_END /* one more than the last */
};

/* A set of parties. */
typedef uint32_t pt_party_set;
#define PT_PARTY_BIT(party) ((pt_party_set)(1U << (unsigned)(party)))

#define PT_PARTIES_FIVE                                                                            \
    (PT_PARTY_BIT(PT_PARTY_CONGRESS) | PT_PARTY_BIT(PT_PARTY_DISCIPLINE) |                         \
     PT_PARTY_BIT(PT_PARTY_ORGANIZATION) | PT_PARTY_BIT(PT_PARTY_FINANCE) |                        \
     PT_PARTY_BIT(PT_PARTY_AUDIT))
/* Everyone who reads by default: the five and the office. */
#define PT_PARTIES_SIX (PT_PARTIES_FIVE | PT_PARTY_BIT(PT_PARTY_OFFICE))
#define PT_PARTIES_ALL (PT_PARTIES_SIX | PT_PARTY_BIT(PT_PARTY_HUB))

/* PT_PARTY_NONE for what is no party's name ("public" is one). */
enum pt_party pt_party_from_name(const char *name);
const char *pt_party_name(enum pt_party party); /* "unknown" for what isn't in the table */
const char *pt_party_name_zh(enum pt_party party);
/* The four outside finance, whose approvals count (docs/formats.md 5): finance, office and hub
 * count as one and never reach two. */
enum { PT_APPROVERS = 4 };
extern const char *const pt_approvers[PT_APPROVERS];
/* The place of a party's name among them; -1 for another. */
int pt_approver(const char *party);
bool pt_party_in(pt_party_set set, enum pt_party party);

#endif
