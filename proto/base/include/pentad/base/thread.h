/* What a thread is called and how it stands to the others of its process. Any thread, about
 * itself. */
#ifndef PENTAD_BASE_THREAD_H
#define PENTAD_BASE_THREAD_H

enum pt_thread_kind {
    PT_THREAD_PROMPT, /* somebody waits for it; runs often and shortly */
    PT_THREAD_HEAVY,  /* computes; yields to the prompt ones */
    PT_THREAD_LATE    /* computes what nobody waits for; yields to both */
};

/* Names the calling thread (15 bytes are kept) and says what kind it is. Best effort, needs no
 * privilege: where the system doesn't know how, nothing changes. */
void pt_thread_self(const char *name, enum pt_thread_kind kind);

#endif
