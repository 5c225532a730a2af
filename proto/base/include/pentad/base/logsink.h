/* Log lines: libraries never log above debug; programs (hub/app, connectors/cli, connector) do.
 * One line a message: time, level, event=<stable_word>, then text. Thread-safe. */
#ifndef PENTAD_BASE_LOGSINK_H
#define PENTAD_BASE_LOGSINK_H

enum pt_log_level { PT_LOG_ERROR, PT_LOG_WARN, PT_LOG_INFO, PT_LOG_DEBUG };

void pt_log_init(enum pt_log_level level, int fd);
void pt_log(enum pt_log_level level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
