/* Query parameters, each with its range and a sentence where it is wrong. Any thread. */
#ifndef PENTAD_APP_PARAMS_H
#define PENTAD_APP_PARAMS_H

#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/http/request.h>
#include <pentad/ledger/ledger.h>

/* Absent: the fallback. PT_E_RANGE, PT_E_FORMAT. */
int pt_param_u64(const struct pt_http_request *req, const char *name, uint64_t fallback,
                 uint64_t max, uint64_t *ret, struct pt_err *err);
/* Decimal digits, all of the text; PT_E_FORMAT. */
int pt_param_digits(const char *text, uint64_t max, uint64_t *ret);
/* A fiscal year: PT_E_RANGE. */
int pt_param_year(const char *text, int32_t *ret, struct pt_err *err);
/* Absent: "" and 0; 1 present. */
int pt_param_text(const struct pt_http_request *req, const char *name, char *out, size_t cap,
                  struct pt_err *err);
/* valid_at: a date, absent: the last tick's day. known_at: a log size, or a date, which means that
 * day's last tick; absent: everything that is folded. */
int pt_param_moment(const struct pt_http_request *req, struct pt_ledger *l, int32_t *ret_valid_at,
                    uint64_t *ret_known_at, struct pt_err *err);

#endif
