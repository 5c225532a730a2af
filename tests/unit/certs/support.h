/* What the tests of keys, certificates and ceremonies share. */
#ifndef PENTAD_TESTS_CERTS_SUPPORT_H
#define PENTAD_TESTS_CERTS_SUPPORT_H

#include <stdbool.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

/* A fresh directory for one test; removed with all it holds by rm_dir. */
const char *make_dir(void);
void rm_dir(void);
/* dir/name; the last 32 results stay valid. */
const char *in_dir(const char *name);
/* Runs a program with the words given (NULL last) and stdin, stdout, stderr closed; its exit
 * code. The program is looked up by PATH. */
int run_program(const char *program, ...);
/* `pentad ca …` in this process, words as given (NULL last), output thrown away. */
int ca(const char *word, ...);
void write_file(const char *path, struct pt_span bytes);
/* The whole of a file; free with pt_buf_done. */
void read_file(const char *path, struct pt_buf *out);

#endif
