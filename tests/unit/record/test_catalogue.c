#include <string.h>

#include <criterion/criterion.h>

#include <pentad/record/ref.h>
#include <pentad/record/visible.h>

#include "checks.h"
#include "support.h"

Test(catalogue, has_a_row_for_every_body_and_no_other) {
    const ProtobufCMessageDescriptor *d = &pentad__v1__record__descriptor;
    size_t n;
    size_t bodies = 0;
    const struct pt_record_info *rows = pt_record_infos(&n);

    for (unsigned i = 0; i < d->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &d->fields[i];
        const struct pt_record_info *row;

        if (!(f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)) {
            continue;
        }
        bodies++;
        row = pt_record_info((enum pt_record_type)f->id);
        cr_assert_not_null(row, "no row for %s", f->name);
        cr_assert_str_eq(row->member, f->name);
        cr_assert_eq((const void *)row->body, f->descriptor);
        cr_assert_eq(pt_record_info_by_member(f->name), row);
        cr_assert_eq(pt_record_info_by_code(row->code), row);
    }
    cr_assert_eq(bodies, n);
    for (size_t i = 1; i < n; i++) {
        cr_assert_lt((int)rows[i - 1].type, (int)rows[i].type, "rows stand in order of tag");
    }
    for (size_t i = 0; i < n; i++) {
        cr_assert_neq(rows[i].authors, 0);
        cr_assert_eq(rows[i].readers & rows[i].aggregate, 0);
        cr_assert_eq(strncmp(rows[i].requirements, "R-", 2), 0);
        cr_assert_eq((rows[i].flags & PT_RT_ANOTHERS) != 0, rows[i].type == PT_TYPE_PERF_GOAL,
                     "%s: only a goal may be another party's", rows[i].code);
    }
    cr_assert_null(pt_record_info_by_code("X99"));
    cr_assert_null(pt_record_info((enum pt_record_type)243));
}

static void rows_match(const struct msg_checks *r, size_t n_fields, int depth) {
    cr_assert_lt(depth, 8);
    cr_assert_eq(r->n, n_fields, "%s: %zu rows, %zu fields", r->d->name, r->n, n_fields);
    for (size_t i = 0; i < r->n; i++) {
        cr_assert_eq(r->v[i].id, r->d->fields[i].id, "%s row %zu", r->d->name, i);
        cr_assert_eq(r->v[i].kind == CK_MSG, r->v[i].sub != NULL);
        cr_assert(r->v[i].kind != CK_TEXT || r->v[i].max > 0);
        if (r->v[i].sub != NULL) {
            cr_assert_eq((const void *)r->v[i].sub->d, r->d->fields[i].descriptor);
            rows_match(r->v[i].sub, r->v[i].sub->d->n_fields, depth + 1);
        }
    }
}

Test(catalogue, numbers_have_names) {
    int n = 0;

    cr_assert(pt_record_number("TYPE_PAYMENT_BATCH", 18, &n) && n == PT_TYPE_PAYMENT_BATCH);
    cr_assert(pt_record_number("PAYMENT_OP_REFUND", 17, &n) &&
              n == PENTAD__V1__PAYMENT_OP__PAYMENT_OP_REFUND);
    cr_assert_not(pt_record_number("TYPE_PAYMENT", 12, &n));
    cr_assert_not(pt_record_number("PAYMENT_OP_REFUNDED", 19, &n));
    cr_assert_not(pt_record_number("", 0, &n));
}

Test(catalogue, every_field_has_a_rule) {
    size_t n;
    const struct pt_record_info *rows = pt_record_infos(&n);

    rows_match(&checks_record, 14, 0);
    for (size_t i = 0; i < n; i++) {
        const struct msg_checks *r = pt_record_checks_of(rows[i].type);

        cr_assert_not_null(r, "%s", rows[i].code);
        cr_assert_eq(r->d, rows[i].body);
        rows_match(r, r->d->n_fields, 0);
    }
}

Test(catalogue, parties_have_names_letters_and_sets) {
    cr_assert_eq(pt_party_from_name("finance"), PT_PARTY_FINANCE);
    cr_assert_eq(pt_party_from_name("Finance"), PT_PARTY_NONE);
    cr_assert_eq(pt_party_from_name(NULL), PT_PARTY_NONE);
    cr_assert_str_eq(pt_party_name(PT_PARTY_DISCIPLINE), "discipline");
    cr_assert_str_eq(pt_party_name_zh(PT_PARTY_CONGRESS), "人大");
    cr_assert(pt_party_in(PT_PARTIES_SIX, PT_PARTY_OFFICE));
    cr_assert_not(pt_party_in(PT_PARTIES_SIX, PT_PARTY_HUB));
    cr_assert_not(pt_party_in(PT_PARTIES_ALL, PT_PARTY_NONE));
}

static enum pt_visibility seen_by(enum pt_record_type type, enum pt_party reader,
                                  const char *rule) {
    const struct good *g = good_of(type);
    json_t *json = good_json(g);
    struct pt_arena arena;
    enum pt_visibility v;

    pt_arena_init(&arena, 1 << 20);
    if (rule != NULL) {
        json_patch(json, g, "body.rule", rule);
    }
    v = pt_visible(record_of(json, &arena), g->author, reader);
    json_decref(json);
    pt_arena_done(&arena);
    return v;
}

Test(visible, payments_are_full_to_four_and_aggregates_to_two) {
    cr_assert_eq(seen_by(PT_TYPE_PAYMENT_BATCH, PT_PARTY_CONGRESS, NULL), PT_VISIBLE_FULL);
    cr_assert_eq(seen_by(PT_TYPE_PAYMENT_BATCH, PT_PARTY_DISCIPLINE, NULL), PT_VISIBLE_FULL);
    cr_assert_eq(seen_by(PT_TYPE_PAYMENT_BATCH, PT_PARTY_FINANCE, NULL), PT_VISIBLE_FULL);
    cr_assert_eq(seen_by(PT_TYPE_PAYMENT_BATCH, PT_PARTY_AUDIT, NULL), PT_VISIBLE_FULL);
    cr_assert_eq(seen_by(PT_TYPE_PAYMENT_BATCH, PT_PARTY_HUB, NULL), PT_VISIBLE_FULL);
    cr_assert_eq(seen_by(PT_TYPE_PAYMENT_BATCH, PT_PARTY_ORGANIZATION, NULL), PT_VISIBLE_AGGREGATE);
    cr_assert_eq(seen_by(PT_TYPE_PAYMENT_BATCH, PT_PARTY_OFFICE, NULL), PT_VISIBLE_AGGREGATE);
    cr_assert_eq(seen_by(PT_TYPE_PAYMENT_BATCH, PT_PARTY_PUBLIC, NULL), PT_VISIBLE_NONE);
    cr_assert_eq(seen_by(PT_TYPE_EX_ANTE_EVAL, PT_PARTY_PUBLIC, NULL), PT_VISIBLE_NONE);
}

Test(visible, discrepancies_go_to_all_but_those_over_clues) {
    cr_assert_eq(seen_by(PT_TYPE_DISCREPANCY, PT_PARTY_OFFICE, NULL), PT_VISIBLE_FULL);
    cr_assert_eq(seen_by(PT_TYPE_DISCREPANCY, PT_PARTY_OFFICE, "\"K55\""), PT_VISIBLE_NONE);
    cr_assert_eq(seen_by(PT_TYPE_DISCREPANCY, PT_PARTY_DISCIPLINE, "\"K55\""), PT_VISIBLE_FULL);
    cr_assert_eq(seen_by(PT_TYPE_DISCREPANCY, PT_PARTY_FINANCE, "\"K55\""), PT_VISIBLE_FULL);
}

Test(ref, reads_and_writes_record_ids) {
    struct pt_ref ref;
    struct pt_err err;
    char text[PT_REF_TEXT_MAX];
    static const char *const bad[] = {"",
                                      "finance",
                                      "finance/treasury",
                                      "finance/treasury#",
                                      "finance/treasury#0",
                                      "finance/treasury#01",
                                      "finance/treasury#1x",
                                      "finance/treasury#18446744073709551616",
                                      "Finance/treasury#1",
                                      "finance/9#1",
                                      "/x#1"};

    cr_assert_eq(pt_ref_parse("finance/treasury#1234", &ref, &err), 0);
    cr_assert_str_eq(ref.party, "finance");
    cr_assert_str_eq(ref.stream, "treasury");
    cr_assert_eq(ref.seq, 1234);
    cr_assert_eq(pt_ref_parse("finance/370102/18446744073709551615", &ref, &err), PT_E_FORMAT);
    cr_assert_eq(pt_ref_parse("finance/d-370102/18446744073709551615", &ref, &err), 0);
    cr_assert_eq(ref.seq, UINT64_MAX);
    pt_ref_format(text, "finance", "d-370102", UINT64_MAX);
    cr_assert_str_eq(text, "finance/d-370102#18446744073709551615");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(pt_ref_parse(bad[i], &ref, &err), PT_E_FORMAT, "%s", bad[i]);
    }
}

Test(ref, splits_subjects_at_the_first_colon) {
    Pentad__V1__SubjectKind kind;
    const char *key;
    struct pt_err err;

    cr_assert_eq(pt_subject_parse("PROJECT:a:b", &kind, &key, &err), 0);
    cr_assert_eq(kind, PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_PROJECT);
    cr_assert_str_eq(key, "a:b");
    cr_assert_str_eq(pt_subject_kind_name(kind), "PROJECT");
    cr_assert_eq(pt_subject_parse("project:a", &kind, &key, &err), PT_E_FORMAT);
    cr_assert_eq(pt_subject_parse("PROJECT:", &kind, &key, &err), PT_E_FORMAT);
    cr_assert_eq(pt_subject_parse("UNSPECIFIED:x", &kind, &key, &err), PT_E_FORMAT);
    cr_assert_eq(pt_subject_parse("37010019R000000000001", &kind, &key, &err), PT_E_FORMAT);
}
