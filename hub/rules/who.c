/* Who answers for a finding and whose day a verdict rests on: lists in a rule's header, of party
 * names and of `{label}`, which is the party that this condition's figure names. */
#include <stdio.h>
#include <string.h>

#include <pentad/record/party.h>

#include "engine.h"

/* Empty where the figure has no value, or one that is none of the six parties. */
static void named_by_figure(const char *token, size_t len, const char *figures,
                            char ret[PT_PARTY_CAP]) {
    char label[32];
    char value[512];

    ret[0] = '\0';
    while (pt_figure_next(&figures, label, sizeof label, value, sizeof value))
        if (strlen(label) == len - 2 && memcmp(label, token + 1, len - 2) == 0 &&
            pt_party_in(PT_PARTIES_SIX, pt_party_from_name(value)))
            (void)snprintf(ret, PT_PARTY_CAP, "%s", value);
}

bool pt_party_next(const char **list, const char *figures, char ret[PT_PARTY_CAP]) {
    for (;;) {
        const char *token = *list + strspn(*list, " ");
        size_t len = strcspn(token, " ");

        if (len == 0)
            return false;
        *list = token + len;
        ret[0] = '\0';
        if (token[0] == '{' && len > 2) {
            named_by_figure(token, len, figures, ret);
        } else if (len < PT_PARTY_CAP) {
            memcpy(ret, token, len);
            ret[len] = '\0';
        }
        if (ret[0] != '\0')
            return true;
    }
}

bool pt_party_listed(const char *list, const char *figures, const char *party) {
    char name[PT_PARTY_CAP];

    while (pt_party_next(&list, figures, name))
        if (strcmp(name, party) == 0)
            return true;
    return false;
}
