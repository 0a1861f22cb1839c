#include "describe/app_routes.h"

/*
 * The columns are as wide as their widest cell, the last one as wide as it is. An action's inputs are
 * the lines of the last cell; the first of them stands beside the route.
 */

enum column {
    METHOD,
    PATH,
    LEADS_TO,
    INPUTS,
    N_COLUMNS
};

enum {
    GAP = 2 /* blanks between columns */
};

static const char *const titles[N_COLUMNS] = {"Method", "Path", "Leads to", "Inputs"};

/* In characters; bytes that go on with one do not count. */
static size_t width_of(struct str text)
{
    size_t width = 0;

    for (size_t i = 0; i < text.len; i++) {
        width += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    }
    return width;
}

/* ---- what a route leads to ---- */

static void write_step(struct buf *out, const struct request_step *step)
{
    const char *text = step->text != NULL ? step->text : "";

    switch (step->kind) {
    case STEP_FUNCTION:
    case STEP_ACTION:
        buf_append_str(out, STR("(function)"));
        break;
    case STEP_REDIRECT:
        buf_printf(out, "-> %s", text);
        break;
    case STEP_STATUS:
        buf_printf(out, "status %u", step->status);
        break;
    case STEP_VIEW:
        buf_printf(out, "view %s", text);
        break;
    case STEP_RESPONSE:
        buf_printf(out, "response %s", text);
        break;
    }
}

void app_routes_write_leads_to(struct buf *out, const struct route_info *route)
{
    const struct request_step *last = route_info_last_step(route);

    if (route->target->identity != NULL) {
        buf_append_str(out, str_from(route->target->identity));
    } else if (last != NULL) {
        write_step(out, last);
    }
}

/* ---- inputs ---- */

static void write_list(struct buf *out, const char *what, const char *const *texts)
{
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
        buf_append_str(out, str_from(i == 0 ? what : " | "));
        buf_append_str(out, str_from(texts[i]));
    }
}

static void write_text(struct buf *out, const char *what, const char *text)
{
    if (text != NULL) {
        buf_printf(out, "%s%s", what, text);
    }
}

static void write_length(struct buf *out, const char *what, size_t length)
{
    if (length > 0) {
        buf_printf(out, "%s%zu", what, length);
    }
}

static void write_flags(struct buf *out, const struct sails_input *def)
{
    const struct {
        bool is_set;
        const char *words;
    } flags[] = {
        {def->required, ", required"},
        {def->allow_null, ", or null"},
        {def->is_not_empty_string, ", not empty"},
        {def->is_email, ", email address"},
        {def->is_url, ", URL"},
        {def->is_ip, ", IP address"},
        {def->is_uuid, ", UUID"},
        {def->is_hex_color, ", hex color"},
        {def->is_credit_card, ", credit card"},
        {def->is_integer, ", integer"},
        {def->custom != NULL, ", checked by the program"},
    };

    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (flags[i].is_set) {
            buf_append_str(out, str_from(flags[i].words));
        }
    }
}

/* "age: number, integer, min 0, max 150" */
static void write_input(struct buf *out, const struct sails_input *def)
{
    buf_printf(out, "%s: %s", def->name, def->type);
    write_flags(out, def);
    write_text(out, ", default ", def->defaults_to);
    write_text(out, ", min ", def->min);
    write_text(out, ", max ", def->max);
    write_length(out, ", min length ", def->min_length);
    write_length(out, ", max length ", def->max_length);
    write_list(out, ", one of ", def->is_in);
    write_list(out, ", none of ", def->is_not_in);
    if (def->regex != NULL) {
        buf_printf(out, ", like /%s/", def->regex);
    }
}

/* ---- cells ---- */

static void write_cell(struct buf *out, const struct route_info *route, enum column column)
{
    switch (column) {
    case METHOD:
        buf_append_str(out, route_info_method(route));
        break;
    case PATH:
        buf_append_str(out, route_info_path(route));
        break;
    case LEADS_TO:
        app_routes_write_leads_to(out, route);
        break;
    case INPUTS:
    case N_COLUMNS:
        break;
    }
}

static void measure(const struct route_info *routes, size_t n, size_t *widths)
{
    struct buf cell = {0};

    for (enum column c = METHOD; c < INPUTS; c++) {
        widths[c] = width_of(str_from(titles[c]));
        for (size_t i = 0; i < n; i++) {
            buf_clear(&cell);
            write_cell(&cell, &routes[i], c);
            widths[c] = width_of(buf_str(&cell)) > widths[c] ? width_of(buf_str(&cell)) : widths[c];
        }
    }
    widths[INPUTS] = 0;
    buf_deinit(&cell);
}

static void fill(struct buf *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_append_char(out, ' ');
    }
}

/* Lines do not end with blanks. */
static void end_line(struct buf *out)
{
    while (out->len > 0 && out->ptr[out->len - 1] == ' ') {
        out->len--;
    }
    buf_append_char(out, '\n');
}

/* A cell that could not be measured for want of memory may be wider than its column. */
static void write_padded(struct buf *out, struct str text, size_t width)
{
    size_t used = width_of(text);

    buf_append_str(out, text);
    fill(out, (used < width ? width - used : 0) + GAP);
}

static void write_inputs(struct buf *out, const struct sails_input *inputs, size_t indent)
{
    for (size_t i = 0; inputs != NULL && inputs[i].name != NULL; i++) {
        if (i > 0) {
            end_line(out);
            fill(out, indent);
        }
        write_input(out, &inputs[i]);
    }
}

static void write_row(struct buf *out, const struct route_info *route, const size_t *widths)
{
    struct buf cell = {0};
    size_t indent = 0;

    for (enum column c = METHOD; c < INPUTS; c++) {
        buf_clear(&cell);
        write_cell(&cell, route, c);
        write_padded(out, buf_str(&cell), widths[c]);
        indent += widths[c] + GAP;
    }
    if (route->target->def != NULL) {
        write_inputs(out, route->target->def->inputs, indent);
    }
    end_line(out);
    out->failed = out->failed || cell.failed;
    buf_deinit(&cell);
}

void app_routes_write(struct buf *out, const struct route_info *routes, size_t n)
{
    size_t widths[N_COLUMNS];

    measure(routes, n, widths);
    for (enum column c = METHOD; c < INPUTS; c++) {
        write_padded(out, str_from(titles[c]), widths[c]);
    }
    buf_append_str(out, str_from(titles[INPUTS]));
    end_line(out);
    for (size_t i = 0; i < n; i++) {
        write_row(out, &routes[i], widths);
    }
}
