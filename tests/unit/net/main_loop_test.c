#include "net/main_loop.h"

#include "support/cmocka.h"

#include <signal.h>

static int on_start(void *ctx, struct worker *worker)
{
    (void)ctx;
    (void)worker;
    return 0;
}

static void on_link(void *ctx, struct worker *worker, struct link *link)
{
    (void)ctx;
    (void)worker;
    link_abort(link);
}

static void do_nothing(void *ctx, struct worker *worker)
{
    (void)ctx;
    (void)worker;
}

static const struct net_events events = {
    .on_start = on_start,
    .on_link = on_link,
    .on_drain = do_nothing,
    .on_stop = do_nothing,
};

/* A net on a loop of this thread, which serves. */
static struct main_loop *serve(struct net **net)
{
    struct net_options options = net_default_options;
    struct main_loop *loop = main_loop_open();

    assert_non_null(loop);
    options.host = "127.0.0.1";
    options.loop = main_loop_uv(loop);
    assert_int_equal(net_create(&options, &events, NULL, net), 0);
    assert_int_equal(net_start(*net), 0);
    return loop;
}

static void end(struct main_loop *loop, struct net *net)
{
    net_destroy(net);
    main_loop_close(loop);
}

/* Mail that does something once the loop runs, that is, when it listens for signals. */
struct order {
    struct mail mail;
    int signal;      /* to raise; 0: none */
    struct net *net; /* to stop; NULL: none */
};

static void obey(struct worker *worker, struct mail *mail)
{
    struct order *order = container_of(mail, struct order, mail);

    (void)worker;
    if (order->signal != 0) {
        raise(order->signal);
    }
    if (order->net != NULL) {
        net_stop(order->net, 0);
    }
}

static bool has_default_action(int signal)
{
    struct sigaction action;

    assert_int_equal(sigaction(signal, NULL, &action), 0);
    return action.sa_handler == SIG_DFL;
}

static void stop(void *ctx)
{
    net_stop(ctx, 1000);
}

static void a_signal_stops_the_net_and_is_as_before_afterwards(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        struct net *net = NULL;
        struct main_loop *loop = serve(&net);
        struct order order = {.mail.deliver = obey, .signal = signals[i]};

        worker_post(net_worker(net, 0), &order.mail);
        main_loop_run(loop, net, stop, net);
        assert_false(worker_is_running(net_worker(net, 0)));
        assert_true(has_default_action(signals[i]));
        end(loop, net);
    }
}

static void a_signal_that_comes_too_early_waits(void **state)
{
    struct net *net = NULL;
    struct main_loop *loop = serve(&net);

    (void)state;
    raise(SIGTERM);
    main_loop_run(loop, net, stop, net);
    assert_false(worker_is_running(net_worker(net, 0)));
    end(loop, net);
}

static void a_net_that_is_stopped_from_elsewhere_ends_the_loop(void **state)
{
    struct net *net = NULL;
    struct main_loop *loop = serve(&net);
    struct order order = {.mail.deliver = obey, .net = net};

    (void)state;
    worker_post(net_worker(net, 0), &order.mail);
    main_loop_run(loop, net, stop, net);
    assert_false(worker_is_running(net_worker(net, 0)));
    assert_true(has_default_action(SIGTERM));
    end(loop, net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_stops_the_net_and_is_as_before_afterwards),
        cmocka_unit_test(a_signal_that_comes_too_early_waits),
        cmocka_unit_test(a_net_that_is_stopped_from_elsewhere_ends_the_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
