/* The facts of a batch, as examine.c finds and decide.c weighs them. */
#ifndef PENTAD_INTAKE_FACTS_H
#define PENTAD_INTAKE_FACTS_H

#include <pentad/proof/batch.h>
#include <pentad/proof/merkle.h>

#include "exchange_internal.h"

#define FAULT_ARENA_MAX (1024u * 1024)
/* What the faults of one batch may take in its refusal: a refusal goes into a group that others
 * share, so whoever authors long faults must not be able to outgrow its buffers. */
#define FAULT_BYTES_MAX (160u * 1024)
#define FAULT_OVERHEAD 64u /* seq, code and framing of one, at most */
#define ENTRY_OVERHEAD 64u /* what a LogEntry adds around its envelope, at most */

struct pt_intake_facts {
    struct pt_intake_snapshot *snapshot; /* counted */
    struct pt_buf json;                  /* the protobuf form of a JSON body */
    struct pt_batch_view view;
    Pentad__V1__Envelope *env; /* owned; NULL where it couldn't be opened */
    bool has_statement;
    struct pt_statement st;

    struct pt_err open; /* sizes, strict encoding of batch, envelope, statement */
    bool hub_ours;
    struct pt_err sig; /* code 0: signature holds under `key` */
    struct pt_hash key;
    struct pt_err root; /* wrong_count or wrong_root */

    uint32_t marks;
    bool only_key_changes;
    bool key_changes;      /* or changes of the policy */
    struct pt_arena arena; /* faults and their strings */
    struct pt_intake_fault faults[PT_FAULTS_MAX];
    size_t n_faults;
    size_t fault_bytes;
};

/* Adds a fault; those beyond the most, in number or bytes, are left out. */
void pt_facts_fault(struct pt_intake_facts *f, uint64_t seq, int code, const char *field,
                    const char *message);

/* seals.c: the seal of a valid record, if it has one, as far as it can be judged unopened. */
void pt_facts_check_seal(struct pt_intake_facts *f, const Pentad__V1__Record *rec,
                         enum pt_party author, uint64_t seq);

/* json.c: the JSON form into the protobuf Batch. */
int pt_batch_from_json(struct pt_span json, struct pt_buf *out, struct pt_err *err);

#endif
