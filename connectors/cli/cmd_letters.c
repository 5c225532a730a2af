/* pentad letters: the dead letters of a connector, and that somebody has dealt with them. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/clock.h>

#include "asking.h"
#include "letters.h"

#define LETTERS_SHOWN 200 /* unless --depth says more */

json_t *pt_cli_letter_json(const struct pt_dead_letter *d) {
    return json_pack("{s:s?,s:I,s:s?,s:s?,s:s?,s:s?,s:s?,s:b}", "file", d->file, "row",
                     (json_int_t)d->row, "column", d->column, "value", d->value, "code", d->code,
                     "reason", d->reason, "reason_zh", d->reason_zh, "noted", (int)d->noted);
}

void pt_cli_letter_print(const json_t *letter, bool zh) {
    const char *column = pt_cli_text(letter, "column"), *value = pt_cli_text(letter, "value"),
               *reason = pt_cli_text(letter, zh ? "reason_zh" : "reason");
    printf(zh ? "  %s 第%lld行%s%s" : "  %s row %lld%s%s", pt_cli_text(letter, "file"),
           (long long)json_integer_value(json_object_get(letter, "row")),
           *column ? (zh ? "，" : ", ") : "", column);
    if (*value) {
        fputs(" \"", stdout);
        pt_cli_print_shown(value, strlen(value));
        fputs("\"", stdout);
    }
    fputs(zh ? "：" : ": ", stdout);
    pt_cli_print_shown(reason, strlen(reason));
    puts(!json_is_true(json_object_get(letter, "noted")) ? ""
         : zh                                            ? "  [已处理]"
                                                         : "  [dealt with]");
}

static int take(void *ctx, const struct pt_dead_letter *d) {
    return json_array_append_new(ctx, pt_cli_letter_json(d));
}

/* The newest first. */
static void print_list(const struct cli_options *o, const json_t *list) {
    bool zh = pt_cli_chinese(o);
    size_t n = json_array_size(list), shown = pt_cli_depth(o, LETTERS_SHOWN), i = 0;
    for (; i < n && i < shown; i++) {
        pt_cli_letter_print(json_array_get(list, n - 1 - i), zh);
    }
    pt_cli_print_more("  ", (long long)(n - i), zh);
}

static void print_verdict(const struct pt_state_counts *k, bool zh) {
    char needs[PT_STATE_NEEDS_MAX];
    struct pt_state_counts dead = {.dead_letters = k->dead_letters, .dead_open = k->dead_open};
    pt_state_needs(&dead, zh, needs);
    puts(needs[0]               ? needs
         : k->dead_letters == 0 ? (zh ? "没有死信" : "no dead letters")
         : zh                   ? "死信均已处理"
                                : "all of them are dealt with");
}

static int list_all(const struct cli_options *o, struct pt_state *s, bool *ret_open,
                    struct pt_err *err) {
    struct pt_state_counts k;
    json_t *list = json_array();
    int rc = pt_state_counts(s, &k, err);
    rc = rc ? rc : pt_dead_letter_each(s, take, list, err);
    *ret_open = rc == 0 && k.dead_open > 0;
    if (rc == 0 && o->json) {
        json_t *j = json_pack("{s:I,s:I,s:O}", "total", (json_int_t)k.dead_letters, "open",
                              (json_int_t)k.dead_open, "dead_letters", list);
        (void)pt_cli_print_json(j);
        json_decref(j);
    } else if (rc == 0) {
        print_list(o, list);
        print_verdict(&k, pt_cli_chinese(o));
    }
    json_decref(list);
    return rc;
}

static int note_all(const struct cli_options *o, struct pt_state *s, struct pt_err *err) {
    int64_t n = 0;
    int rc = pt_dead_letter_note(s, pt_clock_now_ms(&pt_clock_system), &n, err);
    if (rc == 0 && !o->quiet) {
        printf(pt_cli_chinese(o) ? "%lld条死信记为已处理%s\n"
                                 : "%lld dead letter%s noted as dealt with\n",
               (long long)n, pt_cli_chinese(o) ? "" : pt_cli_s((long long)n));
    }
    return rc;
}

static int letters(const struct cli_options *o) {
    struct pt_err err = {0};
    struct pt_config *c = NULL;
    struct pt_state *s = NULL;
    bool open = false;
    if (!o->config) {
        return pt_cli_misuse(
            &cmd_letters, PT_SAY("of which connector? --config FILE", "哪个连接器？--config FILE"));
    }
    int rc = pt_config_load(o->config, &c, &err);
    rc = rc ? rc : pt_state_open_in(c->state, o->noted ? PT_STATE_CHANGE : PT_STATE_READ, &s, &err);
    if (rc == 0) {
        rc = o->noted ? note_all(o, s, &err) : list_all(o, s, &open, &err);
    }
    pt_state_free(s);
    pt_config_free(c);
    return rc ? pt_cli_fail(&err) : open ? EXIT_FAILED : EXIT_OK;
}

const struct cli_command cmd_letters = {
    .name = "letters",
    .what = "a connector's dead letters (死信), and that they are dealt with",
    .usage =
        "usage: pentad letters --config FILE [--depth N] [--json] [--zh|--en]\n"
        "       pentad letters --noted --config FILE [--quiet] [--zh|--en]\n"
        "\n"
        "A dead letter is a row of your system, or a record, that did not go out: its file, row,\n"
        "column, value and the reason. Mend it in your system and export it as a new row. As long "
        "as\n"
        "there are some that nobody has noted, pentad status, pentad doctor and pentad-connector\n"
        "--once say so and exit with 1.\n"
        "\n"
        "  (nothing)  lists them, the newest first; those dealt with are marked\n"
        "  --noted    all that there are by now are dealt with. Also while the connector runs.\n"
        "             A year later they are gone\n"
        "  --depth N  how many are shown (default 200; with --json all)\n"
        "\n"
        "exit: 0 done, or none is left to deal with; 1 some are, or it failed; 2 wrong use\n"
        "\n"
        "example: pentad letters --config finance/connector.yaml\n",
    .min_args = 0,
    .max_args = 0,
    .wants = "no arguments, please",
    .wants_zh = "不带参数",
    .run = letters};
