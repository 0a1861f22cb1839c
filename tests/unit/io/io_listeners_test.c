#include "io/io_listeners.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* Listeners that say who they are by their ctx, a character. */
static int add(struct io_listeners *l, enum io_listener_kind kind, const char *event, char who)
{
    const struct io_listener listener = {.kind = kind, .ctx = (void *)(uintptr_t)who};

    return io_listeners_add(l, &listener, str_from(event));
}

static char who_is(const struct io_listener *listener)
{
    return (char)(uintptr_t)listener->ctx;
}

static void expect_kind(const struct io_listeners *l, enum io_listener_kind kind, const char *want)
{
    char got[64] = "";

    list_each(node, io_listeners_of(l, kind)) {
        got[strlen(got)] = who_is(container_of(node, struct io_listener, in_kind));
    }
    assert_string_equal(got, want);
}

static void expect_event(const struct io_listeners *l, const char *event, const char *want)
{
    const struct list *named = io_listeners_find(l, str_from(event));
    char got[64] = "";

    if (named == NULL) {
        assert_null(want);
        return;
    }
    list_each(node, named) {
        got[strlen(got)] = who_is(container_of(node, struct io_listener, in_event));
    }
    assert_string_equal(got, want);
}

static void listeners_of_a_kind_and_of_an_event_keep_their_order(void **state)
{
    struct io_listeners l;

    (void)state;
    io_listeners_init(&l, (struct hash_key){1, 2});
    assert_int_equal(add(&l, IO_EVENT, "say", 'a'), 0);
    assert_int_equal(add(&l, IO_ANY, NULL, 'b'), 0);
    assert_int_equal(add(&l, IO_EVENT, "join", 'c'), 0);
    assert_int_equal(add(&l, IO_EVENT, "say", 'd'), 0);
    assert_int_equal(add(&l, IO_ANY, NULL, 'e'), 0);
    assert_int_equal(add(&l, IO_EVENT, "", 'f'), 0);
    expect_kind(&l, IO_ANY, "be");
    expect_kind(&l, IO_MIDDLEWARE, "");
    expect_event(&l, "say", "ad");
    expect_event(&l, "join", "c");
    expect_event(&l, "", "f");
    expect_event(&l, "sa", NULL);
    io_listeners_deinit(&l);
}

static void those_of_a_parent_come_first_in_their_order(void **state)
{
    struct io_listeners parent, child;

    (void)state;
    io_listeners_init(&parent, (struct hash_key){1, 2});
    io_listeners_init(&child, (struct hash_key){3, 4});
    assert_int_equal(add(&parent, IO_EVENT, "say", 'a'), 0);
    assert_int_equal(add(&parent, IO_MIDDLEWARE, NULL, 'b'), 0);
    assert_int_equal(add(&parent, IO_EVENT, "say", 'c'), 0);
    assert_int_equal(add(&parent, IO_EVENT, "join", 'd'), 0);
    assert_int_equal(add(&parent, IO_MIDDLEWARE, NULL, 'e'), 0);
    assert_int_equal(add(&child, IO_EVENT, "say", 'f'), 0);
    assert_int_equal(add(&child, IO_MIDDLEWARE, NULL, 'g'), 0);
    assert_int_equal(io_listeners_inherit(&child, &parent), 0);
    expect_event(&child, "say", "acf");
    expect_event(&child, "join", "d");
    expect_kind(&child, IO_MIDDLEWARE, "beg");
    expect_event(&parent, "say", "ac");
    io_listeners_deinit(&parent);
    expect_event(&child, "say", "acf");
    io_listeners_deinit(&child);
}

static void without_memory_nothing_is_added(void **state)
{
    struct io_listeners l;
    int rc = SAILS_ENOMEM;

    (void)state;
    io_listeners_init(&l, (struct hash_key){1, 2});
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        mem_fail_after(n);
        rc = add(&l, IO_EVENT, "say", 'a');
        mem_fail_after(-1);
        io_listeners_check(&l);
        expect_event(&l, "say", rc == 0 ? "a" : NULL);
    }
    assert_int_equal(rc, 0);
    io_listeners_deinit(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listeners_of_a_kind_and_of_an_event_keep_their_order),
        cmocka_unit_test(those_of_a_parent_come_first_in_their_order),
        cmocka_unit_test(without_memory_nothing_is_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
