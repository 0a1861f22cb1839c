#include "base/c_text.h"
#include "base/mem.h"
#include "request/res.h"
#include "schema/exits.h"

static struct sails_req *req_of(sails_res *res)
{
    return container_of(res, struct sails_req, res);
}

/* ---- headers ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A line's end, and the blanks around it, become one blank: a header has no lines. */
static void append_line(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        size_t n = 0;

        while (is_blank(text[n])) {
            n++;
        }
        if (n > 0 && memchr(text, '\n', n) != NULL) {
            buf_append_char(out, ' ');
            text += n - 1;
        } else {
            buf_append_char(out, *text);
        }
    }
    buf_append_char(out, '\0');
}

static void set_text(sails_res *res, const char *name, const char *text)
{
    struct buf line = {0};

    if (text == NULL) {
        return;
    }
    append_line(&line, text);
    if (buf_error(&line) == 0) {
        sails_res_set(res, name, line.ptr);
    }
    buf_deinit(&line);
}

/* One that HTTP does not allow is left out: headers about an answer are not worth the answer. */
static void set_headers(sails_res *res, const struct sails_exit *end)
{
    sails_res_set(res, "X-Exit", end->name);
    if (!req_of(res)->service->options.is_production) {
        set_text(res, "X-Exit-Friendly-Name", end->friendly_name);
        set_text(res, "X-Exit-Description", end->description);
    }
}

/* ---- answers ---- */

/* The output (taken) as it is: app-config-cli 7.4. */
static int answer_output(sails_res *res, unsigned status, json_t *output)
{
    if (output == NULL || json_is_null(output)) {
        return sails_res_send_status(res, status);
    }
    sails_res_status(res, status);
    if (!json_is_string(output)) {
        return sails_res_json(res, output);
    }
    return sails_res_send_value(res, output);
}

static int redirect(sails_res *res, const struct sails_exit *end, json_t *output)
{
    int rc = 0;

    if (c_text_of(output) == NULL) {
        json_decref(output);
        return sails_res_server_error(res,
                                      json_pack("s++", "The exit `", end->name,
                                                "` redirects, and its output is not an address."));
    }
    sails_res_status(res, exits_status(end));
    rc = sails_res_redirect(res, c_text_of(output));
    json_decref(output);
    return rc;
}

/* Nobody may be left without an answer because a name in a table is wrong. */
static int respond(sails_res *res, const struct sails_exit *end, json_t *output)
{
    int rc = 0;

    if (end->status != 0) {
        sails_res_status(res, end->status);
    }
    rc = sails_res_respond(res, end->response, output);
    if (rc == SAILS_ENOENT) {
        sails_res_server_error(res,
                               json_pack("s++++", "The exit `", end->name, "` gives the answer `",
                                         end->response, "`, which nobody has set."));
    }
    return rc;
}

static int answer(sails_res *res, const struct sails_exit *end, json_t *output)
{
    if (end->response == NULL) {
        return answer_output(res, exits_status(end), output);
    }
    if (strcmp(end->response, "redirect") == 0) {
        return redirect(res, end, output);
    }
    return respond(res, end, output);
}

/* Sails: what is thrown and is no exit ends the action by "error". */
static int answer_unknown(sails_res *res, const char *name, json_t *output)
{
    json_decref(output);
    sails_res_set(res, "X-Exit", "error");
    sails_res_server_error(
        res, json_pack("s++", "Internal error occurred while running the action: it has no exit `",
                       name, "`."));
    return SAILS_ENOENT;
}

int sails_res_exit(sails_res *res, const char *name, json_t *output)
{
    const struct request_target *target = NULL;
    const struct sails_exit *end = NULL;

    if (res == NULL || name == NULL) {
        json_decref(output);
        return SAILS_EINVAL;
    }
    if (res->is_answered) {
        json_decref(output);
        return SAILS_ESTATE;
    }
    target = req_of(res)->target;
    end = exits_find(target != NULL ? target->def : NULL, name);
    if (end == NULL) {
        return answer_unknown(res, name, output);
    }
    set_headers(res, end);
    return answer(res, end, output);
}
