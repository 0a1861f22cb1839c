#include <sails/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const char *find_own(int err, bool want_name);

const char *sails_strerror(int err)
{
    const char *text = find_own(err, false);

    if (text == NULL && err == 0) {
        text = "success";
    }
    if (text == NULL && err < 0 && err > -4096) {
        text = strerrordesc_np(-err);
    }
    return text != NULL ? text : "unknown error";
}

const char *sails_err_name(int err)
{
    const char *name = find_own(err, true);

    if (name == NULL && err == 0) {
        name = "OK";
    }
    if (name == NULL && err < 0 && err > -4096) {
        name = strerrorname_np(-err);
    }
    return name != NULL ? name : "UNKNOWN";
}

static const char *find_own(int err, bool want_name)
{
    switch (err) {
#define ERR_CASE(name, value, text)                                                                \
    case name:                                                                                     \
        return want_name ? #name : (text);
        SAILS_ERR_TABLE(ERR_CASE)
#undef ERR_CASE
    }
    return NULL;
}
