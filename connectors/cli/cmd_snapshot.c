/* pentad snapshot: the ledger's daily snapshots, and one's own recomputation of them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/ledger/snapshot.h>

#include "answering.h"
#include "own_ledger.h"
#include "snapshot_rows.h"

/* ---- list, show ---- */

static bool is_other(const json_t *snapshot) {
    const json_t *logged = json_object_get(snapshot, "format_logged");
    return json_is_integer(logged) && !json_equal(logged, json_object_get(snapshot, "format"));
}

static const char *equal_word(const json_t *snapshot, char other[160], bool zh) {
    const json_t *equal = json_object_get(snapshot, "equal");
    if (is_other(snapshot)) {
        (void)snprintf(other, 160,
                       zh ? "由其他版本软件生成：格式%" JSON_INTEGER_FORMAT
                            "，本软件为格式%" JSON_INTEGER_FORMAT
                          : "made by other software: format %" JSON_INTEGER_FORMAT
                            ", this one makes %" JSON_INTEGER_FORMAT,
                       json_integer_value(json_object_get(snapshot, "format_logged")),
                       json_integer_value(json_object_get(snapshot, "format")));
        return other;
    }
    return json_is_null(equal)   ? zh ? "未入日志" : "not logged"
           : json_is_true(equal) ? zh ? "一致" : "EQUAL"
           : zh                  ? "不一致"
                                 : "NOT EQUAL";
}

static const char *text_of(const json_t *j, const char *key) {
    const char *s = pt_cli_text(j, key);
    return *s ? s : "-";
}

static void print_snapshot(const json_t *s, bool classes, bool zh) {
    const json_t *c;
    size_t i;
    char other[160];
    printf("%s  %s %" JSON_INTEGER_FORMAT "  %s  %s\n", text_of(s, "day"),
           zh ? "日志条目" : "log size", json_integer_value(json_object_get(s, "log_size")),
           text_of(s, "logged"), equal_word(s, other, zh));
    if (classes) {
        printf("  %-12s %s\n", zh ? "日志SM3根" : "log, SM3", text_of(s, "log_root_sm3"));
    }
    json_array_foreach(json_object_get(s, "classes"), i, c) {
        const char *logged = text_of(c, "logged");
        if (!classes) {
            continue;
        }
        printf(zh ? "  %s %s  %" JSON_INTEGER_FORMAT "行，%" JSON_INTEGER_FORMAT "页\n"
                  : "  %-12s %s  %" JSON_INTEGER_FORMAT " rows on %" JSON_INTEGER_FORMAT " pages\n",
               pt_cli_word(text_of(c, "reader"), zh), text_of(c, "digest"),
               json_integer_value(json_object_get(c, "rows")),
               json_integer_value(json_object_get(c, "pages")));
        if (strcmp(logged, "-") != 0 && strcmp(logged, text_of(c, "digest")) != 0) {
            printf("  %-12s %s  %s\n", "", logged, zh ? "日志所载" : "in the log");
        }
    }
}

/* Whether all that are logged equal those of the ledger that was asked. */
static bool all_equal(const json_t *j) {
    const json_t *s;
    size_t i;
    json_array_foreach(json_object_get(j, "snapshots"), i, s) {
        if (json_is_false(json_object_get(s, "equal"))) {
            return false;
        }
    }
    return true;
}

static void print_all(const struct cli_options *o, const json_t *j, bool classes) {
    const json_t *s;
    size_t i;
    if (o->json) {
        (void)pt_cli_print_json((json_t *)(uintptr_t)j);
        return;
    }
    json_array_foreach(json_object_get(j, "snapshots"), i, s) {
        print_snapshot(s, classes, pt_cli_chinese(o));
    }
}

static int show(const struct cli_options *o, int32_t day) {
    struct pt_err err = {0};
    struct cli_answers a;
    json_t *j = NULL;
    char path[64] = "/v1/snapshots";
    int rc = pt_cli_answers_open(o, &a, &err);
    if (day != 0) {
        (void)snprintf(path, sizeof path, "/v1/snapshots?day=%s", o->args[1]);
    }
    if (rc == 0) {
        rc = a.ledger ? pt_snapshots_json(a.ledger, day, PT_PARTY_NONE, &j, &err)
                      : pt_cli_get_json(&a.hub, path, &j, &err);
    }
    bool equal = rc == 0 && all_equal(j);
    if (rc == 0) {
        print_all(o, j, day != 0);
    }
    json_decref(j);
    pt_cli_answers_close(&a);
    return rc != 0 ? pt_cli_fail(&err) : equal ? EXIT_OK : EXIT_FAILED;
}

/* ---- verify: the log as the hub gives it to this reader, folded anew ---- */

/* Do the logged digests of the reader's class say what was found here: `differs` where one
 * doesn't, `proven` where none does and none is missing that must be there. */
struct verdict {
    bool differs, proven;
};

/* Of days from before the hub's software made this format it isn't asked; those after would be a
 * way out of every comparison. */
static void print_other(const struct pt_snapshot_count *n) {
    fprintf(stderr,
            PT_SAY("pentad: %" PRIu64
                   " snapshots (H03) were made by other software: format %" PRIu32
                   ", this one makes %" PRIu32 ": they were not compared\n",
                   "pentad：%" PRIu64 "份快照（H03）由其他版本软件生成：格式%" PRIu32
                   "，本软件为格式%" PRIu32 "，未作比较\n"),
            n->other, n->other_format, n->own_format);
    if (n->other_later != 0) {
        fprintf(stderr,
                PT_SAY("pentad: %" PRIu64 " of them stand behind one of this format: verify with "
                       "the software that the hub has now, or ask it why\n",
                       "pentad：其中%" PRIu64
                       "份在本格式的快照之后：请用与枢纽相同版本的软件核验，或向枢纽询问原因\n"),
                n->other_later);
    }
}

static int judge_all(struct pt_ledger *l, enum pt_party reader, struct verdict *ret,
                     struct pt_err *err) {
    uint64_t unlike = 0;
    struct pt_snapshot_count n = {0};
    int rc = pt_snapshot_unlike(l, reader, &unlike, err);
    rc = rc == 0 ? pt_snapshot_count(l, &n, err) : rc;
    if (rc != 0) {
        return rc;
    }
    ret->differs = unlike != 0;
    ret->proven = unlike == 0 && n.compared > 0 && n.missing == 0 && n.other_later == 0;
    if (n.other != 0) {
        print_other(&n);
    } else if (n.compared == 0) {
        fputs(PT_SAY("pentad: the log holds no snapshot (H03): nothing was compared\n",
                     "pentad：日志中没有快照（H03），未作比较\n"),
              stderr);
    }
    if (n.missing != 0 && n.compared + n.other > 0) {
        fprintf(stderr,
                PT_SAY("pentad: the log holds no snapshot (H03) of %" PRIu64
                       " days before the newest: they were not compared\n",
                       "pentad：最新快照之前有%" PRIu64 "天在日志中没有快照（H03），未作比较\n"),
                n.missing);
    }
    return 0;
}

static int judge(struct pt_ledger *l, enum pt_party reader, const json_t *j, int32_t day,
                 struct verdict *ret, struct pt_err *err) {
    if (day == 0) {
        return judge_all(l, reader, ret, err);
    }
    const json_t *s = json_array_get(json_object_get(j, "snapshots"), 0);
    const json_t *equal = json_object_get(s, "equal");
    ret->differs = json_is_false(equal);
    ret->proven = json_is_true(equal);
    if (!json_is_boolean(equal) && !is_other(s)) {
        fprintf(stderr,
                PT_SAY("pentad: the log holds no snapshot (H03) of %s: nothing was compared\n",
                       "pentad：日志中没有%s的快照（H03），未作比较\n"),
                text_of(s, "day"));
    }
    return 0;
}

static int verify_as(const struct cli_options *o, struct cli_hub *hub, const struct pt_trust *trust,
                     int32_t day, bool *ret_proven, struct pt_err *err) {
    enum pt_party reader = pt_party_from_name(hub->config->party);
    struct verdict v = {0};
    struct cli_own w;
    json_t *j = NULL;
    json_t *diff = NULL;
    int rc = pt_cli_own_open(&w, trust, reader, o->out ? o->out : ":memory:", err);
    rc = rc == 0 ? pt_cli_own_pull(&w, hub, 0, NULL, NULL, err) : rc;
    rc = rc == 0 ? pt_snapshots_json(w.ledger, day, reader, &j, err) : rc;
    rc = rc == 0 ? judge(w.ledger, reader, j, day, &v, err) : rc;
    *ret_proven = v.proven;
    if (rc == 0 && v.differs) {
        rc = pt_cli_snapshot_difference(hub, w.ledger, reader, &diff, err);
        if (rc == 0) {
            (void)json_object_set(j, "difference", diff);
        }
    }
    if (j) {
        print_all(o, j, day != 0);
    }
    if (diff && !o->json) {
        pt_cli_snapshot_print(diff, pt_cli_chinese(o));
    }
    json_decref(diff);
    json_decref(j);
    pt_cli_own_done(&w);
    return rc;
}

static int verify(const struct cli_options *o, int32_t day) {
    struct pt_err err = {0};
    struct cli_hub hub;
    struct pt_trust trust;
    bool proven = false;
    int misuse = pt_cli_out_is_new(&cmd_snapshot, o);
    if (misuse) {
        return misuse;
    }
    int rc = pt_cli_hub_open(o, &hub, &err);
    if (rc != 0) {
        return pt_cli_fail(&err);
    }
    rc = pt_cli_trust(o, &trust, &err);
    if (rc == 0) {
        rc = verify_as(o, &hub, &trust, day, &proven, &err);
        pt_trust_done(&trust);
    }
    pt_cli_hub_close(&hub);
    return rc != 0 ? pt_cli_fail(&err) : proven ? EXIT_OK : EXIT_FAILED;
}

static int dispatch(const struct cli_options *o) {
    const char *what = o->args[0];
    int32_t day = 0;
    if (o->n_args == 2 && pt_date_parse(o->args[1], &day) != 0) {
        return pt_cli_misuse(&cmd_snapshot,
                             PT_SAY("%s is not a date (2019-06-30)", "%s不是日期（2019-06-30）"),
                             o->args[1]);
    }
    if (strcmp(what, "verify") == 0) {
        return verify(o, day);
    }
    if ((strcmp(what, "list") == 0 && day == 0) || (strcmp(what, "show") == 0 && day != 0)) {
        return show(o, day);
    }
    return pt_cli_misuse(&cmd_snapshot, PT_SAY("say list, show DAY or verify [DAY]",
                                               "请写明list、show DAY或verify [DAY]"));
}

const struct cli_command cmd_snapshot = {
    .name = "snapshot",
    .what = "the ledger's daily snapshots, and one's own recomputation of them",
    .usage =
        "usage: pentad snapshot list (--config FILE [--hub URL] | --data HUBDIR) [--zh | --en] "
        "[--json]\n"
        "       pentad snapshot show DAY (--config FILE [--hub URL] | --data HUBDIR) [--zh | "
        "--en]\n"
        "                            [--json]\n"
        "       pentad snapshot verify [DAY] --config FILE [--hub URL] [--trust DIR] [--out FILE]\n"
        "                              [--zh | --en] [--json]\n"
        "\n"
        "list    each day's snapshot (H03), and whether the hub's ledger has what it logged\n"
        "show    one day's, with the digest of every reader class\n"
        "verify  takes the whole log from the hub as this party may read it, verifies and folds "
        "it\n"
        "        and holds every logged digest of the party's class against its own; nothing of\n"
        "        the hub's ledger is used. Where one differs, the hub is asked for the rows of "
        "its\n"
        "        newest snapshot and the first that differs is named. A DAY must be in the log; "
        "else\n"
        "        one snapshot must be at least, and of every day but the newest. The verdict is "
        "over\n"
        "        all days, the newest 1,000 are listed. --out keeps the folded ledger in a new "
        "file\n"
        "        A snapshot of another format, made by other software, is no evidence either way\n"
        "\n"
        "exit: 0 all are equal, 1 one isn't, is missing or something failed, 2 wrong use\n"
        "\n"
        "example: pentad snapshot verify 2019-06-30 --config audit/connector.yaml\n",
    .min_args = 1,
    .max_args = 2,
    .wants = "say list, show DAY or verify [DAY]",
    .wants_zh = "请写明list、show DAY或verify [DAY]",
    .run = dispatch};
