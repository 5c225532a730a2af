/* pentad-peers: what a user would pick instead of a hub, with the rows that pentad-load sends. */
#include "peers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>

#define ROWS_MAX 100000000u
#define STREAMS 4
#define BATCH 512        /* of the bound: records a durable blob */
#define TRANSACTION 4096 /* of the SQLite inserts */
#define PATH_CAP 1024

static const char usage[] =
    "usage: pentad-peers sqlite ROWS DIR           row inserts, WAL, FULL, 4,096 a transaction\n"
    "       pentad-peers bound ROWS DIR            hash each record, one durable blob of 512\n"
    "       pentad-peers copy ROWS FILE            writes the rows for PostgreSQL's binary COPY\n"
    "       pentad-peers nats ROWS PORT [PUBLISHERS [WINDOW]]   JetStream async publish\n"
    "\n"
    "Rows are the payment records of pentad-load, made before the clock starts. Prints rows a\n"
    "second as JSON. exit: 0 done, 1 failed, 2 wrong use\n"
    "\n"
    "example: pentad-peers sqlite 500000 /tmp\n";

/* ---- rows ------------------------------------------------------------------------------ */

unsigned peer_stream(const struct peer_rows *r, uint64_t i) {
    return (unsigned)(i / BATCH % r->streams) + 1;
}

uint64_t peer_seq(const struct peer_rows *r, uint64_t i) {
    return i / ((uint64_t)BATCH * r->streams) * BATCH + i % BATCH + 1;
}

struct pt_span peer_row(const struct peer_rows *r, uint64_t i) {
    size_t at = i == 0 ? 0 : r->ends[i - 1];

    return pt_span(r->bytes.p + at, r->ends[i] - at);
}

static int rows_make(struct peer_rows *r, uint64_t n) {
    uint8_t row[ROW_MAX];

    *r = (struct peer_rows){.n = n, .streams = STREAMS};
    pt_buf_init(&r->bytes, (size_t)n * ROW_MAX);
    r->ends = calloc(n, sizeof(*r->ends));
    if (r->ends == NULL || pt_buf_reserve(&r->bytes, (size_t)n * 330) != 0) {
        return PT_E_NOMEM;
    }
    for (uint64_t i = 0; i < n; i++) {
        (void)pt_buf_append(&r->bytes, row, row_write(peer_stream(r, i), peer_seq(r, i), row));
        r->ends[i] = r->bytes.len;
    }
    return r->bytes.failed;
}

void peer_print(const char *name, uint64_t rows, int64_t us) {
    printf("{\"peer\": \"%s\", \"rows\": %llu, \"seconds\": %.4f, \"rows_per_s\": %.0f}\n", name,
           (unsigned long long)rows, (double)us / 1e6, (double)rows * 1e6 / (double)us);
}

static int path_in(char out[PATH_CAP], const char *dir, const char *name) {
    int n = snprintf(out, PATH_CAP, "%s/%s", dir, name);

    return n > 0 && n < PATH_CAP ? 0 : -1;
}

/* ---- SQLite ---------------------------------------------------------------------------- */

static int sqlite_insert(sqlite3 *db, sqlite3_stmt *st, const struct peer_rows *r) {
    int rc = SQLITE_OK;

    for (uint64_t i = 0; i < r->n && rc == SQLITE_OK; i++) {
        struct pt_span row = peer_row(r, i);
        struct pt_hash hash;
        char stream[8];

        if (i % TRANSACTION == 0) {
            rc = sqlite3_exec(db, i == 0 ? "BEGIN" : "COMMIT; BEGIN", NULL, NULL, NULL);
        }
        pt_leaf_hash(&hash, row.p, row.len);
        (void)snprintf(stream, sizeof(stream), "s%u", peer_stream(r, i));
        (void)sqlite3_bind_text(st, 1, stream, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int64(st, 2, (sqlite3_int64)peer_seq(r, i));
        (void)sqlite3_bind_blob(st, 3, hash.b, PT_HASH_LEN, SQLITE_STATIC);
        (void)sqlite3_bind_blob(st, 4, row.p, (int)row.len, SQLITE_STATIC);
        if (rc == SQLITE_OK && sqlite3_step(st) != SQLITE_DONE) {
            rc = SQLITE_ERROR;
        }
        (void)sqlite3_reset(st);
    }
    return rc == SQLITE_OK ? sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) : rc;
}

int peer_sqlite(const struct peer_rows *r, const char *dir) {
    char path[PATH_CAP];
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    int64_t t0;
    int rc;

    if (path_in(path, dir, "peer.db") != 0 || sqlite3_open(path, &db) != SQLITE_OK) {
        (void)fprintf(stderr, "pentad-peers: %s/peer.db can't be made\n", dir);
        (void)sqlite3_close(db);
        return -1;
    }
    rc = sqlite3_exec(db,
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                      "CREATE TABLE record (party TEXT NOT NULL, stream TEXT NOT NULL,"
                      " seq INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL);"
                      "CREATE UNIQUE INDEX record_seq ON record (party, stream, seq);"
                      "CREATE UNIQUE INDEX record_hash ON record (hash);",
                      NULL, NULL, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_prepare_v2(db, "INSERT INTO record VALUES ('finance', ?1, ?2, ?3, ?4)", -1,
                                &st, NULL);
    }
    t0 = pt_monotonic_us();
    if (rc == SQLITE_OK) {
        rc = sqlite_insert(db, st, r);
    }
    t0 = pt_monotonic_us() - t0;
    if (rc == SQLITE_OK) {
        peer_print("sqlite", r->n, t0);
    } else {
        (void)fprintf(stderr, "pentad-peers: SQLite: %s\n", sqlite3_errmsg(db));
    }
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    return rc == SQLITE_OK ? 0 : -1;
}

/* ---- the machine's own bound ------------------------------------------------------------ */

static int write_all(int fd, struct pt_span bytes) {
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.p, bytes.len);

        if (n < 0) {
            return -1;
        }
        bytes = pt_span(bytes.p + n, bytes.len - (size_t)n);
    }
    return 0;
}

int peer_bound(const struct peer_rows *r, const char *dir) {
    char path[PATH_CAP];
    struct pt_hash hash;
    int64_t t0;
    int rc = 0;
    int fd = -1;

    if (path_in(path, dir, "bound") == 0) {
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    }
    t0 = pt_monotonic_us();
    for (uint64_t i = 0; fd >= 0 && rc == 0 && i < r->n; i += BATCH) {
        uint64_t end = i + BATCH < r->n ? i + BATCH : r->n;
        size_t at = i == 0 ? 0 : r->ends[i - 1];

        for (uint64_t k = i; k < end; k++) {
            struct pt_span row = peer_row(r, k);

            pt_leaf_hash(&hash, row.p, row.len);
        }
        rc = write_all(fd, pt_span(r->bytes.p + at, r->ends[end - 1] - at));
        if (rc == 0) {
            rc = fdatasync(fd);
        }
    }
    t0 = pt_monotonic_us() - t0;
    if (fd < 0 || rc != 0) {
        (void)fprintf(stderr, "pentad-peers: %s/bound: %s\n", dir, strerrordesc_np(errno));
    } else {
        peer_print("bound", r->n, t0);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return fd >= 0 && rc == 0 ? 0 : -1;
}

/* ---- PostgreSQL ------------------------------------------------------------------------ */

static void put_be(struct pt_buf *b, uint64_t v, int bytes) {
    while (bytes-- > 0) {
        (void)pt_buf_putc(b, (char)(v >> (8 * bytes)));
    }
}

static void put_field(struct pt_buf *b, struct pt_span v) {
    put_be(b, v.len, 4);
    (void)pt_buf_append_span(b, v);
}

int peer_copy_file(const struct peer_rows *r, const char *path) {
    static const char signature[] = "PGCOPY\n\377\r\n"; /* its NUL belongs to it */
    FILE *f = fopen(path, "wbe");
    struct pt_buf b;
    bool ok = f != NULL;

    pt_buf_init(&b, 4096);
    (void)pt_buf_append(&b, signature, sizeof(signature));
    put_be(&b, 0, 8);
    for (uint64_t i = 0; ok && i < r->n; i++) {
        struct pt_span row = peer_row(r, i);
        struct pt_hash hash;
        char stream[8];

        pt_leaf_hash(&hash, row.p, row.len);
        (void)snprintf(stream, sizeof(stream), "s%u", peer_stream(r, i));
        put_be(&b, 5, 2);
        put_field(&b, pt_span_str("finance"));
        put_field(&b, pt_span_str(stream));
        put_be(&b, 8, 4);
        put_be(&b, peer_seq(r, i), 8);
        put_field(&b, pt_span(hash.b, PT_HASH_LEN));
        put_field(&b, row);
        ok = b.failed == 0 && fwrite(b.p, 1, b.len, f) == b.len;
        pt_buf_reset(&b);
    }
    put_be(&b, 0xFFFF, 2);
    ok = ok && fwrite(b.p, 1, b.len, f) == b.len;
    ok = (f == NULL || fclose(f) == 0) && ok;
    pt_buf_done(&b);
    if (!ok) {
        (void)fprintf(stderr, "pentad-peers: %s can't be written: %s\n", path,
                      strerrordesc_np(errno));
    }
    return ok ? 0 : -1;
}

/* ---- the whole ------------------------------------------------------------------------- */

static int number(const char *s, unsigned long max, unsigned long *ret) {
    char *end = NULL;

    errno = 0;
    *ret = strtoul(s, &end, 10);
    return errno == 0 && end != s && *end == '\0' && *ret > 0 && *ret <= max ? 0 : -1;
}

static int run(int argc, char **argv, const struct peer_rows *r) {
    unsigned long port = 0, publishers = STREAMS, window = 1000;

    if (strcmp(argv[1], "sqlite") == 0 && argc == 4) {
        return peer_sqlite(r, argv[3]);
    }
    if (strcmp(argv[1], "bound") == 0 && argc == 4) {
        return peer_bound(r, argv[3]);
    }
    if (strcmp(argv[1], "copy") == 0 && argc == 4) {
        return peer_copy_file(r, argv[3]);
    }
    if (strcmp(argv[1], "nats") == 0 && argc >= 4 && argc <= 6 &&
        number(argv[3], 65535, &port) == 0 && (argc < 5 || number(argv[4], 64, &publishers) == 0) &&
        (argc < 6 || number(argv[5], 100000, &window) == 0)) {
        return peer_nats(r, (uint16_t)port, (unsigned)publishers, (unsigned)window);
    }
    (void)fputs(usage, stderr);
    return -2;
}

int main(int argc, char **argv) {
    struct peer_rows r = {0};
    unsigned long n = 0;
    int rc = 0;

    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        (void)fputs(usage, stdout);
        return 0;
    }
    if (argc < 4 || number(argv[2], ROWS_MAX, &n) != 0) {
        (void)fputs(usage, stderr);
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (rows_make(&r, n) != 0) {
        (void)fprintf(stderr, "pentad-peers: no memory for %lu rows\n", n);
        rc = -1;
    }
    if (rc == 0) {
        rc = run(argc, argv, &r);
    }
    pt_buf_done(&r.bytes);
    free(r.ends);
    return -rc;
}
