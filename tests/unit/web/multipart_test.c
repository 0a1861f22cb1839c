#include "web/multipart.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

/*
 * What a body says is written down as one line: "field(a=1) file(f,x.txt,text/plain) <bytes> end",
 * and it must be the same at every cut.
 */

#define TYPE "multipart/form-data; boundary=XX"

static const struct multipart_limits small_limits = {
    .n_parts = 3, .head = 100, .name = 8, .value = 10, .text = 300};

static void write_event(struct buf *log, const struct multipart_event *event)
{
    switch (event->kind) {
    case MULTIPART_MORE:
        break;
    case MULTIPART_FIELD:
        buf_printf(log, "field(%.*s=%.*s) ", STR_FMT(event->name), STR_FMT(event->value));
        break;
    case MULTIPART_FILE:
        buf_printf(log, "file(%.*s,%.*s,%.*s) ", STR_FMT(event->name), STR_FMT(event->filename),
                   STR_FMT(event->type));
        break;
    case MULTIPART_DATA:
        assert_true(event->data.len > 0);
        buf_append(log, event->data.ptr, event->data.len);
        break;
    case MULTIPART_FILE_END:
        buf_append_str(log, STR(" whole "));
        break;
    case MULTIPART_END:
        buf_append_str(log, STR("end"));
        break;
    }
}

/* Feeds in pieces of `step`, each in memory of its own length. */
static int parse(const char *type, const struct multipart_limits *limits, struct str text,
                 size_t step, struct buf *log)
{
    struct multipart m;
    int rc = multipart_init(&m, str_from(type), limits);

    for (size_t at = 0; rc == 0 && at < text.len; at += step) {
        size_t n = text.len - at < step ? text.len - at : step;
        char *piece = mem_strndup(text.ptr + at, n);
        struct bytes in = {(const uint8_t *)piece, n};
        struct multipart_event event = {.kind = MULTIPART_END};

        if (piece == NULL) {
            rc = SAILS_ENOMEM;
        }
        while (rc == 0 && (event.kind != MULTIPART_MORE || in.len > 0)) {
            rc = multipart_next(&m, &in, &event);
            if (rc == 0) {
                write_event(log, &event);
            } else {
                assert_int_equal(multipart_next(&m, &in, &event), rc);
            }
        }
        mem_free(piece);
    }
    multipart_deinit(&m);
    return rc;
}

static void expect_at_every_cut(const char *type, struct str text, const char *want, int want_rc)
{
    for (size_t step = 1; step <= text.len; step++) {
        struct buf log = {0};
        int rc = parse(type, &small_limits, text, step, &log);

        buf_append_char(&log, '\0');
        if (rc != want_rc || (want != NULL && strcmp(log.ptr, want) != 0)) {
            fail_msg("%s, step %zu: %d, %s; want %d, %s", text.ptr, step, rc, log.ptr, want_rc,
                     want);
        }
        buf_deinit(&log);
    }
}

#define NAME(name)       "Content-Disposition: form-data; name=\"" name "\"\r\n"
#define FILE_NAME(n, fn) "Content-Disposition: form-data; name=\"" n "\"; filename=\"" fn "\"\r\n"

/* request-response 4 */
static void a_form_is_cut_into_fields_and_files(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"--XX\r\n" NAME("a") "\r\n1\r\n--XX--", "field(a=1) end"},
        {"--XX\r\n" NAME("a") "\r\n1\r\n--XX--\r\nepilogue\r\n--XX\r\n", "field(a=1) end"},
        {"preamble\r\n--XX\r\n" NAME("a") "\r\n\r\n--XX--\r\n", "field(a=) end"},
        {"--XX \t\r\n" NAME("a[b]") "\r\n1\r\n--XX\r\n" NAME("a[b]") "\r\n2\r\n--XX--\r\n",
         "field(a[b]=1) field(a[b]=2) end"},
        {"--XX\r\n" FILE_NAME("f", "x.txt") "Content-Type: text/plain\r\n\r\nab\r\n--XX--\r\n",
         "file(f,x.txt,text/plain) ab whole end"},
        {"--XX\r\ncontent-DISPOSITION:form-data;filename=x;name=f\r\n\r\n\r\n--XX--",
         "file(f,x,)  whole end"},
        {"--XX\r\n" FILE_NAME("f", "") "Content-Type: application/octet-stream\r\n\r\n\r\n--XX--",
         "end"},
        /* What only looks like a delimiter is content. */
        {"--XX\r\n" FILE_NAME("f", "x") "\r\n\r\n--X\r\n-\r\r\n--XY\r\n--XX--",
         "file(f,x,) \r\n--X\r\n-\r\r\n--XY whole end"},
        {"--XX\r\n" FILE_NAME("f", "x") "\r\n--XX\r\n--XX--", "file(f,x,) --XX whole end"},
        {"--XX\r\n" FILE_NAME("f", "\\\"\\\\\\c") "\r\n1\r\n--XX--",
         "file(f,\"\\\\c,) 1 whole end"},
        {"--XX\r\n" NAME("f") "X-Other: filename=\"x\"\r\n\r\n1\r\n--XX--", "field(f=1) end"},
        {"--XX\r\nContent-Disposition: form-data; name=f; filename*=UTF-8''x\r\n\r\n1\r\n--XX--",
         "file(f,x,) 1 whole end"},
        {"--XX\r\nContent-Disposition: form-data; name=f; filename*=utf-8'e'%C3%AF%25\r\n\r\n1"
         "\r\n--XX--",
         "file(f,\xc3\xaf%,) 1 whole end"},
        {"--XX\r\nContent-Disposition: form-data; name=f; filename*=latin1''x; filename=\"y\"\r\n\r\n1"
         "\r\n--XX--",
         "file(f,y,) 1 whole end"},
        {"--XX\r\nContent-Disposition: form-data; name=f; filename*=UTF-8''\r\n\r\n1\r\n--XX--",
         "end"},
        {"--XX--", "end"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect_at_every_cut(TYPE, str_from(cases[i].text), cases[i].want, 0);
    }
}

static void what_is_malformed_is_refused_at_every_cut(void **state)
{
    static const struct {
        const char *text;
        int want;
    } cases[] = {
        {"--XX\r\n\r\n1\r\n--XX--", SAILS_EPROTO}, /* no name */
        /* Names in another form that are none. */
        {"--XX\r\nContent-Disposition: form-data; name=a; filename*=x\r\n\r\n", SAILS_EPROTO},
        {"--XX\r\nContent-Disposition: form-data; name=a; filename*0=\"x\"\r\n\r\n", SAILS_EPROTO},
        {"--XX\r\nContent-Disposition: form-data; name=a; filename*0*=UTF-8''x\r\n\r\n",
         SAILS_EPROTO},
        {"--XX\r\nContent-Disposition: form-data; name=a; filename*=latin1''x\r\n\r\n",
         SAILS_EPROTO},
        {"--XX\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''%ff\r\n\r\n",
         SAILS_EPROTO},
        {"--XX\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''%0a\r\n\r\n",
         SAILS_EPROTO},
        {"--XX\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''%00\r\n\r\n",
         SAILS_EPROTO},
        {"--XX\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''%4\r\n\r\n",
         SAILS_EPROTO},
        {"--XX\r\nX: 1\r\n\r\n1\r\n--XX--", SAILS_EPROTO}, /* no disposition */
        {"--XX\r\nContent-Disposition: attachment; name=a\r\n\r\n", SAILS_EPROTO},
        {"--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\n", SAILS_EPROTO},
        {"--XX\r\nContent-Disposition: form-data; x; name=a\r\n\r\n", SAILS_EPROTO},
        {"--XX\r\nno header\r\n\r\n", SAILS_EPROTO},
        {"--XX\r\n: a\r\n\r\n", SAILS_EPROTO},
        {"--XX\r\n" NAME("a\x01") "\r\n", SAILS_EPROTO},
        {"--XX\r\n" NAME("a") "X: y\rz\r\n\r\n", SAILS_EPROTO},
        {"--XX\r\n" NAME("a") "Content-Transfer-Encoding: base64\r\n\r\n", SAILS_EPROTO},
        {"--XXY\r\n", SAILS_EPROTO},
        {"--XX\rx", SAILS_EPROTO},
        {"--XX-x", SAILS_EPROTO},
        {"--XX\r\n" NAME("a23456789") "\r\n1", SAILS_ETOOBIG},           /* name */
        {"--XX\r\n" FILE_NAME("a", "a23456789") "\r\n1", SAILS_ETOOBIG}, /* file's name */
        {"--XX\r\n" NAME("a") "\r\n12345678901", SAILS_ETOOBIG},         /* value */
        {"--XX\r\nX: 34567890123456789012345678901234567890123456789012345678901234567890123456789"
         "01234567890123456789012",
         SAILS_ETOOBIG}, /* head */
        {"--XX\r\n" NAME("a") "\r\n1\r\n--XX\r\n" NAME("a") "\r\n1\r\n--XX\r\n" NAME(
             "a") "\r\n1\r\n--XX\r\n" NAME("a") "\r\n",
         SAILS_ETOOBIG}, /* parts */
        {"a preamble of more than three hundred bytes, which nobody needs ........................"
         "........................................................................................"
         "........................................................................................"
         "........................................................................................",
         SAILS_ETOOBIG},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect_at_every_cut(TYPE, str_from(cases[i].text), NULL, cases[i].want);
    }
}

static void a_nul_in_a_head_is_refused(void **state)
{
    static const char text[] = "--XX\r\n" FILE_NAME("f", "a\0b") "\r\n1\r\n--XX--";

    (void)state;
    expect_at_every_cut(TYPE, (struct str){text, sizeof(text) - 1}, NULL, SAILS_EPROTO);
}

static void the_boundary_comes_from_the_type(void **state)
{
    static const struct {
        const char *type;
        int want;
    } cases[] = {
        {"multipart/form-data; boundary=XX", 0},
        {"multipart/form-data; charset=utf-8; BOUNDARY=\"XX\"; x=y", 0},
        {"multipart/form-data;boundary= XX ", 0},
        {"multipart/form-data", SAILS_EPROTO},
        {"multipart/form-data; boundary=", SAILS_EPROTO},
        {"multipart/form-data; boundary=\"XX", SAILS_EPROTO},
        {"multipart/form-data; boundary=\"\t\"", SAILS_EPROTO},
        {"multipart/form-data; boundary="
         "12345678901234567890123456789012345678901234567890123456789012345678901",
         SAILS_EPROTO},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf log = {0};
        int rc = parse(cases[i].type, &small_limits, STR("--XX\r\n" NAME("a") "\r\n1\r\n--XX--"),
                       1000, &log);

        if (rc != cases[i].want) {
            fail_msg("%s: %d", cases[i].type, rc);
        }
        assert_true(rc < 0 || str_eq(buf_str(&log), STR("field(a=1) end")));
        buf_deinit(&log);
    }
}

static void a_cut_body_is_not_over(void **state)
{
    static const char text[] =
        "--XX\r\n" NAME("a") "\r\n1\r\n--XX\r\n" FILE_NAME("f", "x") "\r\n1\r\n--XX--";
    struct multipart m;
    struct multipart_event event = {.kind = MULTIPART_FIELD};
    struct bytes in = {(const uint8_t *)text, sizeof(text) - 2};

    (void)state;
    assert_int_equal(multipart_init(&m, STR(TYPE), &multipart_default_limits), 0);
    while (event.kind != MULTIPART_MORE) {
        assert_int_equal(multipart_next(&m, &in, &event), 0);
        assert_false(multipart_is_over(&m));
    }
    in = (struct bytes){(const uint8_t *)"-", 1};
    assert_int_equal(multipart_next(&m, &in, &event), 0);
    assert_int_equal(event.kind, MULTIPART_END);
    assert_true(multipart_is_over(&m));
    multipart_deinit(&m);
}

/* A megabyte of nothing but beginnings of delimiters comes out whole. */
static void a_file_may_be_full_of_almost_delimiters(void **state)
{
    static const char head[] = "--XX\r\n" FILE_NAME("f", "x") "\r\n";
    struct buf text = {0};
    struct buf log = {0};
    size_t n = 0;

    (void)state;
    buf_append(&text, head, sizeof(head) - 1);
    while (text.len < 1000 * 1000) {
        buf_append_str(&text, STR("\r\n--X\r\r\n-"));
        n += 9;
    }
    buf_append_str(&text, STR("\r\n--XX--"));
    assert_int_equal(parse(TYPE, &small_limits, buf_str(&text), 65536, &log), 0);
    assert_int_equal(log.len, n + strlen("file(f,x,) ") + strlen(" whole end"));
    buf_deinit(&text);
    buf_deinit(&log);
}

static void any_allocation_may_fail(void **state)
{
    static const char text[] =
        "--XX\r\n" NAME("a") "\r\n1\r\n--XX\r\n" FILE_NAME("f", "x") "\r\n1\r\n--XX--";
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc != 0; n++) {
        struct buf log = {0};

        buf_reserve(&log, 1000);
        mem_fail_after(n);
        rc = parse(TYPE, &small_limits, (struct str){text, sizeof(text) - 1}, 7, &log);
        assert_int_equal(rc, mem_has_failed() ? SAILS_ENOMEM : 0);
        mem_fail_after(-1);
        buf_deinit(&log);
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_cut_into_fields_and_files),
        cmocka_unit_test(what_is_malformed_is_refused_at_every_cut),
        cmocka_unit_test(a_nul_in_a_head_is_refused),
        cmocka_unit_test(the_boundary_comes_from_the_type),
        cmocka_unit_test(a_cut_body_is_not_over),
        cmocka_unit_test(a_file_may_be_full_of_almost_delimiters),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
