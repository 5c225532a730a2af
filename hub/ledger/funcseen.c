/* Functions for SQL, of who may read what:
 *   finding_visible(rule, responders, sender, reader)   may that party (enum pt_party) read a
 *     discrepancy of that rule, for a JSON list of parties to answer, about a clue of that sender
 */
#include "funcs.h"

#include <jansson.h>

#include <pentad/record/visible.h>

static pt_party_set parties_of(const char *list) {
    json_t *names = list ? json_loads(list, 0, NULL) : NULL;
    pt_party_set set = 0;
    size_t i;
    json_t *name;

    json_array_foreach(names, i, name) {
        set |= PT_PARTY_BIT(pt_party_from_name(json_string_value(name)));
    }
    json_decref(names);
    return set;
}

static void fn_finding_visible(sqlite3_context *ctx, int n, sqlite3_value **v) {
    const char *rule = (const char *)sqlite3_value_text(v[0]);
    bool clue = pt_rule_about_clues(rule);
    pt_party_set responders = clue ? parties_of((const char *)sqlite3_value_text(v[1])) : 0;
    enum pt_party sender = clue ? pt_party_from_name((const char *)sqlite3_value_text(v[2])) : 0;

    (void)n;
    sqlite3_result_int(
        ctx, pt_finding_visible(rule, responders, sender, (enum pt_party)sqlite3_value_int(v[3])));
}

int pt_funcs_seen(struct pt_ledger *l, struct pt_err *err) {
    static const struct pt_func f[] = {
        {"finding_visible", fn_finding_visible, 4, SQLITE_DETERMINISTIC},
    };

    return pt_funcs_add(l, f, sizeof f / sizeof f[0], err);
}
