/* Findings on their way from the fold to the log: packed Discrepancy messages, bounded; what
 * doesn't fit comes in the next round, when the fold has seen these in the log. And the day's
 * snapshot, where one is due. */
#ifndef PENTAD_APP_FINDINGS_H
#define PENTAD_APP_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>

#define PT_FINDINGS_MAX 2048
#define PT_FINDINGS_BYTES ((size_t)4 * 1024 * 1024)
#define PT_SNAPSHOT_BYTES ((size_t)64 * 1024)

struct pt_findings {
    uint64_t fold_size; /* entries folded when they were read */
    size_t n;
    uint32_t end[PT_FINDINGS_MAX]; /* where each ends in `bytes` */
    struct pt_buf bytes;
    int32_t snapshot_day;   /* 0: none */
    struct pt_buf snapshot; /* a packed LedgerSnapshot */
};

#endif
