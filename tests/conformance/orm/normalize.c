#include "normalize.h"

json_t *normalize(const struct orm_model *model, enum orm_method method,
                  const struct orm_call *call)
{
    struct orm_query query;
    struct orm_error error = {0};
    int rc = orm_query_init(&query, model, method, call, &error);
    json_t *outcome = rc < 0 ? json_pack("{s:o}", "error", orm_error_to_json(&error))
                             : json_pack("{s:o}", "result", orm_query_to_json(&query));

    orm_query_deinit(&query);
    orm_error_clear(&error);
    return outcome;
}
