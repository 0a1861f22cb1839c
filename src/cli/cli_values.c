#include "cli/cli_values.h"

#include "base/mem.h"

static struct str skip_blanks(struct str text)
{
    size_t n = 0;

    while (n < text.len && (text.ptr[n] == ' ' || text.ptr[n] == ',' || text.ptr[n] == '\t')) {
        n++;
    }
    return str_from_offset(text, n);
}

json_t *cli_values_read(struct str text, struct buf *why)
{
    json_t *values = json_array();

    for (text = skip_blanks(text); values != NULL && text.len > 0; text = skip_blanks(text)) {
        json_error_t error;
        json_t *value =
            json_loadb(text.ptr, text.len, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);

        if (value == NULL || json_array_append_new(values, value) < 0) {
            buf_printf(why, "`%.*s` is no JSON: %s. Names and texts have double quotes",
                       STR_FMT(text), error.text);
            json_decref(values);
            return NULL;
        }
        text = str_from_offset(text, (size_t)error.position);
    }
    return values;
}

void cli_values_write(struct buf *out, const json_t *value)
{
    char *text = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_INDENT(2)) : NULL;

    buf_append_str(out, text != NULL ? str_from(text) : STR("(nothing)"));
    mem_free(text);
}
