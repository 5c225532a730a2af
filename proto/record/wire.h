/* The one strict encoding, checked in one pass over the bytes. */
#ifndef PENTAD_RECORD_WIRE_H
#define PENTAD_RECORD_WIRE_H

#include <protobuf-c/protobuf-c.h>

#include <pentad/base/buf.h>

#include "path.h"

struct wire_fault {
    int code;
    const char *why; /* static */
    char path[PATH_MAX_LEN];
};

/* 0, or a code with *f filled in. */
int wire_check(const ProtobufCMessageDescriptor *d, struct pt_span in, struct wire_fault *f);

#endif
