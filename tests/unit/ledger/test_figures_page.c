/* docs/figures.md says what the table of figures says: no figure is missing, none is invented. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <pentad/ledger/figures.h>

static const char *const units[] = {"fen", "bp", "points", "rating", "count", "days", "times"};

static bool has_line(const char *page, const char *line) {
    const char *at = strstr(page, line);

    return at && (at == page || at[-1] == '\n') && at[strlen(line)] == '\n';
}

static size_t rows_of(const char *page) {
    size_t n = 0;

    for (const char *at = strstr(page, "\n| FG"); at; at = strstr(at + 1, "\n| FG"))
        n++;
    return n;
}

Test(figures_page, says_what_the_table_says) {
    static char page[65536];
    FILE *f = fopen(PT_SOURCE_DIR "/docs/figures.md", "r");
    size_t n = 0;

    cr_assert_not_null(f);
    page[fread(page, 1, sizeof page - 1, f)] = '\0';
    (void)fclose(f);
    for (const struct pt_figure_info *i = pt_figure_table; i->id; i++, n++) {
        char line[512];

        (void)snprintf(line, sizeof line, "| %s | %s | %s | %s | %s |", i->id, i->name_zh,
                       i->name_en, units[i->unit], i->text);
        cr_expect(has_line(page, line), "missing in docs/figures.md:\n%s", line);
    }
    cr_expect_eq(rows_of(page), n, "docs/figures.md has %zu figures, there are %zu", rows_of(page),
                 n);
}
