/* What SQLite makes of a statement: does it step through a table that grows with the log? */
#ifndef PENTAD_TEST_PLANS_H
#define PENTAD_TEST_PLANS_H

#include <sqlite3.h>

/* Where the program of this statement of a ledger goes to the first or last row of records, payment
 * lines, references or entries, or of an index of them, without a key to look for; -1: nowhere. */
int pt_test_full_scan(sqlite3 *ledger, const char *sql);

#endif
