#include <stdio.h>

#include <pentad/ledger/ledger.h>

static int bench_fold(const char *path, const struct pt_fold_entry *e, size_t n) {
    struct pt_ledger *l = NULL;
    struct pt_err err = {0};
    struct pt_ledger_applied a;
    int rc = pt_ledger_open(path, PT_LEDGER_WRITE, &l, NULL, &err);

    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = pt_ledger_begin(l, &err);
        rc = rc == 0 ? pt_ledger_apply(l, &e[i], &a, &err) : rc;
        rc = rc == 0 ? pt_ledger_commit(l, &err) : rc;
    }
    if (rc != 0)
        (void)fprintf(stderr, "%s\n", err.msg);
    pt_ledger_close(l);
    return rc;
}
