/* Files as they come: encodings, quotes, breaks, and what can't be read. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <pentad/sources/source.h>

struct file {
    char dir[200], path[260];
};

static void make(struct file *f, const void *p, size_t n, bool gz) {
    const char *base = getenv("TMPDIR");
    snprintf(f->dir, sizeof(f->dir), "%.150s/pentad-csv-XXXXXX", base ? base : "/tmp");
    cr_assert_not_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/t.csv%s", f->dir, gz ? ".gz" : "");
    if (gz) {
        gzFile g = gzopen(f->path, "wb");
        cr_assert_eq(gzwrite(g, p, (unsigned)n), (int)n);
        gzclose(g);
        return;
    }
    FILE *o = fopen(f->path, "wb");
    cr_assert_eq(fwrite(p, 1, n, o), n);
    fclose(o);
}

static void drop(struct file *f) {
    unlink(f->path);
    rmdir(f->dir);
}

/* Rows as text: "line:a|b|c\n", a bad row as "line!code\n". */
static char *rows_of(const struct pt_source_config *cfg, const void *p, size_t n, bool gz) {
    struct file f;
    struct pt_source s;
    struct pt_err err = {0};
    struct pt_buf out;
    make(&f, p, n, gz);
    pt_buf_init(&out, 64u << 20);
    cr_assert_eq(pt_source_open(cfg, f.path, &s, &err), 0, "%s", err.msg);
    for (;;) {
        const struct pt_row *row;
        cr_assert_eq(pt_source_next(&s, &row, &err), 0, "%s", err.msg);
        if (row == NULL)
            break;
        cr_assert_str_eq(row->file, "t.csv");
        pt_buf_printf(&out, "%llu%s", (unsigned long long)row->line, row->bad ? "!" : ":");
        if (row->bad)
            pt_buf_puts(&out, pt_err_name(row->bad));
        for (size_t i = 0; i < row->n && !row->bad; i++)
            pt_buf_printf(&out, "%s%s", i ? "|" : "", row->fields[i].p);
        pt_buf_putc(&out, '\n');
    }
    pt_source_close(&s);
    drop(&f);
    char *text = strdup(pt_buf_cstr(&out));
    pt_buf_done(&out);
    return text;
}

static void expect_rows(const struct pt_source_config *cfg, const char *bytes, size_t n,
                        const char *want) {
    for (int gz = 0; gz < 2; gz++) {
        char *got = rows_of(cfg, bytes, n, gz);
        cr_expect_str_eq(got, want, "%s, not %s", got, want);
        free(got);
    }
}
#define EXPECT(bytes, want, ...)                                                                   \
    expect_rows(&(struct pt_source_config){.quote = '"', __VA_ARGS__}, bytes, sizeof(bytes) - 1,   \
                want)

Test(csv, breaks_blanks_and_the_last_line) {
    EXPECT("a,b\nc,d\n", "1:a|b\n2:c|d\n", .separator = ',');
    EXPECT("a,b\r\nc,d\r\n", "1:a|b\n2:c|d\n", .separator = ',');
    EXPECT("a,b\rc,d\r", "1:a|b\n2:c|d\n", .separator = ',');
    EXPECT("a,b\nc,d", "1:a|b\n2:c|d\n", .separator = ',');
    EXPECT("\n\na,b\n\n , \n,\nc,d\n\n", "3:a|b\n7:c|d\n", .separator = ',');
    EXPECT("", "", .separator = ',');
    EXPECT("\xEF\xBB\xBF"
           "a,b\n",
           "1:a|b\n", .separator = ',');
    EXPECT("a\tb c\t\n", "1:a|b c|\n", .separator = '\t');
    EXPECT("title\nignored\na;b\n", "3:a|b\n", .separator = ';', .skip_lines = 2);
}

Test(csv, quotes) {
    EXPECT("\"a,b\",\"say \"\"hi\"\"\"\n", "1:a,b|say \"hi\"\n", .separator = ',');
    EXPECT("\"two\r\nlines\",x\ny,z\n", "1:two\nlines|x\n3:y|z\n", .separator = ',');
    EXPECT("a \"quoted\" word,b\n", "1:a \"quoted\" word|b\n", .separator = ',');
    EXPECT("\"never closes,b\nc,d\ne,f\n", "1!bad_row\n2:c|d\n3:e|f\n", .separator = ',');
    struct pt_source_config none = {.separator = ',', .quote = 0};
    expect_rows(&none, "\"a,b\n", 5, "1:\"a|b\n");
}

Test(csv, encodings) {
    EXPECT("Espa\xF1"
           "a\n",
           "1:Espa\xC3\xB1"
           "a\n",
           .encoding = "iso-8859-1");
    EXPECT("\x80 5\n", "1:\xE2\x82\xAC 5\n", .encoding = "windows-1252");
    EXPECT("\xBC\xC3\xC4\xCF\xCA\xD0,1\n", "1:济南市|1\n", .encoding = "gb18030");
    EXPECT("ok,Espa\xC3\xB1"
           "a\nbad,Espa\xF1"
           "a\n",
           "1:ok|España\n2:bad|España\n", .encoding = "utf-8|iso-8859-1");
    EXPECT("ok\nbad\xF1\nok\n", "1:ok\n2!bad_encoding\n3:ok\n", .encoding = "utf-8");
    EXPECT("nul\0in,x\nok\n", "1!bad_encoding\n2:ok\n", .encoding = "utf-8");
    EXPECT("\xFF\xFE"
           "a\0,\0"
           "b\0\r\0\n\0\x4E\x6D\n\0",
           "1:a|b\n2:\xE6\xB5\x8E\n", .encoding = "utf-16");
    EXPECT("\xFE\xFF\0a\0,\0b\0\n", "1:a|b\n", .encoding = "utf-16");
    EXPECT("\0a\0\n", "1:a\n", .encoding = "utf-16be");
}

Test(csv, headings) {
    static const char with[] = "Centro;Importe\n1;2,5\n", without[] = "1;2,5\n3;4\n";
    for (int i = 0; i < 2; i++) {
        struct file f;
        struct pt_source s;
        struct pt_err err = {0};
        const struct pt_field *names;
        size_t n;
        const struct pt_source_config cfg = {
            .separator = ';', .quote = '"', .header = PT_HEADER_AUTO};
        make(&f, i ? without : with, i ? sizeof(without) - 1 : sizeof(with) - 1, false);
        cr_assert_eq(pt_source_open(&cfg, f.path, &s, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_source_header(&s, &names, &n, &err), 0);
        cr_assert_eq(n, i ? 0 : 2);
        const struct pt_row *row;
        cr_assert_eq(pt_source_next(&s, &row, &err), 0);
        cr_assert_eq(row->line, i ? 1 : 2);
        cr_assert_eq(row->number, 1);
        pt_source_close(&s);
        drop(&f);
    }
}

Test(csv, limits_and_shape) {
    EXPECT("a,b\nc\nd,e,f\ng,h\n", "1:a|b\n2!bad_row\n3!bad_row\n4:g|h\n", .separator = ',',
           .columns = 2);
    size_t n = (2u << 20) + 100;
    char *big = malloc(n);
    memset(big, 'x', n);
    memcpy(big + n - 6, "\na,b\n", 5);
    big[n - 1] = '\n';
    char *got = rows_of(&(struct pt_source_config){.separator = ',', .quote = '"'}, big, n, true);
    cr_expect_str_eq(got, "1!too_large\n2:a|b\n");
    free(got);
    memset(big, ',', 5000);
    memcpy(big + 5000, "x\n", 2);
    got = rows_of(&(struct pt_source_config){.separator = ',', .quote = '"'}, big, 5002, false);
    cr_expect_str_eq(got, "1!too_large\n");
    free(got);
    free(big);
}

Test(csv, faults_of_the_file) {
    struct file f;
    struct pt_source s;
    struct pt_err err = {0};
    const struct pt_row *row;
    struct pt_source_config cfg = {.separator = ',', .quote = '"'};
    cr_assert_eq(pt_source_open(&cfg, "/nowhere/x.csv", &s, &err), PT_E_NOT_FOUND);
    cr_assert_not_null(strstr(err.msg, "/nowhere/x.csv"));
    make(&f, "a,b\n", 4, false);
    snprintf(cfg.encoding, sizeof(cfg.encoding), "klingon");
    cr_assert_eq(pt_source_open(&cfg, f.path, &s, &err), PT_E_CONFIG);
    snprintf(cfg.encoding, sizeof(cfg.encoding), "utf-8");
    snprintf(cfg.format, sizeof(cfg.format), "parquet");
    cr_assert_eq(pt_source_open(&cfg, f.path, &s, &err), PT_E_CONFIG);
    cfg.format[0] = '\0';
    cr_assert_eq(pt_source_open(&cfg, f.path, &s, &err), 0);
    cr_assert_eq(pt_source_seek(&s, "1:2", &err), PT_E_FORMAT);
    cr_assert_eq(pt_source_next(&s, &row, &err), 0);
    cr_assert_str_eq(row->fields[1].p, "b");
    char after[PT_SOURCE_POS_MAX];
    snprintf(after, sizeof(after), "%s", row->after);
    cr_assert_eq(pt_source_seek(&s, after, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_source_next(&s, &row, &err), 0);
    cr_assert_null(row, "nothing behind it");
    cr_assert_eq(pt_source_seek(&s, "4:2:1:4:7", &err), PT_E_FORMAT, "another line stood there");
    cr_assert_eq(pt_source_seek(&s, "9:3:2:4:7", &err), PT_E_TRUNCATED);
    pt_source_close(&s);
    pt_source_close(&s);
    drop(&f);
    /* a .gz that was cut off */
    unsigned seed = 1;
    char *text = malloc(200000);
    for (size_t i = 0; i < 200000; i++)
        text[i] =
            i % 9 == 8 ? '\n' : (char)('a' + (seed = seed * 1103515245u + 12345u) / 65536 % 23);
    make(&f, text, 200000, true);
    cr_assert_eq(truncate(f.path, 3000), 0);
    cr_assert_eq(pt_source_open(&cfg, f.path, &s, &err), 0);
    int rc;
    do
        rc = pt_source_next(&s, &row, &err);
    while (rc == 0 && row);
    cr_assert_eq(rc, PT_E_TRUNCATED, "%s", err.msg);
    pt_source_close(&s);
    drop(&f);
    free(text);
}
