#include <pentad/record/party.h>

#include <stddef.h>
#include <string.h>

struct party_row {
    const char *name;
    const char *zh;
    enum pt_party party;
    char letter;
};

static const struct party_row rows[] = {
#define X(sym, num, name, letter, zh) {(name), (zh), (sym), (letter)},
    PT_PARTY_TABLE(X)
#undef X
};

static const struct party_row *row_of(enum pt_party party) {
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].party == party) {
            return &rows[i];
        }
    }
    return NULL;
}

enum pt_party pt_party_from_name(const char *name) {
    for (size_t i = 0; name != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return rows[i].party;
        }
    }
    return PT_PARTY_NONE;
}

const char *pt_party_name(enum pt_party party) {
    const struct party_row *row = row_of(party);

    return row != NULL ? row->name : "unknown";
}

const char *pt_party_name_zh(enum pt_party party) {
    const struct party_row *row = row_of(party);

    return row != NULL ? row->zh : "未知";
}

bool pt_party_in(pt_party_set set, enum pt_party party) {
    return party != PT_PARTY_NONE && party < PT_PARTY_END && (set & PT_PARTY_BIT(party)) != 0;
}

const char *const pt_approvers[PT_APPROVERS] = {"congress", "discipline", "organization", "audit"};

int pt_approver(const char *party) {
    int i = PT_APPROVERS - 1;
    while (i >= 0 && strcmp(pt_approvers[i], party) != 0) {
        i--;
    }
    return i;
}
