/* What the commands share that print reference pages (catalogue, rules): Markdown, and what the
 * .proto files say in their comments. Knows no hub and no files. */
#ifndef PENTAD_CLI_REFERENCE_H
#define PENTAD_CLI_REFERENCE_H

#include <stdbool.h>

#include <pentad/base/buf.h>

/* A comment of the .proto files, as written there. */
struct proto_note {
    char before[400]; /* the lines above */
    char after[200];  /* at the end of its own line */
};
/* Of the message or enum `scope` (without its package) or of its field or value `name`; `name` may
 * be NULL. False where there is none such. */
bool pt_cli_proto_note_find(const char *scope, const char *name, struct proto_note *ret);

/* Such a comment in Chinese; itself where it is Chinese, or no words, already. */
const char *pt_cli_proto_note_zh(const char *en);

/* Text in a cell of a Markdown table, or in a sentence: | < * _ lose their meaning. */
void pt_cli_markdown_text(struct pt_buf *out, const char *text);

#endif
