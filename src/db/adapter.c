#include "db/adapter.h"

#include <stdio.h>
#include <stdlib.h>

double adapter_widen(float value)
{
    char text[32];
    int digits = 6;

    do {
        snprintf(text, sizeof(text), "%.*g", digits, (double)value);
        digits++;
    } while (digits <= 9 && strtof(text, NULL) != value);
    return strtod(text, NULL);
}
