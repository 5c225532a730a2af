/* `pentad ca`: which subcommand, its help, its exit code. */
#include <pentad/certs/ca.h>

#include <stdio.h>
#include <string.h>

#include <pentad/base/language.h>
#include <pentad/record/key_use.h>

#include "tool.h"

struct pt_command *const pt_ca_commands[] = {&pt_cmd_create,
                                             &pt_cmd_keygen,
                                             &pt_cmd_genesis_propose,
                                             &pt_cmd_genesis_sign,
                                             &pt_cmd_genesis_seal,
                                             &pt_cmd_genesis_show,
                                             &pt_cmd_policy,
                                             &pt_cmd_issue,
                                             &pt_cmd_person,
                                             &pt_cmd_approver,
                                             &pt_cmd_invite,
                                             &pt_cmd_enrol,
                                             &pt_cmd_approve,
                                             &pt_cmd_list,
                                             &pt_cmd_revoke,
                                             &pt_cmd_crl,
                                             NULL};

bool pt_tool_chinese(void) {
    return pt_language_is_chinese();
}

const char *pt_tool_use(const char *use) {
    const char *zh = pt_tool_chinese() ? pt_key_use_zh(use) : NULL;
    return zh ? zh : use;
}

/* Takes --zh and --en out of the arguments, wherever they stand. Returns how many are left. */
static int take_language(int argc, char **argv) {
    int n = 0;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--zh") == 0) {
            pt_language_choose(PT_LANGUAGE_CHINESE);
        } else if (strcmp(argv[i], "--en") == 0) {
            pt_language_choose(PT_LANGUAGE_ENGLISH);
        } else {
            argv[n++] = argv[i];
        }
    }
    return n;
}

static void overview(FILE *to) {
    fprintf(to, "pentad ca: keys, the hub's authority, the genesis ceremony, certificates\n\n");
    for (int i = 0; pt_ca_commands[i] != NULL; i++) {
        fprintf(to, "  pentad ca %-16s %s\n", pt_ca_commands[i]->name, pt_ca_commands[i]->summary);
    }
    fprintf(
        to,
        "\nIn this order: create, keygen (at each party), genesis propose, genesis sign (at\n"
        "each party), genesis seal, issue (for each party's request).\n"
        "Later, for a further connector: invite, enrol (at the party), approve (two people),\n"
        "issue --request.\n"
        "`pentad ca <subcommand> --help` shows the options and an example. Outcomes are said in\n"
        "Chinese with --zh or under a Chinese locale, in English with --en.\n");
}

/* The command that the first one or two words name; *ret_used says how many words. */
static struct pt_command *find(int argc, char **argv, int *ret_used) {
    for (int i = 0; pt_ca_commands[i] != NULL; i++) {
        const char *name = pt_ca_commands[i]->name;
        const char *space = strchr(name, ' ');

        if (argc >= 1 && space == NULL && strcmp(argv[0], name) == 0) {
            *ret_used = 1;
            return pt_ca_commands[i];
        }
        if (argc >= 2 && space != NULL && strlen(argv[0]) == (size_t)(space - name) &&
            strncmp(argv[0], name, (size_t)(space - name)) == 0 &&
            strcmp(argv[1], space + 1) == 0) {
            *ret_used = 2;
            return pt_ca_commands[i];
        }
    }
    return NULL;
}

static bool asks_for_help(int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

int pt_ca_main(int argc, char **argv) {
    struct pt_command *c;
    struct pt_err err = {0, ""};
    int used = 0;
    int rc;

    argc = take_language(argc, argv);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        overview(argc < 2 ? stderr : stdout);
        return argc < 2 ? 2 : 0;
    }
    c = find(argc - 1, argv + 1, &used);
    if (c == NULL) {
        bool help = asks_for_help(argc, argv);

        if (!help) {
            fprintf(stderr, "pentad ca: no such subcommand: %s%s%s\n", argv[1], argc > 2 ? " " : "",
                    argc > 2 ? argv[2] : "");
        }
        overview(help ? stdout : stderr);
        return help ? 0 : 2;
    }
    if (asks_for_help(argc, argv)) {
        pt_args_help(c);
        return 0;
    }
    rc = pt_args_parse(c, argc - 1 - used, argv + 1 + used, &err);
    if (rc == 0) {
        rc = c->run(c, &err);
    }
    if (rc == 0) {
        return 0;
    }
    fprintf(stderr, "pentad ca %s: %s\n", c->name,
            err.msg[0] != '\0' ? err.msg : pt_err_text(rc, pt_tool_chinese()));
    if (rc == PT_E_USAGE) {
        fprintf(stderr, "`pentad ca %s --help` shows the options\n", c->name);
    }
    return rc == PT_E_USAGE ? 2 : 1;
}
