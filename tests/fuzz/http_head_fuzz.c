/*
 * A head: our reading of it against http-parser's (head_oracle.h), and in pieces against whole.
 */
#include "support/head_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && head_oracle_compare((struct str){(const char *)data, size}) != NULL) {
        __builtin_trap();
    }
    return 0;
}
