#include <pentad/base/err.h>

#include "checks.h"

/* O01 综合绩效考核结果. Totals may pass 100 points where a scheme grants extra ones. */
static const struct field_check ledger_ref_rows[] = {
    REQ(1, REF),
    REQ(2, KEY),
    REQ(3, YEAR),
    REQ(4, INT, CP),
};
static MSG_CHECKS(ledger_ref, ledger_ref_rows, NULL);

static const struct field_check appraisal_component_rows[] = {
    REQ(1, TEXT, CHARS(100)),
    REQ(2, INT, CP),
    REQ(3, INT, RANGE(0, 20000)),
    OPT(4, MSG, SUB(checks_ledger_ref)),
};
static MSG_CHECKS(appraisal_component, appraisal_component_rows, NULL);

static const struct field_check appraisal_rows[] = {
    REQ(1, INT, RANGE(0, 20000)),
    OPT(2, TEXT, CHARS(30)),
    REQ(3, MSG, SUB(checks_appraisal_component), ITEMS(100)),
};
MSG_CHECKS(appraisal, appraisal_rows, NULL);

/* J04 预警、约谈、通报 */
static const struct field_check notice_rows[] = {
    REQ(1, ENUM),
    REQ(2, TEXT, CHARS(64), ITEMS(200)),
    OPT(3, TEXT, CHARS(64), ITEMS(200)),
    OPT(4, ENUM),
    REQ(5, REF, ITEMS(200)),
    REQ(6, TEXT, CHARS(2000)),
    OPT(7, DATE),
    OPT(8, TEXT, CHARS(100)),
    OPT(9, BYTES, HASH),
};
MSG_CHECKS(notice, notice_rows, NULL);
