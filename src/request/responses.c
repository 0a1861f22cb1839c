#include "request/responses.h"

#include "base/macros.h"
#include "base/mem.h"
#include "request/res.h"

struct response {
    struct list in_all;
    sails_response function;
    char name[];
};

void responses_init(struct responses *responses)
{
    list_init(&responses->all);
}

void responses_deinit(struct responses *responses)
{
    while (!list_is_empty(&responses->all)) {
        mem_free(container_of(list_take_first(&responses->all), struct response, in_all));
    }
}

static struct response *find(const struct responses *responses, const char *name)
{
    list_each(node, &responses->all) {
        struct response *response = container_of(node, struct response, in_all);

        if (strcmp(response->name, name) == 0) {
            return response;
        }
    }
    return NULL;
}

int responses_set(struct responses *responses, const char *name, sails_response function)
{
    struct response *response = find(responses, name);
    size_t size = strlen(name) + 1;

    if (response == NULL) {
        response = mem_calloc(1, sizeof(*response) + size);
        if (response == NULL) {
            return SAILS_ENOMEM;
        }
        memcpy(response->name, name, size);
        list_append(&responses->all, &response->in_all);
    }
    response->function = function;
    return 0;
}

sails_response responses_find(const struct responses *responses, const char *name)
{
    const struct response *response = find(responses, name);

    return response != NULL ? response->function : NULL;
}

/* Inside of a function of the program's the name means the built-in answer, which it may fall back to. */
bool responses_answer(sails_res *res, const char *name, json_t *data, int *rc)
{
    sails_response function = NULL;

    if (res == NULL || res->is_responding || res->is_answered) {
        return false;
    }
    function = responses_find(&res_request(res)->service->responses, name);
    if (function == NULL) {
        return false;
    }
    res->is_responding = true;
    function(res_request(res), res, data);
    json_decref(data);
    *rc = 0;
    return true;
}

/* ---- by name ---- */

static int answer_forbidden(sails_res *res, json_t *data)
{
    json_decref(data);
    return sails_res_forbidden(res);
}

static int answer_not_found(sails_res *res, json_t *data)
{
    json_decref(data);
    return sails_res_not_found(res);
}

static const struct {
    const char *name;
    int (*answer)(sails_res *res, json_t *data);
} built_in[] = {
    {"ok", sails_res_ok},
    {"badRequest", sails_res_bad_request},
    {"forbidden", answer_forbidden},
    {"notFound", answer_not_found},
    {"serverError", sails_res_server_error},
};

bool responses_is_builtin(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(built_in); i++) {
        if (strcmp(built_in[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

int sails_res_respond(sails_res *res, const char *name, json_t *data)
{
    int rc = 0;

    if (res == NULL || name == NULL) {
        json_decref(data);
        return SAILS_EINVAL;
    }
    for (size_t i = 0; i < ARRAY_LEN(built_in); i++) {
        if (strcmp(built_in[i].name, name) == 0) {
            return built_in[i].answer(res, data);
        }
    }
    if (responses_answer(res, name, data, &rc)) {
        return rc;
    }
    json_decref(data);
    return res->is_answered ? SAILS_ESTATE : SAILS_ENOENT;
}
