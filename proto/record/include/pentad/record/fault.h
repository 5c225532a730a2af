/* Faults of a record: what is wrong, at which field. A list of them lives in an arena, so that a
 * refusal can name everything at once. One thread at a time. */
#ifndef PENTAD_RECORD_FAULT_H
#define PENTAD_RECORD_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include <pentad/base/arena.h>

enum { PT_FAULTS_MAX = 1000 };

struct pt_fault {
    int code;            /* PT_E_… */
    const char *field;   /* body.payment_batch.lines[3].fen; "" for the whole */
    const char *message; /* English sentence */
};

struct pt_faults {
    struct pt_arena *arena; /* borrowed; holds the strings and the array */
    struct pt_fault *v;
    size_t count;
    size_t cap;
    size_t max; /* PT_FAULTS_MAX unless lowered */
    bool more;  /* some were left out: max reached or the arena full */
};

void pt_faults_init(struct pt_faults *f, struct pt_arena *arena);
/* Copies the strings. `field` may be NULL. */
void pt_faults_add(struct pt_faults *f, int code, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
