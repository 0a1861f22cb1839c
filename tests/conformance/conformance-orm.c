/*
 * conformance-orm.c - the ORM as lines of JSON on standard input and output.
 *
 *     {"id":1,"define":{...}}                                ->  {"id":1,"result":{"models":[...]}}
 *     {"id":2,"model":"user","method":"find","criteria":{}}  ->  {"id":2,"result":[...]}
 *     a line that is no JSON object                          ->  {"id":null,"error":{...}}
 *
 * One request after the other. While one is being answered, functions that its definition names are
 * played by the other side: {"call":1,...} asks, {"return":1,...} answers. Ends with status 0 at the end
 * of its input.
 *
 *     orm/lines.h      lines            orm/requests.h   what is asked for, and the protocol's errors
 *     orm/functions.h  calls back       orm/engine.h     the ORM
 */
#include "orm/lines.h"
#include "orm/requests.h"

#include <sails/err.h>

int main(void)
{
    for (;;) {
        json_t *request = NULL;
        int rc = lines_read_json(&request);

        if (rc == 0) {
            break;
        }
        if (rc < 0 && rc != SAILS_EJSON && rc != SAILS_ETOOBIG) {
            fprintf(stderr, "conformance-orm: %s\n", sails_strerror(rc));
            return 1;
        }
        lines_write(requests_answer(request));
        json_decref(request);
    }
    requests_close();
    return 0;
}
