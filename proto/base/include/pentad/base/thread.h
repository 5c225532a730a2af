/* What a thread is called and how it stands to the others of its process. Any thread, about
 * itself. */
#ifndef PENTAD_BASE_THREAD_H
#define PENTAD_BASE_THREAD_H

/* Names the calling thread (15 bytes are kept) and lets it yield to the process's other threads:
 * `yield` steps of niceness beyond the main thread's, 0 for none. Best effort: where the system
 * doesn't allow it nothing changes. */
void pt_thread_self(const char *name, int yield);

#endif
