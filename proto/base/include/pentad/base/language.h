/* Which language people read. One thread, before others start. */
#ifndef PENTAD_BASE_LANGUAGE_H
#define PENTAD_BASE_LANGUAGE_H

#include <stdbool.h>

enum pt_language { PT_LANGUAGE_OF_ENVIRONMENT, PT_LANGUAGE_ENGLISH, PT_LANGUAGE_CHINESE };

/* What the command line says (--zh, --en) goes before the environment. */
void pt_language_choose(enum pt_language language);

/* Chinese: as chosen, else by the first of LC_ALL, LC_MESSAGES and LANG that is set; whether the
 * machine has that locale installed makes no difference. */
bool pt_language_is_chinese(void);

/* A text, or a format, in that language; both take the same arguments. For programs that people
 * run: what a hub's libraries say of an error is English, behind the code's own text. */
#define PT_SAY(en, zh) (pt_language_is_chinese() ? (zh) : (en))

#endif
