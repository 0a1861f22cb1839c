#include "io/io.h"
#include "support/cmocka.h"

#include <sails/err.h>
#include <time.h>

/* Namespaces by name, with a clock that the test moves. */
struct fixture {
    uint64_t now_ms;
    struct machine machine;
    struct sails_io *io;
    const char *why;
    size_t n_asked;
};

static uint64_t unix_ms(void *ctx)
{
    return ((struct fixture *)ctx)->now_ms;
}

static void fill(void *ctx, void *out, size_t len)
{
    (void)ctx;
    memset(out, 5, len);
}

static bool match_room(const char *name, json_t *auth, void *ctx)
{
    struct fixture *f = ctx;

    f->n_asked++;
    assert_true(json_is_object(auth));
    return strncmp(name, "/room-", 6) == 0;
}

static void begin(struct fixture *f, size_t max)
{
    *f = (struct fixture){
        .now_ms = UINT64_C(1767268800000),
        .machine = {.unix_ms = unix_ms, .random = fill, .ctx = f},
    };
    f->io = io_create(NULL, &f->machine);
    assert_non_null(f->io);
    f->io->options.max_dynamic_namespaces = max;
    assert_non_null(sails_io_of_matching(f->io, match_room, f));
    assert_non_null(sails_io_of(f->io, "/"));
    assert_int_equal(io_registry_lift(f->io), 0);
    f->io->is_lifted = true;
}

/* The parts that are left go first, as those of workers do. */
static void end(struct fixture *f)
{
    list_each(node, &f->io->namespaces) {
        struct sails_io_namespace *nsp = container_of(node, struct sails_io_namespace, in_registry);

        for (unsigned left = nsp->n_parts; left > 0; left--) {
            io_dynamic_drop_part(nsp, f->now_ms);
        }
    }
    io_destroy(f->io);
}

static struct sails_io_namespace *resolve(struct fixture *f, const char *name)
{
    json_t *auth = json_object();
    struct sails_io_namespace *nsp = NULL;

    f->why = "Invalid namespace";
    nsp = io_dynamic_resolve(f->io, str_from(name), auth, f->now_ms, &f->why);
    json_decref(auth);
    return nsp;
}

static void drop(struct fixture *f, struct sails_io_namespace *nsp)
{
    io_dynamic_drop_part(nsp, f->now_ms);
}

static struct sails_io_namespace *resolve_room(struct fixture *f, int n)
{
    char name[32];

    snprintf(name, sizeof(name), "/room-%d", n);
    return resolve(f, name);
}

static void a_name_is_one_namespace_until_its_last_part_has_gone(void **state)
{
    struct fixture f;
    struct sails_io_namespace *room = NULL;

    (void)state;
    begin(&f, 10);
    room = resolve(&f, "/room-1");
    assert_non_null(room);
    assert_ptr_equal(resolve(&f, "/room-1"), room);
    assert_int_equal(f.n_asked, 1);
    assert_ptr_equal(sails_io_of(f.io, "room-1"), room);
    assert_null(resolve(&f, "room-1")); /* only definitions get their slash from us */
    assert_null(resolve(&f, "/other"));
    assert_string_equal(f.why, "Invalid namespace");
    drop(&f, room);
    assert_ptr_equal(sails_io_of(f.io, "/room-1"), room);
    drop(&f, room);
    assert_null(sails_io_of(f.io, "/room-1"));

    room = resolve(&f, "/room-1"); /* another one */
    assert_non_null(room);
    drop(&f, room);
    room = resolve(&f, "/"); /* what was defined stays */
    drop(&f, room);
    assert_ptr_equal(sails_io_of(f.io, "/"), room);
    end(&f);
}

/* Whoever has looked it up may use it for a moment, on another thread. */
static void what_is_forgotten_stays_valid_for_a_while(void **state)
{
    struct fixture f;
    struct sails_io_namespace *room = NULL;

    (void)state;
    begin(&f, 10);
    room = resolve(&f, "/room-1");
    drop(&f, room);
    f.now_ms += 9999;
    drop(&f, resolve(&f, "/room-2"));
    assert_string_equal(room->name, "/room-1");
    assert_int_equal(f.io->n_forgotten, 2);
    f.now_ms += 1;
    drop(&f, resolve(&f, "/room-3"));
    assert_int_equal(f.io->n_forgotten, 2);
    end(&f);
}

/* However many names clients make up meanwhile: it is they who have to wait. */
static void nothing_is_released_early_for_new_names(void **state)
{
    struct fixture f;
    struct sails_io_namespace *room = NULL;

    (void)state;
    begin(&f, 10);
    room = resolve(&f, "/room-mine");
    drop(&f, room);
    for (int i = 1; i < 10; i++) {
        drop(&f, resolve_room(&f, i));
    }
    f.now_ms += 9999;
    assert_null(resolve_room(&f, 10));
    assert_string_equal(f.why, "Too many namespaces");
    assert_string_equal(room->name, "/room-mine");
    f.now_ms += 1;
    for (int i = 10; i < 100; i++) {
        drop(&f, resolve_room(&f, i % 10));
        f.now_ms += 5000;
    }
    assert_in_range(f.io->n_forgotten, 1, 4);
    end(&f);
}

static void clients_names_make_only_so_many(void **state)
{
    struct fixture f;
    struct sails_io_namespace *first = NULL;
    char name[SAILS_NAMESPACE_NAME_MAX + 2] = "/room-";

    (void)state;
    begin(&f, 3);
    first = resolve_room(&f, 0);
    assert_non_null(resolve_room(&f, 1));
    assert_non_null(resolve_room(&f, 2));
    assert_null(resolve_room(&f, 3));
    assert_string_equal(f.why, "Too many namespaces");
    assert_ptr_equal(resolve_room(&f, 0), first); /* that is there */
    drop(&f, first);
    drop(&f, first);
    assert_non_null(resolve_room(&f, 3));

    for (size_t i = strlen(name); i < SAILS_NAMESPACE_NAME_MAX; i++) {
        name[i] = 'x';
    }
    drop(&f, sails_io_of(f.io, "/room-1"));
    assert_non_null(resolve(&f, name));
    name[SAILS_NAMESPACE_NAME_MAX] = 'x';
    f.n_asked = 0;
    assert_null(resolve(&f, name));
    assert_string_equal(f.why, "Invalid namespace");
    assert_int_equal(f.n_asked, 0);
    end(&f);
}

/* ---- what it costs ---- */

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cost_of_names(struct fixture *f, int from, int n)
{
    double before = cpu_s();

    for (int i = from; i < from + n; i++) {
        assert_non_null(resolve_room(f, i));
    }
    return cpu_s() - before;
}

/* 5,000 names cost 0.14 s at first, and 5.75 s behind 30,000 others. */
static void a_new_name_costs_the_same_however_many_there_are(void **state)
{
    struct fixture f;
    double first = 0;
    double last = 0;

    (void)state;
    begin(&f, 100000);
    first = cost_of_names(&f, 0, 5000);
    cost_of_names(&f, 5000, 25000);
    last = cost_of_names(&f, 30000, 5000);
    if (last > 5 * first + 0.05) {
        fail_msg("%.3f s for the first 5,000, %.3f s behind 30,000", first, last);
    }
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_one_namespace_until_its_last_part_has_gone),
        cmocka_unit_test(what_is_forgotten_stays_valid_for_a_while),
        cmocka_unit_test(nothing_is_released_early_for_new_names),
        cmocka_unit_test(clients_names_make_only_so_many),
        cmocka_unit_test(a_new_name_costs_the_same_however_many_there_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
