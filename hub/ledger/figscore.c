/* Figures of evaluations that count as they stand: FG10 to FG12. */
#include "figures.h"

/* FG10, FG11 */
int pt_fg11(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
    bool band = f->unit == PT_UNIT_RATING;
    int64_t cp;
    bool found;
    int rc = pt_asof_one(a, PT_SRC_SCORE, &cp, &found, err);

    (void)part;
    if (rc == 0 && found)
        pt_figure_set(f, !band ? cp : cp >= 9000 ? 1 : cp >= 8000 ? 2 : cp >= 6000 ? 3 : 4);
    return rc;
}

/* FG12 */
int pt_fg12(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
    int64_t self;
    int64_t spot;
    bool has_self;
    bool has_spot = false;
    int rc = pt_asof_one(a, PT_SRC_SELF, &self, &has_self, err);

    (void)part;
    rc = rc == 0 ? pt_asof_one(a, PT_SRC_SPOT, &spot, &has_spot, err) : rc;
    if (rc == 0 && has_self && has_spot)
        pt_figure_set(f, self - spot);
    return rc;
}
