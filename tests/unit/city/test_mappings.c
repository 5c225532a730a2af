/* Every exported file through the product's own mapping: no row set aside, every record valid
 * under the code tables that the office exports, as many records and the same sums as the
 * generator counted. */
#include "generate.h"
#include "sheet.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/mapping/mapping.h>
#include <pentad/record/codes.h>
#include <pentad/record/sealed.h>
#include <pentad/record/validate.h>
#include <pentad/sources/source.h>

#include "pt_test_folder.h"

#define PENTAD_EPOCH INT64_C(1600000000000)

static const char *const files[][2] = {
    {"office", "codes"},
    {"office", "parameters"},
    {"office", "workdays"},
    {"office", "notices"},
    {"congress", "approvals"},
    {"congress", "key_projects"},
    {"congress", "opinions"},
    {"congress", "consents"},
    {"discipline", "consents"},
    {"organization", "consents"},
    {"organization", "appraisals"},
    {"finance", "orgs"},
    {"finance", "projects"},
    {"finance", "items"},
    {"finance", "persons"},
    {"finance", "exante"},
    {"finance", "goals"},
    {"finance", "goal_reviews"},
    {"finance", "past_evaluations"},
    {"finance", "reviews"},
    {"finance", "result_uses"},
    {"finance", "library"},
    {"finance", "submissions"},
    {"congress", "receipts"},
    {"finance", "allotments"},
    {"finance", "transfers"},
    {"finance", "payments"},
    {"finance", "carryover"},
    {"finance", "business"},
    {"finance", "month_reports"},
    {"finance", "controls"},
    {"finance", "evaluations"},
    {"finance", "rectifications"},
    {"finance", "replies"},
    {"audit", "figures"},
    {"audit", "findings"},
    {"audit", "verifications"},
    {"audit", "plans"},
    {"audit", "econ_resp"},
    {"finance", "clues"},
    {"audit", "clues"},
    {"audit", "sealed_counts"},
    {"discipline", "receipts"},
    {"discipline", "outcomes"},
    {"discipline", "accountability"},
    {"organization", "cadre_use"},
    {"audit", "replies"},
    {"audit", "consents"},
    {"finance", "monitoring"},
    {"finance", "regions"},
    {"finance", "third_parties"},
    {"finance", "experts"},
    {"finance", "feedback"},
    {"finance", "institutions"},
    {"finance", "work_assessments"},
    {"office", "meetings"},
    {"office", "tasks"},
    {"congress", "task_feedback"},
    {"discipline", "task_feedback"},
    {"organization", "task_feedback"},
    {"finance", "task_feedback"},
    {"audit", "task_feedback"},
    {"finance", "disclosures"},
};
#define N_FILES (sizeof(files) / sizeof(files[0]))

struct load {
    const char *party, *file;
    struct pt_codes *codes;
    struct pt_arena arena;
    uint64_t records;
};

static int on_record(void *ctx, const struct pt_mapped *m) {
    struct load *x = ctx;

    x->records++;
    cr_assert(pt_date_valid(m->send_day), "%s: a record without a send day", x->file);
    cr_assert(*m->doc_key != '\0', "%s: a record without a document number", x->file);
    if (strcmp(m->type, "H09") == 0)
        cr_assert_eq(pt_codes_apply(x->codes, m->record->code_table, NULL), 0);
    return 0;
}

static int on_dead(void *ctx, const struct pt_dead_row *row) {
    const struct load *x = ctx;

    cr_assert(false, "%s/%s line %llu, %s „%s“: %s", x->party, x->file,
              (unsigned long long)row->line, row->column, row->value, row->reason_en);
    return 0;
}

static int on_defer(void *ctx, const struct pt_deferred *row) {
    const struct load *x = ctx;

    cr_assert(false, "%s/%s line %llu waits for %s %s %s", x->party, x->file,
              (unsigned long long)row->line, row->want_party, row->want_type, row->want_doc_no);
    return 0;
}

/* References are checked by test_city; here each is simply there. */
static int on_resolve(void *ctx, const char *party, const char *type, const char *doc_no,
                      struct pt_resolved *out) {
    static uint8_t hash[32] = {1};
    static char who[32];
    static char stream[] = "main";

    (void)ctx;
    cr_assert(*doc_no != '\0');
    (void)snprintf(who, sizeof(who), "%s", party);
    (void)snprintf(out->type, sizeof(out->type), "%s", type);
    out->ref.party = who;
    out->ref.stream = stream;
    out->ref.has_seq = 1;
    out->ref.seq = 1;
    out->ref.has_hash = 1;
    out->ref.hash = (ProtobufCBinaryData){.len = sizeof(hash), .data = hash};
    return 0;
}

static int on_validate(void *ctx, const Pentad__V1__Record *rec, char *ret_path, size_t cap,
                       struct pt_err *err) {
    static uint8_t nonce[16];
    struct load *x = ctx;
    Pentad__V1__Record copy = *rec;
    struct pt_faults faults;
    int code;

    copy.has_seq = copy.has_nonce = copy.has_issued_at_ms = 1;
    copy.seq = 1;
    copy.nonce = (ProtobufCBinaryData){.len = sizeof(nonce), .data = nonce};
    copy.issued_at_ms = PENTAD_EPOCH;
    if (pt_sealed_opens(rec)) /* as the connector that sealed it */
        pt_sealed_set_nonce(&copy, nonce);
    pt_arena_reset(&x->arena);
    pt_faults_init(&faults, &x->arena);
    code = pt_sealed_opens(rec) || pt_sealed_due(rec)
               ? pt_record_validate_unsealed(&copy, x->codes, pt_party_from_name(x->party),
                                             PENTAD_EPOCH, &faults)
               : pt_record_validate(&copy, x->codes, pt_party_from_name(x->party), PENTAD_EPOCH,
                                    &faults);
    if (code == 0)
        return 0;
    (void)snprintf(ret_path, cap, "%s", faults.count ? faults.v[0].field : "");
    return pt_err_set(err, code, "%s", faults.count ? faults.v[0].message : pt_err_name(code));
}

static void load_file(struct load *x, const char *dir) {
    static const struct pt_mapper_ops ops = {.record = on_record,
                                             .dead = on_dead,
                                             .defer = on_defer,
                                             .resolve = on_resolve,
                                             .validate = on_validate};
    struct pt_mapping *mapping = NULL;
    struct pt_mapper *mapper = NULL;
    struct pt_source source;
    struct pt_err err = {0};
    char path[512];
    char name[64];
    bool more = true;

    (void)snprintf(name, sizeof(name), "%s", x->file);
    for (char *p = name; *p; p++)
        if (*p == '_')
            *p = '-';
    (void)snprintf(path, sizeof(path), PT_SOURCE_DIR "/connectors/%s/mappings/city-%s.yaml",
                   x->party, name);
    cr_assert_eq(pt_mapping_load(path, NULL, 0, &mapping, &err), 0, "%s", err.msg);
    (void)snprintf(path, sizeof(path), "%s/%s/%s.csv", dir, x->party, x->file);
    cr_assert_eq(pt_source_open(pt_mapping_source(mapping), path, &source, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_mapper_new(mapping, NULL, &ops, x, &mapper, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_mapper_start_take(mapper, &source, NULL, &err), 0, "%s", err.msg);
    while (more)
        cr_assert_eq(pt_mapper_step(mapper, 10000, &more, &err), 0, "%s/%s: %s", x->party, x->file,
                     err.msg);
    pt_mapper_free(mapper);
    pt_mapping_free(mapping);
}

Test(city_mappings, every_row_becomes_a_valid_record) {
    struct load x = {0};
    struct sheet *totals;
    char folder[64];

    generate_city(folder, NULL, NULL);
    totals = sheet_load(folder, "totals.csv");
    pt_arena_init(&x.arena, 16u << 20);
    cr_assert_eq(pt_codes_new("cn", &x.codes, NULL), 0);
    for (size_t i = 0; i < N_FILES; i++) {
        char file[64];
        size_t row = 0;

        x.party = files[i][0];
        x.file = files[i][1];
        x.records = 0;
        load_file(&x, folder);
        (void)snprintf(file, sizeof(file), "%s.csv", x.file);
        while (strcmp(sheet_cell(totals, row, 0), x.party) != 0 ||
               strcmp(sheet_cell(totals, row, 1), file) != 0)
            row++;
        cr_assert_eq((int64_t)x.records, cell_int(sheet_cell(totals, row, 3)),
                     "%s/%s: %llu records, %s counted", x.party, x.file,
                     (unsigned long long)x.records, sheet_cell(totals, row, 3));
    }
    cr_assert_eq(totals->rows, N_FILES);
    sheet_free(totals);
    pt_codes_free(x.codes);
    pt_arena_done(&x.arena);
    tf_remove(folder);
}
