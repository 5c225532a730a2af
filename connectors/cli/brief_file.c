#include "brief_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/language.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/hash.h>
#include <pentad/record/decode.h>

#define HEAD_MAX (64u * 1024 * 1024)
#define MAGIC_LEN (sizeof PT_BRIEF_FILE_MAGIC - 1)

static int cant(struct pt_err *err, const char *what) {
    return pt_err_set(err, PT_E_IO, "%s: %s", what, strerrordesc_np(errno));
}

static bool begins_like_one(FILE *f) {
    char magic[MAGIC_LEN];
    return fread(magic, 1, MAGIC_LEN, f) == MAGIC_LEN &&
           memcmp(magic, PT_BRIEF_FILE_MAGIC, MAGIC_LEN) == 0;
}

bool pt_brief_file_is(const char *path) {
    FILE *f = fopen(path, "rbe");
    bool is = f && begins_like_one(f);
    if (f) {
        (void)fclose(f);
    }
    return is;
}

int pt_brief_file_put(FILE *f, struct pt_span bytes, struct pt_err *err) {
    const uint8_t length[4] = {(uint8_t)(bytes.len >> 24), (uint8_t)(bytes.len >> 16),
                               (uint8_t)(bytes.len >> 8), (uint8_t)bytes.len};
    return fwrite(length, 1, sizeof length, f) == sizeof length &&
                   fwrite(bytes.p, 1, bytes.len, f) == bytes.len
               ? 0
               : cant(err, "the evidence file can't be written");
}

int pt_brief_file_create(const char *path, const Pentad__V1__EvidenceBrief *head, FILE **ret,
                         struct pt_err *err) {
    struct pt_buf bytes;
    *ret = fopen(path, "wbxe");
    if (!*ret) {
        return pt_err_set(err, PT_E_IO, PT_SAY("%s can't be created: %s", "无法创建%s：%s"), path,
                          strerrordesc_np(errno));
    }
    pt_buf_init(&bytes, HEAD_MAX);
    int rc = pt_msg_encode(&head->base, &bytes, err);
    if (rc == 0 && fwrite(PT_BRIEF_FILE_MAGIC, 1, MAGIC_LEN, *ret) != MAGIC_LEN) {
        rc = cant(err, path);
    }
    rc = rc ? rc : pt_brief_file_put(*ret, pt_buf_span(&bytes), err);
    pt_buf_done(&bytes);
    return rc;
}

int pt_brief_file_end(FILE *f, struct pt_err *err) {
    int rc = fflush(f) == 0 && fsync(fileno(f)) == 0
                 ? 0
                 : cant(err, "the evidence file can't be written");
    if (fclose(f) != 0 && rc == 0) {
        rc = cant(err, "the evidence file can't be written");
    }
    return rc;
}

int pt_brief_file_next(FILE *f, struct pt_buf *page, struct pt_err *err) {
    uint8_t length[4] = {0}, chunk[65536];
    size_t got = fread(length, 1, sizeof length, f);
    size_t left = (size_t)length[0] << 24 | (size_t)length[1] << 16 | (size_t)length[2] << 8 |
                  (size_t)length[3];
    pt_buf_reset(page);
    if (got == 0 && feof(f)) {
        return 0;
    }
    if (got != sizeof length) {
        return pt_err_set(err, PT_E_FORMAT,
                          PT_SAY("the evidence file is cut off", "证据文件不完整"));
    }
    if (left > page->max) {
        return pt_err_set(
            err, PT_E_TOO_LARGE,
            PT_SAY("a part of the evidence file has %zu bytes", "证据文件的一部分长%zu字节"), left);
    }
    for (; left > 0; left -= got) {
        got = fread(chunk, 1, left < sizeof chunk ? left : sizeof chunk, f);
        if (got == 0) {
            return pt_err_set(err, PT_E_FORMAT,
                              PT_SAY("the evidence file is cut off", "证据文件不完整"));
        }
        if (pt_buf_append(page, chunk, got) != 0) {
            return pt_err_set(err, PT_E_NOMEM, "out of memory");
        }
    }
    return 1;
}

int pt_brief_file_head(FILE *f, Pentad__V1__EvidenceBrief **ret, struct pt_err *err) {
    ProtobufCMessage *m = NULL;
    struct pt_buf bytes;
    pt_buf_init(&bytes, HEAD_MAX);
    int rc = begins_like_one(f)
                 ? pt_brief_file_next(f, &bytes, err)
                 : pt_err_set(err, PT_E_FORMAT,
                              PT_SAY("not a brief's evidence file", "不是简报的证据文件"));
    rc = rc == 0 ? pt_err_set(err, PT_E_FORMAT,
                              PT_SAY("the evidence file is cut off", "证据文件不完整"))
                 : rc;
    if (rc == 1) {
        rc =
            pt_strict_unpack(&pentad__v1__evidence_brief__descriptor, pt_buf_span(&bytes), &m, err);
    }
    pt_buf_done(&bytes);
    *ret = (Pentad__V1__EvidenceBrief *)m;
    if (rc == 0 && (!(*ret)->has_version || (*ret)->version != 1)) {
        rc = pt_err_set(
            err, PT_E_UNSUPPORTED,
            PT_SAY("not a brief's evidence file of version 1", "不是第1版的简报证据文件"));
    }
    if (rc == 0 && (!(*ret)->reader || !(*ret)->period || !(*ret)->has_known_at ||
                    !(*ret)->has_brief || !(*ret)->has_checkpoint)) {
        rc = pt_err_set(
            err, PT_E_MISSING,
            PT_SAY(
                "its head lacks the reader, the period, the log size, the brief or the checkpoint",
                "文件头缺少查阅方、期间、日志长度、简报或检查点"));
    }
    return rc;
}
