/* tidy.h - text as it is kept. */
#ifndef HELPERS_TIDY_H
#define HELPERS_TIDY_H

/* Without white space at both ends. The caller frees it; NULL: no memory. */
char *tidy(const char *text);

#endif
