/* A brief's evidence file: the brief and the log that it rests on, as one party may read it
 * (EvidenceBrief of evidence.proto, pages of the feed behind it). Written and read as a stream:
 * memory is that of one page. One thread. docs/formats.md 6. */
#ifndef PENTAD_CLI_BRIEF_FILE_H
#define PENTAD_CLI_BRIEF_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/v1/evidence.pb-c.h>

#define PT_BRIEF_FILE_MAGIC "PENTAD-BRIEF-1\n"

/* Does the file begin like one? */
bool pt_brief_file_is(const char *path);

/* Creates `path`, which must not be there. Pages follow by pt_brief_file_put. */
int pt_brief_file_create(const char *path, const Pentad__V1__EvidenceBrief *head, FILE **ret,
                         struct pt_err *err);
int pt_brief_file_put(FILE *f, struct pt_span bytes, struct pt_err *err);
/* Durable, and closed. */
int pt_brief_file_end(FILE *f, struct pt_err *err);

/* Reads the head, at the file's beginning. *ret, NULL or to be freed whatever is returned, by
 * pentad__v1__evidence_brief__free_unpacked. PT_E_FORMAT, PT_E_UNSUPPORTED, PT_E_MISSING, and what
 * strict decoding says. */
int pt_brief_file_head(FILE *f, Pentad__V1__EvidenceBrief **ret, struct pt_err *err);
/* The next page into `page`, which is emptied first. 1, 0 at the end, PT_E_FORMAT, PT_E_TOO_LARGE
 * where it is cut off or longer than page->max. */
int pt_brief_file_next(FILE *f, struct pt_buf *page, struct pt_err *err);

#endif
