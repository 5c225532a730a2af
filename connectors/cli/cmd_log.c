/* pentad log: rehash everything, write a static tree or a backup, show entries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/feed/evidence.h>
#include <pentad/log/export.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/evidence.h>
#include <pentad/store/sqlite.h>

#include "log_check.h"

/* ---- export ---- */

static int http_keys(void *ctx, struct pt_buf *out, struct pt_err *err) {
    struct cli_hub *h = ctx;
    return pt_http_client_get(h->http, "/" PT_KEY_HISTORY_FILE, "application/vnd.pentad.evidence",
                              0, out, NULL, err);
}

struct data_keys {
    struct pt_store *store;
    struct pt_evidence_cache *cache;
};

static int store_keys(void *ctx, struct pt_buf *out, struct pt_err *err) {
    const struct data_keys *k = ctx;
    return pt_feed_key_history(k->store, k->cache, out, err);
}

static int export_hub(const struct cli_options *o, const char *dir, uint64_t *size,
                      struct pt_err *err) {
    struct cli_hub hub = {0};
    struct pt_trust trust;
    int rc = pt_cli_trust(o, &trust, err);
    if (rc == 0) {
        rc = pt_cli_hub_open(o, &hub, err);
    }
    if (rc == 0) {
        const struct pt_log_source src = pt_cli_hub_tree(&hub);
        const struct pt_log_keys keys = {http_keys, &hub};
        rc = pt_log_export(&src, &keys, &trust.policy->logs[0].key, &trust.sv, dir, size, err);
    }
    pt_cli_hub_close(&hub);
    pt_trust_done(&trust);
    return rc;
}

static int export_data(const struct cli_options *o, const char *dir, uint64_t *size,
                       struct pt_err *err) {
    struct pt_store *store = NULL;
    struct pt_log_source src = {0};
    struct pt_vkey vkey;
    struct pt_keycache *cache = NULL;
    const struct pt_sqlite_opts so = {.read_only = true};
    int rc = pt_store_sqlite_open(o->data, &so, &store, err);
    if (rc == 0) {
        rc = pt_keycache_new(&cache);
    }
    if (rc == 0) {
        rc = pt_log_store_source(store, &src, &vkey, err);
    }
    if (rc == 0) {
        const struct pt_sigverify sv = pt_keycache_sigverify(cache);
        struct data_keys own = {.store = store};
        const struct pt_log_keys keys = {store_keys, &own};
        rc = pt_evidence_cache_new(&sv, &own.cache);
        rc = rc ? pt_err_set(err, rc, "out of memory")
                : pt_log_export(&src, &keys, &vkey, &sv, dir, size, err);
        pt_evidence_cache_free(own.cache);
        pt_log_store_source_free(&src);
    }
    pt_keycache_free(cache);
    pt_store_sqlite_close(store);
    return rc;
}

static int export_log(const struct cli_options *o, const char *dir) {
    struct pt_err err = {0};
    uint64_t size = 0;
    int rc = o->data ? export_data(o, dir, &size, &err) : export_hub(o, dir, &size, &err);
    if (rc != 0) {
        return pt_cli_fail(&err);
    }
    if (!o->quiet) {
        printf(PT_SAY("%s: a log of %llu %s\n", "%s：日志%llu条%s\n"), dir,
               (unsigned long long)size, PT_SAY(size == 1 ? "entry" : "entries", ""));
    }
    return EXIT_OK;
}

/* ---- show ---- */

struct showing {
    bool json;
    json_t *list;
};

static int show_entry(void *ctx, const struct pt_store_entry *e) {
    struct showing *s = ctx;
    struct pt_entry entry;
    struct pt_err err = {0};
    char when[25], key[2 * PT_HASH_LEN + 1];
    if (pt_entry_open(e->log_entry, &entry, &err) != 0) {
        printf(PT_SAY("%8llu  unreadable: %s\n", "%8llu  无法读取：%s\n"),
               (unsigned long long)e->index, err.msg);
        return 0;
    }
    pt_time_format(when, entry.received_at_ms);
    pt_hash_hex(key, &entry.signing_key);
    const Pentad__V1__BatchStatement *st = entry.is_genesis ? NULL : entry.statement.msg;
    if (s->json) {
        json_array_append_new(
            s->list, json_pack("{s:I,s:s,s:s,s:s,s:I,s:I,s:s}", "log_index", (json_int_t)e->index,
                               "received_at", when, "party", st ? st->party : "", "stream",
                               st ? st->stream : "", "first_seq",
                               (json_int_t)(st ? entry.statement.first_seq : 0), "records",
                               (json_int_t)(st ? entry.statement.record_count : 0), "signing_key",
                               st ? key : ""));
    } else if (st) {
        printf(PT_SAY("%8llu  %s  %s/%s#%llu..%llu  key %.16s\n",
                      "%8llu  %s  %s/%s#%llu..%llu  密钥 %.16s\n"),
               (unsigned long long)e->index, when, st->party, st->stream,
               (unsigned long long)entry.statement.first_seq,
               (unsigned long long)(entry.statement.first_seq + entry.statement.record_count - 1),
               key);
    } else {
        printf(
            PT_SAY("%8llu  %s  genesis of %s, %zu parties\n", "%8llu  %s  创世 %s，%zu个参与方\n"),
            (unsigned long long)e->index, when, entry.genesis->origin, entry.genesis->n_parties);
    }
    pt_entry_done(&entry);
    return 0;
}

static int show(const struct cli_options *o, uint64_t from, uint64_t n) {
    struct pt_err err = {0};
    struct pt_store *store = NULL;
    struct pt_store_reader *reader = NULL;
    const struct pt_sqlite_opts so = {.read_only = true};
    struct showing s = {.json = o->json, .list = json_array()};
    int rc = pt_store_sqlite_open(o->data, &so, &store, &err);
    if (rc == 0) {
        rc = pt_store_read_begin(store, &reader, &err);
    }
    if (rc == 0) {
        rc = pt_store_entries(reader, from, n, false, show_entry, &s, &err);
    }
    pt_store_read_end(reader);
    pt_store_sqlite_close(store);
    if (rc == 0 && o->json) {
        (void)pt_cli_print_json(s.list);
    }
    json_decref(s.list);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

/* ---- backup ---- */

static int backup(const struct cli_options *o, const char *dir) {
    struct pt_err err = {0};
    struct pt_store *store = NULL;
    uint64_t size = 0;
    const struct pt_sqlite_opts so = {.read_only = true};
    int rc = pt_store_sqlite_open(o->data, &so, &store, &err);
    rc = rc ? rc : pt_mkdirs(dir, 0700, &err);
    rc = rc ? rc : pt_store_sqlite_backup(store, dir, &size, &err);
    pt_store_sqlite_close(store);
    if (rc == 0 && !o->quiet) {
        printf(PT_SAY("%s/log.db: %llu entries; pentad log check %s proves it\n",
                      "%s/log.db：日志%llu条；pentad log check %s可以证明\n"),
               dir, (unsigned long long)size, dir);
    }
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

static int dispatch(const struct cli_options *o) {
    const char *what = o->n_args > 0 ? o->args[0] : "";
    if (strcmp(what, "check") == 0) {
        return o->n_args <= 2 ? pt_cli_log_check(o)
                              : pt_cli_misuse(&cmd_log, PT_SAY("check what? name one folder",
                                                               "检查什么？请指明一个目录"));
    }
    if (strcmp(what, "export") == 0) {
        return o->n_args == 2 ? export_log(o, o->args[1])
                              : pt_cli_misuse(&cmd_log, PT_SAY("export where to? name a folder",
                                                               "导出到哪里？请指明目录"));
    }
    if (strcmp(what, "backup") == 0 && o->data) {
        return o->n_args == 2 ? backup(o, o->args[1])
                              : pt_cli_misuse(&cmd_log, PT_SAY("back up where to? name a folder",
                                                               "备份到哪里？请指明目录"));
    }
    if (strcmp(what, "show") == 0 && o->data) {
        for (int i = 1; i < o->n_args; i++) {
            if (!pt_cli_is_number(o->args[i])) {
                return pt_cli_misuse(
                    &cmd_log, PT_SAY("show: %s is not a number", "show：%s不是数字"), o->args[i]);
            }
        }
        uint64_t from = o->n_args > 1 ? strtoull(o->args[1], NULL, 10) : 0;
        uint64_t n = o->n_args > 2 ? strtoull(o->args[2], NULL, 10) : 20;
        return show(o, from, n);
    }
    return pt_cli_misuse(&cmd_log,
                         PT_SAY("say check or export, or with --data DIR also backup or show",
                                "请写明check或export；带--data DIR时还可用backup或show"));
}

const struct cli_command cmd_log = {
    .name = "log",
    .what = "check the whole log, back it up, export it as static tiles, show its entries",
    .usage =
        "usage: pentad log check DIR --trust DIR [--jobs N] [--resume FILE] [--no-replay]\n"
        "                        [--json] [--zh|--en]\n"
        "       pentad log check --config FILE [--hub URL] [--trust DIR] [--jobs N] [--resume "
        "FILE]\n"
        "                        [--no-replay] [--json] [--zh|--en]\n"
        "       pentad log export DIR (--data HUBDIR | --config FILE [--hub URL]) [--quiet]\n"
        "                        [--zh|--en]\n"
        "       pentad log backup DIR --data HUBDIR [--quiet] [--zh|--en]\n"
        "       pentad log show [FROM [COUNT]] --data HUBDIR [--json] [--zh|--en]\n"
        "\n"
        "check   computes every record, leaf, tile, chain and signature anew, of a hub's data\n"
        "        folder (a hub may be running on it), of an exported tree, or with --config of a "
        "hub\n"
        "        as it serves, and names whatever is not as it was signed\n"
        "        --jobs N       with so many threads (one)\n"
        "        --resume FILE  goes on where the check that kept FILE stood, and keeps it: what "
        "it\n"
        "                       had verified is not read again; that this log continues it is "
        "proven\n"
        "        --no-replay    leaves out the ledger; else the records are folded anew and held\n"
        "                       against each logged snapshot (H03), those of a data folder with\n"
        "                       all rules, to its end, and against its findings and ledger.db\n"
        "                       too, wherever that stands\n"
        "export  writes DIR/checkpoint, DIR/tile/… and DIR/key-history: a static tree that any "
        "web\n"
        "        server serves and anybody's tools check; no business data is in it\n"
        "backup  writes DIR/log.db, the log with all its records, whole as of one moment, and\n"
        "        DIR/cosigned.db, what witnesses cosigned of it, also while a hub runs on them\n"
        "        (copying the files by other means may lose what waits in a write-ahead log)\n"
        "show    lists entries, COUNT (20) from log index FROM (0): who signed what, when it was\n"
        "        received\n"
        "\n"
        "exit: 0 sound or done, 1 a fault was found or it failed, 2 wrong use; of check: 1 a fault "
        "was\n"
        "found, 2 it could not look\n"
        "\n"
        "example: pentad log check hub --trust policy --jobs 2 --resume hub.checked\n",
    .min_args = 1,
    .max_args = 3,
    .wants = "say check, export or show (with --data DIR)",
    .wants_zh = "请写明check、export或show（带--data DIR）",
    .run = dispatch};
