#include "net/main_loop.h"

#include "base/mem.h"
#include "net/net_state.h"

#include <uv.h>

#include <signal.h>

enum {
    N_SIGNALS = 2
};

static const int numbers[N_SIGNALS] = {SIGTERM, SIGINT};

struct main_loop {
    uv_loop_t uv;
    uv_signal_t signals[N_SIGNALS];
    void (*on_signal)(void *ctx);
    void *ctx;
    sigset_t mask; /* of the thread, while signals wait */
    bool is_waiting;
};

static void let_signals_wait(struct main_loop *loop)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < N_SIGNALS; i++) {
        sigaddset(&set, numbers[i]);
    }
    loop->is_waiting = pthread_sigmask(SIG_BLOCK, &set, &loop->mask) == 0;
}

static void let_signals_in(struct main_loop *loop)
{
    if (loop->is_waiting) {
        loop->is_waiting = false;
        (void)pthread_sigmask(SIG_SETMASK, &loop->mask, NULL);
    }
}

struct main_loop *main_loop_open(void)
{
    struct main_loop *loop = mem_calloc(1, sizeof(*loop));

    if (loop != NULL && uv_loop_init(&loop->uv) != 0) {
        mem_free(loop);
        loop = NULL;
    }
    if (loop != NULL) {
        let_signals_wait(loop);
    }
    return loop;
}

void *main_loop_uv(struct main_loop *loop)
{
    return &loop->uv;
}

static void close_signals(struct main_loop *loop)
{
    for (size_t i = 0; i < N_SIGNALS; i++) {
        if (!uv_is_closing((uv_handle_t *)&loop->signals[i])) {
            uv_close((uv_handle_t *)&loop->signals[i], NULL);
        }
    }
}

static void take_signal(uv_signal_t *signal, int number)
{
    struct main_loop *loop = signal->data;

    (void)number;
    close_signals(loop);
    loop->on_signal(loop->ctx);
}

void main_loop_run(struct main_loop *loop, struct net *net, void (*on_signal)(void *ctx), void *ctx)
{
    loop->on_signal = on_signal;
    loop->ctx = ctx;
    for (size_t i = 0; i < N_SIGNALS; i++) {
        (void)uv_signal_init(&loop->uv, &loop->signals[i]);
        loop->signals[i].data = loop;
        (void)uv_signal_start(&loop->signals[i], take_signal, numbers[i]);
        /* A net that was stopped from elsewhere ends the loop, whatever listens for signals. */
        uv_unref((uv_handle_t *)&loop->signals[i]);
    }
    let_signals_in(loop);
    poller_run(&net->loops[0]->poller, net->loops[0]);
    close_signals(loop);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT); /* their last callbacks */
    net_join(net);
}

void main_loop_close(struct main_loop *loop)
{
    if (loop != NULL) {
        let_signals_in(loop);
        (void)uv_loop_close(&loop->uv);
        mem_free(loop);
    }
}
