/* brief_city CITY LEDGER DAY PERIOD…: folds the city that pentad-city wrote into LEDGER up to DAY
 * (unless LEDGER is there already) and writes the briefs PERIOD.zh.html, .en.html, .zh.txt, .json
 * beside it. No test: to look at briefs with a city's data. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/brief/brief.h>

#include "cityfold.h"

static int write_file(const char *ledger, const char *period, const char *end, struct pt_buf *b) {
    char path[1200];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s.%s.%s", ledger, period, end);
    f = fopen(path, "wb");
    if (!f || fwrite(b->p, 1, b->len, f) != b->len || fclose(f) != 0)
        return PT_E_IO;
    pt_buf_reset(b);
    return 0;
}

static int write_brief(struct pt_ledger *l, const char *ledger, const char *period,
                       struct pt_err *err) {
    json_t *j = NULL;
    char *text = NULL;
    struct pt_buf b;
    int64_t began = pt_monotonic_us();
    int rc = pt_brief_make(l, period, 0, &j, err);

    printf("%s: made in %lld ms\n", period, (long long)(pt_monotonic_us() - began) / 1000);
    pt_buf_init(&b, PT_BRIEF_MAX);
    rc = rc == 0 ? pt_brief_html(j, false, &b, err) : rc;
    rc = rc == 0 ? write_file(ledger, period, "zh.html", &b) : rc;
    rc = rc == 0 ? pt_brief_html(j, true, &b, err) : rc;
    rc = rc == 0 ? write_file(ledger, period, "en.html", &b) : rc;
    rc = rc == 0 ? pt_brief_text(j, true, 100, false, &b, err) : rc;
    rc = rc == 0 ? write_file(ledger, period, "zh.txt", &b) : rc;
    rc = rc == 0 ? pt_brief_text(j, false, 100, true, &b, err) : rc;
    rc = rc == 0 ? write_file(ledger, period, "en.txt", &b) : rc;
    text = rc == 0 ? json_dumps(j, JSON_INDENT(1)) : NULL;
    if (text) {
        (void)pt_buf_puts(&b, text);
        rc = write_file(ledger, period, "json", &b);
    }
    free(text);
    json_decref(j);
    pt_buf_done(&b);
    return rc;
}

int main(int argc, char **argv) {
    struct pt_err err = {0};
    struct pt_ledger *l = NULL;
    int32_t last = 0;
    int rc = 0;

    if (argc < 5 || pt_date_parse(argv[3], &last) != 0) {
        fprintf(stderr, "usage: brief_city CITY LEDGER LAST_DAY PERIOD...\n");
        return 2;
    }
    if (access(argv[2], R_OK) != 0) {
        struct cityfold f;

        rc = cityfold(argv[1], PT_SOURCE_DIR, argv[2], last, &f, &err);
        printf("%zu records, %zu findings, %zu dead rows, %zu unresolved\n", f.records, f.findings,
               f.dead, f.deferred);
        pt_fold_close(f.fold);
    }
    rc = rc == 0 ? pt_ledger_open(argv[2], PT_LEDGER_READ, &l, NULL, &err) : rc;
    for (int i = 4; i < argc && rc == 0; i++)
        rc = write_brief(l, argv[2], argv[i], &err);
    pt_ledger_close(l);
    if (rc != 0)
        fprintf(stderr, "brief_city: %s\n", err.msg);
    return rc != 0;
}
