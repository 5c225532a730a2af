/* Any bytes as a CSV file: every row keeps the caps, and reading on from a row's position gives
 * what reading through gave. The first byte chooses encoding, separator and header. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pentad/sources/source.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS_KEPT = 64 };

static void check_row(const struct pt_row *row) {
    PT_ASSERT(row->n <= PT_ROW_MAX_FIELDS && row->line > 0 && row->number > 0);
    PT_ASSERT(memchr(row->after, 0, sizeof(row->after)) != NULL);
    for (size_t i = 0; i < row->n; i++)
        PT_ASSERT(row->fields[i].len <= PT_ROW_MAX_FIELD &&
                  strlen(row->fields[i].p) == row->fields[i].len);
}

static uint64_t digest(const struct pt_row *row) {
    uint64_t h = 1469598103934665603u ^ (uint64_t)row->line ^ (row->number << 20);
    for (size_t i = 0; i < row->n; i++)
        for (size_t k = 0; k <= row->fields[i].len; k++)
            h = (h ^ (unsigned char)row->fields[i].p[k]) * 1099511628211u;
    return h ^ (uint64_t)(unsigned)row->bad;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const encodings[] = {
        "utf-8",        "gb18030",  "iso-8859-1", "utf-16", "utf-8|iso-8859-1",
        "windows-1252", "utf-16be", "utf-32"};
    static char after[ROWS_KEPT][PT_SOURCE_POS_MAX];
    static uint64_t digests[ROWS_KEPT + 1];
    struct pt_source_config cfg = {.separator = ',', .quote = '"'};
    struct pt_source s;
    struct pt_err err = {0};
    const struct pt_row *row = NULL;
    char path[64];
    size_t n = 0;
    if (size < 1 || size > 100000)
        return 0;
    snprintf(cfg.encoding, sizeof(cfg.encoding), "%s", encodings[data[0] & 7]);
    cfg.separator = (data[0] & 8) ? ';' : ',';
    cfg.header = (data[0] & 16) ? PT_HEADER_AUTO : PT_HEADER_NO;
    cfg.columns = (data[0] & 32) ? 3 : 0;
    int fd = memfd_create("fuzz", 0);
    PT_ASSERT(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)(size - 1));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (pt_source_open(&cfg, path, &s, &err) != 0)
        goto out;
    while (pt_source_next(&s, &row, &err) == 0 && row != NULL) {
        check_row(row);
        if (n <= ROWS_KEPT)
            digests[n] = digest(row);
        if (n < ROWS_KEPT)
            memcpy(after[n], row->after, sizeof(after[n]));
        n++;
    }
    PT_ASSERT(row == NULL || err.msg[0] != '\0');
    for (size_t i = 0; i < n && i < ROWS_KEPT; i++) {
        PT_ASSERT(pt_source_seek(&s, after[i], &err) == 0);
        if (pt_source_next(&s, &row, &err) != 0)
            break;
        PT_ASSERT((row == NULL) == (i + 1 == n));
        PT_ASSERT(row == NULL || digest(row) == digests[i + 1]);
    }
    pt_source_close(&s);
out:
    close(fd);
    return 0;
}
