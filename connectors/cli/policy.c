#include "policy.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"

static const char *clock_name(Pentad__V1__ClockMode clock) {
    return clock == PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE ? "live" : "replay";
}

static unsigned counting(const Pentad__V1__PolicyChange *c) {
    unsigned n = 0;
    for (size_t i = 0; i < c->n_witnesses; i++) {
        n += c->witnesses[i]->counts ? 1 : 0;
    }
    return n;
}

/* Does it stand there just so? */
static bool has(const Pentad__V1__PolicyChange *c, const Pentad__V1__PolicyWitness *w) {
    for (size_t i = 0; i < c->n_witnesses; i++) {
        const Pentad__V1__PolicyWitness *x = c->witnesses[i];
        if (strcmp(x->vkey, w->vkey) == 0 && !x->counts == !w->counts &&
            strcmp(x->url ? x->url : "", w->url ? w->url : "") == 0) {
            return true;
        }
    }
    return false;
}

static void print_witness(const Pentad__V1__PolicyWitness *w, char mark, bool zh) {
    printf(zh ? "  %c 见证方  %s%s%s  %s\n" : "  %c witness  %s%s%s  %s\n", mark, w->vkey,
           w->url && w->url[0] ? "  " : "", w->url ? w->url : "",
           w->counts ? zh ? "计入法定数" : "counts for the quorum"
           : zh      ? "不计入法定数"
                     : "doesn't count for the quorum");
}

static void print_numbers(const Pentad__V1__PolicyChange *c, char mark, bool zh) {
    printf(zh ? "  %c 法定数  %u方中%u方；时钟 %s\n" : "  %c quorum   %u of %u; clock %s\n", mark,
           zh ? counting(c) : c->quorum, zh ? c->quorum : counting(c),
           zh ? pt_cli_word(clock_name(c->clock), true) : clock_name(c->clock));
}

void pt_cli_policy_print(const Pentad__V1__PolicyChange *said, const Pentad__V1__PolicyChange *was,
                         bool zh) {
    bool moved = was && (was->quorum != said->quorum || counting(was) != counting(said) ||
                         was->clock != said->clock);
    if (moved) {
        print_numbers(was, '-', zh);
    }
    print_numbers(said, moved ? '+' : ' ', zh);
    for (size_t i = 0; was && i < was->n_witnesses; i++) {
        if (!has(said, was->witnesses[i])) {
            print_witness(was->witnesses[i], '-', zh);
        }
    }
    for (size_t i = 0; i < said->n_witnesses; i++) {
        print_witness(said->witnesses[i], was && !has(was, said->witnesses[i]) ? '+' : ' ', zh);
    }
}

json_t *pt_cli_policy_json(const Pentad__V1__PolicyChange *said) {
    json_t *list = json_array();
    for (size_t i = 0; i < said->n_witnesses; i++) {
        const Pentad__V1__PolicyWitness *w = said->witnesses[i];
        json_array_append_new(list, json_pack("{s:s%,s:s,s:s?,s:b}", "name", w->vkey,
                                              strcspn(w->vkey, "+"), "vkey", w->vkey, "url", w->url,
                                              "counts", w->counts));
    }
    return json_pack("{s:i,s:i,s:s,s:o}", "quorum", (int)said->quorum, "counting",
                     (int)counting(said), "clock", clock_name(said->clock), "witnesses", list);
}

int pt_cli_policy_approvals(const struct pt_keyhistory_waiting *w) {
    int n = 0;
    while (n < 4 && w->approved[n]) {
        n++;
    }
    return n;
}

void pt_cli_policy_approved(char out[100], const struct pt_keyhistory_waiting *w, bool zh) {
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < pt_cli_policy_approvals(w); i++) {
        int n = snprintf(out + len, 100 - len, "%s%s",
                         i == 0 ? ""
                         : zh   ? "、"
                                : ", ",
                         pt_cli_word(w->approved[i], zh));
        len += n > 0 ? (size_t)n : 0;
    }
}
