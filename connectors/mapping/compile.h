/* Inside the mapping room: the compiler's state, shared by compile.c and compile_record.c. */
#ifndef PENTAD_MAPPING_COMPILE_H
#define PENTAD_MAPPING_COMPILE_H

#include "internal.h"

struct compiler {
    struct pt_mapping *m;
    const struct ym_file *f;
    const struct pt_var *vars;
    size_t n_vars;
    const char *dir;
    struct pt_number_style style; /* `formats:` */
    enum pt_unit unit;
    const char *date;
    bool round;
    unsigned declared; /* columns of `columns:` that are compiled */
    const char *where; /* "records[1] (B04)" for messages */
    struct pt_err *err;
};

/* Sets the message: file, where in it, what. The macro is also the code, for the caller to return.
 */
void pt_comp_fail(struct compiler *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define PT_COMP_FAIL(...) (pt_comp_fail(__VA_ARGS__), PT_E_CONFIG)
/* Text with ${var} replaced, in the mapping's arena; NULL stays NULL and *ret_rc stays. */
const char *pt_comp_text(struct compiler *c, const char *s, int *ret_rc);
int pt_comp_yes(struct compiler *c, const char *key, const char *s, bool otherwise, bool *ret);
int pt_comp_number(struct compiler *c, const char *key, const char *s, unsigned max, unsigned *ret);
int pt_comp_style(struct compiler *c, const char *decimal, const char *thousands, const char *round,
                  struct pt_number_style *ret);
/* Index of a column: declared, `@file`, `@row`, a number, or a heading. */
int pt_comp_column(struct compiler *c, const char *name, int *ret);
/* A nameless column made from a template or one column, with codes and defaults. */
int pt_comp_derived(struct compiler *c, const struct ym_column *spec, int *ret);
int pt_comp_conds(struct compiler *c, const struct ym_cond *in, unsigned n,
                  const struct pt_cond **ret, size_t *ret_n);
int pt_comp_record(struct compiler *c, const struct ym_record *in, struct pt_rule *rule);

#endif
