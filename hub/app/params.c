#include "params.h"

#include <inttypes.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/ledger/figures.h>

int pt_param_digits(const char *text, uint64_t max, uint64_t *ret) {
    uint64_t v = 0;

    if (*text == '\0') {
        return PT_E_FORMAT;
    }
    for (; *text != '\0'; text++) {
        uint64_t d = (uint64_t)(*text - '0');

        if (*text < '0' || *text > '9' || d > max || v > (max - d) / 10) {
            return PT_E_FORMAT;
        }
        v = v * 10 + d;
    }
    *ret = v;
    return 0;
}

int pt_param_year(const char *text, int32_t *ret, struct pt_err *err) {
    uint64_t year = 0;

    if (pt_param_digits(text, 2199, &year) != 0 || year < 1900) {
        return pt_err_set(err, PT_E_RANGE, "%s is no fiscal year", text);
    }
    *ret = (int32_t)year;
    return 0;
}

int pt_param_text(const struct pt_http_request *req, const char *name, char *out, size_t cap,
                  struct pt_err *err) {
    int rc = pt_http_request_query_get(req, name, out, cap);

    if (rc < 0) {
        return pt_err_set(err, rc, "?%s= is given twice, badly encoded or too long", name);
    }
    return rc;
}

int pt_param_u64(const struct pt_http_request *req, const char *name, uint64_t fallback,
                 uint64_t max, uint64_t *ret, struct pt_err *err) {
    char text[24];
    int rc = pt_param_text(req, name, text, sizeof(text), err);

    *ret = fallback;
    if (rc <= 0) {
        return rc;
    }
    if (pt_param_digits(text, max, ret) != 0) {
        return pt_err_set(err, PT_E_RANGE, "?%s=%s: it is a number from 0 to %" PRIu64, name, text,
                          max);
    }
    return 0;
}

static int known_at(struct pt_ledger *l, const char *text, uint64_t *ret, struct pt_err *err) {
    int32_t day = 0;

    if (strchr(text, '-') != NULL) {
        if (pt_date_parse(text, &day) != 0) {
            return pt_err_set(err, PT_E_DATE, "?known_at=%s is no date (2019-06-30)", text);
        }
        return pt_ledger_known_at(l, day, ret, err);
    }
    if (pt_param_digits(text, UINT64_MAX - 1, ret) != 0) {
        return pt_err_set(err, PT_E_FORMAT, "?known_at=%s is neither a log size nor a date", text);
    }
    if (*ret > pt_ledger_cursor(l)) {
        return pt_err_set(err, PT_E_RANGE,
                          "?known_at=%s: the ledger stands at log size %" PRIu64
                          " (a day is written 2019-06-30)",
                          text, pt_ledger_cursor(l));
    }
    return 0;
}

int pt_param_moment(const struct pt_http_request *req, struct pt_ledger *l, int32_t *ret_valid_at,
                    uint64_t *ret_known_at, struct pt_err *err) {
    struct pt_ledger_tick tick;
    char text[32];
    int rc = pt_ledger_last_tick(l, &tick, err);

    *ret_known_at = PT_KNOWN_NOW;
    if (rc != 0) {
        return rc;
    }
    *ret_valid_at = tick.day;
    rc = pt_param_text(req, "valid_at", text, sizeof(text), err);
    if (rc == 1 && pt_date_parse(text, ret_valid_at) != 0) {
        return pt_err_set(err, PT_E_DATE, "?valid_at=%s is no date (2019-06-30)", text);
    }
    if (rc < 0) {
        return rc;
    }
    rc = pt_param_text(req, "known_at", text, sizeof(text), err);
    return rc == 1 ? known_at(l, text, ret_known_at, err) : rc;
}
