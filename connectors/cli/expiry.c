#include "expiry.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

json_t *pt_cli_expiry_json(const struct pt_expiry *e) {
    char day[11];
    pt_date_format(day, pt_date_from_ms(e->ends_ms));
    return json_pack("{s:s,s:i,s:s}", "ends", day, "days_left", e->days_left, "level",
                     pt_expiry_name(e->level));
}

void pt_cli_expiry_print(const json_t *e, const char *en, const char *chinese, bool zh) {
    const char *level = json_string_value(json_object_get(e, "level"));
    const char *ends = json_string_value(json_object_get(e, "ends"));
    int days = (int)json_integer_value(json_object_get(e, "days_left"));
    if (!level || !ends || strcmp(level, pt_expiry_name(PT_EXPIRY_FINE)) == 0) {
        return;
    }
    bool over = strcmp(level, pt_expiry_name(PT_EXPIRY_OVER)) == 0;
    if (zh) {
        printf(over ? "  ! %s已于%s到期\n" : "  ! %s%s到期，还有%d天\n", chinese, ends, days);
    } else {
        printf(over ? "  ! %s ended on %s\n" : "  ! %s ends on %s: days left %d\n", en, ends, days);
    }
}
