#include "base/log_limits.h"

void log_limits_init(struct log_limits *limits)
{
    *limits = (struct log_limits){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void log_limits_deinit(struct log_limits *limits)
{
    (void)pthread_mutex_destroy(&limits->lock);
}

void log_limits_switch(struct log_limits *limits, bool is_on)
{
    atomic_store(&limits->is_on, is_on);
}

/* NULL: there is no room for another. */
static struct log_kind *find(struct log_limits *limits, const char *format)
{
    size_t first = (uintptr_t)format / sizeof(void *) % LOG_LIMITS_KINDS;

    for (size_t i = 0; i < LOG_LIMITS_KINDS; i++) {
        struct log_kind *kind = &limits->kinds[(first + i) % LOG_LIMITS_KINDS];

        if (kind->format == format) {
            return kind;
        }
        if (kind->format == NULL) {
            kind->format = format;
            return kind;
        }
    }
    return NULL;
}

static enum log_verdict ask(struct log_kind *kind, uint64_t now_ms, uint64_t *n_counted)
{
    if (kind->n_written == 0 || now_ms - kind->since_ms >= LOG_LIMITS_WINDOW_MS) {
        *n_counted = kind->n_counted;
        *kind = (struct log_kind){.format = kind->format, .since_ms = now_ms};
    }
    if (kind->n_written >= LOG_LIMITS_LINES) {
        kind->n_counted++;
        return LOG_COUNT;
    }
    kind->n_written++;
    return kind->n_written == LOG_LIMITS_LINES ? LOG_WRITE_LAST : LOG_WRITE;
}

enum log_verdict log_limits_ask(struct log_limits *limits, const char *format, uint64_t now_ms,
                                uint64_t *n_counted)
{
    enum log_verdict verdict = LOG_WRITE;
    struct log_kind *kind = NULL;

    *n_counted = 0;
    if (!atomic_load(&limits->is_on)) {
        return LOG_WRITE;
    }
    (void)pthread_mutex_lock(&limits->lock);
    kind = find(limits, format);
    if (kind != NULL) {
        verdict = ask(kind, now_ms, n_counted);
    }
    (void)pthread_mutex_unlock(&limits->lock);
    return verdict;
}

const char *log_limits_next(struct log_limits *limits, uint64_t *n_counted)
{
    const char *format = NULL;

    (void)pthread_mutex_lock(&limits->lock);
    for (size_t i = 0; format == NULL && i < LOG_LIMITS_KINDS; i++) {
        struct log_kind *kind = &limits->kinds[i];

        if (kind->n_counted > 0) {
            format = kind->format;
            *n_counted = kind->n_counted;
            kind->n_counted = 0;
        }
    }
    (void)pthread_mutex_unlock(&limits->lock);
    return format;
}
