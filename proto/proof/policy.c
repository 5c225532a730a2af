#include <pentad/proof/policy.h>

#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { WORDS_MAX = 3 + PT_POLICY_WITNESSES_MAX + PT_POLICY_GROUPS_MAX };

/* What a parse keeps beside the policy. */
struct parser {
    struct pt_policy *p;
    unsigned line;
    unsigned n_words;
    struct pt_span words[WORDS_MAX];
    bool witness_used[PT_POLICY_WITNESSES_MAX];
    bool group_used[PT_POLICY_GROUPS_MAX];
    bool quorum_seen;
    struct pt_err *err;
};

#define BAD(ps, ...) pt_err_set((ps)->err, PT_E_FORMAT, __VA_ARGS__)

static bool word_is(struct pt_span w, const char *s) {
    return pt_span_eq(w, pt_span_str(s));
}

static int copy_word(struct parser *ps, char *out, size_t cap, struct pt_span w, const char *what) {
    if (w.len >= cap) {
        return pt_err_set(ps->err, PT_E_TOO_LARGE, "policy line %u: the %s is too long", ps->line,
                          what);
    }
    memcpy(out, w.p, w.len);
    out[w.len] = '\0';
    return 0;
}

static bool find_member(const struct pt_policy *p, struct pt_span name,
                        struct pt_policy_member *ret) {
    for (unsigned i = 0; i < p->n_witnesses; i++) {
        if (word_is(name, p->witnesses[i].name)) {
            ret->group = false;
            ret->index = i;
            return true;
        }
    }
    for (unsigned i = 0; i < p->n_groups; i++) {
        if (word_is(name, p->groups[i].name)) {
            ret->group = true;
            ret->index = i;
            return true;
        }
    }
    return false;
}

static int parse_key(struct parser *ps, struct pt_vkey *ret, struct pt_span w, uint8_t type) {
    int rc = pt_vkey_parse(ret, (const char *)w.p, w.len, ps->err);

    if (rc != 0) {
        pt_err_wrap(ps->err, "policy line %u", ps->line);
        return rc;
    }
    /* A log may sign by type 01 only; a witness by cosignature. */
    if (ret->type != type) {
        return BAD(ps, "policy line %u: a %s key of type %u", ps->line,
                   type == PT_NOTE_ED25519 ? "log" : "witness", ret->type);
    }
    return 0;
}

static int parse_log(struct parser *ps) {
    struct pt_policy *p = ps->p;
    struct pt_policy_log *l = &p->logs[p->n_logs];
    int rc;

    if (ps->n_words < 2 || ps->n_words > 3) {
        return BAD(ps, "policy line %u: reads `log <vkey> [<url>]`", ps->line);
    }
    if (p->n_logs == PT_POLICY_LOGS_MAX) {
        return pt_err_set(ps->err, PT_E_TOO_LARGE, "policy line %u: more than %d logs", ps->line,
                          PT_POLICY_LOGS_MAX);
    }
    rc = parse_key(ps, &l->key, ps->words[1], PT_NOTE_ED25519);
    if (rc == 0 && ps->n_words == 3) {
        rc = copy_word(ps, l->url, sizeof(l->url), ps->words[2], "URL");
    }
    if (rc != 0) {
        return rc;
    }
    for (unsigned i = 0; i < p->n_logs; i++) {
        if (memcmp(p->logs[i].key.pub, l->key.pub, sizeof(l->key.pub)) == 0) {
            return BAD(ps, "policy line %u: this log's key stands in an earlier line", ps->line);
        }
    }
    p->n_logs++;
    return 0;
}

static int check_new_name(struct parser *ps, struct pt_span name) {
    struct pt_policy_member m;

    if (word_is(name, "none") || find_member(ps->p, name, &m)) {
        return BAD(ps, "policy line %u: the name is taken", ps->line);
    }
    return 0;
}

static int parse_witness(struct parser *ps) {
    struct pt_policy *p = ps->p;
    struct pt_policy_witness *w = &p->witnesses[p->n_witnesses];
    int rc;

    if (ps->n_words < 3 || ps->n_words > 4) {
        return BAD(ps, "policy line %u: reads `witness <name> <vkey> [<url>]`", ps->line);
    }
    if (p->n_witnesses == PT_POLICY_WITNESSES_MAX) {
        return pt_err_set(ps->err, PT_E_TOO_LARGE, "policy line %u: more than %d witnesses",
                          ps->line, PT_POLICY_WITNESSES_MAX);
    }
    rc = check_new_name(ps, ps->words[1]);
    if (rc == 0) {
        rc = copy_word(ps, w->name, sizeof(w->name), ps->words[1], "name");
    }
    if (rc == 0) {
        rc = parse_key(ps, &w->key, ps->words[2], PT_NOTE_COSIGNATURE);
    }
    if (rc == 0 && ps->n_words == 4) {
        rc = copy_word(ps, w->url, sizeof(w->url), ps->words[3], "URL");
    }
    if (rc != 0) {
        return rc;
    }
    for (unsigned i = 0; i < p->n_witnesses; i++) {
        if (memcmp(p->witnesses[i].key.pub, w->key.pub, sizeof(w->key.pub)) == 0) {
            return BAD(ps, "policy line %u: this witness's key stands in an earlier line",
                       ps->line);
        }
    }
    p->n_witnesses++;
    return 0;
}

static int add_member(struct parser *ps, struct pt_policy_group *g, struct pt_span name) {
    struct pt_policy_member *m = &g->members[g->n_members];
    bool *used;

    if (!find_member(ps->p, name, m)) {
        return BAD(ps, "policy line %u: member %u is not defined above", ps->line,
                   g->n_members + 1);
    }
    used = m->group ? &ps->group_used[m->index] : &ps->witness_used[m->index];
    if (*used) {
        return BAD(ps, "policy line %u: member %u is a member already", ps->line, g->n_members + 1);
    }
    *used = true;
    g->n_members++;
    return 0;
}

static int parse_group(struct parser *ps) {
    struct pt_policy *p = ps->p;
    struct pt_policy_group *g = &p->groups[p->n_groups];
    uint64_t k = 0;
    int rc;

    if (ps->n_words < 4) {
        return BAD(ps, "policy line %u: reads `group <name> <k|any|all> <member>…`", ps->line);
    }
    if (p->n_groups == PT_POLICY_GROUPS_MAX) {
        return pt_err_set(ps->err, PT_E_TOO_LARGE, "policy line %u: more than %d groups", ps->line,
                          PT_POLICY_GROUPS_MAX);
    }
    rc = check_new_name(ps, ps->words[1]);
    if (rc == 0) {
        rc = copy_word(ps, g->name, sizeof(g->name), ps->words[1], "name");
    }
    for (unsigned i = 3; rc == 0 && i < ps->n_words; i++) {
        rc = add_member(ps, g, ps->words[i]);
    }
    if (rc != 0) {
        return rc;
    }
    if (word_is(ps->words[2], "any")) {
        k = 1;
    } else if (word_is(ps->words[2], "all")) {
        k = g->n_members;
    } else if (!pt_text_u64(ps->words[2], &k) || k < 1 || k > g->n_members) {
        return BAD(ps, "policy line %u: the threshold is not 1 to %u, any or all", ps->line,
                   g->n_members);
    }
    g->threshold = (unsigned)k;
    p->n_groups++;
    return 0;
}

static int parse_quorum(struct parser *ps) {
    if (ps->n_words != 2 || ps->quorum_seen) {
        return BAD(ps, "policy line %u: exactly one line reads `quorum <name>`", ps->line);
    }
    ps->quorum_seen = true;
    if (word_is(ps->words[1], "none")) {
        ps->p->quorum_none = true;
        return 0;
    }
    if (!find_member(ps->p, ps->words[1], &ps->p->quorum)) {
        return BAD(ps, "policy line %u: the quorum's name is not defined above", ps->line);
    }
    return 0;
}

static int split_words(struct parser *ps, struct pt_span line) {
    size_t i = 0;

    ps->n_words = 0;
    while (i < line.len) {
        size_t from;

        while (i < line.len && (line.p[i] == ' ' || line.p[i] == '\t')) {
            i++;
        }
        from = i;
        while (i < line.len && line.p[i] != ' ' && line.p[i] != '\t') {
            if (line.p[i] < 0x20 || line.p[i] == 0x7F) {
                return BAD(ps, "policy line %u: holds a control character", ps->line);
            }
            i++;
        }
        if (i == from) {
            break;
        }
        if (ps->n_words == 0 && line.p[from] == '#') {
            return 0;
        }
        if (ps->n_words == WORDS_MAX) {
            return pt_err_set(ps->err, PT_E_TOO_LARGE, "policy line %u: too many words", ps->line);
        }
        ps->words[ps->n_words++] = pt_span(line.p + from, i - from);
    }
    return 0;
}

static int parse_line(struct parser *ps, struct pt_span line) {
    int rc = split_words(ps, line);

    if (rc != 0 || ps->n_words == 0) {
        return rc;
    }
    if (word_is(ps->words[0], "log")) {
        return parse_log(ps);
    }
    if (word_is(ps->words[0], "witness")) {
        return parse_witness(ps);
    }
    if (word_is(ps->words[0], "group")) {
        return parse_group(ps);
    }
    if (word_is(ps->words[0], "quorum")) {
        return parse_quorum(ps);
    }
    return BAD(ps, "policy line %u: begins with none of log, witness, group, quorum", ps->line);
}

int pt_policy_parse(struct pt_policy *ret, struct pt_span text, struct pt_err *err) {
    struct parser ps = {.p = ret, .err = err};
    struct pt_span line;
    size_t pos = 0;
    int rc;

    memset(ret, 0, sizeof(*ret));
    if (text.len > PT_POLICY_FILE_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "the policy has over %d bytes", PT_POLICY_FILE_MAX);
    }
    while (pt_text_line(text, &pos, &line)) {
        ps.line++;
        rc = parse_line(&ps, line);
        if (rc != 0) {
            return rc;
        }
    }
    if (pos != text.len) {
        return pt_err_set(err, PT_E_FORMAT, "the policy's last line has no newline");
    }
    if (!ps.quorum_seen) {
        return pt_err_set(err, PT_E_FORMAT, "the policy has no quorum line");
    }
    return 0;
}

void pt_policies_free(struct pt_policy *newest) {
    while (newest != NULL) {
        struct pt_policy *before = newest->before;

        free(newest);
        newest = before;
    }
}

const struct pt_policy *pt_policy_at(const struct pt_policy *newest, uint64_t size) {
    const struct pt_policy *p = newest;

    while (p->before != NULL && size < p->from) {
        p = p->before;
    }
    return p;
}

static bool same_key(const struct pt_vkey *a, const struct pt_vkey *b) {
    return a->type == b->type && strcmp(a->name, b->name) == 0 &&
           memcmp(a->pub, b->pub, sizeof(a->pub)) == 0;
}

static bool same_member(const struct pt_policy_member *a, const struct pt_policy_member *b) {
    return a->group == b->group && a->index == b->index;
}

static bool same_group(const struct pt_policy_group *a, const struct pt_policy_group *b) {
    bool same = a->threshold == b->threshold && a->n_members == b->n_members;

    for (unsigned i = 0; same && i < a->n_members; i++) {
        same = same_member(&a->members[i], &b->members[i]);
    }
    return same;
}

bool pt_policy_same(const struct pt_policy *a, const struct pt_policy *b) {
    bool same = a->n_logs == b->n_logs && a->n_witnesses == b->n_witnesses &&
                a->n_groups == b->n_groups && a->quorum_none == b->quorum_none &&
                same_member(&a->quorum, &b->quorum);

    for (unsigned i = 0; same && i < a->n_logs; i++) {
        same = same_key(&a->logs[i].key, &b->logs[i].key);
    }
    for (unsigned i = 0; same && i < a->n_witnesses; i++) {
        same = same_key(&a->witnesses[i].key, &b->witnesses[i].key);
    }
    for (unsigned i = 0; same && i < a->n_groups; i++) {
        same = same_group(&a->groups[i], &b->groups[i]);
    }
    return same;
}

bool pt_policy_quorum(const struct pt_policy *p, uint64_t witnesses) {
    bool met[PT_POLICY_GROUPS_MAX] = {false};

    if (p->quorum_none) {
        return true;
    }
    /* Members are defined before the groups that name them: one pass upward. */
    for (unsigned g = 0; g < p->n_groups; g++) {
        unsigned n = 0;

        for (unsigned m = 0; m < p->groups[g].n_members; m++) {
            const struct pt_policy_member *mem = &p->groups[g].members[m];

            n += mem->group ? met[mem->index] : (witnesses >> mem->index & 1) != 0;
        }
        met[g] = n >= p->groups[g].threshold;
    }
    return p->quorum.group ? met[p->quorum.index] : (witnesses >> p->quorum.index & 1) != 0;
}

static int open_note(const struct pt_policy *newest, const struct pt_note *n,
                     const struct pt_sigverify *sv, struct pt_checkpoint *ret,
                     struct pt_policy_verdict *verdict, struct pt_err *err) {
    const struct pt_policy *p;
    struct pt_vkey keys[PT_POLICY_LOGS_MAX + PT_POLICY_WITNESSES_MAX];
    struct pt_note_verified v;
    bool found = false;
    int rc = pt_checkpoint_parse(ret, n->text, err);

    if (rc != 0) {
        return rc;
    }
    p = pt_policy_at(newest, ret->size);
    for (unsigned i = 0; i < p->n_logs; i++) {
        keys[i] = p->logs[i].key;
    }
    for (unsigned i = 0; i < p->n_witnesses; i++) {
        keys[p->n_logs + i] = p->witnesses[i].key;
    }
    rc = pt_note_verify(n, keys, p->n_logs + p->n_witnesses, sv, &v, err);
    if (rc != 0) {
        return rc;
    }
    for (unsigned i = 0; i < p->n_logs && !found; i++) {
        if ((v.mask >> i & 1) != 0 && strcmp(ret->origin, p->logs[i].key.name) == 0) {
            verdict->log = i;
            found = true;
        }
    }
    if (!found) {
        return pt_err_set(err, PT_E_SIGNATURE,
                          "the checkpoint of %s is not signed by a log of the policy", ret->origin);
    }
    verdict->witnesses =
        p->n_witnesses == 0 ? 0 : v.mask >> p->n_logs & (UINT64_MAX >> (64 - p->n_witnesses));
    verdict->quorum = pt_policy_quorum(p, verdict->witnesses);
    return 0;
}

int pt_policy_open_signed(const struct pt_policy *p, struct pt_span note,
                          const struct pt_sigverify *sv, struct pt_checkpoint *ret,
                          struct pt_policy_verdict *verdict, struct pt_err *err) {
    struct pt_note *n = malloc(sizeof(*n));
    int rc;

    memset(ret, 0, sizeof(*ret));
    memset(verdict, 0, sizeof(*verdict));
    if (n == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory to open a checkpoint");
    }
    rc = pt_note_parse(n, note, err);
    if (rc == 0) {
        rc = open_note(p, n, sv, ret, verdict, err);
    }
    pt_note_done(n);
    free(n);
    return rc;
}

int pt_policy_open(const struct pt_policy *p, struct pt_span note, const struct pt_sigverify *sv,
                   struct pt_checkpoint *ret, struct pt_policy_verdict *verdict,
                   struct pt_err *err) {
    int rc = pt_policy_open_signed(p, note, sv, ret, verdict, err);

    if (rc == 0 && !verdict->quorum) {
        rc = pt_err_set(err, PT_E_POLICY,
                        "the checkpoint at size %llu lacks the policy's quorum of cosignatures; "
                        "where the log has changed its policy since, renew the policy file (pentad "
                        "policy show)",
                        (unsigned long long)ret->size);
    }
    return rc;
}
