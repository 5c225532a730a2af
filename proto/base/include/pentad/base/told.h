/* What ledgers and hubs say most of an error. The sentence is theirs, in English, and reaches
 * people through an answer of a hub; who reads it in Chinese has it from the command line, which
 * knows it again by this text (connectors/cli/words.c). Formats of printf; a hole is known again by
 * the text around it. */
#ifndef PENTAD_BASE_TOLD_H
#define PENTAD_BASE_TOLD_H

#define PT_TOLD_NO_SUBJECT "the ledger knows no subject %.80s: no record speaks of it"
#define PT_TOLD_NONE_OF_KIND "the ledger knows no %s %.80s: no record speaks of it"
#define PT_TOLD_NO_RECORD "the ledger holds no record %s/%s#%llu"
#define PT_TOLD_NO_DISCREPANCY "the ledger holds no discrepancy %.40s"
#define PT_TOLD_SEVERAL_DISCREPANCIES "several discrepancies begin with %.40s; give more of it"
#define PT_TOLD_NO_DISCREPANCY_ID                                                                  \
    "%.40s is no discrepancy's id: its 32 hexadecimal digits, or the first %d or more of them"
#define PT_TOLD_NO_FIGURE "there is no figure %.40s"
#define PT_TOLD_NO_RULE "there is no rule %.40s; pentad rules lists them"
#define PT_TOLD_NO_STATUS "no status is called %.40s; use OPEN, REPLIED, CLOSED, WAIVED or active"
#define PT_TOLD_NOT_DEPT "a department's items are asked for: DEPT:code"
#define PT_TOLD_CANT_OPEN "can't open" /* "PATH: can't open: why" */

#endif
