/* Money in fen (int64), ratios in basis points, both by exact integer arithmetic. Pure. */
#ifndef PENTAD_BASE_MONEY_H
#define PENTAD_BASE_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PT_BP_NA INT32_MIN /* a ratio whose denominator is 0: a value of its own */

/* num * 10000 / den, half up on magnitude, in 128 bits; PT_BP_NA if den is 0; clamped to int32. */
int32_t pt_ratio_bp(int64_t num, int64_t den);
/* Adds with overflow check: PT_E_RANGE and *acc unchanged on overflow. */
int pt_money_add(int64_t *acc, int64_t fen);
/* 123456 -> "1,234.56" ; sign kept. */
void pt_money_format_yuan(char *out, size_t cap, int64_t fen);
/* In 万元 with two decimals, half up on magnitude: 1234567890 -> "1,234.57". */
void pt_money_format_wan(char *out, size_t cap, int64_t fen);
/* In 亿元 with two decimals. */
void pt_money_format_yi(char *out, size_t cap, int64_t fen);
/* 9512 -> "95.12"; NA -> "—" */
void pt_bp_format(char *out, size_t cap, int32_t bp);

#endif
