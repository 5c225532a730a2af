/* A row as bytes: line, number, file, after, then the fields, each with its length. */
#include <pentad/mapping/row.h>

#include <string.h>

#define ROW_MAGIC 0x5001u

static void put_text(struct pt_buf *out, const char *p, size_t len) {
    pt_buf_put_u64be(out, len);
    pt_buf_append(out, p, len);
}

int pt_row_pack(const struct pt_row *row, struct pt_buf *out) {
    pt_buf_put_u16be(out, ROW_MAGIC);
    pt_buf_put_u64be(out, row->line);
    pt_buf_put_u64be(out, row->number);
    pt_buf_put_u64be(out, (uint64_t)(-(int64_t)row->bad));
    put_text(out, row->bad_msg, strlen(row->bad_msg));
    put_text(out, row->file, strlen(row->file));
    put_text(out, row->after, strlen(row->after));
    pt_buf_put_u64be(out, row->n);
    for (size_t i = 0; i < row->n; i++)
        put_text(out, row->fields[i].p, row->fields[i].len);
    return out->failed;
}

struct unpacker {
    struct pt_span in;
    struct pt_arena *arena;
    int rc;
};

static uint64_t get_u64(struct unpacker *u) {
    uint64_t v = 0;
    if (u->in.len < 8) {
        u->rc = PT_E_FORMAT;
        return 0;
    }
    for (size_t i = 0; i < 8; i++)
        v = (v << 8) | u->in.p[i];
    u->in.p += 8;
    u->in.len -= 8;
    return v;
}

static const char *get_text(struct unpacker *u, size_t max, size_t *ret_len) {
    uint64_t n = get_u64(u);
    *ret_len = 0;
    if (u->rc || n > max || n > u->in.len || memchr(u->in.p, 0, (size_t)n)) {
        u->rc = PT_E_FORMAT;
        return "";
    }
    char *s = pt_arena_alloc(u->arena, (size_t)n + 1);
    if (s == NULL) {
        u->rc = PT_E_NOMEM;
        return "";
    }
    memcpy(s, u->in.p, (size_t)n);
    s[n] = '\0';
    u->in.p += n;
    u->in.len -= (size_t)n;
    *ret_len = (size_t)n;
    return s;
}

int pt_row_unpack(struct pt_span packed, struct pt_arena *arena, struct pt_row *ret_row) {
    struct unpacker u = {.in = packed, .arena = arena};
    size_t len;
    memset(ret_row, 0, sizeof(*ret_row));
    if (packed.len < 2 || packed.p[0] != (ROW_MAGIC >> 8) || packed.p[1] != (ROW_MAGIC & 0xFF))
        return PT_E_FORMAT;
    u.in.p += 2;
    u.in.len -= 2;
    ret_row->line = get_u64(&u);
    ret_row->number = get_u64(&u);
    uint64_t bad = get_u64(&u);
    ret_row->bad = bad > 1000 ? PT_E_FORMAT : -(int)bad;
    const char *s = get_text(&u, sizeof(ret_row->bad_msg) - 1, &len);
    memcpy(ret_row->bad_msg, s, len);
    ret_row->file = get_text(&u, 4096, &len);
    s = get_text(&u, sizeof(ret_row->after) - 1, &len);
    memcpy(ret_row->after, s, len);
    uint64_t n = get_u64(&u);
    if (u.rc || n > PT_ROW_MAX_FIELDS)
        return u.rc ? u.rc : PT_E_FORMAT;
    struct pt_field *fields = pt_arena_zalloc(arena, ((size_t)n + 1) * sizeof(*fields));
    if (fields == NULL)
        return PT_E_NOMEM;
    for (size_t i = 0; i < n; i++)
        fields[i].p = get_text(&u, 4u * PT_ROW_MAX_FIELD, &fields[i].len);
    ret_row->fields = fields;
    ret_row->n = (size_t)n;
    return u.rc ? u.rc : u.in.len ? PT_E_FORMAT : 0;
}
