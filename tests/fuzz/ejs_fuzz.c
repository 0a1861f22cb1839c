/*
 * Templates, compiled to scripts. What must hold: every line end of the template is in the script, none is added, and
 * texts are views of the template.
 */
#include "views/ejs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_lines(struct str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        n += text.ptr[i] == '\n';
    }
    return n;
}

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str template = {(const char *)data, size};
    struct ejs_literals literals = {0};
    struct buf script = {0};
    size_t line = 0;
    int rc = ejs_compile(&script, &literals, template, &line);

    if (rc == 0) {
        require(count_lines(buf_str(&script)) == count_lines(template));
    } else {
        require(line >= 1 && line <= count_lines(template) + 1);
    }
    for (size_t i = 0; i < literals.n; i++) {
        require(literals.items[i].ptr >= template.ptr &&
                literals.items[i].ptr + literals.items[i].len <= template.ptr + template.len);
    }
    ejs_literals_deinit(&literals);
    buf_deinit(&script);
    return 0;
}
