/*
 * Templates as scripts: which calls they become, and that no line is lost on the way.
 */
#include "views/ejs.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void expect_script(const char *template, const char *want)
{
    struct ejs_literals literals = {0};
    struct buf script = {0};
    size_t line = 0;

    assert_int_equal(ejs_compile(&script, &literals, str_from(template), &line), 0);
    buf_append_char(&script, '\0');
    assert_string_equal(script.ptr, want);
    ejs_literals_deinit(&literals);
    buf_deinit(&script);
}

static void tags_become_calls(void **state)
{
    (void)state;
    expect_script("a<%= b %>c", "__t(0);__e( b);__t(1);");
    expect_script("<%- b; %>", "__p( b);");
    expect_script("<%=\n  b();\n%>\n", "__e(\n  b());\n__t(0);\n");
    expect_script("<% if (a) { %>b<% } %>", "; if (a) { ;__t(0);; } ;");
    expect_script("a\nb<%# c\nd %>", "__t(0);\n\n");
    expect_script("a <%_ b _%> \nc", "__t(0);; b ;\n__t(1);");
}

static void expect_code(const char *code, const char *want)
{
    struct buf script = {0};

    assert_true(ejs_append_code(&script, str_from(code)));
    buf_append_char(&script, '\0');
    assert_string_equal(script.ptr, want);
    buf_deinit(&script);
}

static void loops_and_functions_have_a_guard(void **state)
{
    static const struct {
        const char *code, *want;
    } cases[] = {
        {"while (a) {}", "while (__g(), a) {}"},
        {"do { a } while (b)", "do { a } while (__g(), b)"},
        {"for (;;) {}", "for (;__g();) {}"},
        {"for (i = 0; i < n; i++) {}", "for (i = 0;__g(),  i < n; i++) {}"},
        {"for (var i = (f(), 0); ; ) {}", "for (var i = (f(), 0);__g() ; ) {}"},
        {"for (k in o) { a; }", "for (k in o) { a; }"},
        {"x.forEach(function (y) { z })", "x.forEach(function (y) {__g(); z })"},
        {"function f() { }", "function f() {__g(); }"},
        {"a.while(b); a.for(b); a.function; ({})", "a.while(b); a.for(b); a.function; ({})"},
        {"'while (' + \"for (;;)\"", "'while (' + \"for (;;)\""},
        {"/while (\\/[/]/.test(a)", "/while (\\/[/]/.test(a)"},
        {"a / b / while_(c)", "a / b / while_(c)"},
        {"a // while (b)\nc", "a \nc"},
        {"a /* while (b)\n */ c", "a \n  c"},
        {"'it\\'s' // x", "'it\\'s' "},
        {"for (var f = function () { a; b; }; c;) {}",
         "for (var f = function () {__g(); a; b; };__g(),  c;) {}"},
        {"for (var f = function () { for (;;) {} };;) {}",
         "for (var f = function () {__g(); for (;__g();) {} };__g();) {}"},
        {"for (k in function () { a; }) { b; }", "for (k in function () {__g(); a; }) { b; }"},
        {"({while: 1, for : 2, function: a, b: {c: (d)}})",
         "({while: 1, for : 2, function: a, b: {c: (d)}})"},
        {"a = 1.\nwhile (b) {}", "a = 1.\nwhile (__g(), b) {}"},
        {"a = 1..while(b)", "a = 1..while(b)"},
        {"} while (a); for (;;) {}", "} while (__g(), a); for (;__g();) {}"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect_code(cases[i].code, cases[i].want);
    }
}

static size_t count_lines(struct str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        n += text.ptr[i] == '\n';
    }
    return n;
}

static void no_line_is_lost_at_any_cut(void **state)
{
    static const char template[] =
        "a\n<% if (x) { // why\n %>\n b <%%\n<%= y /* z\n */ -%>\n<%_ } _%> \n%%> '\n<%# c\n d %>\n\"";

    (void)state;
    for (size_t len = 0; len < sizeof(template); len++) {
        struct ejs_literals literals = {0};
        struct buf script = {0};
        size_t line = 0;
        int rc = ejs_compile(&script, &literals, (struct str){template, len}, &line);

        if (rc == 0) {
            assert_int_equal(count_lines(buf_str(&script)),
                             count_lines((struct str){template, len}));
        } else {
            assert_int_equal(rc, SAILS_EPROTO);
            assert_in_range(line, 1, count_lines((struct str){template, len}) + 1);
        }
        ejs_literals_deinit(&literals);
        buf_deinit(&script);
    }
}

static void a_tag_that_is_not_closed_is_told_by_its_line(void **state)
{
    struct ejs_literals literals = {0};
    struct buf script = {0};
    size_t line = 0;

    (void)state;
    assert_int_equal(ejs_compile(&script, &literals, STR("a\nb\n c <%= d"), &line), SAILS_EPROTO);
    assert_int_equal(line, 3);
    ejs_literals_deinit(&literals);
    buf_deinit(&script);
}

static void without_memory_there_is_no_script(void **state)
{
    bool has_failed = true;

    (void)state;
    for (long n = 0; has_failed; n++) {
        struct ejs_literals literals = {0};
        struct buf script = {0};
        size_t line = 0;
        int rc = 0;

        mem_fail_after(n);
        rc = ejs_compile(&script, &literals, STR("a<%= (b) %>c<% d() %>"), &line);
        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        assert_int_equal(rc, has_failed ? SAILS_ENOMEM : 0);
        ejs_literals_deinit(&literals);
        buf_deinit(&script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_become_calls),
        cmocka_unit_test(loops_and_functions_have_a_guard),
        cmocka_unit_test(no_line_is_lost_at_any_cut),
        cmocka_unit_test(a_tag_that_is_not_closed_is_told_by_its_line),
        cmocka_unit_test(without_memory_there_is_no_script),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
