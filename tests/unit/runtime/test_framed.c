/* A hub that wants its party to look like one that said two things: refuses and logs all the same,
 * logs and then refuses, refuses without a signature, claims an older head. Each time the connector
 * never signs two statements that contradict each other, and what it keeps shows who lied. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pentad/base/file.h>
#include <pentad/certs/dsse.h>
#include <pentad/certs/keycache.h>
#include <pentad/client/batch.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/dsse.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/refusal.h>

#include "pt_test_lies.h"
#include "rig.h"

extern char **environ;

static void setting(struct rig *r, bool refused) {
    rig_init(r, "finance", true);
    rig_write(r, "bills.csv", "day,no,unit,voucher,fen\n20190701,N1," RIG_UNIT ",V1,100\n");
    if (refused) {
        rig_append(r, "bills.csv", "20190701,N2,11370100004188813X,V2,200\n");
    }
    rig_source(r, RIG_BILLS, "bills.csv");
    r->lenient = true;
}

static void run(struct rig *r, int code) {
    int rc = rig_run(r);
    cr_assert_eq(rc, code, "%s: %s", pt_err_name(rc), r->err.msg);
}

/* Of all that ever left the connector, no two overlap unless one was said to replace the other:
 * there is nothing that an Incident could hold. */
static void is_honest(const struct rig *r) {
    for (int i = 0; i < r->n_submitted; i++) {
        for (int k = 0; k < i; k++) {
            const struct rig_statement *a = &r->submitted[i], *b = &r->submitted[k];
            bool overlap =
                a->first_seq < b->first_seq + b->count && b->first_seq < a->first_seq + a->count;
            bool siblings = a->has_supersedes == b->has_supersedes &&
                            (!a->has_supersedes || pt_hash_eq(&a->supersedes, &b->supersedes));
            cr_assert(pt_hash_eq(&a->hash, &b->hash) || !overlap || !siblings,
                      "submissions %d and %d contradict each other", k, i);
        }
    }
}

/* The statement and the hub's answer as the state file keeps them. */
struct papers {
    struct pt_buf envelope, answer;
    struct pt_hash hash;
};
static void papers_of(struct rig *r, const struct pt_hash *statement, struct papers *ret) {
    struct pt_state *s = rig_state(r);
    pt_buf_init(&ret->envelope, 65535);
    pt_buf_init(&ret->answer, PT_CLIENT_ANSWER_MAX);
    ret->hash = *statement;
    cr_assert_eq(pt_batches_papers(s, statement->b, &ret->envelope, &ret->answer, NULL), 0);
    pt_state_free(s);
}
static void papers_done(struct papers *p) {
    pt_buf_done(&p->envelope);
    pt_buf_done(&p->answer);
}

/* Whoever trusts the genesis and the policy opens the kept answer. */
static void open_answer(struct rig *r, const struct papers *p, struct pt_answer *ret) {
    struct pt_trust trust;
    struct pt_err err = {0};
    struct pt_keyhistory *keys = NULL;
    cr_assert_eq(pt_trust_load(r->config.trust.genesis, r->config.trust.policy, &trust, &err), 0);
    cr_assert_eq(pt_keyhistory_new(&keys), 0);
    cr_assert_eq(pt_keyhistory_genesis(keys, pt_log_genesis(r->hub.log), &err), 0);
    cr_assert_eq(pt_answer_open(pt_buf_span(&p->answer), &p->hash, &trust, keys, ret, &err), 0,
                 "%s", err.msg);
    pt_keyhistory_free(keys);
    pt_trust_done(&trust);
}

/* ---- refuse, then log --------------------------------------------------------------------------
 */

static void log_it_all_the_same(struct rig *r, struct pt_buf *reply) {
    if (reply->len > 0 && reply->p[0] == 0x12) {
        tl_log_unchecked(&r->hub, pt_buf_span(&r->last_batch));
        r->tamper = NULL;
        r->submit_code = PT_E_BUSY; /* the mended batch comes later */
    }
}

static bool evidence_folder(struct rig *r, const char *code, char out[600]) {
    DIR *d = opendir(rig_path(r, "state/evidence"));
    struct dirent *e;
    bool found = false;
    while (d && (e = readdir(d)) != NULL) {
        if (strncmp(e->d_name, code, strlen(code)) == 0) {
            snprintf(out, 600, "%s/%s", rig_path(r, "state/evidence"), e->d_name);
            found = true;
        }
    }
    if (d) {
        closedir(d);
    }
    return found;
}

/* The tool as anybody runs it: only the folder, the genesis hash and the policy. */
static int verify(struct rig *r, char *folder) {
    static char program[] = PT_BINARY_DIR "/bin/pentad";
    char verb[] = "verify", option[] = "--trust", quiet[] = "--json", dir[300];
    char *argv[] = {program, verb, folder, option, dir, quiet, NULL};
    posix_spawn_file_actions_t fa;
    pid_t pid;
    int status;
    snprintf(dir, sizeof dir, "%s", r->dir);
    cr_assert_eq(posix_spawn_file_actions_init(&fa), 0);
    cr_assert_eq(posix_spawn_file_actions_addopen(&fa, STDOUT_FILENO, "/dev/null", 1, 0), 0);
    cr_assert_eq(posix_spawn_file_actions_addopen(&fa, STDERR_FILENO, "/dev/null", 1, 0), 0);
    cr_assert_eq(posix_spawn(&pid, program, &fa, NULL, argv, environ), 0);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    posix_spawn_file_actions_destroy(&fa);
    cr_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void spoil(const char *folder, const char *name, struct pt_buf *was) {
    char path[700];
    struct pt_buf bytes;
    struct pt_err err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    pt_buf_init(&bytes, 1 << 22);
    cr_assert_eq(pt_file_read(path, &bytes, &err), 0, "%s", err.msg);
    pt_buf_reset(was);
    pt_buf_append_span(was, pt_buf_span(&bytes));
    bytes.p[bytes.len / 2] ^= 1;
    cr_assert_eq(pt_file_write(path, bytes.p, bytes.len, 0600, &err), 0);
    pt_buf_done(&bytes);
}

static void mend(const char *folder, const char *name, const struct pt_buf *was) {
    char path[700];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert_eq(pt_file_write(path, was->p, was->len, 0600, NULL), 0);
}

Test(framed, refused_and_logged_all_the_same) {
    static const char *const files[] = {"refusal.json",     "statement.json", "entry",
                                        "entry.tlog-proof", "genesis.entry",  "key-history"};
    struct rig r;
    char folder[600] = "";
    struct pt_buf was;
    setting(&r, true);
    r.tamper = log_it_all_the_same;
    run(&r, PT_E_FORK);
    is_honest(&r);
    cr_assert(evidence_folder(&r, "fork", folder));
    cr_assert_eq(verify(&r, folder), 0, "the hub's two signatures prove it");
    pt_buf_init(&was, 1 << 22);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        spoil(folder, files[i], &was);
        cr_assert_neq(verify(&r, folder), 0, "%s was changed", files[i]);
        mend(folder, files[i], &was);
        cr_assert_eq(verify(&r, folder), 0, "%s", files[i]);
    }
    pt_buf_done(&was);
    r.submit_code = 0;
    run(&r, PT_E_FORK); /* nor later, whatever the hub takes then */
    is_honest(&r);
    rig_done(&r);
}

/* The same, its refusal made so that what is kept of it can't be read: a hint of a key that would
 * end its JSON, and more words than anybody needs. */
static void log_it_behind_an_odd_refusal(struct rig *r, struct pt_buf *reply) {
    Pentad__V1__SubmitReply *said = pentad__v1__submit_reply__unpack(NULL, reply->len, reply->p);
    if (said && said->refusal) {
        Pentad__V1__Envelope *e = said->refusal;
        Pentad__V1__Refusal *ref =
            pentad__v1__refusal__unpack(NULL, e->payload.len, e->payload.data);
        struct pt_buf payload, env;
        char *words = malloc(4 << 20);
        cr_assert(ref && words && ref->n_faults > 0);
        memset(words, 'x', (4 << 20) - 1);
        words[(4 << 20) - 1] = '\0';
        free(ref->faults[0]->message);
        ref->faults[0]->message = words;
        pt_buf_init(&payload, 8 << 20);
        pt_buf_init(&env, 8 << 20);
        cr_assert_eq(pt_strict_pack(&payload, &ref->base), 0);
        cr_assert_eq(pt_dsse_sign(th_key(&r->hub, "hub"), PT_DSSE_REFUSAL, pt_buf_span(&payload),
                                  &env, NULL),
                     0);
        pentad__v1__envelope__free_unpacked(e, NULL);
        said->refusal = e = pentad__v1__envelope__unpack(NULL, env.len, env.p);
        free(e->signatures[0]->keyid);
        e->signatures[0]->keyid = strdup("\"}],\"payload\":\"");
        pt_buf_reset(reply);
        cr_assert_eq(pt_strict_pack(reply, &said->base), 0);
        pt_buf_done(&payload);
        pt_buf_done(&env);
        pentad__v1__refusal__free_unpacked(ref, NULL);
    }
    if (said) {
        pentad__v1__submit_reply__free_unpacked(said, NULL);
    }
    log_it_all_the_same(r, reply);
}

Test(framed, an_odd_refusal_is_proven_all_the_same) {
    struct rig r;
    char folder[600] = "";
    setting(&r, true);
    r.tamper = log_it_behind_an_odd_refusal;
    run(&r, PT_E_FORK);
    cr_assert(evidence_folder(&r, "fork", folder));
    cr_assert_eq(verify(&r, folder), 0, "the hub's two signatures prove it");
    rig_done(&r);
}

/* ---- log, then refuse --------------------------------------------------------------------------
 */

/* A refusal under that party's key of the statement that was submitted last. */
static void refuse_last(struct rig *r, const char *signer, const char *code, struct pt_buf *reply) {
    tl_refuse(&r->hub, signer, &r->submitted[r->n_submitted - 1].hash, code, reply);
}

static void refuse_what_is_logged(struct rig *r, struct pt_buf *reply) {
    refuse_last(r, "hub", "wrong_root", reply);
    r->tamper = NULL;
}

Test(framed, logged_and_then_refused) {
    struct rig r;
    struct papers p;
    setting(&r, false);
    r.lose_answers = 1; /* the batch is logged, and the feed shows it */
    r.tamper = refuse_what_is_logged;
    run(&r, PT_E_FORK);
    cr_assert(strstr(r.err.msg, "which its log holds"), "%s", r.err.msg);
    is_honest(&r);
    char folder[600], path[700];
    cr_assert(evidence_folder(&r, "fork", folder));
    snprintf(path, sizeof path, "%s/shown", folder);
    cr_assert(pt_file_exists(path), "the signed refusal");
    run(&r, 0); /* an honest answer to the same bytes */
    is_honest(&r);
    cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
    papers_of(&r, &r.submitted[0].hash, &p);
    struct pt_answer a;
    open_answer(&r, &p, &a);
    cr_assert(!a.refused);
    pt_answer_done(&a);
    papers_done(&p);
    rig_done(&r);
}

/* ---- a refusal that nobody signed --------------------------------------------------------------
 */

static int lies;

static void refuse_without_a_signature(struct rig *r, struct pt_buf *reply) {
    refuse_last(r, "audit", "check_digit", reply); /* any key but the hub's */
    if (--lies == 0) {
        r->tamper = NULL;
    }
}

Test(framed, an_unsigned_refusal_permits_nothing) {
    struct rig r;
    struct th_reply reply;
    setting(&r, false);
    lies = 3;
    r.tamper = refuse_without_a_signature;
    run(&r, 0);
    is_honest(&r);
    cr_assert_geq(r.n_submitted, 4);
    for (int i = 1; i < r.n_submitted && r.submitted[i].first_seq == 1; i++) {
        cr_assert(pt_hash_eq(&r.submitted[i].hash, &r.submitted[0].hash), "the same bytes again");
    }
    cr_assert_eq(rig_counts(&r).refused, 0);
    cr_assert(rig_had_event(&r, "evidence"), "what was shown is kept");
    rig_done(&r);

    /* A hub that goes on lying silences nobody: another body hands the same bytes in. */
    setting(&r, false);
    r.submit_code = PT_E_INTERNAL;
    r.idle_max = 8;
    run(&r, 0); /* stopped while it still tries */
    is_honest(&r);
    cr_assert_eq(rig_counts(&r).receipted, 0);
    th_submit(&r.hub, PT_INTAKE_PROTOBUF, pt_buf_span(&r.last_batch), "audit", &reply);
    cr_assert_eq(reply.verdict, PT_INTAKE_ACCEPT);
    th_reply_done(&reply);
    r.submit_code = 0;
    run(&r, 0);
    is_honest(&r);
    cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
    rig_done(&r);
}

/* ---- an older head
 * -------------------------------------------------------------------------------
 */

static const char *claim;

static void claim_an_older_head(struct rig *r, struct pt_buf *reply) {
    refuse_last(r, "hub", claim, reply);
}

/* After a receipt the hub says, under its signature, that the stream isn't there yet. */
Test(framed, a_stale_head_makes_nobody_sign_again) {
    static const char *const claims[] = {"sequence_gap", "wrong_previous", "bad_supersedes",
                                         "seen_unknown"};
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        struct rig r;
        struct papers first, second;
        struct pt_answer receipt, refusal;
        struct pt_statement st;
        setting(&r, false);
        run(&r, 0);
        int before = r.n_submitted;
        rig_append(&r, "bills.csv", "20190701,N3," RIG_UNIT ",V3,300\n");
        claim = claims[i];
        r.tamper = claim_an_older_head;
        run(&r, pt_err_from_name(claim));
        for (int k = 0; k < 3; k++) {
            cr_assert_neq(rig_run(&r), 0, "a person is needed");
        }
        is_honest(&r);
        cr_assert_eq(r.n_submitted, before + 1, "%s: nothing was signed in its place", claim);
        const struct rig_statement *a = &r.submitted[before - 1], *b = &r.submitted[before];
        cr_assert_eq(b->first_seq, a->first_seq + a->count);
        /* What is kept: the receipt proves the statement that the refused one continues. */
        papers_of(&r, &a->hash, &first);
        papers_of(&r, &b->hash, &second);
        open_answer(&r, &first, &receipt);
        open_answer(&r, &second, &refusal);
        Pentad__V1__Envelope *env =
            pentad__v1__envelope__unpack(NULL, second.envelope.len, second.envelope.p);
        cr_assert_eq(pt_statement_open(env, &st, NULL), 0);
        cr_assert(!receipt.refused && refusal.refused);
        cr_assert_gt(refusal.refusal->tree_size, receipt.log_index);
        cr_assert(pt_hash_eq(&st.previous, &a->hash));
        pt_statement_done(&st);
        pentad__v1__envelope__free_unpacked(env, NULL);
        pt_answer_done(&receipt);
        pt_answer_done(&refusal);
        papers_done(&first);
        papers_done(&second);
        rig_done(&r);
    }
}

/* The same lie by the feed: a log that doesn't have the batch any more. */
Test(framed, a_log_without_the_batch_makes_nobody_sign_again) {
    struct rig r;
    char folder[600], path[700];
    setting(&r, false);
    run(&r, 0);
    int before = r.n_submitted;
    rig_append(&r, "bills.csv", "20190701,N3," RIG_UNIT ",V3,300\n");
    r.feed_code = PT_E_RANGE;
    run(&r, PT_E_FORK);
    cr_assert_eq(r.n_submitted, before, "nothing is signed on a log that was rolled back");
    cr_assert(evidence_folder(&r, "fork", folder));
    snprintf(path, sizeof path, "%s/held.checkpoint", folder);
    cr_assert(pt_file_exists(path), "the hub's own signature on the longer log");
    r.feed_code = 0;
    run(&r, 0);
    is_honest(&r);
    rig_done(&r);
}
