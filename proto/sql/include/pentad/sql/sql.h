/* SQLite with less ceremony: connections, statements that stay prepared, parameters bound by a
 * format, columns, transactions, and the one function that turns SQLite's codes into ours.
 * Knows SQLite; must not know whose file it is, its tables, or what a row means.
 *
 * Threads: a connection and its statements belong to one thread at a time.
 * Borrowed: what is bound, until the statement is done; what a column gives, until the next step.
 * Errors: those of pt_sql_err, unless said otherwise. */
#ifndef PENTAD_SQL_SQL_H
#define PENTAD_SQL_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

struct sqlite3;      /* of sqlite3.h, which few users need */
struct sqlite3_stmt; /* a statement; the functions below read it */

#define PT_SQL_KEPT_MAX 128            /* statements kept; further ones are prepared each time */
#define PT_SQL_TEXT_MAX (1024u * 1024) /* bytes of a text with its names filled in */

enum pt_sql_mode {
    PT_SQL_READ,  /* must exist */
    PT_SQL_WRITE, /* must exist */
    PT_SQL_CREATE /* made where it is missing */
};

/* The number that SQL writes as @NAME; false where there is none of that name. */
typedef bool (*pt_sql_name_cb)(const char *name, size_t len, int *ret_number);

struct pt_sql_options {
    enum pt_sql_mode mode;
    const char *name;     /* begins every message: "log.db"; a literal */
    const char *damaged;  /* what to do about a damaged file, or NULL; a literal */
    const char *pragmas;  /* run once it is open, or NULL */
    const char *vfs;      /* a file layer, or NULL; with one, `path` is a URI */
    bool owner_only;      /* a file made here is nobody else's to read (by the process's umask) */
    pt_sql_name_cb names; /* fills in the @NAMEs of every text, or NULL: none has any */
};

/* A connection. Public to be embedded; all but `db` is for this room alone. */
struct pt_sql {
    struct sqlite3 *db; /* for what has no function here: SQL functions, backups, checkpoints */
    const char *name;
    const char *damaged;
    pt_sql_name_cb names;
    struct pt_sql_kept {
        const char *text; /* its address is the key */
        struct sqlite3_stmt *st;
        bool used;
        bool changed; /* it had @NAMEs, or is a part of a script: SQLite has another text */
    } kept[PT_SQL_KEPT_MAX];
    size_t n_kept;
};

/* Settles what SQLite has for the whole process. Before its first use; pt_sql_open does it, so only
 * who calls SQLite before that must. Any thread, any number of times. */
void pt_sql_init(void);

/* Opens, and waits up to ten seconds where another connection is at work. On failure *s is as
 * after pt_sql_close. */
int pt_sql_open(struct pt_sql *s, const char *path, const struct pt_sql_options *options,
                struct pt_err *err);
/* Gives back the kept statements and the connection; those of pt_sql_prepare are their owners' to
 * finalize before. Zeroed or closed: nothing to do. */
void pt_sql_close(struct pt_sql *s);

/* The one place where SQLite's codes become ours. `rc`: of the failed call, 0 for the connection's
 * last; the sentence is "NAME: what: SQLite's words".
 *   PT_E_NOMEM, PT_E_BUSY (another connection holds it), PT_E_CORRUPT (damaged, or no database),
 *   PT_E_TOO_LARGE (a value), PT_E_INTERNAL (misused), PT_E_STORE (full disk, and all else) */
int pt_sql_err(const struct pt_sql *s, int rc, struct pt_err *err, const char *what);

/* ---- statements ----
 *
 * A format has one letter a parameter, ?1 first; what is there beyond the statement's parameters
 * is passed over, so that statements of a kind can share one call:
 *   i  int64_t            o  an int and an int64_t: the number, or NULL where the int is 0
 *   s  const char *, NULL for NULL            b  struct pt_span, empty for an empty blob
 *   n  NULL, without an argument */

/* Runs a text of any number of statements without parameters. */
int pt_sql_exec(struct pt_sql *s, const char *text, struct pt_err *err);
/* The same for a literal that runs often: its statements are kept. No `;` but between them. */
int pt_sql_script(struct pt_sql *s, const char *text, struct pt_err *err);
/* Runs one kept statement to its end. `text` is a literal. */
int pt_sql_run(struct pt_sql *s, struct pt_err *err, const char *text, const char *format, ...);
/* A kept statement, bound, before its first row; give it to pt_sql_done. `text` is a literal. */
int pt_sql_query(struct pt_sql *s, struct sqlite3_stmt **ret, struct pt_err *err, const char *text,
                 const char *format, ...);
/* The same for a text made at run time: nothing is kept. */
int pt_sql_once(struct pt_sql *s, struct sqlite3_stmt **ret, struct pt_err *err, const char *text,
                const char *format, ...);
/* The first column of the first row; *ret_found false (and 0) where there is no row or NULL. */
int pt_sql_number(struct pt_sql *s, int64_t *ret, bool *ret_found, struct pt_err *err,
                  const char *text, const char *format, ...);
/* After pt_sql_query or pt_sql_once; NULL is fine. */
void pt_sql_done(struct pt_sql *s, struct sqlite3_stmt *st);

/* A statement of the caller's own, for what runs too often to be looked up by its text. */
int pt_sql_prepare(struct pt_sql *s, const char *text, struct sqlite3_stmt **ret,
                   struct pt_err *err);
int pt_sql_bind(struct pt_sql *s, struct sqlite3_stmt *st, struct pt_err *err, const char *format,
                ...);
/* Binds, runs to the end, resets. */
int pt_sql_apply(struct pt_sql *s, struct sqlite3_stmt *st, struct pt_err *err, const char *format,
                 ...);
/* Runs it as it is bound, resets. */
int pt_sql_execute(struct pt_sql *s, struct sqlite3_stmt *st, struct pt_err *err);
void pt_sql_reset(struct sqlite3_stmt *st);
void pt_sql_finalize(struct sqlite3_stmt *st); /* NULL is fine */

/* ---- rows ---- */

/* The next row? For loops: `while (pt_sql_row(…, &rc, err))`. False where *rc says that something
 * failed before; sets *rc where the step fails. */
bool pt_sql_row(struct pt_sql *s, struct sqlite3_stmt *st, int *rc, struct pt_err *err);
/* Steps to the one row that is looked for; PT_E_NOT_FOUND, *err as it was, where there is none. */
int pt_sql_one(struct pt_sql *s, struct sqlite3_stmt *st, struct pt_err *err);

bool pt_sql_is_null(struct sqlite3_stmt *st, int column);
int64_t pt_sql_i64(struct sqlite3_stmt *st, int column); /* 0 for NULL */
int32_t pt_sql_i32(struct sqlite3_stmt *st, int column); /* 0 for NULL; the low 32 bits */
uint64_t pt_sql_u64(struct sqlite3_stmt *st, int column);
const char *pt_sql_text(struct sqlite3_stmt *st, int column);         /* "" for NULL */
const char *pt_sql_text_or_null(struct sqlite3_stmt *st, int column); /* NULL for NULL */
struct pt_span pt_sql_blob(struct sqlite3_stmt *st, int column);      /* empty for NULL */

/* ---- transactions ---- */

int pt_sql_begin(struct pt_sql *s, struct pt_err *err); /* to write, at once */
int pt_sql_commit(struct pt_sql *s, struct pt_err *err);
/* Ends the transaction where one is open, for instance after a commit that failed. */
void pt_sql_rollback(struct pt_sql *s);

#endif
