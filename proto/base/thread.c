#include <pentad/base/thread.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLICE_NS 200000
#define NICE_MIN (-20)
#define NICE_MAX 19

/* Steps of niceness beyond what the thread was born with. Going first takes a privilege: without it
 * such a thread goes as it did before. */
static const int yields[] = {
    [PT_THREAD_PROMPT] = -10, [PT_THREAD_HEAVY] = 5, [PT_THREAD_LATE] = 19};

/* sched_setattr(2), which glibc doesn't wrap. */
struct sched_attr_v0 {
    uint32_t size;
    uint32_t sched_policy;
    uint64_t sched_flags;
    int32_t sched_nice;
    uint32_t sched_priority;
    uint64_t sched_runtime;
    uint64_t sched_deadline;
    uint64_t sched_period;
};

/* Short turns for all: since Linux 6.12 a thread that wakes may take the processor from one whose
 * turn is over, and where turns are long it waits for the next tick instead, several milliseconds
 * at each of the hops that a batch makes. Earlier kernels go by niceness and ignore the turn. */
void pt_thread_self(const char *name, enum pt_thread_kind kind) {
    struct sched_attr_v0 a;
    char kept[16];
    int base;

    (void)snprintf(kept, sizeof(kept), "%s", name);
    (void)pthread_setname_np(pthread_self(), kept);
    errno = 0;
    base = getpriority(PRIO_PROCESS, 0); /* the calling thread's own */
    if (errno != 0 || sched_getscheduler(0) != SCHED_OTHER) {
        return; /* who started it knows better */
    }
    memset(&a, 0, sizeof(a));
    a.size = sizeof(a);
    a.sched_policy = SCHED_OTHER;
    a.sched_runtime = SLICE_NS;
    a.sched_nice = base + yields[kind];
    if (a.sched_nice > NICE_MAX || a.sched_nice < NICE_MIN) {
        a.sched_nice = a.sched_nice > NICE_MAX ? NICE_MAX : NICE_MIN;
    }
    if (syscall(SYS_sched_setattr, 0, &a, 0u) != 0 && kind == PT_THREAD_PROMPT) {
        a.sched_nice = base;
        (void)syscall(SYS_sched_setattr, 0, &a, 0u);
    }
}
