#include "base/worker.h"

/* Which turns this thread is in, innermost first. In a shared library each look at a variable of a thread is
 * a function call, unless it has its place from the start. */
static _Thread_local struct worker_scope *scopes __attribute__((tls_model("initial-exec")));

void worker_enter(struct worker_scope *scope, struct worker *worker)
{
    *scope = (struct worker_scope){.worker = worker, .outer = scopes};
    scopes = scope;
}

void worker_leave(struct worker_scope *scope)
{
    assert(scopes == scope);
    scopes = scope->outer;
}

struct worker *worker_current(const struct worker_pool *pool)
{
    for (const struct worker_scope *scope = scopes; scope != NULL; scope = scope->outer) {
        if (scope->worker->pool == pool) {
            return scope->worker;
        }
    }
    return NULL;
}
