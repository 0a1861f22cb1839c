#include "cli/cli_symbols.h"

#include "base/macros.h"
#include "base/str.h"

#include <dlfcn.h>

/* Words of the language, and what a compiler or the headers that every file has make of names. */
static const char *const words[] = {
    "alignas",       "alignof",       "asm",      "assert",       "auto",     "bool",
    "break",         "case",          "char",     "complex",      "const",    "constexpr",
    "continue",      "default",       "do",       "double",       "else",     "enum",
    "errno",         "extern",        "false",    "float",        "for",      "fortran",
    "goto",          "i386",          "if",       "imaginary",    "inline",   "int",
    "linux",         "long",          "main",     "nullptr",      "offsetof", "register",
    "restrict",      "return",        "short",    "signed",       "sizeof",   "static",
    "static_assert", "struct",        "switch",   "thread_local", "true",     "typedef",
    "typeof",        "typeof_unqual", "uint",     "ulong",        "union",    "unix",
    "unsigned",      "ushort",        "va_arg",   "va_copy",      "va_end",   "va_list",
    "va_start",      "void",          "volatile", "while"};

/* Of the library of C only: what ends so are types there, and the rest is ours and that of JSON. */
static bool is_reserved(struct str name)
{
    return str_starts_with(name, STR("sails_")) || str_starts_with(name, STR("json_")) ||
           (name.len > 2 && memcmp(name.ptr + name.len - 2, "_t", 2) == 0);
}

/*
 * All functions and variables of the libraries that this process is made of are asked for as well: one of an
 * application by such a name would take the place of theirs, or they of its.
 */
bool cli_symbol_is_taken(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcmp(name, words[i]) == 0) {
            return true;
        }
    }
    return is_reserved(str_from(name)) || dlsym(RTLD_DEFAULT, name) != NULL;
}
