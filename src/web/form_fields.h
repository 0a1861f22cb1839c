/*
 * form_fields.h - text fields of a multipart form, as they come.
 *
 * Purpose    Puts them into a body: names stay literal, a repeated one gives a list, those that the
 *            header X-JSON-MPU-Params names are JSON (request-response 5).
 * Ownership  Borrows the body and the header's text; owns what is held back.
 * Threads    One thread at a time.
 * Floor      web; uses base.
 *
 * While an action runs, perhaps on another thread, nobody may change its body: what comes then is
 * held back until form_fields_flush().
 */
#ifndef WEB_FORM_FIELDS_H
#define WEB_FORM_FIELDS_H

#include "base/json_text.h"

#include <jansson.h>

struct form_fields {
    struct str json_names;     /* of the header: "a,b" */
    struct json_limits limits; /* of the values of those */
    json_t *late;              /* [name, value, name, value, ...]; NULL: nothing is held back */
    json_t *replaced; /* values that had to make room, and may still be looked at; NULL: none */
};

void form_fields_deinit(struct form_fields *fields);

/*
 * Adds a field to `body`, or (NULL) holds it back. One whose name or value is no UTF-8, and
 * "__proto__", is left out. 0; SAILS_ENOMEM.
 */
int form_fields_add(struct form_fields *fields, json_t *body, struct str name, struct str value);

/*
 * Adds what was held back to `body`, and to `all` (NULL: not merged yet) where `over`, which is
 * stronger, has no such name. Views of what was there stay valid. 0; SAILS_ENOMEM.
 */
int form_fields_flush(struct form_fields *fields, json_t *body, json_t *all, const json_t *over);

#endif
