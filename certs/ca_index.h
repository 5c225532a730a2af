/* Private to the room: the authority's directory: its lock and the register of what it issued.
 * index.txt has one line a certificate, fields separated by one tab:
 *   serial  identity  fingerprint  issued  expires  revoked  reason     (times in Unix ms) */
#ifndef PENTAD_CERTS_CA_INDEX_H
#define PENTAD_CERTS_CA_INDEX_H

#include <pentad/certs/ca.h>

struct pt_ca_index {
    size_t n, cap;
    struct pt_ca_cert *certs; /* owned */
};

/* Takes the directory's lock until pt_ca_unlock; PT_E_BUSY where another process has it. */
int pt_ca_lock(const char *dir, int *ret_fd, struct pt_err *err);
void pt_ca_unlock(int fd); /* -1 is fine */

int pt_ca_index_load(const char *dir, struct pt_ca_index *ret, struct pt_err *err);
int pt_ca_index_save(const char *dir, const struct pt_ca_index *x, struct pt_err *err);
int pt_ca_index_add(struct pt_ca_index *x, const struct pt_ca_cert *c, struct pt_err *err);
void pt_ca_index_done(struct pt_ca_index *x);

/* pt_ca_issue, by who has the lock and has seen to it that it may be issued. */
int pt_ca_issue_locked(const char *dir, struct pt_span csr_pem, const struct pt_ca_issue *what,
                       struct pt_buf *ret_pem, struct pt_err *err);
/* How many people this authority's certificates need the approval of; 0: of none. */
int pt_ca_approvals_needed(const char *dir, unsigned *ret, struct pt_err *err);

/* dir/name, or an error that names it. */
int pt_ca_path(char *out, size_t cap, const char *dir, const char *name, struct pt_err *err);

#endif
