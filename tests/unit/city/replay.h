/* The ten rules as docs/sample-city.md states them, replayed day by day over the exported files:
 * an opinion of its own about what fires when. Shares no code with the generator or the hub. */
#ifndef CITY_TEST_REPLAY_H
#define CITY_TEST_REPLAY_H

#include "sheet.h"

/* One instance of a rule: "rule,kind,key,year,period,object" and what became of it. */
struct found {
    char severity;
    int32_t opened, changed, closed; /* 0 = not; of several openings the last */
    bool now;                        /* fires at this tick */
    bool open;
};

struct replay {
    struct names keys;
    struct found *found; /* as many as keys */
    size_t cap;
};

void replay_run(struct replay *r, const char *dir);
void replay_free(struct replay *r);

#endif
