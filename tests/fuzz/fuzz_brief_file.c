/* A brief's evidence file: its head and the parts behind it, cut off or not. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "brief_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    FILE *f = size > 0 ? fmemopen((void *)(uintptr_t)data, size, "rb") : NULL;
    Pentad__V1__EvidenceBrief *head = NULL;
    struct pt_err err = {0};
    struct pt_buf page;

    if (f == NULL) {
        return 0;
    }
    pt_buf_init(&page, 1 << 20);
    if (pt_brief_file_head(f, &head, &err) == 0) {
        PT_ASSERT(head->reader != NULL && head->period != NULL && head->has_brief);
        while (pt_brief_file_next(f, &page, &err) == 1) {
            PT_ASSERT(page.len <= size);
        }
    }
    if (head != NULL) {
        pentad__v1__evidence_brief__free_unpacked(head, NULL);
    }
    pt_buf_done(&page);
    (void)fclose(f);
    return 0;
}
