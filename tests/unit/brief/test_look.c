/* How a brief looks: HTML that any XML parser takes and that names can't break, text whose columns
 * line up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "internal.h"
#include "scene.h"

static char *html_of(struct scene *s, bool english) {
    json_t *j = s_brief(s, "2019-06");
    struct pt_err err = {0};
    struct pt_buf b;
    char *copy;

    pt_buf_init(&b, PT_BRIEF_MAX);
    cr_assert_eq(pt_brief_html(j, english, &b, &err), 0, "%s", err.msg);
    copy = strdup(pt_buf_cstr(&b));
    pt_buf_done(&b);
    json_decref(j);
    return copy;
}

/* Tags close in order, attributes stand in quotes, nothing is left open. */
static void check_tags(const char *html) {
    char stack[64][16];
    size_t depth = 0;
    const char *p = strchr(html, '\n'); /* behind the doctype */

    while ((p = strchr(p, '<')) != NULL) {
        const char *end = strchr(p, '>');
        char name[16];
        size_t quotes = 0;

        cr_assert_not_null(end, "a tag is left open");
        for (const char *q = p; q < end; q++)
            quotes += *q == '"';
        cr_assert_eq(quotes % 2, 0, "quotes in %.80s", p);
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(p + (p[1] == '/' ? 2 : 1), " />"),
                       p + (p[1] == '/' ? 2 : 1));
        if (p[1] == '/') {
            cr_assert_gt(depth, 0);
            cr_assert_str_eq(stack[--depth], name, "%.60s closes %s", p, stack[depth]);
        } else if (end[-1] != '/') {
            cr_assert_lt(depth, 64);
            memcpy(stack[depth++], name, sizeof name);
        }
        p = end;
    }
    cr_assert_eq(depth, 0);
}

/* Every link within the page leads somewhere, every id is there once. */
static void check_links(const char *html) {
    char want[64];
    size_t links = 0;

    for (const char *p = html; (p = strstr(p, "href=\"")) != NULL; p += 6) {
        cr_assert_eq(p[6], '#', "a link out of the page: %.60s", p);
        (void)snprintf(want, sizeof want, " id=\"%.*s\"", (int)strcspn(p + 7, "\""), p + 7);
        cr_assert_not_null(strstr(html, want), "%s is missing", want);
        links++;
    }
    cr_expect_gt(links, 50);
    for (const char *p = html; (p = strstr(p, " id=\"")) != NULL; p += 5) {
        (void)snprintf(want, sizeof want, " id=\"%.*s\"", (int)strcspn(p + 5, "\""), p + 5);
        cr_assert_null(strstr(p + 5, want), "%s twice", want);
    }
}

Test(look, html_is_well_formed_and_whole) {
    struct scene s;

    s_open(&s);
    s_play(&s, 20190708);
    for (int english = 0; english < 2; english++) {
        char *html = html_of(&s, english);

        check_tags(html);
        check_links(html);
        cr_expect_null(strstr(html, "http://www.w3.org/1999/xhtml\" lang=\"\""));
        cr_expect_null(strstr(html, "<script"));
        cr_expect_null(strstr(html, "src="), "nothing is fetched");
        cr_expect_null(strstr(html, "url(http"));
        cr_expect_null(strstr(html, "@import"));
        cr_expect_not_null(strstr(html, english ? "lang=\"en\"" : "lang=\"zh-CN\""));
        cr_expect_not_null(strstr(html, "<th scope=\"col\""));
        cr_expect_not_null(strstr(html, "<svg"));
        cr_expect_not_null(strstr(html, "<title id=\"C1-title\">"));
        free(html);
    }
    s_close(&s);
}

/* What another's parser says, where there is one. */
Test(look, html_passes_xmllint) {
    struct scene s;
    char path[] = "/tmp/pentad-brief-XXXXXX";
    char *html;
    int fd;
    pid_t pid;
    int status = -1;

    if (access("/usr/bin/xmllint", X_OK) != 0)
        cr_skip_test("no xmllint here");
    s_open(&s);
    s_play(&s, 20190708);
    html = html_of(&s, false);
    fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, html, strlen(html)), (ssize_t)strlen(html));
    close(fd);
    fflush(NULL);
    pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        execl("/usr/bin/xmllint", "xmllint", "--noout", "--nonet", path, (char *)NULL);
        _exit(127);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    (void)unlink(path);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    free(html);
    s_close(&s);
}

/* 表1, 表2 … as they stand, each kind by itself, whatever the patterns' ids. */
static void check_numbered(const char *html, const char *before, const char *kind, int want) {
    char label[64];
    int n = 0;

    for (const char *p = html; (p = strstr(p, before)) != NULL;) {
        p += strlen(before);
        if (strncmp(p, kind, strlen(kind)) != 0)
            continue;
        (void)snprintf(label, sizeof label, "%s%d　", kind, ++n);
        cr_expect_eq(strncmp(p, label, strlen(label)), 0, "%s, not %.30s", label, p);
    }
    cr_expect_geq(n, want, "%d of %s", n, kind);
}

Test(look, tables_and_charts_are_numbered_as_printed) {
    struct scene s;
    char *html;

    s_open(&s);
    s_play(&s, 20190708);
    html = html_of(&s, false);
    check_numbered(html, "<caption>", "表", 9);
    check_numbered(html, "<caption>", "附表", 1);
    check_numbered(html, "<figcaption>", "图", 3);
    free(html);
    s_close(&s);
}

Test(look, the_imprint_ends_the_document) {
    struct scene s;
    char *html;
    const char *foot;

    s_open(&s);
    s_play(&s, 20190708);
    html = html_of(&s, false);
    foot = strstr(html, "<footer");
    cr_assert_not_null(foot);
    cr_expect_null(strstr(foot, "<section"));
    free(html);
    s_close(&s);
}

Test(look, names_are_escaped) {
    struct scene s;
    char *html;

    s_open(&s);
    s_play(&s, 20190708);
    html = html_of(&s, false);
    cr_expect_not_null(strstr(html, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;局"));
    cr_expect_null(strstr(html, "<b>项目"));
    free(html);
    s_close(&s);
}

Test(look, numbers_say_how_to_trace_them) {
    struct scene s;
    char *html;

    s_open(&s);
    s_play(&s, 20190708);
    html = html_of(&s, false);
    cr_expect_not_null(
        strstr(html, "pentad trace DEPT:A/2019/FG3 --valid-at 2019-06-30 --known-at "));
    cr_expect_not_null(strstr(html, "pentad trace REGION:370100/2019/FG3 --valid-at 2019-05-31"));
    cr_expect_not_null(strstr(html, "title=\"pentad trace hub/main#"));
    free(html);
    s_close(&s);
}

Test(look, a_draft_says_so) {
    struct scene s;
    char *html;

    s_open(&s);
    s_play(&s, 20190705);
    html = html_of(&s, false);
    cr_expect_not_null(strstr(html, "<span class=\"draft\">草稿</span>"));
    cr_expect_not_null(strstr(html, "草稿：2019年7月5日之后定稿"));
    free(html);
    s_tick(&s, 20190708);
    html = html_of(&s, false);
    cr_expect_null(strstr(html, "草稿"));
    free(html);
    s_close(&s);
}

static char *text_of(struct scene *s, bool chinese, int width, bool color) {
    json_t *j = s_brief(s, "2019-06");
    struct pt_err err = {0};
    struct pt_buf b;
    char *copy;

    pt_buf_init(&b, PT_BRIEF_MAX);
    cr_assert_eq(pt_brief_text(j, chinese, width, color, &b, &err), 0, "%s", err.msg);
    copy = strdup(pt_buf_cstr(&b));
    pt_buf_done(&b);
    json_decref(j);
    return copy;
}

Test(look, columns_line_up_under_chinese_headings) {
    struct scene s;
    char *text;
    const char *p;
    int width = 0;
    int rows = 0;

    s_open(&s);
    s_play(&s, 20190708);
    text = text_of(&s, true, 120, false);
    p = strstr(text, "表2　");
    cr_assert_not_null(p);
    for (p = strchr(p, '\n') + 1; *p != '\n'; p = strchr(p, '\n') + 1) {
        size_t len = strcspn(p, "\n");

        if (strncmp(p, "─", 3) == 0)
            continue;
        rows++;
        width = width ? width : pt_brief_width(p, len);
        cr_expect_eq(pt_brief_width(p, len), width, "%.*s", (int)len, p);
    }
    cr_expect_eq(rows, 6, "a heading, four budgets, the total");
    free(text);
    s_close(&s);
}

Test(look, no_line_is_wider_than_asked) {
    static const int widths[] = {60, 80, 100};
    struct scene s;

    s_open(&s);
    s_play(&s, 20190708);
    for (size_t w = 0; w < 3; w++)
        for (int chinese = 0; chinese < 2; chinese++) {
            char *text = text_of(&s, chinese, widths[w], false);

            cr_expect_null(strchr(text, '\033'), "no colour unless asked");
            for (const char *p = text; *p; p += strcspn(p, "\n") + 1)
                cr_expect_leq(pt_brief_width(p, strcspn(p, "\n")), widths[w], "%d: %.*s", widths[w],
                              (int)strcspn(p, "\n"), p);
            free(text);
        }
    s_close(&s);
}

/* Every number of a table as it stands in the text: whole, on one line. */
static void check_numbers(const json_t *table, const char *text) {
    const json_t *columns = json_object_get(table, "columns");
    const json_t *rows = json_object_get(table, "rows");

    for (size_t r = 0; r < json_array_size(rows); r++)
        for (size_t c = 0; c < json_array_size(columns); c++) {
            const json_t *cells = json_object_get(json_array_get(rows, r), "cells");
            const char *align = pt_brief_get(json_array_get(columns, c), "align");

            if (align[0] == 'r' && c < json_array_size(cells)) {
                const char *number = pt_brief_say(json_array_get(cells, c), false, false);

                cr_expect_not_null(strstr(text, number), "%s is cut", number);
            }
        }
}

Test(look, lines_break_where_a_reader_expects) {
    static const char *const closing[] = {"，", "。", "、", "；", "）", "”"};
    static const int widths[] = {60, 80, 100};
    struct scene s;
    json_t *j;

    s_open(&s);
    s_play(&s, 20190708);
    j = s_brief(&s, "2019-06");
    for (size_t w = 0; w < 3; w++) {
        char *text = text_of(&s, true, widths[w], false);
        const json_t *sections = json_object_get(j, "sections");

        for (size_t i = 0; i < json_array_size(sections); i++) {
            const json_t *blocks = json_object_get(json_array_get(sections, i), "blocks");

            for (size_t k = 0; k < json_array_size(blocks); k++)
                check_numbers(json_array_get(blocks, k), text);
        }
        for (const char *p = text; *p; p += strcspn(p, "\n") + 1)
            for (size_t k = 0; k < sizeof closing / sizeof closing[0]; k++)
                cr_expect_neq(strncmp(p, closing[k], strlen(closing[k])), 0, "%d: %.*s", widths[w],
                              (int)strcspn(p, "\n"), p);
        free(text);
    }
    json_decref(j);
    s_close(&s);
}

Test(look, colours_when_asked) {
    struct scene s;
    char *text;

    s_open(&s);
    s_play(&s, 20190708);
    text = text_of(&s, false, 80, true);
    cr_expect_not_null(strstr(text, "\033[31m"));
    free(text);
    s_close(&s);
}

Test(look, what_is_no_brief_is_refused) {
    struct pt_err err = {0};
    struct pt_buf b;
    json_t *j = json_pack("{s:s}", "hello", "world");

    pt_buf_init(&b, 1024);
    cr_expect_eq(pt_brief_html(j, false, &b, &err), PT_E_FORMAT);
    cr_expect_eq(pt_brief_text(j, false, 80, false, &b, &err), PT_E_FORMAT);
    cr_expect_eq(b.len, 0);
    pt_buf_done(&b);
    json_decref(j);
}
