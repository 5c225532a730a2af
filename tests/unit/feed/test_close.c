/* A reader counts what it was fed and holds the author's StreamClose against it. */
#include <criterion/criterion.h>
#include <string.h>

#include <pentad/proof/close.h>
#include <pentad/proof/entry.h>

#include "pt_test_hub.h"

static void add_payment(struct pt_close *c, uint64_t seq, struct pt_hash *ret) {
    struct pt_buf out;
    pt_buf_init(&out, 4096);
    th_payment(seq, 5, &out);
    pt_leaf_hash(ret, out.p, out.len);
    Pentad__V1__Record *r = pentad__v1__record__unpack(NULL, out.len, out.p);
    pt_close_add(c, r, ret);
    pentad__v1__record__free_unpacked(r, NULL);
    pt_buf_done(&out);
}

Test(close, says_for_each_reader_what_it_may_read) {
    struct pt_close said, mine;
    struct pt_close_message m;
    struct pt_hash h[3];
    struct pt_err err = {0};
    pt_close_init(&said, PT_PARTY_FINANCE);
    for (size_t i = 0; i < 3; i++) {
        add_payment(&said, i + 1, &h[i]);
    }
    pt_close_write(&said, 20190630, false, &m);
    cr_assert_eq(m.close.n_classes, 5); /* the five and the office, finance aside */
    cr_assert_not(m.close.has_final);
    for (size_t i = 0; i < m.close.n_classes; i++) {
        bool sees = strcmp(m.close.classes[i]->reader_class, "office") != 0 &&
                    strcmp(m.close.classes[i]->reader_class, "organization") != 0;
        cr_assert_eq(m.close.classes[i]->count, sees ? 3U : 0U, "%s",
                     m.close.classes[i]->reader_class);
    }
    cr_assert_eq(pt_close_check(&said, PT_PARTY_AUDIT, &m.close, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_close_check(&said, PT_PARTY_FINANCE, &m.close, &err), PT_E_MISSING);

    pt_close_init(&mine, PT_PARTY_FINANCE);
    struct pt_hash got;
    add_payment(&mine, 1, &got); /* another nonce, so another record */
    add_payment(&mine, 2, &got);
    cr_assert_eq(pt_close_check(&mine, PT_PARTY_AUDIT, &m.close, &err), PT_E_PROOF);
    cr_assert_not_null(strstr(err.msg, "counts 3"), "%s", err.msg);
    add_payment(&mine, 3, &got);
    cr_assert_eq(pt_close_check(&mine, PT_PARTY_AUDIT, &m.close, &err), PT_E_PROOF);
    cr_assert_not_null(strstr(err.msg, "other records"), "%s", err.msg);
}
