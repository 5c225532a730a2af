#include "city_lines.h"

#include <stdio.h>

#include <pentad/base/err.h>

#include "feeder.h"

struct line broken_planted[BROKEN_MAX], broken_near[BROKEN_MAX];
size_t broken_n_planted, broken_n_near;

static const struct broken {
    int32_t day, lifted, approved; /* lifted, approved 0 = never */
    const char *kind, *party;
    bool near;
} chains[] = {
    {20190318, 20190325, 20190326, "EQUIVOCATION", "finance", false},
    {20190806, 0, 0, "CLOSE_MISMATCH", "audit", false},
    {20191111, 20191118, 0, "EQUIVOCATION", "organization", false},
    {20190620, 0, 0, "OTHER", "congress", true},
};
#define CHAINS (sizeof(chains) / sizeof(chains[0]))

static struct mk_ref incidents[CHAINS], lifts[CHAINS];

static void write_day(char out[200], int32_t day) {
    if (day)
        (void)snprintf(out, 200, "%d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
}

static void expect(const struct broken *b, uint64_t seq) {
    struct line *l = b->near ? &broken_near[broken_n_near++] : &broken_planted[broken_n_planted++];

    PT_ASSERT(broken_n_near <= BROKEN_MAX && broken_n_planted <= BROKEN_MAX);
    *l = (struct line){{"K67", "NONE", "", "0", "", "", "R", "", ""}};
    if (b->near)
        l->f[6][0] = '\0';
    (void)snprintf(l->f[5], sizeof l->f[5], "%s/main hub/main#%llu", b->party,
                   (unsigned long long)seq);
    write_day(l->f[7], b->day);
    write_day(l->f[8], b->approved);
}

static void approve(const char *party, const struct mk_ref *target) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Approval a = PENTAD__V1__APPROVAL__INIT;

    a.target = (Pentad__V1__RecordRef *)(uintptr_t)&target->ref;
    a.has_verdict = 1;
    a.verdict = PENTAD__V1__VERDICT__VERDICT_APPROVE;
    r.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
    r.approval = &a;
    (void)mk_add(&fd.m, party, &r);
}

void broken_day(int32_t day) {
    for (size_t i = 0; i < CHAINS; i++) {
        const struct broken *b = &chains[i];

        if (b->day == day) {
            incidents[i] = mk_json(&fd.m, "hub", "Incident", K(NONE), NULL, 0, 0,
                                   "{'kind':'INCIDENT_KIND_%s','party':'%s','stream':'main'}",
                                   b->kind, b->party);
            expect(b, incidents[i].ref.seq);
        }
        if (b->lifted == day)
            lifts[i] = mk_json(&fd.m, "office", "Lift", K(NONE), NULL, 0, 0,
                               "{'incident':%s,'party':'%s','stream':'main'}",
                               mk_ref_json(&fd.m, &incidents[i]), b->party);
        if (b->approved == day) {
            approve("congress", &lifts[i]);
            approve("audit", &lifts[i]);
        }
    }
}
