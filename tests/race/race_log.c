/* Many threads log at once while another changes the level: every line stays whole. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/err.h>
#include <pentad/base/logsink.h>

enum { THREADS = 4, LINES = 500 };

static void *work(void *arg) {
    const char *who = arg;

    for (int i = 0; i < LINES; i++) {
        pt_log(PT_LOG_WARN, "race", "%s %s %s", who, who, who);
    }
    return NULL;
}

static void *change(void *arg) {
    int fd = *(int *)arg;

    for (int i = 0; i < LINES; i++) {
        pt_log_init(i % 2 == 0 ? PT_LOG_DEBUG : PT_LOG_WARN, fd);
    }
    return NULL;
}

int main(void) {
    static char who[THREADS][2] = {"a", "b", "c", "d"};
    pthread_t thread[THREADS + 1];
    FILE *f = tmpfile();
    char line[256];
    char stamp[64];
    int lines = 0;
    int fd;

    PT_ASSERT(f != NULL);
    fd = fileno(f);
    pt_log_init(PT_LOG_WARN, fd);
    for (int i = 0; i < THREADS; i++) {
        PT_ASSERT(pthread_create(&thread[i], NULL, work, who[i]) == 0);
    }
    PT_ASSERT(pthread_create(&thread[THREADS], NULL, change, &fd) == 0);
    for (int i = 0; i <= THREADS; i++) {
        PT_ASSERT(pthread_join(thread[i], NULL) == 0);
    }
    pt_log_init(PT_LOG_INFO, STDERR_FILENO);
    rewind(f);
    while (fgets(line, sizeof(line), f) != NULL) {
        const char *text = strstr(line, " event=race ");

        PT_ASSERT(text != NULL && strlen(text) == strlen(" event=race a a a\n"));
        PT_ASSERT(text[12] == text[14] && text[14] == text[16]);
        (void)snprintf(stamp, sizeof(stamp), "%.24s", line);
        PT_ASSERT(stamp[23] == 'Z');
        lines++;
    }
    (void)fclose(f);
    (void)printf("%d lines\n", lines);
    return lines == THREADS * LINES ? 0 : 1;
}
