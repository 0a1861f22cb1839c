/**
 * @file sails/cookie.h
 * @brief How a cookie is kept: what sails_res_cookie() takes.
 *
 * Ownership  Texts are borrowed for the call that takes them.
 */
#ifndef SAILS_COOKIE_H
#define SAILS_COOKIE_H

#include <sails/export.h>
#include <stdbool.h>
#include <stdint.h>

SAILS_BEGIN_DECLS

/** How a cookie is kept. `{0}` or NULL: for "/", until the browser is closed. */
struct sails_cookie_options {
    const char *domain;  /**< NULL: the host alone */
    const char *path;    /**< NULL: "/" */
    uint64_t max_age_ms; /**< for so long; 0: see the next */
    uint64_t expires_ms; /**< until this time, in ms since 1970; 0: until the browser is closed */
    const char
        *same_site; /**< "Strict", "Lax" or "None", in any case; NULL: the browser's default */
    bool http_only; /**< scripts do not see it */
    bool secure;    /**< over TLS alone */
    bool is_signed; /**< with the app's session.secret: see sails_req_signed_cookie() */
};

SAILS_END_DECLS

#endif
