#include <pentad/record/clue.h>

#include <stddef.h>

const uint8_t *pt_clue_of(const Pentad__V1__Record *rec) {
    const ProtobufCBinaryData *id = NULL;

    switch (rec->body_case) {
    case PENTAD__V1__RECORD__BODY_CLUE_TRANSFER:
        id = &rec->clue_transfer->clue_id;
        break;
    case PENTAD__V1__RECORD__BODY_CLUE_RECEIPT:
        id = &rec->clue_receipt->clue_id;
        break;
    case PENTAD__V1__RECORD__BODY_CLUE_OUTCOME:
        id = &rec->clue_outcome->clue_id;
        break;
    default:
        break;
    }
    return id != NULL && id->len == PT_CLUE_ID ? id->data : NULL;
}

const char *pt_clue_sender_of(const Pentad__V1__Record *rec) {
    switch (rec->body_case) {
    case PENTAD__V1__RECORD__BODY_CLUE_TRANSFER:
        return rec->clue_transfer->sender;
    case PENTAD__V1__RECORD__BODY_CLUE_RECEIPT:
        return rec->clue_receipt->sender;
    case PENTAD__V1__RECORD__BODY_CLUE_OUTCOME:
        return rec->clue_outcome->sender;
    default:
        return NULL;
    }
}
