/* pentad-hub: accepts, logs, folds, reconciles, serves. */
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pentad/base/logsink.h>

#include "hub.h"

#ifndef PT_VERSION
#define PT_VERSION "unversioned"
#endif

/* 0 it stopped as asked; 1 it couldn't start or go on; 2 wrong use or configuration. */
enum { EXIT_STOPPED = 0, EXIT_FAILED = 1, EXIT_WRONG_USE = 2 };

static const char usage[] =
    "pentad-hub --config FILE [--check]\n"
    "\n"
    "Accepts signed batches from the parties' connectors, keeps them in an append-only log, folds\n"
    "the log into the shared ledger, and serves both to those who may read.\n"
    "\n"
    "  -c, --config FILE   the configuration, YAML; see below\n"
    "      --check         reads and checks the configuration and its files, then ends\n"
    "      --version       prints the version\n"
    "  -h, --help          prints this\n"
    "\n"
    "SIGHUP reads certificates, revocation list and limits anew. SIGTERM and SIGINT stop it: what "
    "is\n"
    "in flight is answered first. Exit status: 0 stopped as asked, 1 failed, 2 wrong use.\n"
    "\n"
    "example: pentad-hub --config hub.yaml\n"
    "\n"
    "A configuration file:\n"
    "\n";

struct options {
    const char *config;
    bool check, help, version;
};

static int read_options(int argc, char **argv, struct options *o) {
    static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
                                          {"check", no_argument, NULL, 'k'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'v'},
                                          {NULL, 0, NULL, 0}};
    int c;

    memset(o, 0, sizeof(*o));
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
    while ((c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
        switch (c) {
        case 'c':
            o->config = optarg;
            break;
        case 'k':
            o->check = true;
            break;
        case 'h':
            o->help = true;
            break;
        case 'v':
            o->version = true;
            break;
        default:
            return PT_E_USAGE;
        }
    }
    if (optind < argc) {
        (void)fprintf(stderr, "pentad-hub: %s: it takes no arguments but its options\n",
                      argv[optind]);
        return PT_E_USAGE;
    }
    return 0;
}

static int complain(const struct pt_err *err) {
    (void)fprintf(stderr, "pentad-hub: %s\n", err->msg);
    return err->code == PT_E_CONFIG || err->code == PT_E_USAGE ? EXIT_WRONG_USE : EXIT_FAILED;
}

/* Large buffers go back to the system when they are freed, and threads share few heaps: what a
 * backlog took for a moment isn't kept. */
static void bound_memory(void) {
    /* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread yet */
    (void)mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
    (void)mallopt(M_TRIM_THRESHOLD, 8 * 1024 * 1024);
    (void)mallopt(M_ARENA_MAX, 4);
    /* NOLINTEND(concurrency-mt-unsafe) */
}

static int run(struct pt_hub *h) {
    struct pt_err err = {0};
    int rc = pt_hub_boot(h, &err);

    if (rc == 0) {
        rc = pt_hub_serve(h, &err);
    }
    pt_hub_unboot(h);
    if (rc != 0) {
        err.code = rc;
        pt_log(PT_LOG_ERROR, "failed", "%s: %s", pt_err_name(rc), err.msg);
        return rc == PT_E_CONFIG ? EXIT_WRONG_USE : EXIT_FAILED;
    }
    pt_log(PT_LOG_INFO, "stopped", "everything acknowledged is in the log");
    return EXIT_STOPPED;
}

int main(int argc, char **argv) {
    struct options o;
    struct pt_hub *h;
    struct pt_err err = {0};
    int rc = read_options(argc, argv, &o);

    if (rc == 0 && (o.help || o.version)) {
        (void)printf("%s%s", o.help ? usage : "pentad-hub " PT_VERSION "\n",
                     o.help ? pt_app_config_example : "");
        return EXIT_STOPPED;
    }
    if (rc != 0 || o.config == NULL) {
        (void)fprintf(stderr, "pentad-hub --config FILE; --help says more\n");
        return EXIT_WRONG_USE;
    }
    h = calloc(1, sizeof(*h));
    if (h == NULL) {
        (void)pt_err_set(&err, PT_E_NOMEM, "out of memory");
        return complain(&err);
    }
    (void)umask(077); /* log.db and ledger.db hold what not everyone on this machine may read */
    rc = pt_app_config_load(o.config, &h->config, &err);
    if (rc == 0 && o.check) {
        rc = pt_hub_check_files(&h->config, &err);
    }
    if (rc != 0) {
        free(h);
        return complain(&err);
    }
    if (o.check) {
        (void)printf("%s is in order\n", o.config);
        free(h);
        return EXIT_STOPPED;
    }
    bound_memory();
    (void)signal(SIGPIPE, SIG_IGN);
    pt_log_init(h->config.log_level, STDERR_FILENO);
    h->config_path = o.config;
    h->clock = &pt_clock_system;
    rc = run(h);
    free(h);
    return rc;
}
