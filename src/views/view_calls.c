#include "views/view_calls.h"

#include "base/mem.h"
#include "views/view_values.h"

#include <assert.h>

/* Before each piece of the heap; keeps its alignment. */
union piece {
    size_t size;
    max_align_t align;
};

/* ---- memory and time ---- */

static bool has_room(struct view_engine *e, size_t more)
{
    bool has = more <= e->limits.max_memory - e->used;

    e->is_full = e->is_full || !has;
    return has;
}

void *view_calls_take(void *ctx, duk_size_t size)
{
    struct view_engine *e = ctx;
    union piece *piece = NULL;

    if (size == 0 || !has_room(e, size)) {
        return NULL;
    }
    piece = mem_alloc(sizeof(*piece) + size);
    if (piece == NULL) {
        return NULL;
    }
    piece->size = size;
    e->used += size;
    return piece + 1;
}

void view_calls_give(void *ctx, void *ptr)
{
    struct view_engine *e = ctx;
    union piece *piece = ptr;

    if (piece != NULL) {
        piece--;
        e->used -= piece->size;
        mem_free(piece);
    }
}

void *view_calls_change(void *ctx, void *ptr, duk_size_t size)
{
    struct view_engine *e = ctx;
    union piece *piece = ptr;
    size_t old = 0;

    if (piece == NULL) {
        return view_calls_take(ctx, size);
    }
    if (size == 0) {
        view_calls_give(ctx, ptr);
        return NULL;
    }
    piece--;
    old = piece->size;
    if (size > old && !has_room(e, size - old)) {
        return NULL;
    }
    piece = mem_realloc(piece, sizeof(*piece) + size);
    if (piece == NULL) {
        return NULL;
    }
    piece->size = size;
    e->used = e->used - old + size;
    return piece + 1;
}

uint64_t view_calls_now_ns(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct view_engine *view_calls_engine(duk_context *ctx)
{
    duk_memory_functions functions;

    duk_get_memory_functions(ctx, &functions);
    return functions.udata;
}

/* ---- what templates call ---- */

static duk_ret_t call_guard(duk_context *ctx)
{
    struct view_engine *e = view_calls_engine(ctx);

    if (e->timed_out || --e->until_look == 0) {
        e->until_look = GUARDS_A_LOOK;
        e->timed_out = e->timed_out || view_calls_now_ns() > e->ends_ns;
        if (e->timed_out) {
            return duk_error(ctx, DUK_ERR_RANGE_ERROR,
                             "it has taken more than %lu ms of processor time (views.timeout)",
                             (unsigned long)e->limits.timeout_ms);
        }
    }
    assert(!e->timed_out); /* I1 of view_engine.c */
    duk_push_true(ctx);
    return 1;
}

/* After buf_append() to e->out. */
static duk_ret_t check_out(duk_context *ctx, struct view_engine *e)
{
    e->is_full = e->is_full || e->out.len > e->limits.max_memory;
    if (e->out.len > e->limits.max_memory || buf_error(&e->out) < 0) {
        return duk_error(ctx, DUK_ERR_RANGE_ERROR, "there is no memory for the page");
    }
    return 0;
}

static duk_ret_t call_text(duk_context *ctx)
{
    struct view_engine *e = view_calls_engine(ctx);
    duk_uint_t n = duk_get_uint(ctx, 0);

    if (n < e->literals.n) {
        buf_append_str(&e->out, e->literals.items[n]);
    }
    return check_out(ctx, e);
}

/* The argument as text; false: undefined and null print nothing. */
static bool to_text(duk_context *ctx, struct str *text)
{
    if (duk_is_null_or_undefined(ctx, 0)) {
        return false;
    }
    text->ptr = duk_to_lstring(ctx, 0, &text->len);
    return true;
}

static duk_ret_t call_print(duk_context *ctx)
{
    struct view_engine *e = view_calls_engine(ctx);
    struct str text;

    if (to_text(ctx, &text)) {
        view_values_append_text(&e->out, text);
    }
    return check_out(ctx, e);
}

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&#34;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void append_escaped(struct buf *out, struct str text)
{
    size_t from = 0;

    for (size_t i = 0; i < text.len; i++) {
        const char *entity = entity_of(text.ptr[i]);

        if (entity != NULL) {
            view_values_append_text(out, (struct str){text.ptr + from, i - from});
            buf_append(out, entity, strlen(entity));
            from = i + 1;
        }
    }
    view_values_append_text(out, str_from_offset(text, from));
}

static duk_ret_t call_escape(duk_context *ctx)
{
    struct view_engine *e = view_calls_engine(ctx);
    struct str text;

    if (to_text(ctx, &text)) {
        append_escaped(&e->out, text);
    }
    return check_out(ctx, e);
}

/* ---- what the prelude calls ---- */

static duk_ret_t call_has(duk_context *ctx)
{
    struct str name;

    name.ptr = duk_require_lstring(ctx, 0, &name.len);
    duk_push_boolean(ctx, view_files_have(view_calls_engine(ctx)->files, name));
    return 1;
}

/* run(fn, locals): what it prints, as a text. */
static duk_ret_t call_run(duk_context *ctx)
{
    struct view_engine *e = view_calls_engine(ctx);
    size_t from = e->out.len;

    if (duk_pcall(ctx, 1) != DUK_EXEC_SUCCESS) {
        e->out.len = from; /* what it printed before goes with it, should somebody catch this */
        return duk_throw(ctx);
    }
    duk_push_lstring(ctx, e->out.len > from ? e->out.ptr + from : "", e->out.len - from);
    e->out.len = from;
    return 1;
}

static duk_ret_t push_answer(duk_context *ctx, void *answer)
{
    view_values_push(ctx, answer);
    return 1;
}

static duk_ret_t call_ask(duk_context *ctx)
{
    const struct view_call *call = view_calls_engine(ctx)->call;
    const char *name = duk_require_string(ctx, 0);
    json_t *args = NULL;
    json_t *answer = NULL;
    duk_int_t rc = 0;

    if (call == NULL || call->ask == NULL) {
        return 0;
    }
    args = view_values_take(ctx, 1);
    answer = call->ask(call->ctx, name, args);
    json_decref(args);
    /* Where pushing throws, the answer is still to be freed. */
    rc = duk_safe_call(ctx, push_answer, answer, 0, 1);
    json_decref(answer);
    return rc == DUK_EXEC_SUCCESS ? 1 : duk_throw(ctx);
}

/* ---- all of them ---- */

void view_calls_push(duk_context *ctx)
{
    static const struct {
        duk_c_function function;
        duk_idx_t n_args;
    } calls[VIEW_CALLS] = {{call_run, 2},  {call_has, 1},    {call_ask, 2},  {call_print, 1},
                           {call_text, 1}, {call_escape, 1}, {call_guard, 0}};

    for (size_t i = 0; i < VIEW_CALLS; i++) {
        duk_push_c_function(ctx, calls[i].function, calls[i].n_args);
    }
}
