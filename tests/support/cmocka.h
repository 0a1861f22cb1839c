/* support/cmocka.h - cmocka, with the headers that it wants before it. */
#ifndef SUPPORT_CMOCKA_H
#define SUPPORT_CMOCKA_H

/* cmocka.h needs these first, and the formatter would sort it before them. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
/* clang-format on */

#endif
