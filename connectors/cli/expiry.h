/* How long certificates and lists last, as the commands show it. One thread. */
#ifndef PENTAD_CLI_EXPIRY_H
#define PENTAD_CLI_EXPIRY_H

#include <jansson.h>

#include <pentad/certs/expiry.h>

/* {"ends": "2026-12-30", "days_left": 29, "level": "within_30_days"} */
json_t *pt_cli_expiry_json(const struct pt_expiry *e);
/* A line for what isn't fine; nothing where e is NULL. `en` and `chinese` say what ends. */
void pt_cli_expiry_print(const json_t *e, const char *en, const char *chinese, bool zh);

#endif
