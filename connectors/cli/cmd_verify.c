/* pentad verify: an evidence file against what the verifier brings; no hub, no network. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/ledger/complete.h>
#include <pentad/proof/evidence.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/record/json.h>

#include "brief_evidence.h"
#include "brief_file.h"
#include "cli.h"
#include "steps.h"
#include "verify_refused.h"

#define LINES_SHOWN 32 /* of one record */

static void print_steps(const struct pt_evidence_result *r, bool all) {
    for (size_t i = 0; i < r->n_steps; i++) {
        const struct pt_evidence_step *s = &r->steps[i];
        if (s->code != 0 || all) {
            pt_cli_step_begin(s->step, s->code == 0);
            pt_cli_step_end(s->step, s->code, s->what, s->where);
        }
    }
}

static const char *proven(bool ok) {
    return ok ? PT_SAY("proven", "已证明") : PT_SAY("NOT PROVEN", "未能证明");
}

/* Where it stands in the log, and whose it is. */
static void print_place(const struct pt_evidence_record *rec) {
    char received[25], signed_at[25], key[2 * PT_HASH_LEN + 1], hash[2 * PT_HASH_LEN + 1];
    pt_time_format(received, rec->received_at_ms);
    pt_time_format(signed_at, rec->signed_at_ms);
    pt_hash_hex(key, &rec->signing_key);
    pt_hash_hex(hash, &rec->hash);
    printf(PT_SAY("    record hash %s\n    log entry %llu, received %s, signed %s\n    by key %s "
                  "(enrolled by log entry %llu)\n",
                  "    记录哈希%s\n    日志第%llu条，收到于%s，签名于%s\n    "
                  "签名密钥%s（由日志第%llu条登记）\n"),
           hash, (unsigned long long)rec->log_index, received, signed_at, key,
           (unsigned long long)rec->key_from);
}

static void print_record(const struct pt_evidence_record *rec) {
    if (rec->erased) {
        printf(PT_SAY("\n  %s/%s#%llu  ERASED by %s  %s\n", "\n  %s/%s#%llu  已销毁，依据%s  %s\n"),
               rec->party, rec->stream, (unsigned long long)rec->seq,
               rec->order[0] ? rec->order : PT_SAY("no order that is proven", "未能证明的命令"),
               proven(rec->ok));
        print_place(rec);
        return;
    }
    if (rec->withheld) {
        printf(PT_SAY("\n  %s/%s#%llu  WITHHELD  %s\n", "\n  %s/%s#%llu  未出示  %s\n"), rec->party,
               rec->stream, (unsigned long long)rec->seq,
               rec->ok ? PT_SAY("proven to stand there", "已证明在该处") : proven(false));
        print_place(rec);
        return;
    }
    struct pt_arena arena;
    pt_arena_init(&arena, 64u * 1024 * 1024);
    Pentad__V1__Record *r = NULL;
    const struct pt_record_info *info = NULL;
    if (pt_record_decode(rec->bytes, &arena, &r, NULL) == 0) {
        info = pt_record_info_of(r);
    }
    printf("\n  %s/%s#%llu  %s %s  %s\n", rec->party, rec->stream, (unsigned long long)rec->seq,
           info ? info->code : "?", info ? info->name_zh : "", proven(rec->ok));
    print_place(rec);
    struct pt_buf text;
    pt_buf_init(&text, 16u * 1024 * 1024);
    if (r && pt_json_encode(&r->base, true, &text, NULL) == 0) {
        const char *line = pt_buf_cstr(&text);
        for (int n = 0; line && *line; n++) {
            int len = (int)strcspn(line, "\n");
            if (n == LINES_SHOWN) {
                puts(PT_SAY("    | … (pentad trace --json has it whole)",
                            "    | …（全文见pentad trace --json）"));
                break;
            }
            fputs("    | ", stdout);
            pt_cli_print_shown(line, (size_t)len);
            putchar('\n');
            line += len + (line[len] == '\n');
        }
    }
    pt_buf_done(&text);
    pt_arena_done(&arena);
}

static void print_complete(const struct pt_evidence_complete *c) {
    char day[11];
    if (!c->proven) {
        puts(PT_SAY("  COMPLETENESS NOT PROVEN: other records may count",
                    "  完整性未证明：可能有其他记录计入"));
        if (c->other_format != 0) {
            printf(
                PT_SAY("  its snapshot was made by other software: format %u, this one makes %u\n",
                       "  所依据的快照由其他版本软件生成：格式%u，本软件为格式%u\n"),
                (unsigned)c->other_format, (unsigned)PT_EVIDENCE_FORMAT);
        }
    } else if (!pt_language_is_chinese()) {
        puts("  COMPLETE: no other record counts, as the snapshot above says");
    } else {
        pt_date_format(day, c->day);
        printf("  完整：截至%s的时点没有其他记录计入，核验方：", day);
        for (enum pt_party p = PT_PARTY_CONGRESS; p < PT_PARTY_END; p++) {
            printf("%s", pt_party_in(c->by, p) ? pt_party_name_zh(p) : "");
            fputs(pt_party_in(c->by, p) ? " " : "", stdout);
        }
        putchar('\n');
    }
}

static void print_figure(const struct pt_evidence_result *r) {
    const Pentad__V1__EvidenceFigure *f = r->bundle->figure;
    char day[11];
    if (f) {
        printf(PT_SAY("\n  figure %s/%d/%s", "\n  指标 %s/%d/%s"), f->subject ? f->subject : "?",
               f->fiscal_year, f->figure ? f->figure : "?");
        if (f->has_value) {
            printf(" = %lld %s", (long long)f->value, f->unit ? f->unit : "");
        }
        pt_date_format(day, f->valid_at);
        printf(PT_SAY("  (%s), valid at %s, known at log size %llu, from %zu record%s\n",
                      "（%s），截至%s，日志长度%llu，源自%zu条记录%s\n"),
               f->formula ? f->formula : "?", day, (unsigned long long)f->known_at,
               r->bundle->n_inputs, PT_SAY(pt_cli_s((long long)r->bundle->n_inputs), ""));
        print_complete(&r->complete);
    }
}

static void print_about(const Pentad__V1__EvidenceAbout *a) {
    if (a && a->kind && a->name) {
        bool batch = strcmp(a->kind, PT_EVIDENCE_BATCH) == 0;
        bool finding = strcmp(a->kind, PT_EVIDENCE_DISCREPANCY) == 0;
        printf("\n  %s ", batch     ? PT_SAY("the whole batch of", "整个批次，含")
                          : finding ? PT_SAY("the discrepancy", "差异")
                                    : PT_SAY("what speaks of", "有关记录，对象"));
        pt_cli_print_shown(a->name, strlen(a->name));
        if (a->has_fiscal_year) {
            printf("/%d", a->fiscal_year);
        }
        printf(PT_SAY(" at log size %llu", "，日志长度%llu"), (unsigned long long)a->known_at);
        if (a->withheld > 0) {
            printf(
                PT_SAY("; %llu record%s withheld: not for the one who fetched it, as the hub says",
                       "；%llu条记录%s未出示：据枢纽称取得者无权查阅"),
                (unsigned long long)a->withheld, PT_SAY(pt_cli_s((long long)a->withheld), ""));
        }
        puts("");
    }
}

static json_t *about_json(const Pentad__V1__EvidenceAbout *a) {
    return a ? json_pack("{s:s?,s:s?,s:o,s:I,s:I}", "kind", a->kind, "name", a->name, "fiscal_year",
                         a->has_fiscal_year ? json_integer(a->fiscal_year) : json_null(),
                         "known_at", (json_int_t)a->known_at, "withheld", (json_int_t)a->withheld)
             : json_null();
}

/* null where the bundle has no figure. */
static json_t *figure_json(const struct pt_evidence_result *r) {
    const Pentad__V1__EvidenceFigure *f = r->bundle ? r->bundle->figure : NULL;
    const struct pt_evidence_complete *c = &r->complete;
    json_t *by = json_array();
    char day[11] = "";
    if (!f) {
        json_decref(by);
        return json_null();
    }
    for (enum pt_party p = PT_PARTY_CONGRESS; p < PT_PARTY_END; p++) {
        if (pt_party_in(c->by, p)) {
            json_array_append_new(by, json_string(pt_party_name(p)));
        }
    }
    if (c->proven) {
        pt_date_format(day, c->day);
    }
    return json_pack("{s:s?,s:i,s:s?,s:o,s:s?,s:I,s:b,s:s?,s:o,s:I}", "subject", f->subject,
                     "fiscal_year", (int)f->fiscal_year, "figure", f->figure, "value",
                     f->has_value ? json_integer((json_int_t)f->value) : json_null(), "unit",
                     f->unit, "known_at", (json_int_t)f->known_at, "complete", c->proven,
                     "complete_as_of", c->proven ? day : NULL, "attested_by", by, "members",
                     (json_int_t)c->members);
}

static json_t *result_json(const struct pt_evidence_result *r) {
    json_t *steps = json_array(), *records = json_array(), *points = json_array();
    for (size_t i = 0; i < r->n_steps; i++) {
        const struct pt_evidence_step *s = &r->steps[i];
        json_array_append_new(steps, json_pack("{s:s,s:b,s:s,s:s,s:s}", "step", s->step, "ok",
                                               s->code == 0, "code", pt_err_name(s->code), "what",
                                               s->what, "where", s->where));
    }
    for (size_t i = 0; i < r->n_records; i++) {
        const struct pt_evidence_record *rec = &r->records[i];
        char key[2 * PT_HASH_LEN + 1], hash[2 * PT_HASH_LEN + 1], id[128];
        pt_hash_hex(key, &rec->signing_key);
        pt_hash_hex(hash, &rec->hash);
        (void)snprintf(id, sizeof id, "%s/%s#%llu", rec->party, rec->stream,
                       (unsigned long long)rec->seq);
        json_array_append_new(
            records, json_pack("{s:s,s:b,s:b,s:b,s:s,s:s,s:I,s:I,s:I,s:s}", "id", id, "ok", rec->ok,
                               "erased", rec->erased, "withheld", rec->withheld, "order",
                               rec->order, "hash", hash, "log_index", (json_int_t)rec->log_index,
                               "received_at_ms", (json_int_t)rec->received_at_ms, "signed_at_ms",
                               (json_int_t)rec->signed_at_ms, "signing_key", key));
    }
    for (size_t i = 0; i < r->n_checkpoints; i++) {
        char root[2 * PT_HASH_LEN + 1];
        pt_hash_hex(root, &r->checkpoints[i].root);
        json_array_append_new(points, json_pack("{s:I,s:s,s:i}", "size",
                                                (json_int_t)r->checkpoints[i].size, "root", root,
                                                "witnesses", (int)r->checkpoints[i].witnesses));
    }
    return json_pack("{s:i,s:I,s:o,s:o,s:o,s:o,s:o}", "exit_code", r->exit_code, "failed",
                     (json_int_t)r->n_failed, "about",
                     about_json(r->bundle ? r->bundle->about : NULL), "steps", steps, "records",
                     records, "checkpoints", points, "figure", figure_json(r));
}

static void print_result(const struct pt_evidence_result *r, const struct cli_options *o) {
    const char *const verdicts[] = {PT_SAY("VERIFIED", "核验通过"),
                                    PT_SAY("NOT VERIFIED", "核验未通过"),
                                    PT_SAY("UNUSABLE", "无法核验")};
    print_steps(r, !o->quiet);
    if (r->bundle && !o->quiet) {
        for (size_t i = 0; i < r->n_records && i < 20; i++) {
            print_record(&r->records[i]);
        }
        if (r->n_records > 20) {
            printf(PT_SAY("\n  … and %zu record%s more (--json lists them all)\n",
                          "\n  … 另有%zu条记录%s（--json列出全部）\n"),
                   r->n_records - 20, PT_SAY(pt_cli_s((long long)r->n_records - 20), ""));
        }
        print_figure(r);
        print_about(r->bundle->about);
    }
    for (size_t i = 0; i < r->n_checkpoints; i++) {
        printf(PT_SAY("\n  under a checkpoint of size %llu with %u cosignatures\n",
                      "\n  依据长度%llu的检查点，有%u份见证签名\n"),
               (unsigned long long)r->checkpoints[i].size, r->checkpoints[i].witnesses);
    }
    if (r->n_withheld > 0 && r->n_withheld == r->n_failed) {
        printf(PT_SAY("\nNOT ALL SHOWN: %zu record%s withheld, everything else holds\n",
                      "\n未全部出示：%zu条记录%s未出示，其余均成立\n"),
               r->n_withheld, PT_SAY(pt_cli_s((long long)r->n_withheld), ""));
        return;
    }
    printf(PT_SAY("\n%s: %zu steps, %zu failed\n", "\n%s：共%zu步，%zu步未通过\n"),
           verdicts[r->exit_code < 2 ? r->exit_code : 2], r->n_steps, r->n_failed);
}

static int verify(const struct cli_options *o) {
    if (pt_brief_file_is(o->args[0])) {
        return pt_cli_brief_verify(o, o->args[0]);
    }
    struct pt_err err = {0};
    struct pt_trust trust;
    struct pt_buf file;
    pt_buf_init(&file, PT_EVIDENCE_MAX);
    struct pt_evidence_result *r = NULL;
    int status = EXIT_UNUSABLE;
    struct stat st;
    if (stat(o->args[0], &st) == 0 && S_ISDIR(st.st_mode)) {
        return pt_cli_verify_refused(o, o->args[0]);
    }
    int rc = pt_cli_trust(o, &trust, &err);
    if (rc == 0) {
        rc = pt_file_read(o->args[0], &file, &err);
    }
    if (rc == 0) {
        rc = pt_evidence_verify_figure(pt_buf_span(&file), &trust.hub, trust.policy, &trust.sv,
                                       &pt_complete_ledger, &r, &err);
    }
    if (rc != 0) {
        (void)pt_cli_fail(&err);
    } else {
        status = r->exit_code;
        if (o->json) {
            json_t *j = result_json(r);
            (void)pt_cli_print_json(j);
            json_decref(j);
        } else {
            print_result(r, o);
        }
    }
    pt_evidence_result_free(r);
    pt_buf_done(&file);
    pt_trust_done(&trust);
    return status;
}

const struct cli_command cmd_verify = {
    .name = "verify",
    .what = "check an evidence file offline",
    .usage =
        "usage: pentad verify FILE --trust DIR [--quiet] [--json] [--zh|--en]\n"
        "                   [--out FILE [--html]]\n"
        "       pentad verify FOLDER --trust DIR [--json] [--zh|--en]\n"
        "\n"
        "Checks an evidence file on a machine that need never have seen the hub: every signature,\n"
        "every hash, every proof; what is shown is rendered from the bytes that were verified.\n"
        "\n"
        "FOLDER is what a connector keeps (state/evidence/fork-…) when the hub logged a batch that "
        "it\n"
        "had refused under its signature: refusal.json, statement.json, entry, entry.tlog-proof,\n"
        "genesis.entry and key-history. Exit 0: the contradiction is proven, by the hub's own two\n"
        "signatures.\n"
        "\n"
        "  --trust DIR   genesis.hash and policy.txt as you got them from the parties, not from\n"
        "                the hub (also PENTAD_TRUST, or --config of a connector)\n"
        "  --quiet       failed steps only\n"
        "  --json        for machines\n"
        "  --out FILE    of a brief: writes what was made anew, as JSON or with --html for print\n"
        "\n"
        "exit: 0 everything holds, 1 a check failed (a figure that its records and an attested\n"
        "      snapshot don't prove complete fails with COMPLETENESS NOT PROVEN; records that the\n"
        "      file names and doesn't show fail as withheld: NOT ALL SHOWN), 2 the file or the\n"
        "      trust can't be used\n"
        "\n"
        "example: pentad verify payment.pentad-evidence --trust policy\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "one evidence file, please",
    .wants_zh = "请指明一个证据文件",
    .run = verify};
