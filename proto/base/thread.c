#include <pentad/base/thread.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

void pt_thread_self(const char *name, int yield) {
    char kept[16];
    int base;

    (void)snprintf(kept, sizeof(kept), "%s", name);
    (void)pthread_setname_np(pthread_self(), kept);
    errno = 0;
    base = getpriority(PRIO_PROCESS, (id_t)getpid());
    if (yield > 0 && errno == 0) {
        (void)setpriority(PRIO_PROCESS, (id_t)gettid(), base + yield); /* this thread alone */
    }
}
