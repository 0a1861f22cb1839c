#include "base/mem.h"
#include "support/yes_redis.h"

#include <sails/emitter.h>
#include <sails/io.h>

struct scene {
    struct yes_redis redis;
    sails_emitter *emitter;
};

static void scene_open(struct scene *scene, const char *answer)
{
    char url[64];

    yes_redis_open(&scene->redis, answer);
    (void)snprintf(url, sizeof(url), "redis://127.0.0.1:%u", scene->redis.port);
    assert_int_equal(sails_emitter_open(url, NULL, &scene->emitter), 0);
}

static void scene_end(struct scene *scene)
{
    sails_emitter_close(scene->emitter);
    yes_redis_close(&scene->redis);
}

#define expect_told(scene, text)                                                                   \
    assert_true(yes_redis_was_told(&(scene)->redis, text, sizeof(text) - 1))

/* redis-cluster 10: channels, names, order of members */
static void it_says_what_emitters_say(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, "+OK\r\n");
    assert_int_equal(
        sails_emitter_emit(scene.emitter, NULL, SAILS_ROOMS("r"), NULL, "hi", json_integer(1)), 0);
    expect_told(&scene, "socket.io#/#r#\r\n");
    expect_told(&scene, "\x93\xa7"
                        "emitter\x83\xa4type\x02\xa4"
                        "data\x92\xa2hi\x01\xa3nsp\xa1/\x83\xa5rooms\x91\xa1r\xa6"
                        "except\x90\xa5"
                        "flags\x80");
    assert_int_equal(sails_emitter_sockets_join(scene.emitter, "chat", NULL, SAILS_ROOMS("x"),
                                                SAILS_ROOMS("a", "b")),
                     0);
    expect_told(&scene, "socket.io-request#/chat#\r\n");
    expect_told(&scene, "{\"type\":2,\"opts\":{\"rooms\":[],\"except\":[\"x\"]},\"rooms\":"
                        "[\"a\",\"b\"]}");
    assert_int_equal(sails_emitter_sockets_leave(scene.emitter, "/", NULL, NULL, SAILS_ROOMS("a")),
                     0);
    expect_told(&scene, "{\"type\":3,");
    assert_int_equal(sails_emitter_disconnect_sockets(scene.emitter, "/", NULL, NULL, true), 0);
    expect_told(&scene, "{\"type\":4,\"opts\":{\"rooms\":[],\"except\":[]},\"close\":true}");
    assert_int_equal(
        sails_emitter_server_side_emit(scene.emitter, "/", "e", json_pack("[i,i]", 1, 2)), 0);
    expect_told(&scene, "{\"uid\":\"emitter\",\"type\":6,\"data\":[\"e\",1,2]}");
    scene_end(&scene);
}

static void what_cannot_be_meant_is_refused(void **state)
{
    struct scene scene;
    sails_emitter *emitter = NULL;

    (void)state;
    scene_open(&scene, "+OK\r\n");
    assert_int_equal(sails_emitter_open(NULL, NULL, &emitter), SAILS_EINVAL);
    assert_int_equal(sails_emitter_open("http://x", NULL, &emitter), SAILS_EINVAL);
    assert_int_equal(sails_emitter_open("redis://x", "", &emitter), SAILS_EINVAL);
    assert_int_equal(sails_emitter_emit(NULL, NULL, NULL, NULL, "e", json_object()), SAILS_EINVAL);
    assert_int_equal(sails_emitter_emit(scene.emitter, NULL, NULL, NULL, NULL, json_object()),
                     SAILS_EINVAL);
    assert_int_equal(sails_emitter_emit(scene.emitter, NULL, NULL, NULL, "connect", json_object()),
                     SAILS_ERESERVED);
    assert_int_equal(sails_emitter_emit(scene.emitter, NULL, SAILS_ROOMS(""), NULL, "e", NULL),
                     SAILS_EINVAL);
    assert_int_equal(sails_emitter_sockets_join(scene.emitter, NULL, NULL, NULL, NULL),
                     SAILS_EINVAL);
    assert_int_equal(sails_emitter_disconnect_sockets(NULL, NULL, NULL, NULL, false), SAILS_EINVAL);
    assert_int_equal(sails_emitter_server_side_emit(NULL, NULL, NULL, NULL), SAILS_EINVAL);
    assert_string_equal(sails_emitter_error(NULL), "");
    sails_emitter_close(NULL);
    /* An empty list is nobody, not everybody. */
    assert_int_equal(
        sails_emitter_emit(scene.emitter, NULL, (const char *const[]){NULL}, NULL, "nobody", NULL),
        0);
    assert_false(yes_redis_was_told(&scene.redis, "nobody", 6));
    scene_end(&scene);
}

/* Redis hangs up: the call says so, and the next one has a connection again. */
static void it_connects_again_by_itself(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, "+OK\r\n");
    scene.redis.answer = "";
    assert_int_equal(sails_emitter_emit(scene.emitter, NULL, NULL, NULL, "lost", NULL),
                     SAILS_ECLOSED);
    scene.redis.answer = "-READONLY no\r\n";
    assert_int_equal(sails_emitter_emit(scene.emitter, NULL, NULL, NULL, "no", NULL),
                     SAILS_EREFUSED);
    assert_string_equal(sails_emitter_error(scene.emitter), "READONLY no");
    scene.redis.answer = "+OK\r\n";
    assert_int_equal(sails_emitter_emit(scene.emitter, NULL, NULL, NULL, "again", NULL), 0);
    assert_string_equal(sails_emitter_error(scene.emitter), "");
    expect_told(&scene, "again");
    scene_end(&scene);
}

static void without_memory_a_call_says_so(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, "+OK\r\n");
    for (long n = 0, failed = 1; failed != 0; n++) {
        json_t *args = json_pack("[s]", "x");
        int rc = 0;

        mem_fail_after(n);
        rc = sails_emitter_emit(scene.emitter, "chat", SAILS_ROOMS("a"), SAILS_ROOMS("b"), "e",
                                args);
        failed = mem_has_failed();
        mem_fail_after(-1);
        assert_int_equal(rc, failed != 0 ? SAILS_ENOMEM : 0);
    }
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_emitters_say),
        cmocka_unit_test(what_cannot_be_meant_is_refused),
        cmocka_unit_test(it_connects_again_by_itself),
        cmocka_unit_test(without_memory_a_call_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
