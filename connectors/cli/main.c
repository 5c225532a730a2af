/* pentad: the tool for people. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <pentad/certs/ca.h>

#include "cli.h"

enum { ENROL_WORDS_MAX = 64 };

static const struct cli_command cmd_ca = {
    .name = "ca", .what = "keys, the hub's authority, the genesis ceremony", .main = pt_ca_main};

/* The party's step of an enrolment; the office's are under ca. */
static int enrol(int argc, char **argv) {
    char *words[ENROL_WORDS_MAX + 1] = {(char *)(uintptr_t) "ca"};
    if (argc >= ENROL_WORDS_MAX) {
        fputs("pentad enrol: too many words\n", stderr);
        return EXIT_UNUSABLE;
    }
    memcpy(words + 1, argv, (size_t)argc * sizeof *argv);
    return pt_ca_main(argc + 1, words);
}

static const struct cli_command cmd_enrol = {
    .name = "enrol",
    .what = "a further connector's keys and request, of an invitation",
    .main = enrol};

/* What one asks first, then what proves it, then what bodies decide, then keys and set-up. */
static const struct cli_command *const commands[] = {
    &cmd_status,    &cmd_brief,    &cmd_discrepancy, &cmd_subject, &cmd_trace,  &cmd_rules,
    &cmd_catalogue, &cmd_evidence, &cmd_verify,      &cmd_log,     &cmd_ledger, &cmd_snapshot,
    &cmd_push,      &cmd_letters,  &cmd_approve,     &cmd_lift,    &cmd_erase,  &cmd_close,
    &cmd_key,       &cmd_policy,   &cmd_enrol,       &cmd_ca,      &cmd_doctor, &cmd_selftest};

static void help(FILE *to) {
    fputs("usage: pentad COMMAND [options]\n\n", to);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        fprintf(to, "  %-12s %s\n", commands[i]->name, commands[i]->what);
    }
    fputs("\nEach command explains itself: pentad COMMAND --help\n"
          "example: pentad brief 2019-06 --config office/connector.yaml\n",
          to);
}

int main(int argc, char **argv) {
    (void)setlocale(LC_ALL, "");
    (void)signal(SIGPIPE, SIG_DFL);
    if (argc < 2) {
        help(stderr);
        return EXIT_UNUSABLE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help(stdout);
        return EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("pentad " PENTAD_VERSION);
        return EXIT_OK;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i]->name) == 0) {
            return pt_cli_run(commands[i], argc - 1, argv + 1);
        }
    }
    pt_cli_choose_language(argc, argv);
    fprintf(stderr,
            PT_SAY("pentad: there is no command \"%s\"; pentad --help lists them\n",
                   "pentad：没有命令“%s”；pentad --help列出全部命令\n"),
            argv[1]);
    return EXIT_UNUSABLE;
}
