/* Sources: files (later databases, HTTP) behind the port of <pentad/mapping/row.h>.
 *
 * Knows file formats and encodings; must not know records, the hub or proofs. One thread a source.
 * Errors name the file and the line. Bounded memory whatever the file: the caps of row.h. */
#ifndef PENTAD_SOURCES_SOURCE_H
#define PENTAD_SOURCES_SOURCE_H

#include <pentad/mapping/row.h>

/* Opens by config->format. *ret is zeroed on failure. The config is copied.
 * PT_E_NOT_FOUND, PT_E_IO, PT_E_CONFIG (unknown format or encoding), PT_E_TRUNCATED (broken .gz).
 */
int pt_source_open(const struct pt_source_config *config, const char *path, struct pt_source *ret,
                   struct pt_err *err);

/* CSV, plain or .gz (told by content), RFC 4180 and worse: BOM, CR LF / LF / CR, blank rows,
 * quoted multi-line fields, mixed encodings by line. Seeking to a position is PT_E_TRUNCATED where
 * the file is shorter by now, PT_E_FORMAT where the line before it is another one. With
 * config->growing PT_E_NOT_FOUND also while the heading isn't whole. */
int pt_csv_open(const struct pt_source_config *config, const char *path, struct pt_source *ret,
                struct pt_err *err);

#endif
