#include "views/view_engine.h"

#include "base/mem.h"
#include "views_options.h"

#include <assert.h>
#include <sails/err.h>

void view_fault_deinit(struct view_fault *fault)
{
    buf_deinit(&fault->why);
    buf_deinit(&fault->excerpt);
}

#if SAILS_HAS_EJS

#include "base/utf8.h"
#include "view_prelude_js.h"
#include "views/view_calls.h"
#include "views/view_values.h"

/*
 * Duktape throws by longjmp(), over everything that C has in its hands: so what is allocated while a template is
 * compiled or run belongs to the engine, or to Duktape's stack, and never to a local variable. The way in is
 * duk_safe_call(), every time.
 *
 * Debian's Duktape cannot be interrupted. What ejs_code.c puts into loops and functions can: guard().
 *
 * I1  Once `timed_out` every guard() throws, so that no template can catch it and go on.
 * I2  `literals` are views of the texts of `programs`, which live as long as the heap.
 */

enum {
    EXCERPT_LINES = 2 /* before and behind the one */
};

#ifndef NDEBUG
static bool lies_in_a_program(const struct view_engine *e, struct str literal)
{
    list_each(node, &e->programs) {
        const struct buf *text = &container_of(node, const struct view_program, in_engine)->text;

        if (text->len > 0 && literal.ptr >= text->ptr &&
            literal.ptr + literal.len <= text->ptr + text->len) {
            return true;
        }
    }
    return false;
}
#endif

/* I2, of the literals from the first-th on: the others have been looked at. */
static void engine_check(const struct view_engine *e, size_t first)
{
    for (size_t i = first; i < e->literals.n; i++) {
        assert(lies_in_a_program(e, e->literals.items[i]));
    }
    (void)e;
    (void)first;
}

/* ---- compiling ---- */

/* On its first line, so that the template's lines keep their numbers. */
static const char script_head[] =
    "(function (include, partial, layout, __t, __p, __e, __g) { return function (locals) { "
    "with (locals) { return (function (__t, __p, __e, __g) {";
static const char script_tail[] = "\n})(__t, __p, __e, __g); } }; })";

static struct view_program *find_program(const struct view_engine *e, const char *name)
{
    list_each(node, &e->programs) {
        struct view_program *program = container_of(node, struct view_program, in_engine);

        if (strcmp(program->name, name) == 0) {
            return program;
        }
    }
    return NULL;
}

static void destroy_program(struct view_program *program)
{
    if (program == NULL) {
        return;
    }
    mem_free(program->name);
    buf_deinit(&program->text);
    mem_free(program);
}

/* NULL: *rc says why. */
static struct view_program *read_program(struct view_engine *e, const char *name, int *rc)
{
    struct view_program *program = mem_calloc(1, sizeof(*program));

    if (program == NULL) {
        *rc = SAILS_ENOMEM;
        return NULL;
    }
    program->name = mem_strndup(name, strlen(name));
    if (e->files->rereads) {
        program->stamp = view_files_stamp(e->files, str_from(name));
    }
    *rc = program->name != NULL ? view_files_read(e->files, str_from(name), &program->text)
                                : SAILS_ENOMEM;
    if (*rc == 0 && !utf8_is_valid(buf_bytes(&program->text))) {
        *rc = SAILS_EUTF8;
    }
    if (*rc < 0) {
        destroy_program(program);
        return NULL;
    }
    list_append(&e->programs, &program->in_engine);
    return program;
}

/* e->script is the template's script. Nothing of JavaScript is touched. */
static int make_script(struct view_engine *e, const char *name)
{
    struct view_program *program = find_program(e, name);
    size_t n_literals = e->literals.n;
    int rc = 0;

    e->fault_name = NULL;
    if (program == NULL) {
        program = read_program(e, name, &rc);
    }
    if (program == NULL) {
        return rc;
    }
    e->fault_name = program->name;
    buf_clear(&e->script);
    buf_append_str(&e->script, STR(script_head));
    rc = ejs_compile(&e->script, &e->literals, buf_str(&program->text), &e->fault_line);
    buf_append_str(&e->script, STR(script_tail));
    engine_check(e, n_literals);
    return rc == 0 ? buf_error(&e->script) : rc;
}

/* load(name): the factory that `script_head` begins. */
static duk_ret_t call_load(duk_context *ctx)
{
    struct view_engine *e = view_calls_engine(ctx);
    const char *name = duk_require_string(ctx, 0);
    bool was_spent = e->is_spent;
    int rc = 0;

    e->is_spent = true; /* where it throws: what it has of the template would be there twice */
    rc = make_script(e, name);
    if (rc == SAILS_EPROTO) {
        return duk_error(ctx, DUK_ERR_SYNTAX_ERROR, "the tag that begins here is never closed");
    }
    e->fault_name = NULL;
    if (rc < 0) {
        return duk_error(ctx, DUK_ERR_ERROR, "the template `%s` cannot be read: %s", name,
                         sails_strerror(rc));
    }
    duk_push_string(ctx, name);
    duk_compile_lstring_filename(ctx, DUK_COMPILE_EVAL, e->script.ptr, e->script.len);
    duk_call(ctx, 0);
    e->is_spent = was_spent;
    return 1;
}

/* ---- the engine ---- */

/* What a text says stays a text: there is no eval(), nor a Function(), by whatever name. */
static void forbid_texts(duk_context *ctx)
{
    duk_push_global_object(ctx);
    duk_get_prop_string(ctx, -1, "Function");
    duk_get_prop_string(ctx, -1, "prototype");
    duk_del_prop_string(ctx, -1, "constructor");
    duk_pop_2(ctx);
    duk_del_prop_string(ctx, -1, "Function");
    duk_del_prop_string(ctx, -1, "eval");
    duk_pop(ctx);
}

/* Leaves what renders at the bottom of the stack. */
static duk_ret_t prepare(duk_context *ctx, void *unused)
{
    (void)unused;
    duk_push_string(ctx, "prelude");
    duk_compile_lstring_filename(ctx, DUK_COMPILE_EVAL, view_prelude_js,
                                 sizeof(view_prelude_js) - 1);
    duk_call(ctx, 0);
    duk_push_c_function(ctx, call_load, 1);
    view_calls_push(ctx);
    duk_push_global_object(ctx);
    duk_push_string(ctx, view_calls_engine(ctx)->files->folder);
    duk_call(ctx, 1 + VIEW_CALLS + 2);
    forbid_texts(ctx);
    return 1;
}

int view_engine_create(const struct view_files *files, const struct view_limits *limits,
                       struct view_engine **out)
{
    struct view_engine *e = mem_calloc(1, sizeof(*e));

    if (e == NULL) {
        return SAILS_ENOMEM;
    }
    e->files = files;
    e->limits = *limits;
    list_init(&e->programs);
    e->ctx = duk_create_heap(view_calls_take, view_calls_change, view_calls_give, e, NULL);
    if (e->ctx == NULL || duk_safe_call(e->ctx, prepare, NULL, 0, 1) != DUK_EXEC_SUCCESS) {
        view_engine_destroy(e);
        return SAILS_ENOMEM;
    }
    *out = e;
    return 0;
}

void view_engine_destroy(struct view_engine *e)
{
    if (e == NULL) {
        return;
    }
    if (e->ctx != NULL) {
        duk_destroy_heap(e->ctx);
    }
    while (!list_is_empty(&e->programs)) {
        destroy_program(
            container_of(list_take_first(&e->programs), struct view_program, in_engine));
    }
    ejs_literals_deinit(&e->literals);
    buf_deinit(&e->script);
    buf_deinit(&e->out);
    mem_free(e);
}

bool view_engine_is_spent(const struct view_engine *e)
{
    if (e->is_spent || !e->files->rereads) {
        return e->is_spent;
    }
    list_each(node, &e->programs) {
        const struct view_program *program =
            container_of(node, const struct view_program, in_engine);

        if (!view_stamp_eq(program->stamp, view_files_stamp(e->files, str_from(program->name)))) {
            return true;
        }
    }
    return false;
}

/* ---- what went wrong ---- */

struct report {
    struct view_fault *fault;
    char name[VIEW_NAME_MAX];
    size_t line;
};

/* "    at [anon] (pages/home.ejs:3) ...": the first template of the stack. */
static void find_place(struct report *report, const char *stack)
{
    const char *mark = stack != NULL ? strstr(stack, ".ejs:") : NULL;
    const char *name = mark;
    struct str digits;
    uint64_t line = 0;

    if (mark == NULL) {
        return;
    }
    while (name > stack && name[-1] != '(' && name[-1] != '\n') {
        name--;
    }
    digits = (struct str){mark + 5, strspn(mark + 5, "0123456789")};
    if (str_to_u64(digits, 1000000, &line)) {
        (void)snprintf(report->name, sizeof(report->name), "%.*s", (int)(mark + 4 - name), name);
        report->line = (size_t)line;
    }
}

/* The error is on top. May itself throw. */
static duk_ret_t describe(duk_context *ctx, void *arg)
{
    struct report *report = arg;
    struct view_engine *e = view_calls_engine(ctx);
    struct str text;

    if (e->fault_name != NULL) {
        (void)snprintf(report->name, sizeof(report->name), "%s", e->fault_name);
        report->line = e->fault_line;
    } else if (duk_is_error(ctx, -1)) {
        duk_get_prop_string(ctx, -1, "stack");
        find_place(report, duk_get_string(ctx, -1));
        duk_pop(ctx);
        if (report->line == 0) {
            duk_get_prop_string(ctx, -1, "fileName");
            duk_get_prop_string(ctx, -2, "lineNumber");
            duk_push_sprintf(ctx, "(%s:%lu)", duk_safe_to_string(ctx, -2),
                             (unsigned long)duk_to_uint(ctx, -1));
            find_place(report, duk_get_string(ctx, -1));
            duk_pop_3(ctx);
        }
    }
    text.ptr = duk_safe_to_lstring(ctx, -1, &text.len);
    if (report->line > 0) {
        buf_printf(&report->fault->why, "%s/%s:%zu: ", e->files->folder, report->name,
                   report->line);
    }
    view_values_append_text(&report->fault->why, text);
    return 0;
}

static void append_excerpt(struct view_engine *e, const struct report *report)
{
    const struct view_program *program = find_program(e, report->name);
    struct str rest = program != NULL ? buf_str(&program->text) : STR("");

    for (size_t line = 1; report->line > 0 && rest.len > 0; line++) {
        struct str one = {rest.ptr, str_find(rest, '\n')};

        if (line + EXCERPT_LINES >= report->line && line <= report->line + EXCERPT_LINES) {
            buf_printf(&report->fault->excerpt, "%s%4zu| %.*s\n",
                       line == report->line ? " >> " : "    ", line, STR_FMT(one));
        }
        rest = str_from_offset(rest, one.len + (one.len < rest.len));
    }
}

/* The error is on top, and goes. What the call gives. */
static int fail(struct view_engine *e, struct view_fault *fault)
{
    struct report report = {.fault = fault};
    bool is_full = e->is_full;

    (void)duk_safe_call(e->ctx, describe, &report, 1, 1);
    duk_pop(e->ctx);
    append_excerpt(e, &report);
    e->is_spent = e->is_spent || e->timed_out || is_full;
    if (e->timed_out) {
        return SAILS_ETIMEOUT;
    }
    return is_full ? SAILS_ETOOBIG : SAILS_EREFUSED;
}

/* ---- rendering ---- */

static void begin(struct view_engine *e, const struct view_call *call)
{
    e->call = call;
    e->is_full = false;
    e->timed_out = false;
    e->until_look = GUARDS_A_LOOK;
    e->ends_ns = view_calls_now_ns() + e->limits.timeout_ms * 1000000;
    e->fault_name = NULL;
    buf_clear(&e->out);
}

static duk_ret_t check_program(duk_context *ctx, void *name)
{
    duk_push_c_function(ctx, call_load, 1);
    duk_push_string(ctx, name);
    duk_call(ctx, 1);
    return 0;
}

int view_engine_check(struct view_engine *e, const char *name, struct view_fault *fault)
{
    begin(e, NULL);
    if (duk_safe_call(e->ctx, check_program, (void *)(uintptr_t)name, 0, 1) != DUK_EXEC_SUCCESS) {
        return fail(e, fault);
    }
    duk_pop(e->ctx);
    return 0;
}

static duk_ret_t render(duk_context *ctx, void *arg)
{
    const struct view_call *call = arg;

    duk_dup(ctx, 0);
    duk_push_string(ctx, call->name);
    view_values_push(ctx, call->locals);
    if (call->layout != NULL) {
        duk_push_string(ctx, call->layout);
    } else {
        duk_push_null(ctx);
    }
    duk_call(ctx, 3);
    return 1;
}

int view_engine_render(struct view_engine *e, const struct view_call *call, struct buf *html,
                       struct view_fault *fault)
{
    struct str text;
    int rc = 0;

    if (!view_files_have(e->files, str_from(call->name))) {
        buf_printf(&fault->why, "there is no view %s/%s", e->files->folder, call->name);
        return SAILS_ENOENT;
    }
    begin(e, call);
    if (duk_safe_call(e->ctx, render, (void *)(uintptr_t)call, 0, 1) != DUK_EXEC_SUCCESS) {
        rc = fail(e, fault);
    } else {
        text.ptr = duk_get_lstring(e->ctx, -1, &text.len);
        buf_append_str(html, text);
        duk_pop(e->ctx);
        rc = buf_error(html);
    }
    e->call = NULL;
    return rc;
}

#else

int view_engine_create(const struct view_files *files, const struct view_limits *limits,
                       struct view_engine **out)
{
    (void)files;
    (void)limits;
    (void)out;
    return SAILS_ENOENT;
}

void view_engine_destroy(struct view_engine *engine)
{
    (void)engine;
}

bool view_engine_is_spent(const struct view_engine *engine)
{
    (void)engine;
    return true;
}

int view_engine_check(struct view_engine *engine, const char *name, struct view_fault *fault)
{
    (void)engine;
    buf_printf(&fault->why, "%s: this build has no templates", name);
    return SAILS_ENOENT;
}

int view_engine_render(struct view_engine *engine, const struct view_call *call, struct buf *html,
                       struct view_fault *fault)
{
    (void)html;
    return view_engine_check(engine, call->name, fault);
}

#endif
