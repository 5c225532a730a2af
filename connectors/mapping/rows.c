/* One row against one rule: conditions, values, references. */
#include "mapper.h"

#include <stdio.h>
#include <string.h>

void pt_row_sums(const struct pt_mapping *m, const struct pt_cell *cells, int64_t *ret_sum) {
    memset(ret_sum, 0, PT_MAPPING_MAX_SUMS * sizeof(*ret_sum));
    for (size_t i = 0; i < m->n_sums; i++) {
        const struct pt_sum *s = &m->sums[i];
        const struct pt_cell *c = &cells[s->column];
        if (c->bad || c->len == 0 ||
            pt_value_number(c->p, c->len, &s->style, s->shift, &ret_sum[i], NULL))
            ret_sum[i] = 0;
    }
}

static int fault(const struct pt_mapper *mp, struct pt_fault_at *f, int column, int code,
                 const char *msg) {
    f->code = code;
    f->column = column >= 0 ? mp->m->columns[column].name : "";
    f->value = column >= 0 && mp->cells[column].p ? mp->cells[column].p : "";
    snprintf(f->msg, sizeof(f->msg), "%s", msg);
    return code;
}

static int conds(struct pt_mapper *mp, const struct pt_cond *c, size_t n, bool *ret,
                 struct pt_fault_at *f) {
    struct pt_err err; /* read on failure only */
    int column = -1;
    err.msg[0] = '\0';
    int rc = pt_conds_hold(c, n, mp->cells, ret, &column, &err);
    return rc ? fault(mp, f, column, rc, err.msg) : 0;
}

/* The value of one field; *ret unset where the cell is empty. */
static int value(struct pt_mapper *mp, const struct pt_fieldmap *f, struct pt_val *ret,
                 int *ret_extra, struct pt_fault_at *why) {
    struct pt_err err; /* read on failure only: not worth clearing for every cell */
    err.msg[0] = '\0';
    memset(ret, 0, sizeof(*ret));
    *ret_extra = 0;
    if (f->column < 0) {
        *ret = f->constant;
        return 0;
    }
    const struct pt_cell *c = &mp->cells[f->column];
    if (c->bad)
        return fault(mp, why, f->column, c->bad, c->why);
    if (c->len == 0) {
        char msg[160];
        if (!f->required)
            return 0;
        snprintf(msg, sizeof(msg), "%.100s is required and the cell is empty", f->path);
        return fault(mp, why, f->column, PT_E_MISSING, msg);
    }
    int rc = pt_field_convert(f, c->p, c->len, &mp->row_arena, ret, ret_extra, &err);
    return rc ? fault(mp, why, f->column, rc, err.msg) : 0;
}

int pt_row_applies(struct pt_mapper *mp, const struct pt_rule *rule, bool *ret, int32_t *ret_day,
                   struct pt_fault_at *f) {
    *ret_day = 0;
    int rc = conds(mp, rule->when, rule->n_when, ret, f);
    if (rc || !*ret || rule->send_field < 0)
        return rc;
    struct pt_val v;
    int extra;
    rc = value(mp, &rule->fields[rule->send_field], &v, &extra, f);
    *ret_day = (int32_t)v.i;
    return rc;
}

/* ---- references ---- */

static int ref_part(struct pt_mapper *mp, int column, const char *otherwise, const char **ret,
                    struct pt_fault_at *f) {
    *ret = otherwise;
    if (column < 0)
        return 0;
    if (mp->cells[column].bad)
        return fault(mp, f, column, mp->cells[column].bad, mp->cells[column].why);
    *ret = mp->cells[column].p;
    return 0;
}

static int keep_ref(struct pt_mapper *mp, const Pentad__V1__RecordRef *found, struct pt_val *ret,
                    struct pt_err *err) {
    Pentad__V1__RecordRef *ref = pt_arena_zalloc(&mp->row_arena, sizeof(*ref));
    uint8_t *hash = pt_arena_alloc(&mp->row_arena, found->hash.len + 1);
    if (ref && hash) {
        pentad__v1__record_ref__init(ref);
        ref->party = pt_arena_strdup(&mp->row_arena, found->party ? found->party : "");
        ref->stream = pt_arena_strdup(&mp->row_arena, found->stream ? found->stream : "");
        ref->seq = found->seq;
        ref->has_hash = found->has_hash;
        if (found->hash.len)
            memcpy(hash, found->hash.data, found->hash.len);
        ref->hash.data = hash;
        ref->hash.len = found->hash.len;
    }
    if (ref == NULL || hash == NULL || ref->party == NULL || ref->stream == NULL)
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    *ret = (struct pt_val){.set = true, .p = (const char *)ref, .len = sizeof(*ref)};
    return 0;
}

/* Positive: the row is set aside (fault). Negative: stop. *ret_missing: not there yet. */
static int resolve(struct pt_mapper *mp, const struct pt_rule *rule, const struct pt_fieldmap *f,
                   struct pt_val *ret, struct pt_want *want, bool *ret_missing,
                   struct pt_fault_at *why, struct pt_err *err) {
    struct pt_resolved found;
    struct pt_want w;
    memset(ret, 0, sizeof(*ret));
    *ret_missing = false;
    if (ref_part(mp, f->column, "", &w.doc_no, why))
        return 1;
    if (*w.doc_no == '\0') {
        char msg[160];
        if (!f->required)
            return 0;
        snprintf(msg, sizeof(msg), "%.100s is required and the cell is empty", f->path);
        fault(mp, why, f->column, PT_E_MISSING, msg);
        return 1;
    }
    if (ref_part(mp, f->ref_party_column, f->ref_party, &w.party, why) ||
        ref_part(mp, f->ref_type_column, f->ref_type, &w.type, why))
        return 1;
    memset(&found, 0, sizeof(found));
    pentad__v1__record_ref__init(&found.ref);
    int rc = mp->ops->resolve ? mp->ops->resolve(mp->ctx, w.party, w.type, w.doc_no, &found)
                              : PT_E_NOT_FOUND;
    if (rc == PT_E_NOT_FOUND) {
        *ret_missing = true;
        *want = w;
        return 0;
    }
    if (rc)
        return pt_err_set(err, rc, "%s %s \"%s\" can't be looked up", w.party, w.type, w.doc_no);
    rc = keep_ref(mp, &found.ref, ret, err);
    if (rc == 0 && f->ref_type_to >= 0) {
        const char *type = pt_arena_strdup(&mp->row_arena, found.type);
        if (type == NULL)
            return pt_err_set(err, PT_E_NOMEM, "out of memory");
        mp->vals[f->ref_type_to] =
            (struct pt_val){.set = *type != '\0', .p = type, .len = strlen(type)};
    }
    (void)rule;
    return rc;
}

/* `missing: drop`: nothing under the reference's message is set. */
static void drop_message(struct pt_mapper *mp, const struct pt_rule *rule, int node) {
    for (size_t i = 0; i < rule->n_fields; i++) {
        int n = rule->fields[i].node;
        while (n > 0 && n != node)
            n = rule->nodes[n].parent;
        if (n == node && rule->fields[i].fd)
            mp->vals[i].set = false;
    }
}

/* ---- the row ---- */

static void set_hidden(struct pt_mapper *mp, const struct pt_fieldmap *f, int extra) {
    int to = f->sign_to >= 0 ? f->sign_to : f->precision;
    if (to < 0)
        return;
    int32_t v = f->sign_to >= 0 ? (extra < 0   ? f->minus
                                   : extra > 0 ? f->plus
                                               : f->zero)
                                : (extra == 1   ? f->plus
                                   : extra == 2 ? f->minus
                                                : f->zero);
    mp->vals[to] = (struct pt_val){.set = true, .i = v};
}

static int totals(struct pt_mapper *mp, const struct pt_rule *rule, const int *signs,
                  int64_t *ret_add, struct pt_fault_at *why) {
    for (size_t i = 0; i < rule->n_totals; i++) {
        const struct pt_total *t = &rule->totals[i];
        bool minus = false;
        if (t->n_minus_if && conds(mp, t->minus_if, t->n_minus_if, &minus, why))
            return 1;
        if (mp->vals[t->of].set)
            ret_add[i] = (signs[t->of] < 0) != minus ? -mp->vals[t->of].i : mp->vals[t->of].i;
    }
    return 0;
}

int pt_row_values(struct pt_mapper *mp, const struct pt_rule *rule, int64_t *ret_add,
                  enum pt_outcome *ret, struct pt_fault_at *why, struct pt_want *want,
                  struct pt_err *err) {
    int signs[PT_MAPPING_MAX_FIELDS] = {0};
    int drop[8];
    size_t n_drop = 0;
    bool missing = false;
    memset(ret_add, 0, PT_MAPPING_MAX_TOTALS * sizeof(*ret_add));
    memset(mp->vals, 0, rule->n_fields * sizeof(*mp->vals));
    *ret = PT_OUT_DEAD;
    for (size_t i = 0; i < rule->n_fields; i++) {
        const struct pt_fieldmap *f = &rule->fields[i];
        bool applies = true, here = false;
        int rc = 0, extra = 0;
        if (f->hidden)
            continue;
        if (f->n_when && conds(mp, f->when, f->n_when, &applies, why))
            return 0;
        if (!applies)
            continue;
        if (f->kind == PT_FIELD_REF) {
            struct pt_want w;
            rc = resolve(mp, rule, f, &mp->vals[i], &w, &here, why, err);
            if (here && f->ref_drop && n_drop < 8)
                drop[n_drop++] = f->node;
            else if (here && !missing) {
                missing = true;
                *want = w;
            }
        } else if (value(mp, f, &mp->vals[i], &extra, why)) {
            return 0;
        }
        if (rc)
            return rc < 0 ? rc : 0;
        signs[i] = extra;
        if (mp->vals[i].set)
            set_hidden(mp, f, extra);
    }
    if (totals(mp, rule, signs, ret_add, why))
        return 0;
    for (size_t i = 0; i < n_drop; i++)
        drop_message(mp, rule, drop[i]);
    *ret = missing ? PT_OUT_DEFER : PT_OUT_RECORD;
    return 0;
}
