#include "base/setup.h"

#include <sails/err.h>

/* What may be given is no answer to who is too late, or the second. */
static bool asks_for_more(int rc)
{
    return rc != SAILS_ESTATE && rc != SAILS_ECONFLICT && rc != SAILS_ENOMEM &&
           rc != SAILS_ELENGTHPARAM;
}

static const char *reason(int rc)
{
    return rc == SAILS_ESTATE ? "too late: the app has been lifted, or was" : sails_strerror(rc);
}

static void keep(struct setup *setup, int rc)
{
    if (setup->error == 0 && rc != SAILS_ESTATE) {
        setup->error = rc;
    }
}

int setup_result(struct setup *setup, int rc, const char *call, const char *argument,
                 const char *allowed)
{
    const char *quote = argument != NULL ? "\"" : "";
    bool hints = allowed != NULL && asks_for_more(rc);

    if (rc >= 0 || setup == NULL) {
        return rc;
    }
    argument = argument != NULL ? argument : "NULL";
    if (setup->why != NULL) {
        buf_printf(setup->why, "`%s`: %s%s%s", argument, reason(rc), hints ? "; " : "",
                   hints ? allowed : "");
    } else {
        log_line(setup->log, LOG_ERROR, "%s(%s%s%s): %s%s%s", call, quote, argument, quote,
                 reason(rc), hints ? "; " : "", hints ? allowed : "");
    }
    keep(setup, rc);
    return rc;
}

int setup_note(struct setup *setup, int rc, const char *call)
{
    if (rc >= 0 || setup == NULL) {
        return rc;
    }
    if (setup->why != NULL) {
        buf_printf(setup->why, "%s", reason(rc));
    } else {
        log_line(setup->log, LOG_ERROR, "%s(): %s", call, reason(rc));
    }
    keep(setup, rc);
    return rc;
}
