#include "request/upload.h"

#include "support/http_client.h"
#include "support/live_app.h"
#include "support/sim.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * What an upload says and leaves behind, against a running app. The dialogues with real clients are in
 * tests/integration/uploads.test.mjs; here is what they cannot do: a disk that is full, memory that is
 * out, threads, time, and an app that ends.
 */

/* ---- names ---- */

static void names_are_random_and_keep_harmless_extensions(void **state)
{
    static const struct {
        const char *filename, *want;
    } cases[] = {
        {"me.JPG", ".JPG"},
        {"a.tar.gz", ".gz"},
        {"noext", ""},
        {".bashrc", ""},
        {"a.", ""},
        {"..", ""},
        {"", ""},
        {"../../x.sh", ".sh"},
        {"a.b/c", ""},
        {"a/.b", ""},
        {"C:\\.b", ""},
        {"a.p;h", ""},
        {"a.\xc3\xbc", ""},
        {"a.123456789012345", ".123456789012345"},
        {"a.1234567890123456", ".1234567890123456"},
        {"a.12345678901234567", ""},
    };
    struct sim sim;
    char before[UPLOAD_NAME_MAX + 1] = "";

    (void)state;
    sim_init(&sim, 1);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char name[UPLOAD_NAME_MAX + 1];

        upload_name(&sim.env, str_from(cases[i].filename), name);
        assert_string_equal(name + 36, cases[i].want);
        assert_int_equal(strspn(name, "0123456789abcdef-"), strcspn(name, "."));
        assert_true(name[8] == '-' && name[13] == '-' && name[14] == '4' && name[23] == '-');
        assert_int_not_equal(strncmp(name, before, 36), 0);
        memcpy(before, name, sizeof(name));
    }
    upload_name(&sim.env, (struct str){"a.b\0c", 5}, before);
    assert_string_equal(before + 36, "");
    sim_deinit(&sim);
}

/* ---- the app ---- */

struct stage {
    struct live live;
    char folder[64];
    struct told done; /* the error of an upload that has ended */
    sails_res *res;   /* of the request that waits for its upload; one at a time */
    sails_req *asked;
};

static void answer_done(sails_req *req, int err, json_t *result, void *ctx)
{
    struct stage *stage = ctx;

    if (req != NULL) {
        sails_res_status(stage->res, err < 0 ? 500 : 200);
        sails_res_json(stage->res, result != NULL ? json_incref(result) : json_null());
    }
    tell(err, &stage->done);
}

static void upload(sails_req *req, sails_res *res)
{
    struct stage *stage = sails_req_context(req);
    int rc = 0;

    stage->res = res;
    rc = sails_req_upload(req, "f", NULL, answer_done, stage);
    if (rc < 0) {
        sails_res_status(res, 500);
        sails_res_send(res, sails_err_name(rc));
    }
}

static void *ask(void *ctx)
{
    struct stage *stage = ctx;

    must(sails_req_upload(stage->asked, "f", NULL, answer_done, stage) == 0);
    return NULL;
}

static void upload_from_thread(sails_req *req, sails_res *res)
{
    struct stage *stage = sails_req_context(req);

    stage->res = res;
    stage->asked = req;
    live_elsewhere(ask, stage);
}

static void proceed_done(sails_req *req, int err, json_t *result, void *ctx)
{
    (void)result;
    must(err == 0 && sails_req_proceed(req) == 0);
    must(sails_req_method(req) != NULL); /* it is still there */
    tell(err, &((struct stage *)ctx)->done);
}

static void upload_and_proceed(sails_req *req, sails_res *res)
{
    (void)res;
    must(sails_req_upload(req, "f", NULL, proceed_done, sails_req_context(req)) == 0);
}

static void answer_meanwhile(sails_req *req, sails_res *res)
{
    struct stage *stage = sails_req_context(req);

    must(sails_req_upload(req, "f", NULL, answer_done, stage) == 0);
    must(sails_res_ok(res, NULL) == 0);
    must(sails_req_upload(req, "f", NULL, answer_done, stage) == SAILS_ESTATE);
}

static void upload_twice(sails_req *req, sails_res *res)
{
    struct stage *stage = sails_req_context(req);

    stage->res = res;
    (void)json_object_set_new(sails_req_session(req), "seen", json_true()); /* to be saved */
    must(sails_req_upload(req, "f", NULL, answer_done, stage) == 0);
    must(sails_req_upload(req, "g", NULL, answer_done, stage) == 0);
}

static void upload_wrongly(sails_req *req, sails_res *res)
{
    static const char *const names[] = {"", ".", "..", "a/b", "/a"};
    void *ctx = sails_req_context(req);

    must(sails_req_upload(NULL, "f", NULL, answer_done, ctx) == SAILS_EINVAL);
    must(sails_req_upload(req, NULL, NULL, answer_done, ctx) == SAILS_EINVAL);
    must(sails_req_upload(req, "f", NULL, NULL, ctx) == SAILS_EINVAL);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct sails_upload_options options = {.save_as = names[i]};

        must(sails_req_upload(req, "f", &options, answer_done, ctx) == SAILS_EINVAL);
    }
    sails_res_ok(res, NULL);
}

/* The worker's allocation number n from now on fails. */
static void arm(sails_req *req, sails_res *res)
{
    mem_fail_after(strtol(sails_req_param(req, "n"), NULL, 10));
    sails_res_ok(res, NULL);
}

static void disarm(sails_req *req, sails_res *res)
{
    bool has_failed = mem_has_failed() != 0;

    (void)req;
    mem_fail_after(-1);
    sails_res_send(res, has_failed ? "failed" : "all went well");
}

/* All but the lift. */
static void stage_prepare(struct stage *stage, int timeout_ms)
{
    static const struct {
        const char *address;
        sails_action action;
    } routes[] = {
        {"POST /upload", upload},
        {"POST /thread", upload_from_thread},
        {"POST /proceed", upload_and_proceed},
        {"POST /proceed", upload},
        {"POST /meanwhile", answer_meanwhile},
        {"POST /wrong", upload_wrongly},
        {"POST /twice", upload_twice},
        {"GET /arm/:n", arm},
        {"GET /disarm", disarm},
    };

    *stage = (struct stage){0};
    (void)snprintf(stage->folder, sizeof(stage->folder), "%s", "/tmp/upload_test.XXXXXX");
    assert_non_null(mkdtemp(stage->folder));
    told_init(&stage->done);
    live_init(&stage->live, 1);
    sails_app_set_context(stage->live.app, stage);
    assert_int_equal(sails_app_set(stage->live.app, "http.uploadDir", json_string(stage->folder)),
                     0);
    assert_int_equal(sails_app_set(stage->live.app, "requestTimeout", json_integer(timeout_ms)), 0);
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        assert_int_equal(sails_app_route(stage->live.app, routes[i].address, routes[i].action), 0);
    }
}

static void stage_init(struct stage *stage, int timeout_ms)
{
    stage_prepare(stage, timeout_ms);
    live_lift(&stage->live);
}

/* How many files are in the folder; they are gone afterwards. */
static size_t take_files(struct stage *stage)
{
    DIR *folder = opendir(stage->folder);
    const struct dirent *entry = NULL;
    size_t n = 0;

    assert_non_null(folder);
    for (entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[400];

        (void)snprintf(path, sizeof(path), "%s/%s", stage->folder, entry->d_name);
        n += entry->d_name[0] != '.' && remove(path) == 0 ? 1 : 0;
    }
    (void)closedir(folder);
    return n;
}

static void stage_end(struct stage *stage)
{
    live_end(&stage->live);
    assert_int_equal(take_files(stage), 0);
    assert_int_equal(rmdir(stage->folder), 0);
}

/* ---- the client ---- */

#define TYPE       "Content-Type: multipart/form-data; boundary=XX\r\n"
#define FIELD(n)   "--XX\r\nContent-Disposition: form-data; name=\"" n "\"\r\n\r\n"
#define FILE_OF(n) "--XX\r\nContent-Disposition: form-data; name=\"" n "\"; filename=\"x\"\r\n\r\n"

/* A form with two files of `len` bytes. */
static struct buf make_form(size_t len)
{
    struct buf form = {0};

    buf_append_str(&form, STR(FIELD("a") "1\r\n"));
    for (int i = 0; i < 2; i++) {
        buf_append_str(&form, STR(FILE_OF("f")));
        for (size_t n = 0; n < len; n++) {
            buf_append_char(&form, 'x');
        }
        buf_append_str(&form, STR("\r\n"));
    }
    buf_append_str(&form, STR(FIELD("late") "2\r\n--XX--\r\n"));
    assert_int_equal(buf_error(&form), 0);
    return form;
}

/* Status 0: the connection was closed. `contains` (NULL: anything) must be in the answer. */
static unsigned send_form(struct stage *stage, const char *target, size_t len, const char *contains)
{
    struct buf form = make_form(len);
    struct http_answer answer = {0};
    unsigned status = 0;

    if (http_client_ask(stage->live.port, "POST", target, TYPE, buf_str(&form), &answer)) {
        status = answer.status;
        if (contains != NULL && strstr(answer.body.ptr, contains) == NULL) {
            fail_msg("%s, want %s", answer.body.ptr, contains);
        }
        http_answer_deinit(&answer);
    }
    buf_deinit(&form);
    return status;
}

/* Begins a form whose end never comes. */
static void begin_form(struct stage *stage, struct tcp_client *client)
{
    static const char text[] =
        "POST /upload HTTP/1.1\r\nHost: h\r\n" TYPE
        "Content-Length: 100000\r\n\r\n" FILE_OF("f") "whole\r\n" FILE_OF("f") "begun";

    assert_true(tcp_client_open(client, stage->live.port));
    assert_true(tcp_client_send(client, text, sizeof(text) - 1));
}

/* ---- tests ---- */

static void an_upload_is_asked_for_from_any_thread(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, 0);
    assert_int_equal(send_form(&stage, "/thread", 100000, "\"finished\""), 200);
    assert_int_equal(take_files(&stage), 2);
    stage_end(&stage);
}

static void a_policy_may_receive_files_and_proceed(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, 0);
    /* The second one comes when all has been read. */
    assert_int_equal(send_form(&stage, "/proceed", 10, "[]"), 200);
    assert_int_equal(told_status(&stage.done), 0);
    assert_int_equal(take_files(&stage), 2);
    stage_end(&stage);
}

static void who_answers_first_is_told_without_a_request(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, 0);
    assert_int_equal(send_form(&stage, "/meanwhile", 10, "OK"), 200);
    assert_int_equal(told_status(&stage.done), SAILS_ECLOSED);
    stage_end(&stage);
}

static void wrong_calls_change_nothing(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, 0);
    assert_int_equal(send_form(&stage, "/wrong", 10, "OK"), 200);
    stage_end(&stage);
    assert_int_equal(atomic_load(&stage.done.count), 0);
}

static void a_write_that_fails_leaves_nothing(void **state)
{
    struct stage stage;
    struct rlimit before, small;

    (void)state;
    stage_init(&stage, 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 100000, .rlim_max = before.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(send_form(&stage, "/upload", 300000, "\"EFBIG\""), 500);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(take_files(&stage), 0); /* when the answer comes, they are gone */
    assert_int_equal(told_status(&stage.done), -EFBIG);
    stage_end(&stage);
}

static void the_time_limit_of_a_request_ends_its_upload(void **state)
{
    struct stage stage;
    struct tcp_client client;
    struct http_answer answer;

    (void)state;
    stage_init(&stage, 50);
    begin_form(&stage, &client);
    assert_true(http_client_take(&client, true, &answer));
    assert_int_equal(answer.status, 503);
    assert_int_equal(told_status(&stage.done), SAILS_ETIMEOUT);
    assert_int_equal(take_files(&stage), 0);
    http_answer_deinit(&answer);
    tcp_client_close(&client);
    stage_end(&stage);
}

static void an_app_that_is_lowered_leaves_nothing(void **state)
{
    struct stage stage;
    struct tcp_client client;

    (void)state;
    stage_init(&stage, 0);
    begin_form(&stage, &client);
    live_settle(&stage.live);
    stage_end(&stage);
    assert_true(atomic_load(&stage.done.count) <= 1);
    tcp_client_close(&client);
}

/* Asks on until it is answered: the failure that was ordered may hit this request itself. */
static bool has_failed(struct stage *stage)
{
    struct http_answer answer = {0};
    bool has = false;

    while (
        !http_client_ask(stage->live.port, "GET", "/disarm", "", (struct str){NULL, 0}, &answer) ||
        answer.status != 200) {
        http_answer_deinit(&answer);
        answer = (struct http_answer){0};
        has = true;
    }
    has = has || strcmp(answer.body.ptr, "failed") == 0;
    http_answer_deinit(&answer);
    return has;
}

static void any_allocation_may_fail(void **state)
{
    struct stage stage;
    bool is_armed = true;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    stage_init(&stage, 0);
    for (long n = 0; is_armed; n++) {
        struct http_answer answer = {0};
        char target[32];
        unsigned status = 0;
        size_t n_files = 0;

        (void)snprintf(target, sizeof(target), "/arm/%ld", n);
        (void)http_client_ask(stage.live.port, "GET", target, "", (struct str){NULL, 0}, &answer);
        http_answer_deinit(&answer);
        status = send_form(&stage, "/upload", 1000, NULL);
        is_armed = has_failed(&stage);
        n_files = take_files(&stage);
        if (status == 200 ? n_files != 2 : is_armed ? n_files % 2 != 0 : true) {
            fail_msg("%ld: status %u, %zu files", n, status, n_files);
        }
        assert_true(n < 2000);
    }
    stage_end(&stage);
}

/* ---- a store that takes its time ---- */

struct slow_store {
    atomic_int n_saves;
    sails_session_done_cb done;
    void *ctx;
};

static void slow_load(void *store, const char *sid, sails_session_loaded_cb loaded, void *ctx)
{
    (void)store;
    (void)sid;
    loaded(SAILS_ENOENT, NULL, ctx);
}

static void slow_save(void *store, const char *sid, json_t *session, uint64_t ttl_ms,
                      sails_session_done_cb done, void *ctx)
{
    struct slow_store *slow = store;

    (void)sid;
    (void)ttl_ms;
    json_decref(session);
    slow->done = done;
    slow->ctx = ctx;
    atomic_fetch_add(&slow->n_saves, 1);
}

static void slow_touch(void *store, const char *sid, uint64_t ttl_ms, sails_session_done_cb done,
                       void *ctx)
{
    (void)store;
    (void)sid;
    (void)ttl_ms;
    done(0, ctx);
}

static void slow_destroy(void *store, const char *sid, sails_session_done_cb done, void *ctx)
{
    slow_touch(store, sid, 0, done, ctx);
}

/* An upload that ends while the answer waits for the session does not send that answer again. */
static void an_answer_is_given_once_while_its_session_is_saved(void **state)
{
    struct slow_store slow = {0};
    const struct sails_session_store store = {slow_load, slow_save, slow_touch, slow_destroy,
                                              &slow};
    struct stage stage;
    struct tcp_client client;
    struct http_answer answer = {0};
    struct buf form = make_form(10);

    (void)state;
    stage_prepare(&stage, 0);
    assert_int_equal(sails_app_set(stage.live.app, "session.secret", json_string("s")), 0);
    assert_int_equal(sails_app_session_store(stage.live.app, &store), 0);
    live_lift(&stage.live);
    assert_true(tcp_client_open(&client, stage.live.port));
    assert_true(http_client_send(&client, "POST", "/twice", TYPE, buf_str(&form)));
    assert_int_equal(told_status(&stage.done), 0);
    assert_int_equal(told_status(&stage.done), 0);
    live_settle(&stage.live);
    assert_int_equal(atomic_load(&slow.n_saves), 1);
    slow.done(0, slow.ctx);
    assert_true(http_client_take(&client, true, &answer));
    assert_int_equal(answer.status, 200);
    assert_int_equal(take_files(&stage), 2);
    http_answer_deinit(&answer);
    tcp_client_close(&client);
    buf_deinit(&form);
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_random_and_keep_harmless_extensions),
        cmocka_unit_test(an_upload_is_asked_for_from_any_thread),
        cmocka_unit_test(a_policy_may_receive_files_and_proceed),
        cmocka_unit_test(who_answers_first_is_told_without_a_request),
        cmocka_unit_test(wrong_calls_change_nothing),
        cmocka_unit_test(a_write_that_fails_leaves_nothing),
        cmocka_unit_test(the_time_limit_of_a_request_ends_its_upload),
        cmocka_unit_test(an_app_that_is_lowered_leaves_nothing),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(an_answer_is_given_once_while_its_session_is_saved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
