/* A folder of CSV files, one a record type. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/file.h>

struct out_file {
    char type[16];
    char *path;
    struct pt_out_layout *layout;
    char *heading;
    int fd; /* -1 = not open yet */
    uint64_t size;
    struct pt_tail last;
    bool dirty;
};

struct csv_sink {
    char *dir;
    bool bom;
    bool new_names; /* a file was created since the last flush */
    struct pt_arena arena;
    struct out_file files[PT_SINK_MAX_TYPES];
    size_t n;
    struct pt_buf rows;
};

static int io_error(const char *path, const char *what, struct pt_err *err) {
    return pt_err_set(err, PT_E_IO, "%s can't be %s: %s", path, what, strerrordesc_np(errno));
}

/* ---- files ---- */

static int make_heading(struct csv_sink *s, struct out_file *f, struct pt_err *err) {
    struct pt_buf b;
    pt_buf_init(&b, PT_SINK_MAX_ROW);
    if (s->bom)
        pt_buf_puts(&b, "\xEF\xBB\xBF");
    pt_buf_puts(&b, "position");
    for (size_t i = 0; i < f->layout->n; i++) {
        pt_buf_putc(&b, ',');
        pt_csv_text(&b, f->layout->cols[i].name, false);
    }
    pt_buf_putc(&b, '\n');
    const char *text = pt_buf_cstr(&b);
    f->heading = text ? pt_arena_strdup(&s->arena, text) : NULL;
    pt_buf_done(&b);
    return f->heading ? 0 : pt_err_set(err, PT_E_NOMEM, "out of memory");
}

static int add_file(struct csv_sink *s, const char *type, const char *name,
                    const struct pt_sink_column *columns, size_t n, struct out_file **ret,
                    struct pt_err *err) {
    if (s->n == PT_SINK_MAX_TYPES)
        return pt_err_set(err, PT_E_CONFIG, "sink: more than %d record types", PT_SINK_MAX_TYPES);
    if (name && (strchr(name, '/') || name[0] == '.'))
        return pt_err_set(err, PT_E_CONFIG, "sink, type %s: the file %s must lie in the folder",
                          type, name);
    struct out_file *f = &s->files[s->n];
    memset(f, 0, sizeof(*f));
    f->fd = -1;
    snprintf(f->type, sizeof(f->type), "%s", type);
    f->path = name ? pt_arena_printf(&s->arena, "%s/%s", s->dir, name)
                   : pt_arena_printf(&s->arena, "%s/%s.csv", s->dir, type);
    f->layout = pt_arena_zalloc(&s->arena, sizeof(*f->layout));
    if (f->path == NULL || f->layout == NULL)
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    int rc = pt_layout_make(f->layout, type, columns, n, &s->arena, err);
    if (rc == 0)
        rc = make_heading(s, f, err);
    if (rc)
        return rc;
    s->n++;
    *ret = f;
    return 0;
}

static int write_all(struct out_file *f, const void *p, size_t n, struct pt_err *err) {
    const char *c = p;
    for (size_t done = 0; done < n;) {
        ssize_t k = pwrite(f->fd, c + done, n - done, (off_t)(f->size + done));
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            int rc = io_error(f->path, "written", err);
            if (ftruncate(f->fd, (off_t)f->size))
                return rc; /* the tail is mended when the file is opened next */
            return rc;
        }
        done += (size_t)k;
    }
    f->size += n;
    f->dirty = true;
    return 0;
}

static int open_file(struct csv_sink *s, struct out_file *f, struct pt_err *err) {
    if (f->fd >= 0)
        return 0;
    f->fd = open(f->path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (f->fd < 0)
        return io_error(f->path, "opened", err);
    int rc = pt_tail_mend(f->fd, f->path, f->heading, &f->size, &f->last, err);
    if (rc == 0 && f->size == 0) {
        s->new_names = true;
        rc = write_all(f, f->heading, strlen(f->heading), err);
    }
    if (rc) {
        close(f->fd);
        f->fd = -1;
    }
    return rc;
}

static struct out_file *file_of(struct csv_sink *s, const char *type) {
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->files[i].type, type) == 0)
            return &s->files[i];
    return NULL;
}

/* ---- the port ---- */

static int make_rows(struct csv_sink *s, const struct out_file *f, const struct pt_delivery *d,
                     struct pt_err *err) {
    size_t n = pt_layout_rows(f->layout, d);
    pt_buf_reset(&s->rows);
    for (size_t row = 0; row < n; row++) {
        pt_buf_printf(&s->rows, "%" PRIu64 "/%" PRIu32 "/%zu-%zu", d->log_index, d->in_batch,
                      row + 1, n);
        for (size_t i = 0; i < f->layout->n; i++) {
            pt_buf_putc(&s->rows, ',');
            pt_layout_cell(f->layout, i, d, row, s->bom, &s->rows);
        }
        pt_buf_putc(&s->rows, '\n');
    }
    if (s->rows.failed)
        return pt_err_set(err, s->rows.failed, "%s: record %s/%s#%" PRIu64 " doesn't fit", f->path,
                          d->party, d->stream, d->seq);
    return 0;
}

static int csv_deliver(void *self, const struct pt_delivery *d, bool *ret_new, struct pt_err *err) {
    struct csv_sink *s = self;
    struct out_file *f = file_of(s, d->type);
    int rc = 0;
    *ret_new = false;
    if (f == NULL)
        rc = add_file(s, d->type, NULL, NULL, 0, &f, err);
    if (rc == 0)
        rc = open_file(s, f, err);
    if (rc)
        return rc;
    if (f->last.any && (d->log_index < f->last.log_index ||
                        (d->log_index == f->last.log_index && d->in_batch <= f->last.in_batch)))
        return 0;
    rc = make_rows(s, f, d, err);
    if (rc == 0)
        rc = write_all(f, s->rows.p, s->rows.len, err);
    if (rc)
        return rc;
    f->last = (struct pt_tail){true, d->log_index, d->in_batch};
    *ret_new = true;
    return 0;
}

static int sync_dir(struct csv_sink *s, struct pt_err *err) {
    int fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd)) {
        int rc = io_error(s->dir, "synced", err);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    close(fd);
    s->new_names = false;
    return 0;
}

static int csv_flush(void *self, struct pt_err *err) {
    struct csv_sink *s = self;
    for (size_t i = 0; i < s->n; i++) {
        struct out_file *f = &s->files[i];
        if (f->fd < 0 || !f->dirty)
            continue;
        if (fdatasync(f->fd))
            return io_error(f->path, "synced", err);
        f->dirty = false;
    }
    return s->new_names ? sync_dir(s, err) : 0;
}

static void csv_close(void *self) {
    struct csv_sink *s = self;
    for (size_t i = 0; i < s->n; i++)
        if (s->files[i].fd >= 0)
            close(s->files[i].fd);
    pt_buf_done(&s->rows);
    pt_arena_done(&s->arena);
    free(s->dir);
    free(s);
}

int pt_csv_sink_open(const char *dir, const struct pt_sink_type *types, size_t n_types, bool bom,
                     struct pt_sink *ret, struct pt_err *err) {
    static const struct pt_sink_ops ops = {csv_deliver, csv_flush, csv_close};
    memset(ret, 0, sizeof(*ret));
    struct csv_sink *s = calloc(1, sizeof(*s));
    if (s == NULL)
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    s->bom = bom;
    pt_arena_init(&s->arena, 32u << 20);
    pt_buf_init(&s->rows, PT_SINK_MAX_RECORD);
    s->dir = strdup(dir);
    int rc = s->dir ? pt_mkdirs(dir, 0750, err) : pt_err_set(err, PT_E_NOMEM, "out of memory");
    for (size_t i = 0; i < n_types && rc == 0; i++) {
        struct out_file *f;
        if (file_of(s, types[i].type))
            rc = pt_err_set(err, PT_E_CONFIG, "sink: type %s is declared twice", types[i].type);
        else
            rc = add_file(s, types[i].type, types[i].file, types[i].columns, types[i].n_columns, &f,
                          err);
    }
    if (rc) {
        csv_close(s);
        return rc;
    }
    ret->ops = &ops;
    ret->self = s;
    return 0;
}
