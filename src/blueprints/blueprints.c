#include "blueprints/blueprints.h"

#include "base/macros.h"
#include "base/mem.h"
#include "blueprints/blueprint_call.h"

#include <sails/err.h>

/* ---- functions of the program's ---- */

struct blueprint_parser {
    struct list in_blueprints;
    sails_blueprint_options_cb function;
    void *ctx;
    char name[];
};

void blueprints_init(struct blueprints *blueprints)
{
    *blueprints = (struct blueprints){0};
    list_init(&blueprints->parsers);
    publish_order_init(&blueprints->order);
    (void)pthread_mutex_init(&blueprints->writers, NULL);
    for (int i = 0; i < BLUEPRINT_KINDS; i++) {
        blueprints->kinds[i] =
            (struct blueprint){.blueprints = blueprints, .kind = (enum blueprint_kind)i};
        blueprints->actions[i] =
            (struct sails_action_def){.run = blueprint_call_begin, .ctx = &blueprints->kinds[i]};
    }
}

void blueprints_deinit(struct blueprints *blueprints)
{
    while (!list_is_empty(&blueprints->parsers)) {
        mem_free(container_of(list_take_first(&blueprints->parsers), struct blueprint_parser,
                              in_blueprints));
    }
    for (size_t i = 0; i < WORKERS_MAX; i++) {
        mem_free(blueprints->lines[i]);
    }
    publish_order_deinit(&blueprints->order);
    (void)pthread_mutex_destroy(&blueprints->writers);
}

static const struct blueprint_parser *find_parser(const struct blueprints *blueprints,
                                                  const char *name)
{
    list_each(node, &blueprints->parsers) {
        const struct blueprint_parser *parser =
            container_of(node, const struct blueprint_parser, in_blueprints);

        if (strcmp(parser->name, name) == 0) {
            return parser;
        }
    }
    return NULL;
}

int blueprints_add_parser(struct blueprints *blueprints, const char *name,
                          sails_blueprint_options_cb function, void *ctx)
{
    size_t size = strlen(name) + 1;
    struct blueprint_parser *parser = NULL;

    if (find_parser(blueprints, name) != NULL) {
        return SAILS_ECONFLICT;
    }
    parser = mem_calloc(1, sizeof(*parser) + size);
    if (parser == NULL) {
        return SAILS_ENOMEM;
    }
    parser->function = function;
    parser->ctx = ctx;
    memcpy(parser->name, name, size);
    list_append(&blueprints->parsers, &parser->in_blueprints);
    return 0;
}

bool blueprints_has_parser(const struct blueprints *blueprints, const char *name)
{
    return name[0] == '@' && find_parser(blueprints, name + 1) != NULL;
}

int blueprints_call_parser(const struct blueprints *blueprints, const char *name, sails_req *req,
                           const char *blueprint, json_t *options)
{
    const struct blueprint_parser *parser = NULL;

    if (name == NULL) {
        return 0;
    }
    parser = name[0] == '@' ? find_parser(blueprints, name + 1) : NULL;
    return parser != NULL ? parser->function(req, blueprint, options, parser->ctx) : SAILS_ENOENT;
}

/* ---- actions ---- */

bool blueprints_is_action(const struct blueprints *blueprints, const struct sails_action_def *def)
{
    return def >= blueprints->actions && def < blueprints->actions + BLUEPRINT_KINDS;
}
