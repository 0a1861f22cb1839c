/*
 * Templates of EJS below a folder: what they print, how they include each other, and what ends them.
 */
#include "views/views.h"

#include "base/mem.h"
#include "support/cmocka.h"
#include "support/log_level.h"

#include <sails/err.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    char path[64];
    struct views views;
    struct log log;
    char logged[1024]; /* the last line */
};

static void write_log(void *ctx, enum log_level level, const char *text)
{
    struct folder *folder = ctx;

    (void)level;
    (void)snprintf(folder->logged, sizeof(folder->logged), "%s", text);
}

static void make_folder(struct folder *folder)
{
    *folder = (struct folder){.path = "/tmp/sails-views-XXXXXX"};
    assert_non_null(mkdtemp(folder->path));
    assert_int_equal(chdir(folder->path), 0);
    assert_int_equal(mkdir("views", 0700), 0);
    memcpy(folder->path + strlen(folder->path), "/views", sizeof("/views"));
    folder->log = (struct log){.level = LOG_WARN, .write = write_log, .ctx = folder};
}

static void put(const struct folder *folder, const char *name, const char *text)
{
    char path[256];
    FILE *file = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s", folder->path, name);
    for (char *slash = strchr(path + strlen(folder->path) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0777);
        *slash = '/';
    }
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static void open_as(struct folder *folder, bool rereads, struct view_limits limits)
{
    struct views_options options = {
        .folder = "views", .rereads = rereads, .limits = limits, .log = &folder->log};

    assert_int_equal(views_open(&folder->views, &options), 0);
}

static void open_folder(struct folder *folder)
{
    open_as(folder, false, (struct view_limits){.timeout_ms = 10000, .max_memory = 64 << 20});
}

static void close_folder(struct folder *folder)
{
    char command[128];

    views_close(&folder->views);
    assert_int_equal(chdir("/"), 0);
    (void)snprintf(command, sizeof(command), "rm -r %.*s",
                   (int)(strlen(folder->path) - strlen("/views")), folder->path);
    assert_int_equal(system(command), 0);
}

static json_t *ask(void *ctx, const char *name, const json_t *args)
{
    (void)ctx;
    if (strcmp(name, "req") == 0) {
        return json_pack("{s:s, s:{s:s}, s:{}}", "url", "/here?a=1", "query", "a", "1", "headers");
    }
    return strcmp(name, "__") == 0
               ? json_pack("s++", "<", json_string_value(json_array_get(args, 0)), ">")
               : NULL;
}

/* What the view prints; fault->why names the error that `rc` is. */
static int render(struct folder *folder, const char *name, json_t *locals, const char *layout,
                  char **text, struct view_fault *fault)
{
    struct buf html = {0};
    char file[VIEW_NAME_MAX] = "";
    int rc = 0;

    assert_true(views_find(&folder->views, str_from(name), file));
    rc = views_render(
        &folder->views,
        &(struct view_call){.name = file, .locals = locals, .layout = layout, .ask = ask}, &html,
        fault);
    json_decref(locals);
    *text = buf_take(&html);
    return rc;
}

static void expect(struct folder *folder, const char *name, json_t *locals, const char *want)
{
    struct view_fault fault = {0};
    char *text = NULL;
    int rc = render(folder, name, locals, "", &text, &fault);

    if (rc != 0) {
        fail_msg("%s: %.*s", name, STR_FMT(buf_str(&fault.why)));
    }
    assert_string_equal(text, want);
    mem_free(text);
    view_fault_deinit(&fault);
}

static void expect_fault(struct folder *folder, const char *name, int want, const char *why)
{
    struct view_fault fault = {0};
    char *text = NULL;
    int rc = render(folder, name, json_object(), NULL, &text, &fault);

    buf_append_char(&fault.why, '\0');
    if (rc != want || strncmp(fault.why.ptr, why, strlen(why)) != 0) {
        fail_msg("%s: %d: %s", name, rc, fault.why.ptr);
    }
    mem_free(text);
    view_fault_deinit(&fault);
}

/* ---- what is printed ---- */

/* One row a feature of EJS: the template, and what it prints of {name: "<Ann> & 'co'", list: [1, 2], on: true}. */
static void templates_print_what_ejs_prints(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"<b><%= name %></b>", "<b>&lt;Ann&gt; &amp; &#39;co&#39;</b>"},
        {"<%- name %>", "<Ann> & 'co'"},
        {"<%=name;%>", "&lt;Ann&gt; &amp; &#39;co&#39;"},
        {"<%= undefined %><%= null %><%- null %>|<%= 0 %><%= false %>", "|0false"},
        {"<%# nothing %>x", "x"},
        {"<%% a %%> b", "<% a %> b"},
        {"a %% b %%% c", "a %% b %%% c"},
        {"<% if (on) { %>yes<% } else { %>no<% } %>", "yes"},
        {"<% for (var i = 0; i < list.length; i++) { %>[<%= list[i] %>]<% } %>", "[1][2]"},
        {"<% for (var i in list) { %><%= i %><% } %>", "01"},
        {"<% var n = 0; while (n < 3) { n++; } %><%= n %>", "3"},
        {"<% var n = 0; do { n++; } while (n < 3) %><%= n %>", "3"},
        {"<% for (;;) { break } %>out", "out"},
        {"<% list.forEach(function (one) { %>(<%= one %>)<% }) %>", "(1)(2)"},
        {"a\n  <%_ if (on) { _%>  \nb\n  <%_ } _%>\nc", "a\nb\nc"},
        {"a\n<% -%>\nb", "a\nb"},
        {"<%= name.length // of it %>", "12"},
        {"<% // nothing %>a<% /* more\n */ %>b", "ab"},
        {"<%= 'a // b' + \"/* c */\" %>", "a // b/* c */"},
        {"<%= 'x/y'.replace(/[/\"]/g, '-') + 8 / 4 / 2 %>", "x-y1"},
        {"<%= locals.nothing === undefined && locals.on %>", "true"},
        {"<%= typeof nothing %>", "undefined"},
        {"<%= typeof eval %>", "undefined"},
        {"<%= typeof Function %>", "undefined"},
        {"<%= (function () {}).constructor === Object %>", "true"},
        {"<%= typeof block('constructor').append %>", "function"},
        {"<% try { include('/bad') } catch (e) { %>caught<% } %>", "caught"},
        {"<%= evil.polluted %><%= Object.keys(evil) %>", "__proto__"},
        {"<%= typeof polluted %>", "undefined"},
        {"<%- exposeLocalsToBrowser({keys: ['on', '__proto__']}) %>",
         "<script>window[\"SAILS_LOCALS\"]={\"on\":true};</script>"},
        {"<%= '\\ud83d\\ude00' %><%- '\\ud83d\\ude00!' %>\xf0\x9f\x98\x80",
         "\xf0\x9f\x98\x80\xf0\x9f\x98\x80!\xf0\x9f\x98\x80"},
        {"<%= '\\ud83d' %>", "\xef\xbf\xbd"},
        {"<%= req.url %> <%= req.param('a') %> <%= req.param('b', 'c') %>", "/here?a=1 1 c"},
        {"<%= __('Hello') %>", "&lt;Hello&gt;"},
        {"<%= session === undefined %>", "true"},
        {"<%= view.pathFromApp %>", "views/case"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct folder folder;

        make_folder(&folder);
        put(&folder, "case.ejs", cases[i].text);
        put(&folder, "bad.ejs", "printed <% throw new Error('bad') %>");
        open_folder(&folder);
        assert_string_equal(folder.logged, "");
        expect(&folder, "case",
               json_pack("{s:s, s:[i,i], s:b, s:{s:{s:i}}, s:{s:i}}", "name", "<Ann> & 'co'",
                         "list", 1, 2, "on", 1, "evil", "__proto__", "polluted", 1, "__proto__",
                         "polluted", 1),
               cases[i].want);
        close_folder(&folder);
    }
}

/* app-config-cli 11 */
static void templates_include_each_other_and_lie_in_a_layout(void **state)
{
    struct folder folder;

    (void)state;
    make_folder(&folder);
    put(&folder, "layouts/layout.ejs", "<html><%- body %><%= title %><%- scripts %></html>");
    put(&folder, "layouts/inner.ejs", "<% layout('layout') %>(<%- body %>)");
    put(&folder, "pages/home.ejs",
        "<%- include('part', {x: 1}) %><%- include('../shared/foot.ejs') %><%- include('shared/foot') %>");
    put(&folder, "pages/part.ejs", "[<%= x %><%= title %>]");
    put(&folder, "shared/foot.ejs", "{<%= typeof x %>}");
    put(&folder, "pages/other.ejs", "<% layout('../layouts/inner') %><% script('/a.js') %>o");
    put(&folder, "pages/list.ejs",
        "<%- partial('user', users) %><%- partial('user', {user: {name: 'z'}}) %>");
    put(&folder, "pages/_user.ejs", "<i><%= user.name %></i>");
    put(&folder, "pages/exposed.ejs", "<%- exposeLocalsToBrowser() %>");
    put(&folder, "about/index.ejs", "about");
    put(&folder, "plain.html", "<%= as it is %>");
    open_folder(&folder);
    assert_string_equal(folder.logged, "");
    expect(&folder, "pages/home", json_pack("{s:s}", "title", "T"),
           "<html>[1T]{undefined}{undefined}T</html>");
    expect(&folder, "pages/other", json_pack("{s:s}", "title", "T"),
           "<html>(o)T<script src=\"/a.js\"></script></html>");
    expect(&folder, "pages/list",
           json_pack("{s:s, s:[{s:s},{s:s}]}", "title", "", "users", "name", "a", "name", "b"),
           "<html><i>a</i><i>b</i><i>z</i></html>");
    expect(&folder, "pages/exposed", json_pack("{s:s}", "title", "</script>"),
           "<html><script>window[\"SAILS_LOCALS\"]={\"title\":\"\\u003c/script\\u003e\"};</script>"
           "&lt;/script&gt;</html>");
    expect(&folder, "about/", json_pack("{s:s}", "title", ""), "<html>about</html>");
    expect(&folder, "plain", json_object(), "<%= as it is %>");
    close_folder(&folder);
}

/* ---- what goes wrong ---- */

static void a_fault_names_file_and_line(void **state)
{
    struct folder folder;

    (void)state;
    make_folder(&folder);
    put(&folder, "throws.ejs", "one\n\n<%= nothing.name %>\nfour\n");
    put(&folder, "outer.ejs", "one\n<%- include('throws') %>");
    put(&folder, "open.ejs", "one\ntwo <%= name");
    put(&folder, "broken.ejs", "one\n<% if ( { %>\nthree");
    put(&folder, "lost.ejs", "<%- include('not/there') %>");
    put(&folder, "out.ejs", "<%- include('../../etc/passwd') %>");
    put(&folder, "round.ejs", "<%- include('round') %>");
    put(&folder, "deep.ejs", "<% function f() { f(); } f(); %>");
    put(&folder, "rings.ejs", "<% layout('rings') %><%- typeof body %>");
    put(&folder, "own.ejs", "\n<% throw new Error('mine'); %>");
    put(&folder, "bytes.ejs", "caf\xe9");
    open_folder(&folder);
    assert_non_null(strstr(folder.logged, "views/"));
    expect_fault(&folder, "throws", SAILS_EREFUSED, "views/throws.ejs:3: ReferenceError: ");
    expect_fault(&folder, "outer", SAILS_EREFUSED, "views/throws.ejs:3: ReferenceError: ");
    expect_fault(&folder, "open", SAILS_EREFUSED, "views/open.ejs:2: SyntaxError: the tag");
    expect_fault(&folder, "broken", SAILS_EREFUSED, "views/broken.ejs:2: SyntaxError: ");
    expect_fault(&folder, "lost", SAILS_EREFUSED,
                 "views/lost.ejs:1: Error: there is no template `not/there.ejs` below views/");
    expect_fault(&folder, "out", SAILS_EREFUSED, "views/out.ejs:1: Error: ");
    expect_fault(&folder, "round", SAILS_EREFUSED, "views/round.ejs:1: RangeError: ");
    expect_fault(&folder, "deep", SAILS_EREFUSED, "views/deep.ejs:1: RangeError: ");
    expect_fault(&folder, "rings", SAILS_EREFUSED, "RangeError: layouts lie in each other");
    expect_fault(&folder, "own", SAILS_EREFUSED, "views/own.ejs:2: Error: mine");
    expect_fault(&folder, "bytes", SAILS_EREFUSED,
                 "Error: the template `bytes.ejs` cannot be read");
    close_folder(&folder);
}

static void the_lines_around_a_fault_are_shown(void **state)
{
    struct folder folder;
    struct view_fault fault = {0};
    char *text = NULL;

    (void)state;
    make_folder(&folder);
    put(&folder, "a.ejs", "one\ntwo\nthree\n<%= x %>\nfive\nsix\nseven");
    open_folder(&folder);
    assert_int_equal(render(&folder, "a", json_object(), NULL, &text, &fault), SAILS_EREFUSED);
    buf_append_char(&fault.excerpt, '\0');
    assert_string_equal(fault.excerpt.ptr, "       2| two\n       3| three\n >>    4| <%= x %>\n"
                                           "       5| five\n       6| six\n");
    mem_free(text);
    view_fault_deinit(&fault);
    close_folder(&folder);
}

static void a_template_has_limits(void **state)
{
    struct folder folder;

    (void)state;
    make_folder(&folder);
    put(&folder, "while.ejs", "<% while (true) ; %>");
    put(&folder, "for.ejs", "<% for (;;) { try { for (;;) {} } catch (e) {} } %>");
    put(&folder, "head.ejs", "<% for (var f = function () {}; true;) {} %>");
    put(&folder, "row.ejs", "");
    put(&folder, "rows.ejs",
        "<% var a = [1]; for (var i = 0; i < 12; i++) a = a.concat(a); %>"
        "<% function all() { return a.map(function () { return partial('row', a) }) } all() %>");
    put(&folder, "calls.ejs", "<% function f(n) { return n && f(n - 1) + f(n - 1) } f(40) %>");
    put(&folder, "big.ejs",
        "<% for (var a = []; ; a.push('some text of length ' + a.length)) {} %>");
    put(&folder, "long.ejs", "<% for (;;) { %>0123456789012345678901234567890123456789<% } %>");
    put(&folder, "good.ejs", "good");
    open_as(&folder, false, (struct view_limits){.timeout_ms = 50, .max_memory = 1 << 20});
    expect_fault(&folder, "while", SAILS_ETIMEOUT, "views/while.ejs:1: RangeError: ");
    expect_fault(&folder, "for", SAILS_ETIMEOUT, "views/for.ejs:1: RangeError: ");
    expect_fault(&folder, "head", SAILS_ETIMEOUT, "views/head.ejs:1: RangeError: ");
    expect_fault(&folder, "rows", SAILS_ETIMEOUT, "views/rows.ejs:1: RangeError: ");
    expect_fault(&folder, "calls", SAILS_ETIMEOUT, "views/calls.ejs:1: RangeError: ");
    expect(&folder, "good", json_object(), "good");
    close_folder(&folder);
    make_folder(&folder);
    put(&folder, "big.ejs",
        "<% for (var a = []; ; a.push('some text of length ' + a.length)) {} %>");
    put(&folder, "long.ejs", "<% for (;;) { %>0123456789012345678901234567890123456789<% } %>");
    put(&folder, "good.ejs", "good");
    open_as(&folder, false, (struct view_limits){.timeout_ms = 100000, .max_memory = 1 << 20});
    expect_fault(&folder, "big", SAILS_ETOOBIG, "");
    expect_fault(&folder, "long", SAILS_ETOOBIG, "views/long.ejs:1: RangeError: ");
    expect(&folder, "good", json_object(), "good");
    close_folder(&folder);
}

static void locals_have_a_depth(void **state)
{
    struct folder folder;
    struct view_fault fault = {0};
    json_t *deep = json_array();
    char *text = NULL;

    (void)state;
    for (int i = 0; i < 300; i++) {
        deep = json_pack("[o]", deep);
    }
    make_folder(&folder);
    put(&folder, "a.ejs", "a");
    open_folder(&folder);
    assert_int_equal(render(&folder, "a", json_pack("{s:o}", "deep", deep), NULL, &text, &fault),
                     SAILS_EREFUSED);
    mem_free(text);
    view_fault_deinit(&fault);
    close_folder(&folder);
}

static void an_engine_lives_on_after_an_error(void **state)
{
    struct folder folder;

    (void)state;
    make_folder(&folder);
    put(&folder, "throws.ejs", "<% if (locals.bad !== 0) throw new Error('bad') %>");
    put(&folder, "broken.ejs", "<% if ( { %>");
    open_folder(&folder);
    expect(&folder, "throws", json_pack("{s:i}", "bad", 0), "");
    expect_fault(&folder, "throws", SAILS_EREFUSED, "views/throws.ejs:1: Error: bad");
    assert_int_equal(folder.views.n_idle, 1);
    expect_fault(&folder, "broken", SAILS_EREFUSED, "views/broken.ejs:");
    assert_int_equal(folder.views.n_idle, 0);
    close_folder(&folder);
}

/* ---- files ---- */

/* Without `var` a name is the engine's, which renders the pages of everybody. */
static void what_a_page_has_set_the_next_one_does_not_find(void **state)
{
    struct folder folder;

    (void)state;
    make_folder(&folder);
    put(&folder, "set.ejs", "<% secret = name; this.other = 1; %><%= secret %>");
    put(&folder, "look.ejs", "<%= typeof secret %> <%= typeof other %>");
    open_folder(&folder);
    expect(&folder, "set", json_pack("{s:s}", "name", "ann"), "ann");
    expect(&folder, "look", json_object(), "undefined undefined");
    expect(&folder, "set", json_pack("{s:s}", "name", "bob"), "bob");
    close_folder(&folder);
}

static void names_lead_below_the_folder_only(void **state)
{
    static const char *const bad[] = {"",       "/",       "/etc/passwd", "../x",
                                      "a/../x", ".hidden", "a//b",        "nothing"};
    struct folder folder;
    char file[VIEW_NAME_MAX];

    (void)state;
    make_folder(&folder);
    put(&folder, "x.ejs", "x");
    put(&folder, ".hidden.ejs", "x");
    put(&folder, "a/b.ejs", "x");
    open_folder(&folder);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(views_find(&folder.views, str_from(bad[i]), file));
    }
    assert_true(views_find(&folder.views, STR("a/b"), file));
    assert_string_equal(file, "a/b.ejs");
    assert_int_equal(views_is_template(file), true);
    close_folder(&folder);
}

static void no_folder_is_no_views(void **state)
{
    struct views views = {0};
    struct views_options options = {.folder = "/nowhere/at/all", .limits = {1000, 1 << 20}};
    char file[VIEW_NAME_MAX];

    (void)state;
    assert_int_equal(views_open(&views, &options), 0);
    assert_false(views_find(&views, STR("a"), file));
    views_close(&views);
    views_close(&views);
}

static void a_layout_that_is_not_there_is_told(void **state)
{
    struct folder folder;
    struct views_options options = {.layout = "layouts/none", .limits = {1000, 1 << 20}};

    (void)state;
    make_folder(&folder);
    options.folder = "views";
    options.log = &folder.log;
    assert_int_equal(views_open(&folder.views, &options), SAILS_ECONFIG);
    assert_non_null(strstr(folder.logged, "layouts/none.ejs"));
    close_folder(&folder);
}

static void a_change_counts_where_files_are_read_anew(void **state)
{
    struct folder folder;

    (void)state;
    for (int rereads = 0; rereads < 2; rereads++) {
        make_folder(&folder);
        put(&folder, "a.ejs", "<%- include('b') %>");
        put(&folder, "b.ejs", "old");
        open_as(&folder, rereads != 0,
                (struct view_limits){.timeout_ms = 10000, .max_memory = 64 << 20});
        expect(&folder, "a", json_object(), "old");
        put(&folder, "b.ejs", "new one");
        expect(&folder, "a", json_object(), rereads != 0 ? "new one" : "old");
        close_folder(&folder);
    }
}

/* ---- memory ---- */

/* Each allocation in turn fails, and none is lost. */
static void without_memory_there_is_a_page_or_an_error(void **state)
{
    struct folder folder;
    json_t *locals = json_pack("{s:[s,s]}", "list", "a", "b");
    bool has_failed = true;

    (void)state;
    make_folder(&folder);
    put(&folder, "layout.ejs", "<p><%- body %></p>");
    put(&folder, "a.ejs", "<% list.forEach(function (x) { %><%- include('b', {x: x}) %><% }) %>");
    put(&folder, "b.ejs", "<%= x %>");
    for (long n = 0; has_failed && n < 20000; n += n < 40 ? 1 : 101) {
        struct views_options options = {.folder = "views", .limits = {10000, 64 << 20}};
        struct view_fault fault = {0};
        struct buf html = {0};
        int rc = 0;

        mem_fail_after(n);
        rc = views_open(&folder.views, &options);
        if (rc == 0) {
            rc = views_render(&folder.views,
                              &(struct view_call){.name = "a.ejs", .locals = locals, .layout = ""},
                              &html, &fault);
            views_close(&folder.views);
        }
        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        assert_true(rc == 0 || (has_failed && rc < 0));
        if (rc == 0) {
            assert_int_equal(html.len, strlen("<p>ab</p>"));
        }
        buf_deinit(&html);
        view_fault_deinit(&fault);
    }
    assert_false(has_failed);
    json_decref(locals);
    close_folder(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_print_what_ejs_prints),
        cmocka_unit_test(templates_include_each_other_and_lie_in_a_layout),
        cmocka_unit_test(a_fault_names_file_and_line),
        cmocka_unit_test(the_lines_around_a_fault_are_shown),
        cmocka_unit_test(a_template_has_limits),
        cmocka_unit_test(locals_have_a_depth),
        cmocka_unit_test(an_engine_lives_on_after_an_error),
        cmocka_unit_test(what_a_page_has_set_the_next_one_does_not_find),
        cmocka_unit_test(names_lead_below_the_folder_only),
        cmocka_unit_test(no_folder_is_no_views),
        cmocka_unit_test(a_layout_that_is_not_there_is_told),
        cmocka_unit_test(a_change_counts_where_files_are_read_anew),
        cmocka_unit_test(without_memory_there_is_a_page_or_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
