/**
 * @file sails/inputs.h
 * @brief Actions that declare what they take and how they end: Sails' actions2.
 *
 * A table says which inputs an action has. Before the action runs, each is looked up as
 * sails_req_param() does, brought to its type, and checked; what is missing or invalid is answered by
 * 400 with all problems at once, and the action is not called. Over HTTP and over a socket alike.
 *
 *     static const struct sails_input create_inputs[] = {
 *         {.name = "email", .type = "string", .required = true, .is_email = true},
 *         {.name = "role", .type = "string", .defaults_to = "user",
 *          .is_in = SAILS_TEXTS("user", "admin")},
 *         {.name = "age", .type = "number", .min = "0", .max = "150", .is_integer = true},
 *         {.name = "tags", .type = "[string]"},
 *         {0},
 *     };
 *
 *     static const struct sails_action_def create = {
 *         .run = user_create, .inputs = create_inputs, .description = "Creates a user."};
 *
 *     sails_app_action(app, "user/create", &create);
 *
 * The tables are borrowed for as long as the app: they should be `static const`. They are checked by
 * the lift; one that contradicts itself fails it, with a line that names the action and the input.
 *
 * Values in tables are texts: of a string input the text itself, of any other its JSON ("5", "true",
 * "[1, 2]").
 *
 * Ownership  Tables are borrowed, as above.
 * Threads    Tables are read by all workers; functions that take a request are as in sails/req.h.
 * Errors     0 or a negative code of sails/err.h. Every function survives NULL: SAILS_EINVAL, or NULL.
 */
#ifndef SAILS_INPUTS_H
#define SAILS_INPUTS_H

#include <jansson.h>

#include <sails/export.h>
#include <sails/types.h>
#include <stdbool.h>
#include <stddef.h>

SAILS_BEGIN_DECLS

/** A list of texts for `is_in` and `is_not_in`; it lives as long as the table where that stands outside
 * of functions. */
#define SAILS_TEXTS(...) SAILS_TABLE_OF_TEXTS(__VA_ARGS__)

/**
 * One input. Only `name` and `type` are needed; a member that is left out asks for nothing.
 *
 * Types:
 *
 * - "string", "number", "boolean";
 * - "json": any value of JSON, null included; "ref": the same, never changed by coercion;
 * - "[string]": a list of these; "[]": a list of anything;
 * - "{a: number, b: [string]}": an object with these members, all required, others are dropped;
 *   "{}": any object. Names of members that are not plain words stand in double quotes.
 */
struct sails_input {
    const char *name;
    const char *type;
    const char *description;
    bool required;   /**< Not together with `defaults_to`. */
    bool allow_null; /**< null is a value, and no rule looks at it; not with "json", "ref". */
    const char *defaults_to; /**< Where it is missing. Without: the input is then missing, too. */

    /* Rules. Of string inputs; the empty string passes all but the first. */
    bool is_not_empty_string;
    bool is_email;
    bool is_url;
    bool is_ip;
    bool is_uuid;
    bool is_hex_color;
    bool is_credit_card;
    size_t min_length; /**< In UTF-16 units, as JavaScript's `length`; 0: no rule. */
    size_t max_length; /**< 0: no rule. */
    const char *regex; /**< PCRE2, anywhere in the text unless anchored. */

    /* Of number inputs. */
    bool is_integer;
    const char *min; /**< The least allowed, "0". */
    const char *max; /**< The greatest allowed. */

    /* Of string and number inputs. */
    const char *const *is_in; /**< SAILS_TEXTS("a", "b"); ends with NULL. */
    const char *const *is_not_in;

    /** Of all: false refuses the value. It is borrowed; any worker's thread calls it. */
    bool (*custom)(const json_t *value);
};

/**
 * A way in which an action ends: see sails_res_exit(). Every action has "success" and "error", declared
 * or not.
 */
struct sails_exit {
    const char *name;
    unsigned
        status; /**< 0: 200 of "success", 302 of a redirection, else what `response` gives, or 500 */
    const char
        *response; /**< NULL: the output; "redirect": to the output; else the name of an answer,
                               "notFound" or one of sails_app_response() */
    const char *friendly_name;
    const char *description;
};

/** An action with what is known of it. All but `run` may be left out. */
struct sails_action_def {
    sails_action run;
    const struct sails_input *inputs; /**< Ends with {0}. NULL: none are declared or checked. */
    const char *friendly_name;        /**< "Create a user"; of documents. */
    const char *description;
    const struct sails_exit *exits;  /**< Ends with {0}; NULL: the two that every action has. */
    const char *url_wildcard_suffix; /**< The input that gets what the route's "*" stands for. */
    /**
     * The action may block: it runs on a thread of a pool (`jobs.threads`), not on a worker, and several of it at
     * once. There it may use sails_req_db() and the calls of sails/db.h, and whatever else waits. `req` and `res` are
     * its own until it returns; what it answers is sent then.
     */
    bool may_wait;
    void *ctx; /**< What `run` finds with sails_req_context(); NULL: the app's. */
};

/**
 * Ends the action by an exit that it declares. Without a `response` the output is the body: text as
 * sails_res_send(), other values as JSON, none as the status and its name. The header X-Exit names the
 * exit; outside of production X-Exit-Friendly-Name and X-Exit-Description say more. An exit that is not
 * declared ends the action by "error", and is logged.
 *
 * @param output  Taken; NULL: nothing.
 * @return 0; SAILS_EINVAL: NULL; SAILS_ENOENT: there is no such exit, or no answer of the name that it
 *         gives; SAILS_ESTATE, SAILS_ENOMEM: as all answers (sails/res.h).
 * @see    Sails documentation, "Actions and controllers", `exits`
 */
SAILS_API int sails_res_exit(sails_res *res, const char *name, json_t *output);

/**
 * The inputs of the request's action: coerced, checked, with defaults. Missing ones are missing keys.
 *
 * @return A view, valid until the request has been answered. NULL: the action declares none, or NULL.
 * @see    Sails documentation, "Actions and controllers", `inputs`
 */
SAILS_API json_t *sails_req_inputs(sails_req *req);

/** A string input; a view. NULL: missing, null, of another type, not declared, or with a NUL in it. */
SAILS_API const char *sails_req_input_text(sails_req *req, const char *name);

/** A number input; `otherwise` where it is missing, null, of another type, or not declared. */
SAILS_API double sails_req_input_number(sails_req *req, const char *name, double otherwise);

/** A boolean input; `otherwise` as for numbers. */
SAILS_API bool sails_req_input_boolean(sails_req *req, const char *name, bool otherwise);

/** An input of any type; a view. NULL: missing, or not declared. */
SAILS_API json_t *sails_req_input_json(sails_req *req, const char *name);

SAILS_END_DECLS

#endif
