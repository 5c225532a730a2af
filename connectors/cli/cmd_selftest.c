/* pentad selftest: what a hub must take and what it must turn away, tried on the hub itself with a
 * stream of its own that ends with the test. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>

#include "cli.h"
#include "selftest.h"

enum { STEPS_MAX = 10 };

struct step {
    const char *name, *expected;
    struct cli_said said;
    bool ok;
};

struct test {
    struct cli_author t;
    int32_t day;
    struct cli_hub hub;
    struct cli_keys keys;
    struct pt_buf first_record, last_record;
    struct cli_batch first, last, other;
    uint64_t first_index;
    struct step steps[STEPS_MAX];
    size_t n_steps;
};

static const struct {
    const char *name, *en, *zh;
} explained[] = {
    {"send", "a batch is taken", "批次被接受"},
    {"duplicate", "the same bytes again: the same place", "重复提交：同一回执位置"},
    {"tamper_signature", "a changed signature", "签名被改"},
    {"tamper_record", "a changed record: a signed refusal", "记录被改：签名的拒收"},
    {"other_hub", "what was signed for another hub", "为其他枢纽签署的批次"},
    {"supersede", "the refused numbers again, as they were signed", "被拒序号重新签发"},
    {"replay", "the first batch once more: still its first place", "重放首批：仍为原位置"},
    {"head", "the stream has two records and has ended", "数据流有两条记录并已终止"},
};

/* ---- the steps ---- */

static struct step *add(struct test *t, const char *name, const char *expected) {
    PT_ASSERT(t->n_steps < STEPS_MAX);
    struct step *s = &t->steps[t->n_steps++];
    memset(s, 0, sizeof *s);
    s->name = name;
    s->expected = expected;
    return s;
}

static void send(struct test *t, const char *name, const char *expected,
                 const struct cli_batch *b) {
    struct step *s = add(t, name, expected);
    pt_cli_batch_send(&t->t, b, &s->said);
    s->ok = strcmp(s->said.got, expected) == 0;
}

/* A receipt, and for the place that the batch has already. */
static void send_again(struct test *t, const char *name) {
    send(t, name, "receipt", &t->first);
    struct step *s = &t->steps[t->n_steps - 1];
    if (s->ok && s->said.log_index != t->first_index) {
        s->ok = false;
        (void)snprintf(s->said.text, sizeof s->said.text,
                       "log entry %" PRIu64 ", where it was %" PRIu64 ": it was logged twice",
                       s->said.log_index, t->first_index);
    }
}

static int send_first(struct test *t, struct pt_err *err) {
    const struct cli_cut cut = {.seq = 1, .previous = t->keys.trust.hub, .hub = &t->keys.trust.hub};
    const struct cli_closing closing = {.seq = 1, .day = t->day};
    int rc = pt_cli_selftest_close(&t->t, &closing, &t->first_record, err);
    rc = rc ? rc : pt_cli_batch_cut(&t->t, &cut, pt_buf_span(&t->first_record), &t->first, err);
    if (rc == 0) {
        send(t, "send", "receipt", &t->first);
        t->first_index = t->steps[0].said.log_index;
        if (t->steps[0].ok) {
            send_again(t, "duplicate");
        }
    }
    return rc;
}

static struct cli_cut second(const struct test *t) {
    return (struct cli_cut){.seq = 2, .previous = t->first.statement, .hub = &t->keys.trust.hub};
}

/* The closing batch, spoilt in two ways; then as it should be. */
static int send_spoilt(struct test *t, struct pt_err *err) {
    struct cli_cut cut = second(t);
    struct pt_span record;
    (void)pt_buf_append_span(&t->last_record, pt_buf_span(&t->first_record));
    const struct cli_closing closing = {.seq = 2, .day = t->day, .final = true};
    int rc = pt_cli_selftest_close(&t->t, &closing, &t->last_record, err);
    record = pt_buf_span(&t->last_record);
    rc = rc ? rc : pt_cli_batch_cut(&t->t, &cut, record, &t->other, err);
    rc = rc ? rc : pt_cli_selftest_spoil_signature(&t->other, err);
    if (rc == 0) {
        send(t, "tamper_signature", "bad_signature", &t->other);
        pt_buf_done(&t->other.bytes);
        rc = pt_cli_batch_cut(&t->t, &cut, record, &t->other, err);
    }
    if (rc == 0) {
        pt_cli_selftest_spoil_record(&t->other);
        send(t, "tamper_record", "wrong_root", &t->other);
    }
    return rc;
}

static int send_elsewhere(struct test *t, struct pt_err *err) {
    struct cli_cut cut = second(t);
    struct pt_hash another = t->keys.trust.hub;
    struct cli_batch b = {0};
    another.b[0] ^= 1;
    cut.hub = &another;
    int rc = pt_cli_batch_cut(&t->t, &cut, pt_buf_span(&t->last_record), &b, err);
    if (rc == 0) {
        send(t, "other_hub", "wrong_hub", &b);
    }
    pt_buf_done(&b.bytes);
    return rc;
}

static int send_last(struct test *t, struct pt_err *err) {
    struct cli_cut cut = second(t);
    cut.supersedes = &t->other.statement;
    int rc = pt_cli_batch_cut(&t->t, &cut, pt_buf_span(&t->last_record), &t->last, err);
    if (rc == 0) {
        send(t, "supersede", "receipt", &t->last);
        send_again(t, "replay");
    }
    return rc;
}

static void look_at_head(struct test *t) {
    struct step *s = add(t, "head", "3 closed");
    struct pt_err err = {0};
    char path[128];
    json_t *j = NULL;
    (void)snprintf(path, sizeof path, "/v1/streams/%s/%s", t->keys.config->party, t->t.stream);
    if (pt_cli_get_json(&t->hub, path, &j, &err) != 0) {
        (void)snprintf(s->said.got, sizeof s->said.got, "%s", pt_err_name(err.code));
        (void)snprintf(s->said.text, sizeof s->said.text, "%s", err.msg);
        return;
    }
    const char *next = json_string_value(json_object_get(j, "next_seq"));
    (void)snprintf(s->said.got, sizeof s->said.got, "%.20s %s", next ? next : "?",
                   json_is_true(json_object_get(j, "closed")) ? "closed" : "open");
    s->ok = strcmp(s->said.got, s->expected) == 0;
    json_decref(j);
}

static bool went_well(const struct test *t) {
    for (size_t i = 0; i < t->n_steps; i++) {
        if (!t->steps[i].ok) {
            return false;
        }
    }
    return t->n_steps > 0;
}

/* Where the first batch isn't taken, the others would prove nothing. */
static int run_steps(struct test *t, struct pt_err *err) {
    int rc = send_first(t, err);
    if (rc != 0 || !t->steps[0].ok) {
        return rc;
    }
    rc = send_spoilt(t, err);
    rc = rc ? rc : send_elsewhere(t, err);
    rc = rc ? rc : send_last(t, err);
    if (rc == 0) {
        look_at_head(t);
    }
    return rc;
}

/* ---- before and after ---- */

static int name_stream(struct cli_author *t, int32_t *ret_day, struct pt_err *err) {
    int64_t now = pt_clock_now_ms(&pt_clock_system);
    uint32_t salt;
    int rc = pt_entropy_system.fill(pt_entropy_system.ctx, &salt, sizeof salt);
    if (rc != 0) {
        return pt_err_set(err, rc, PT_SAY("the system gives no random bytes", "系统不提供随机数"));
    }
    bool replay = pt_follower_genesis(t->keys->view) && !pt_follower_live(t->keys->view);
    *ret_day = replay ? pt_date_add(pt_date_from_ms(pt_follower_tick_ms(t->keys->view)), 1)
                      : pt_date_from_ms(now);
    (void)snprintf(t->stream, sizeof t->stream, "selftest-%" PRId32 "-%08" PRIx32,
                   pt_date_from_ms(now), salt);
    return 0;
}

static int open_test(const struct cli_options *o, struct test *t, struct pt_err *err) {
    struct pt_hash mine;
    pt_buf_init(&t->first_record, 65536);
    pt_buf_init(&t->last_record, 65536);
    int rc = pt_cli_keys_open(o->config, &t->keys, err);
    rc = rc ? rc : pt_cli_hub_open(o, &t->hub, err);
    rc = rc ? rc : pt_key_load(t->keys.config->keys.signing, &t->t.key, err);
    t->t.hub = &t->hub;
    t->t.keys = &t->keys;
    rc = rc ? rc : name_stream(&t->t, &t->day, err);
    if (rc == 0) {
        pt_key_fingerprint(t->t.key, &mine);
        rc = pt_keyhistory_may_sign(t->keys.history, &mine, t->keys.config->party, t->t.stream,
                                    t->keys.size, false, err);
        if (rc != 0) {
            pt_err_wrap(err, PT_SAY("keys.signing, as this connector has verified the log",
                                    "按本连接器已核验的日志，keys.signing"));
        }
    }
    return rc;
}

static void close_test(struct test *t) {
    pt_buf_done(&t->first.bytes);
    pt_buf_done(&t->last.bytes);
    pt_buf_done(&t->other.bytes);
    pt_buf_done(&t->first_record);
    pt_buf_done(&t->last_record);
    pt_key_free(t->t.key);
    pt_cli_hub_close(&t->hub);
    pt_cli_keys_close(&t->keys);
}

static const char *explain(const char *name, bool zh) {
    for (size_t i = 0; i < sizeof explained / sizeof *explained; i++) {
        if (strcmp(explained[i].name, name) == 0) {
            return zh ? explained[i].zh : explained[i].en;
        }
    }
    return name;
}

static void print(const struct test *t, bool zh) {
    for (size_t i = 0; i < t->n_steps; i++) {
        const struct step *s = &t->steps[i];
        char text[sizeof s->said.text + 80];
        int n = snprintf(text, sizeof text, "  %s %s: %s", s->ok ? "ok " : "BAD",
                         explain(s->name, zh), s->said.got);
        if (!s->ok && n > 0 && (size_t)n < sizeof text) {
            (void)snprintf(text + n, sizeof text - (size_t)n,
                           zh ? "，应为 %s（%s）" : ", where %s was due (%s)", s->expected,
                           s->said.text);
        }
        pt_cli_print_shown(text, strlen(text));
        (void)putchar('\n');
    }
    printf(zh ? "%s/%s：%s\n" : "%s/%s: %s\n", t->keys.config->party, t->t.stream,
           went_well(t) ? (zh ? "全部符合" : "everything as it should be")
                        : (zh ? "有不符之处" : "something isn't as it should be"));
}

static void print_json(const struct test *t) {
    json_t *steps = json_array();
    for (size_t i = 0; i < t->n_steps; i++) {
        const struct step *s = &t->steps[i];
        json_array_append_new(steps, json_pack("{s:s,s:s,s:s,s:b,s:s}", "step", s->name, "expected",
                                               s->expected, "got", s->said.got, "ok", s->ok, "text",
                                               s->said.text));
    }
    json_t *j = json_pack("{s:b,s:s,s:s,s:o}", "well", went_well(t), "party", t->keys.config->party,
                          "stream", t->t.stream, "steps", steps);
    (void)pt_cli_print_json(j);
    json_decref(j);
}

static int selftest(const struct cli_options *o) {
    static struct test t; /* too large for a stack */
    struct pt_err err = {0};
    if (!o->config) {
        return pt_cli_misuse(&cmd_selftest, PT_SAY("of which connector? --config FILE",
                                                   "哪个连接器？--config FILE"));
    }
    int rc = open_test(o, &t, &err);
    rc = rc ? rc : run_steps(&t, &err);
    if (rc == 0 && o->json) {
        print_json(&t);
    } else if (rc == 0) {
        print(&t, pt_cli_chinese(o));
    }
    int result = rc ? pt_cli_fail(&err) : went_well(&t) ? EXIT_OK : EXIT_FAILED;
    close_test(&t);
    return result;
}

const struct cli_command cmd_selftest = {
    .name = "selftest",
    .what = "try on the hub what it must take and what it must turn away",
    .usage =
        "usage: pentad selftest --config FILE [--hub URL] [--json] [--zh|--en]\n"
        "\n"
        "With the connector's certificate and signing key, on a stream of its own\n"
        "(selftest-DAY-…) that holds two StreamCloses and ends: a batch, the same again, one\n"
        "with a changed signature, one with a changed record, one for another hub, the refused\n"
        "one as it should be, and the first once more. Each has one answer that is right; every\n"
        "receipt and refusal is verified. The connector's own stream and outbox are untouched.\n"
        "The connector must have verified the log before (pentad-connector --once).\n"
        "It stays in the log for good, and a party has 512 streams: not for monitoring.\n"
        "\n"
        "exit: 0 everything as it should be, 1 something isn't, or it failed, 2 wrong use\n"
        "\n"
        "example: pentad selftest --config treasury/connector.yaml\n",
    .min_args = 0,
    .max_args = 0,
    .wants = "name a connector's configuration: --config FILE",
    .wants_zh = "请指明连接器配置：--config FILE",
    .run = selftest};
