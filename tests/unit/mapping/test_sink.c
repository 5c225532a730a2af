/* Records into files: each once, whatever happens in between. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/file.h>
#include <pentad/record/catalogue.h>
#include <pentad/sinks/sink.h>

static char dir[300];

static void setup(void) {
    const char *base = getenv("TMPDIR");
    snprintf(dir, sizeof(dir), "%.200s/pentad-sink-XXXXXX", base ? base : "/tmp");
    cr_assert_not_null(mkdtemp(dir));
}

static void teardown(void) {
    char path[700];
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        unlink(path);
    }
    closedir(d);
    rmdir(dir);
}

static char *content(const char *name) {
    char path[700];
    struct pt_buf b;
    struct pt_err err = {0};
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    pt_buf_init(&b, 16u << 20);
    cr_assert_eq(pt_file_read(path, &b, &err), 0, "%s", err.msg);
    char *text = strdup(pt_buf_cstr(&b));
    pt_buf_done(&b);
    return text;
}

static const char *purpose = "=SUM(\"x\")";

/* One payment batch of n lines. */
struct payment {
    Pentad__V1__Record rec;
    Pentad__V1__PaymentBatch batch;
    Pentad__V1__PaymentLine lines[5], *list[5];
    struct pt_delivery d;
};

static void make_payment(struct payment *p, uint64_t log_index, uint32_t in_batch, size_t n) {
    static char voucher[] = "V,1";
    pentad__v1__record__init(&p->rec);
    pentad__v1__payment_batch__init(&p->batch);
    for (size_t i = 0; i < n; i++) {
        pentad__v1__payment_line__init(&p->lines[i]);
        p->lines[i].voucher_no = voucher;
        p->lines[i].purpose = (char *)(uintptr_t)purpose;
        p->lines[i].has_fen = true;
        p->lines[i].fen = (int64_t)i + 1;
        p->lines[i].has_op = true;
        p->lines[i].op = PENTAD__V1__PAYMENT_OP__PAYMENT_OP_PAY;
        p->list[i] = &p->lines[i];
    }
    p->batch.lines = p->list;
    p->batch.n_lines = n;
    p->rec.payment_batch = &p->batch;
    p->rec.body_case = PENTAD__V1__RECORD__BODY_PAYMENT_BATCH;
    p->d = (struct pt_delivery){.record = &p->rec,
                                .type = "X01",
                                .party = "finance",
                                .stream = "treasury",
                                .seq = log_index * 10 + in_batch,
                                .log_index = log_index,
                                .in_batch = in_batch,
                                .received_at_ms = 1563408000000,
                                .signer = "abcd"};
}

static const struct pt_sink_column columns[] = {{"id", "@id"},
                                                {"voucher", "body.lines.voucher_no"},
                                                {"fen", "body.payment_batch.lines.fen"},
                                                {"op", "body.lines.op"}};
static const struct pt_sink_type types[] = {{"X01", "payments.csv", columns, 4}};

static bool deliver(struct pt_sink *s, uint64_t log_index, uint32_t in_batch, size_t n) {
    struct payment p;
    struct pt_err err = {0};
    bool is_new = false;
    make_payment(&p, log_index, in_batch, n);
    cr_assert_eq(pt_sink_deliver(s, &p.d, &is_new, &err), 0, "%s", err.msg);
    return is_new;
}

static const char three[] = "position,id,voucher,fen,op\n"
                            "7/0/1-2,finance/treasury#70,\"V,1\",1,PAY\n"
                            "7/0/2-2,finance/treasury#70,\"V,1\",2,PAY\n"
                            "7/1/1-1,finance/treasury#71,\"V,1\",1,PAY\n"
                            "9/0/1-3,finance/treasury#90,\"V,1\",1,PAY\n"
                            "9/0/2-3,finance/treasury#90,\"V,1\",2,PAY\n"
                            "9/0/3-3,finance/treasury#90,\"V,1\",3,PAY\n";

Test(sink, declared_columns_one_row_an_element, .init = setup, .fini = teardown) {
    struct pt_sink s;
    struct pt_err err = {0};
    cr_assert_eq(pt_csv_sink_open(dir, types, 1, false, &s, &err), 0, "%s", err.msg);
    cr_assert(deliver(&s, 7, 0, 2));
    cr_assert(deliver(&s, 7, 1, 1));
    cr_assert_not(deliver(&s, 7, 0, 2), "delivered before");
    cr_assert(deliver(&s, 9, 0, 3));
    cr_assert_eq(pt_sink_flush(&s, &err), 0);
    pt_sink_close(&s);
    char *text = content("payments.csv");
    cr_assert_str_eq(text, three);
    free(text);
}

/* The file is cut at every byte; re-delivering everything always gives the same file again. */
Test(sink, a_crash_at_any_byte_is_mended, .init = setup, .fini = teardown) {
    char path[700];
    struct pt_err err = {0};
    snprintf(path, sizeof(path), "%s/payments.csv", dir);
    for (size_t cut = 0; cut <= sizeof(three) - 1; cut++) {
        struct pt_sink s;
        FILE *f = fopen(path, "wb");
        cr_assert_eq(fwrite(three, 1, cut, f), cut);
        fclose(f);
        cr_assert_eq(pt_csv_sink_open(dir, types, 1, false, &s, &err), 0, "%s", err.msg);
        deliver(&s, 7, 0, 2);
        deliver(&s, 7, 1, 1);
        deliver(&s, 9, 0, 3);
        pt_sink_close(&s);
        char *text = content("payments.csv");
        cr_assert_str_eq(text, three, "cut at %zu:\n%s", cut, text);
        free(text);
    }
}

Test(sink, everything_without_a_declaration, .init = setup, .fini = teardown) {
    struct pt_sink s;
    struct pt_err err = {0};
    cr_assert_eq(pt_csv_sink_open(dir, NULL, 0, true, &s, &err), 0, "%s", err.msg);
    cr_assert(deliver(&s, 1, 0, 1));
    pt_sink_close(&s);
    char *text = content("X01.csv");
    cr_assert_eq(strncmp(text, "\xEF\xBB\xBFposition,id,", 15), 0);
    cr_assert_not_null(strstr(text, "lines.fen"));
    cr_assert_not_null(strstr(text, ",sum_fen"));
    cr_assert_not_null(strstr(text, "\"'=SUM(\"\"x\"\")\""), "no formula for a spreadsheet: %s",
                       text);
    free(text);
}

/* For people: whatever a spreadsheet computes is text. For programs: as it was said. */
Test(sink, formulas, .init = setup, .fini = teardown) {
    static const char *const risky[] = {"=1+1", "+1",  "-1",  "@sum", "  =1",
                                        "＝1",  "＋1", "－1", "＠a"};
    static const char *const harmless[] = {"a=1", "1-1", "款-1", "'=1"};
    static const struct pt_sink_column only[] = {{"purpose", "body.lines.purpose"}};
    static const struct pt_sink_type files[2] = {{"X01", "programs.csv", only, 1},
                                                 {"X01", "people.csv", only, 1}};
    char want[512] = "position,purpose\n", guarded[512] = "\xEF\xBB\xBFposition,purpose\n";
    uint64_t at = 0;
    for (size_t i = 0; i < sizeof risky / sizeof *risky; i++) {
        bool space = risky[i][0] == ' ';
        size_t w = strlen(want), g = strlen(guarded);
        at++;
        snprintf(want + w, sizeof want - w, space ? "%d/0/1-1,\"%s\"\n" : "%d/0/1-1,%s\n", (int)at,
                 risky[i]);
        snprintf(guarded + g, sizeof guarded - g, "%d/0/1-1,\"'%s\"\n", (int)at, risky[i]);
    }
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        size_t w = strlen(want), g = strlen(guarded);
        at++;
        snprintf(want + w, sizeof want - w, "%d/0/1-1,%s\n", (int)at, harmless[i]);
        snprintf(guarded + g, sizeof guarded - g, "%d/0/1-1,%s\n", (int)at, harmless[i]);
    }
    for (int people = 0; people < 2; people++) {
        struct pt_sink s;
        struct pt_err err = {0};
        cr_assert_eq(pt_csv_sink_open(dir, &files[people], 1, people, &s, &err), 0, "%s", err.msg);
        for (uint64_t k = 1; k <= at; k++) {
            size_t n = sizeof risky / sizeof *risky;
            purpose = k <= n ? risky[k - 1] : harmless[k - 1 - n];
            cr_assert(deliver(&s, k, 0, 1));
        }
        pt_sink_close(&s);
        char *text = content(files[people].file);
        cr_assert_str_eq(text, people ? guarded : want);
        free(text);
    }
}

static void check_heading(const char *code) {
    char name[64], seen[PT_SINK_MAX_COLUMNS][80];
    size_t n = 0;
    (void)snprintf(name, sizeof name, "%s.csv", code);
    char *text = content(name), *rest = NULL;
    text[strcspn(text, "\n")] = '\0';
    for (char *at = strtok_r(text, ",", &rest); at; at = strtok_r(NULL, ",", &rest)) {
        for (size_t i = 0; i < n; i++) {
            cr_assert_str_neq(seen[i], at, "%s has two columns called %s", code, at);
        }
        (void)snprintf(seen[n++], sizeof seen[0], "%s", at);
    }
    cr_assert_gt(n, 5, "%s", code);
    free(text);
}

Test(sink, every_type_has_columns_of_different_names, .init = setup, .fini = teardown) {
    struct pt_sink s;
    struct pt_err err = {0};
    struct payment p;
    bool is_new = false;
    size_t n;
    const struct pt_record_info *infos = pt_record_infos(&n);
    make_payment(&p, 1, 0, 1);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(pt_csv_sink_open(dir, NULL, 0, false, &s, &err), 0, "%s", err.msg);
        p.d.type = infos[i].code;
        cr_assert_eq(pt_sink_deliver(&s, &p.d, &is_new, &err), 0, "%s: %s", p.d.type, err.msg);
        pt_sink_close(&s);
        check_heading(infos[i].code);
    }
    char *text = content("H02.csv");
    cr_assert_not_null(strstr(text, "position,id,"));
    cr_assert_not_null(strstr(text, ",body.id,"), "the discrepancy's, beside the record's own");
    free(text);
}

Test(sink, faults, .init = setup, .fini = teardown) {
    struct pt_sink s;
    struct pt_err err = {0};
    struct payment p;
    bool is_new;
    const struct pt_sink_column wrong[] = {{"x", "body.lines.colour"}};
    const struct pt_sink_type bad[] = {{"X01", NULL, wrong, 1}};
    cr_assert_eq(pt_csv_sink_open(dir, bad, 1, false, &s, &err), PT_E_CONFIG);
    cr_assert_not_null(strstr(err.msg, "colour"), "%s", err.msg);
    const struct pt_sink_column twice[] = {{"x", "@id"}, {"x", "body.lines.fen"}};
    const struct pt_sink_type doubled[] = {{"X01", NULL, twice, 2}};
    cr_assert_eq(pt_csv_sink_open(dir, doubled, 1, false, &s, &err), PT_E_CONFIG);
    cr_assert_not_null(strstr(err.msg, "two columns are called x"), "%s", err.msg);
    const struct pt_sink_type outside[] = {{"X01", "../x.csv", columns, 4}};
    cr_assert_eq(pt_csv_sink_open(dir, outside, 1, false, &s, &err), PT_E_CONFIG);
    char path[700];
    snprintf(path, sizeof(path), "%s/payments.csv", dir);
    FILE *f = fopen(path, "wb");
    fputs("somebody else's file\n1,2\n", f);
    fclose(f);
    cr_assert_eq(pt_csv_sink_open(dir, types, 1, false, &s, &err), 0);
    make_payment(&p, 1, 0, 1);
    cr_assert_eq(pt_sink_deliver(&s, &p.d, &is_new, &err), PT_E_CONFIG);
    cr_assert_not_null(strstr(err.msg, "headings"), "%s", err.msg);
    pt_sink_close(&s);
    char *text = content("payments.csv");
    cr_assert_str_eq(text, "somebody else's file\n1,2\n", "left as it is");
    free(text);
}
