/* SQLite's memory, in tests with the address sanitizer that fold many ledgers: from the C library
 * itself, past the sanitizer. Debian's SQLite isn't instrumented, and two thirds of such a test's
 * time were the sanitizer's bookkeeping of what SQLite parses. What the hub's own code holds stays
 * watched; what SQLite lends it (a column's text, say) is watched in every other test. */
#include <stddef.h>
#include <string.h>

#include <sqlite3.h>

void *__libc_malloc(size_t n);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

/* Before each block its size, which SQLite asks for and the C library tells only through a
 * function that the sanitizer has taken. */
#define HEAD 16

static void *with_size(char *block, int n) {
    if (!block)
        return NULL;
    memcpy(block, &n, sizeof n);
    return block + HEAD;
}

static void *take(int n) {
    return with_size(__libc_malloc((size_t)n + HEAD), n);
}

static void *retake(void *p, int n) {
    return with_size(__libc_realloc((char *)p - HEAD, (size_t)n + HEAD), n);
}

static void give(void *p) {
    __libc_free((char *)p - HEAD);
}

static int size(void *p) {
    int n;

    memcpy(&n, (char *)p - HEAD, sizeof n);
    return n;
}

static int round_up(int n) {
    return (n + 7) & ~7;
}

static int init(void *ctx) {
    (void)ctx;
    return SQLITE_OK;
}

static void done(void *ctx) {
    (void)ctx;
}

__attribute__((constructor)) static void set_up(void) {
    static const sqlite3_mem_methods methods = {take,     give, retake, size,
                                                round_up, init, done,   NULL};

    (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}
