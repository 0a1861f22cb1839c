#include "db/pg_value.h"

#include <stdio.h>
#include <stdlib.h>

/* What pg_type says; the types that can be decoded from binary. */
enum type_oid {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_OID = 26,
    OID_JSON = 114,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_UNKNOWN = 705,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_TIMESTAMP = 1114,
    OID_TIMESTAMPTZ = 1184,
    OID_JSONB = 3802
};

bool pg_value_has_binary(unsigned type)
{
    switch (type) {
    case OID_BOOL:
    case OID_BYTEA:
    case OID_NAME:
    case OID_INT8:
    case OID_INT2:
    case OID_INT4:
    case OID_TEXT:
    case OID_OID:
    case OID_JSON:
    case OID_FLOAT4:
    case OID_FLOAT8:
    case OID_UNKNOWN:
    case OID_BPCHAR:
    case OID_VARCHAR:
        return true;
    default:
        return false;
    }
}

static uint64_t read_big_endian(const char *data, size_t len)
{
    uint64_t n = 0;

    for (size_t i = 0; i < len; i++) {
        n = n << 8 | (uint8_t)data[i];
    }
    return n;
}

void pg_value_from_binary(unsigned type, struct str data, struct db_value *value)
{
    uint64_t bits = data.len <= 8 ? read_big_endian(data.ptr, data.len) : 0;

    value->type = DB_TEXT;
    value->as.text = data;
    switch (type) {
    case OID_BOOL:
        value->type = DB_BOOLEAN;
        value->as.boolean = bits != 0;
        break;
    case OID_INT2:
        value->type = DB_INTEGER;
        value->as.integer = (int16_t)bits;
        break;
    case OID_INT4:
        value->type = DB_INTEGER;
        value->as.integer = (int32_t)bits;
        break;
    case OID_OID:
    case OID_INT8:
        value->type = DB_INTEGER;
        value->as.integer = (int64_t)bits;
        break;
    case OID_FLOAT4: {
        uint32_t half = (uint32_t)bits;
        float narrow = 0;

        memcpy(&narrow, &half, sizeof(narrow));
        value->type = DB_REAL;
        value->as.real = adapter_widen(narrow);
        break;
    }
    case OID_FLOAT8:
        value->type = DB_REAL;
        memcpy(&value->as.real, &bits, sizeof(bits));
        break;
    case OID_BYTEA:
        value->type = DB_BYTES;
        break;
    case OID_JSON:
        value->type = DB_JSON;
        break;
    default:
        break;
    }
}

/* "2026-01-31 12:00:00.5+00" becomes "2026-01-31T12:00:00.500Z", as JavaScript writes it. */
static struct str decode_time(struct str text, char decoded[PG_VALUE_TIME_MAX])
{
    char fraction[4] = "000";
    size_t dot = str_find(text, '.');

    if (text.len < 19 || text.len > 35 || text.ptr[4] != '-' || text.ptr[10] != ' ') {
        return text; /* "infinity", or before Christ */
    }
    for (size_t i = 0; dot < text.len && i < 3; i++) {
        char c = dot + 1 + i < text.len ? text.ptr[dot + 1 + i] : '0';

        fraction[i] = '0';
        if (c < '0' || c > '9') {
            break;
        }
        fraction[i] = c;
    }
    snprintf(decoded, PG_VALUE_TIME_MAX, "%.10sT%.8s.%.3sZ", text.ptr, text.ptr + 11, fraction);
    return str_from(decoded);
}

void pg_value_from_text(unsigned type, struct str text, char decoded[PG_VALUE_TIME_MAX],
                        struct db_value *value)
{
    value->type = DB_TEXT;
    value->as.text = text;
    switch (type) {
    case OID_BOOL:
        value->type = DB_BOOLEAN;
        value->as.boolean = text.ptr[0] == 't';
        break;
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_OID:
        value->type = DB_INTEGER;
        value->as.integer = strtoll(text.ptr, NULL, 10);
        break;
    case OID_FLOAT4:
    case OID_FLOAT8:
        value->type = DB_REAL;
        value->as.real = strtod(text.ptr, NULL);
        break;
    case OID_JSON:
    case OID_JSONB:
        value->type = DB_JSON;
        break;
    case OID_TIMESTAMP:
    case OID_TIMESTAMPTZ:
        value->as.text = decode_time(text, decoded);
        break;
    default:
        break;
    }
}
