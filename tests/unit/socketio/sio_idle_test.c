/* What an idle connection costs above src/net/, and that bench/README.md says the same. */
#include "engineio/eio_websocket.h"
#include "socketio/sio_state.h"
#include "unit/socketio/sio_fixture.h"

static const char page_path[] = SAILS_SOURCE_DIR "/bench/README.md";

enum {
    CLIENTS = 10,
    /* Its websocket, session, handshake, client and socket. */
    PIECES = 5,
    /* Of the simulated link: itself, and what it has heard. */
    PIECES_OF_SIM = 2
};

/* The first ones are another matter: tables get their buckets, and what all have in common is made. */
static void an_idle_connection_has_five_pieces_of_memory(void **state)
{
    struct fixture f;
    long before = 0;

    (void)state;
    fixture_init(&f);
    fixture_start(&f);
    for (int i = 0; i < CLIENTS; i++) {
        join_v5(&f);
    }
    before = mem_live();
    for (int i = 0; i < CLIENTS; i++) {
        join_v5(&f);
    }
    sim_run(&f.sim);
    if (before > 0) { /* else nothing is counted in this build */
        assert_int_equal(mem_live() - before, CLIENTS * (PIECES + PIECES_OF_SIM));
    }
    fixture_deinit(&f);
}

static void the_page_says_how_large_they_are(void **state)
{
    const struct {
        const char *name;
        size_t size;
    } parts[] = {
        {"struct eio_websocket", sizeof(struct eio_websocket)},
        {"struct eio_session", sizeof(struct eio_session)},
        {"struct sio_client", sizeof(struct sio_client)},
        {"struct sio_socket", sizeof(struct sio_socket)},
    };
    char page[128 * 1024] = "";
    FILE *file = fopen(page_path, "r");

    (void)state;
    assert_non_null(file);
    assert_in_range(fread(page, 1, sizeof(page) - 1, file), 1, sizeof(page) - 2);
    assert_int_equal(fclose(file), 0);
    for (size_t i = 0; i < ARRAY_LEN(parts) && sizeof(void *) == 8; i++) {
        char row[128];

        snprintf(row, sizeof(row), "\n| `%s` | %zu |", parts[i].name, parts[i].size);
        if (strstr(page, row) == NULL) {
            fail_msg("bench/README.md has no row \"%s\"", row + 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_connection_has_five_pieces_of_memory),
        cmocka_unit_test(the_page_says_how_large_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
