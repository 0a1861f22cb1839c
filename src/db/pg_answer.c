#include "db/pg_answer.h"

#include "db/libpq.h"
#include "db/pg_error.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <time.h>

enum {
    GRACE_MS = 5000 /* for the server to say that it has ended a statement */
};

static int64_t now_ms(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until the socket is ready. False: the time is over, or it failed. */
static bool wait_for(const PGconn *conn, short events, int64_t deadline_ms)
{
    struct pollfd fd = {.fd = libpq.PQsocket(conn), .events = events};

    for (;;) {
        int64_t left = deadline_ms == 0 ? -1 : deadline_ms - now_ms();
        int n = 0;

        if (deadline_ms != 0 && left <= 0) {
            return false;
        }
        n = poll(&fd, 1, left > INT32_MAX ? INT32_MAX : (int)left);
        if (n > 0) {
            return true;
        }
        if (n < 0 && errno != EINTR) {
            return false;
        }
    }
}

/* The server sends COPY's data, or waits for it: that wants another protocol. */
static bool is_copy(const PGresult *result)
{
    ExecStatusType status = libpq.PQresultStatus(result);

    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = libpq.PQresultStatus(result);

    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

/* False: the time is over. */
static bool await_result(PGconn *conn, int64_t deadline_ms)
{
    while (libpq.PQisBusy(conn) != 0) {
        if (!wait_for(conn, POLLIN, deadline_ms)) {
            return false;
        }
        if (libpq.PQconsumeInput(conn) == 0) {
            break;
        }
    }
    return true;
}

/* All results up to the end: *last is the last one of them. */
static int take_results(PGconn *conn, int64_t deadline_ms, PGresult **last, bool *is_dead,
                        struct db_error *error)
{
    int rc = 0;

    for (;;) {
        PGresult *next = NULL;

        if (!await_result(conn, deadline_ms)) {
            *is_dead = true;
            return db_error_set(error, DB_FAULT_LOST, "the server does not answer any more");
        }
        next = libpq.PQgetResult(conn);
        if (next == NULL) {
            return rc;
        }
        libpq.PQclear(*last);
        *last = next;
        if (is_copy(next)) {
            *is_dead = true;
            return db_error_set(error, DB_FAULT_LOST, "COPY is not possible here");
        }
        if (rc == 0 && !is_good(next)) {
            rc = pg_error_set(error, conn, next);
        }
    }
}

int pg_answer_take(PGconn *conn, unsigned timeout_ms, PGresult **answer, bool *is_dead,
                   struct db_error *error)
{
    int64_t deadline_ms = timeout_ms != 0 ? now_ms() + timeout_ms + GRACE_MS : 0;
    PGresult *last = NULL;
    int rc = take_results(conn, deadline_ms, &last, is_dead, error);

    if (rc == 0 && last == NULL) {
        rc = pg_error_set(error, conn, NULL);
    }
    if (rc < 0) {
        libpq.PQclear(last);
        return rc;
    }
    *answer = last;
    return 0;
}
