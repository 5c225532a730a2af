#include <pentad/base/logsink.h>

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>

enum { LINE_MAX_BYTES = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int max_level = PT_LOG_INFO;
static _Atomic int log_fd = STDERR_FILENO;

void pt_log_init(enum pt_log_level level, int fd) {
    atomic_store(&max_level, (int)level);
    atomic_store(&log_fd, fd);
}

static void write_all(int fd, const char *p, size_t len) {
    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return; /* there is nowhere left to say so */
        }
        p += n;
        len -= (size_t)n;
    }
}

/* One message stays one line, and its bytes can't steer the terminal that shows it. */
static void flatten(char *p, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)p[i] < 0x20 || p[i] == 0x7F) {
            p[i] = ' ';
        }
    }
}

/* Where to cut text that is longer than room: never inside a character. */
static size_t cut(const char *p, size_t at) {
    while (at > 0 && ((unsigned char)p[at] & 0xC0U) == 0x80U) {
        at--;
    }
    return at;
}

void pt_log(enum pt_log_level level, const char *event, const char *fmt, ...) {
    static const char *const names[] = {"error", "warn", "info", "debug"};
    char line[LINE_MAX_BYTES];
    char when[25];
    va_list ap;
    size_t len;
    int n;

    if ((int)level > atomic_load(&max_level)) {
        return;
    }
    pt_time_format(when, pt_clock_now_ms(&pt_clock_system));
    n = snprintf(line, sizeof(line), "%s %s event=%.64s ", when, names[level], event);
    if (n < 0 || (size_t)n >= sizeof(line)) {
        return;
    }
    len = (size_t)n;
    va_start(ap, fmt);
    n = vsnprintf(line + len, sizeof(line) - len, fmt, ap);
    va_end(ap);
    n = n < 0 ? 0 : n;
    if ((size_t)n >= sizeof(line) - len) {
        len = cut(line, sizeof(line) - 2);
    } else {
        len += (size_t)n;
    }
    flatten(line, len);
    line[len++] = '\n';
    (void)pthread_mutex_lock(&lock);
    write_all(atomic_load(&log_fd), line, len);
    (void)pthread_mutex_unlock(&lock);
}
