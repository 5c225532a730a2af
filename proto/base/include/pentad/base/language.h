/* Which language people read. One thread, before others start. */
#ifndef PENTAD_BASE_LANGUAGE_H
#define PENTAD_BASE_LANGUAGE_H

#include <stdbool.h>

/* Chinese, by the first of LC_ALL, LC_MESSAGES and LANG that is set; whether the machine has that
 * locale installed makes no difference. */
bool pt_language_is_chinese(void);

#endif
