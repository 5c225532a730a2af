/* Which SQL statements of this process take the time. For benches and check programs, one thread.
 */
#ifndef PENTAD_TEST_PROFILE_H
#define PENTAD_TEST_PROFILE_H

/* Every connection that is opened from here on is watched. */
void profile_start(void);
/* The dearest statements first: milliseconds, runs, steps of SQLite's machine, their text. */
void profile_print(void);
/* How SQLite goes about the statements whose text has `having` in it, of the connection that was
 * opened last and is open still. Ends the watching. */
void profile_plans(const char *having);

#endif
