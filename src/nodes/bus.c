#include "nodes/bus.h"

#include "base/buf.h"

const struct str bus_field_names[BUS_FIELDS] = {{"uid", 3}, {"nsp", 3}, {"type", 4}, {"data", 4}};

void bus_write_entry(struct buf *out, const struct str fields[BUS_FIELDS])
{
    for (size_t i = 0; i < BUS_FIELDS; i++) {
        buf_append_str(out, fields[i]);
        buf_append_char(out, '\0');
    }
}

bool bus_read_entry(struct bytes text, struct str fields[BUS_FIELDS])
{
    struct str rest = bytes_str(text);

    for (size_t i = 0; i < BUS_FIELDS; i++) {
        size_t len = str_find(rest, '\0');

        if (len == rest.len) {
            return false;
        }
        fields[i] = (struct str){rest.ptr, len};
        rest = str_from_offset(rest, len + 1);
    }
    return rest.len == 0;
}
