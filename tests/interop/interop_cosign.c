/* interop_cosign KEY NAME NOTE: the checkpoint in NOTE with a cosignature (C2SP type 04) by KEY
 * under it, on standard output. Its verifier key goes to standard error. One thread. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/file.h>
#include <pentad/certs/logkey.h>
#include <pentad/proof/note.h>

static int cosign(char **args, struct pt_buf *note, struct pt_buf *vkey, struct pt_err *err) {
    struct pt_key *key = NULL;
    struct pt_note parsed;
    struct pt_vkey v;
    int rc = pt_key_load(args[1], &key, err);

    rc = rc ? rc : pt_logkey_vkey(key, args[2], PT_NOTE_COSIGNATURE, &v);
    rc = rc ? rc : pt_vkey_format(vkey, &v);
    rc = rc ? rc : pt_file_read(args[3], note, err);
    if (rc == 0) {
        rc = pt_note_parse(&parsed, pt_buf_span(note), err);
        if (rc == 0) {
            uint64_t now_s = (uint64_t)pt_clock_now_ms(&pt_clock_system) / 1000;
            rc = pt_logkey_cosign(key, args[2], now_s, parsed.text, note, err);
        }
        pt_note_done(&parsed);
    }
    pt_key_free(key);
    return rc;
}

int main(int argc, char **argv) {
    struct pt_buf note, vkey;
    struct pt_err err = {0};
    int rc;

    if (argc != 4) {
        fputs("usage: interop_cosign KEY NAME NOTE\n", stderr);
        return 2;
    }
    pt_buf_init(&note, PT_NOTE_MAX);
    pt_buf_init(&vkey, 1024);
    rc = cosign(argv, &note, &vkey, &err);
    if (rc == 0) {
        (void)fwrite(note.p, 1, note.len, stdout);
        fprintf(stderr, "%s\n", pt_buf_cstr(&vkey));
    } else {
        fprintf(stderr, "%s: %s\n", pt_err_name(rc), err.msg);
    }
    pt_buf_done(&note);
    pt_buf_done(&vkey);
    return rc == 0 ? 0 : 1;
}
