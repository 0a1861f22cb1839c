#include "requests.h"

#include "base/macros.h"
#include "engine.h"

/* {"error": ...}, as an outcome. */
static json_t *refuse(const char *why)
{
    return json_pack("{s:{s:s,s:s}}", "error", "name", "ProtocolError", "message", why);
}

static const char *text_of(json_t *request, const char *key)
{
    return json_string_value(json_object_get(request, key));
}

static bool is_one_of(const char *text, const char *const *all)
{
    for (; text != NULL && *all != NULL; all++) {
        if (strcmp(text, *all) == 0) {
            return true;
        }
    }
    return false;
}

/* A dictionary, or absent. */
static bool is_dictionary_at_most(json_t *value)
{
    return value == NULL || json_is_object(value);
}

/* ---- define, migrate ---- */

static json_t *define(json_t *request)
{
    json_t *what = json_object_get(request, "define");

    if (!json_is_object(what) || !json_is_object(json_object_get(what, "models")) ||
        !is_dictionary_at_most(json_object_get(what, "datastores")) ||
        !is_dictionary_at_most(json_object_get(what, "defaults"))) {
        return refuse("A definition has dictionaries: datastores, models, defaults.");
    }
    return engine_define(what);
}

static json_t *migrate(json_t *request)
{
    static const char *const strategies[] = {"alter", "drop", "safe", NULL};
    const char *strategy = text_of(request, "migrate");

    if (!is_one_of(strategy, strategies)) {
        return refuse("A migration is \"alter\", \"drop\" or \"safe\".");
    }
    return engine_migrate(strategy);
}

/* ---- models ---- */

/* Why this is no request for a model; NULL: it is one. */
static const char *why_not_model(json_t *request)
{
    static const char *const eachs[] = {"record", "batch", NULL};
    const char *method = text_of(request, "method");
    const char *model = text_of(request, "model");
    bool is_normalized = false;

    if (model == NULL || !engine_has_model(model)) {
        return "There is no such model.";
    }
    if (method == NULL || !engine_has_method(method, &is_normalized)) {
        return "There is no such method.";
    }
    if (json_is_true(json_object_get(request, "normalize")) && !is_normalized) {
        return "That method has no normal form.";
    }
    if (!is_dictionary_at_most(json_object_get(request, "paginate"))) {
        return "A page is a dictionary.";
    }
    if (json_object_get(request, "each") != NULL && !is_one_of(text_of(request, "each"), eachs)) {
        return "A stream is of each \"record\" or each \"batch\".";
    }
    return NULL;
}

static json_t *ask_model(json_t *request)
{
    const char *why = why_not_model(request);

    return why != NULL ? refuse(why) : engine_call_model(request, false);
}

/* ---- datastores ---- */

/* As why_not_model(), for what stands in `calls`. */
static const char *why_not_call(json_t *call)
{
    json_t *native = json_object_get(call, "native");

    if (!json_is_object(call)) {
        return "A call is a dictionary.";
    }
    if (native != NULL) {
        return json_is_string(native) ? NULL : "A native query is text.";
    }
    return why_not_model(call);
}

struct body {
    const char *datastore;
    json_t *calls;
    json_t *answers;
    bool is_rolled_back;
};

static json_t *run_call(const char *datastore, json_t *call)
{
    bool is_outside = json_is_true(json_object_get(call, "outside"));

    return json_object_get(call, "native") != NULL ? engine_call_native(datastore, call, is_outside)
                                                   : engine_call_model(call, is_outside);
}

static json_t *run_body(void *ctx)
{
    struct body *body = ctx;
    size_t i;
    json_t *call;

    json_array_foreach(body->calls, i, call)
    {
        json_t *outcome = run_call(body->datastore, call);
        json_t *error = json_object_get(outcome, "error");

        json_array_append_new(body->answers, outcome);
        if (error != NULL && !json_is_true(json_object_get(call, "tolerate"))) {
            return json_incref(error);
        }
    }
    return body->is_rolled_back ? json_pack("{s:s,s:s,s:s}", "name", "Error", "code", "E_ROLLBACK",
                                            "message", "Rolled back, as asked for.")
                                : NULL;
}

/* Why this is no request for a connection; NULL: it is one. */
static const char *why_not_connection(json_t *request)
{
    static const char *const methods[] = {"transaction", "leaseConnection", NULL};
    static const char *const ends[] = {"commit", "rollback", NULL};
    json_t *calls = json_object_get(request, "calls");
    size_t i;
    json_t *call;

    if (!is_one_of(text_of(request, "method"), methods)) {
        return "A datastore has native queries, transactions and connections.";
    }
    if (!json_is_array(calls)) {
        return "Calls are a list.";
    }
    if (json_object_get(request, "end") != NULL && !is_one_of(text_of(request, "end"), ends)) {
        return "A transaction ends with \"commit\" or \"rollback\".";
    }
    json_array_foreach(calls, i, call)
    {
        const char *why = why_not_call(call);
        if (why != NULL) {
            return why;
        }
    }
    return NULL;
}

static json_t *ask_datastore(json_t *request)
{
    const char *datastore = text_of(request, "datastore");
    json_t *native = json_object_get(request, "native");
    const char *end = text_of(request, "end");
    struct body body;
    json_t *outcome;

    if (datastore == NULL) {
        return refuse("A datastore has a name.");
    }
    if (native != NULL) {
        return json_is_string(native) ? engine_call_native(datastore, request, false)
                                      : refuse("A native query is text.");
    }
    const char *why = why_not_connection(request);
    if (why != NULL) {
        return refuse(why);
    }
    body = (struct body){
        .datastore = datastore,
        .calls = json_object_get(request, "calls"),
        .answers = json_array(),
        .is_rolled_back = end != NULL && strcmp(end, "rollback") == 0,
    };
    outcome = strcmp(text_of(request, "method"), "transaction") == 0
                  ? engine_transaction(datastore, run_body, &body)
                  : engine_lease(datastore, run_body, &body);
    json_object_set_new(outcome, "answers", body.answers);
    return outcome;
}

/* ---- all ---- */

static const struct {
    const char *key; /* that only this kind of request has */
    json_t *(*handle)(json_t *request);
} kinds[] = {
    {"define", define},
    {"migrate", migrate},
    {"model", ask_model},
    {"datastore", ask_datastore},
};

static json_t *handle(json_t *request)
{
    json_t *(*found)(json_t * request) = NULL;

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (json_object_get(request, kinds[i].key) != NULL) {
            if (found != NULL) {
                return refuse("This is several requests at once.");
            }
            found = kinds[i].handle;
        }
    }
    if (found == NULL) {
        return refuse("There is no such request.");
    }
    if (found != define && !engine_is_defined()) {
        return refuse("Nothing has been defined.");
    }
    return found(request);
}

json_t *requests_answer(json_t *request)
{
    json_t *id = json_object_get(request, "id");
    json_t *answer = json_object();
    json_t *outcome;

    if (!json_is_object(request)) {
        outcome = refuse("This is no JSON object.");
    } else if (!json_is_number(id) && !json_is_string(id)) {
        outcome = refuse("A request has an id.");
    } else {
        outcome = handle(request);
    }
    json_object_set_new(answer, "id", id != NULL ? json_incref(id) : json_null());
    json_object_update(answer, outcome);
    json_decref(outcome);
    return answer;
}

void requests_close(void)
{
    engine_close();
}
