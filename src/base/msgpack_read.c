#include "base/iso_time.h"
#include "base/json_value.h"
#include "base/macros.h"
#include "base/msgpack_value.h"
#include "base/utf8.h"

#include <assert.h>
#include <math.h>
#include <sails/err.h>

/*
 * msgpack-c's reader ends at a depth of 32, and makes room for as many values as a header claims before it
 * looks for them, so that five bytes cost gigabytes. Here a value is made when its bytes have been seen,
 * straight into JSON.
 *
 * I1  `left` shrinks with every value: what a header claims costs nothing until it is there.
 */
struct reader {
    struct bytes in;
    size_t left; /* values that may still come */
    const uint8_t *end;
};

static void reader_check(const struct reader *r, size_t left_before)
{
    assert(r->left < left_before);                             /* I1 */
    assert(r->in.len == 0 || r->in.ptr + r->in.len == r->end); /* no more was taken than is there */
    (void)r;
    (void)left_before;
}

/* What a value begins with. */
struct head {
    enum {
        HEAD_VALUE, /* `value`: it is whole */
        HEAD_TEXT,
        HEAD_BINARY,
        HEAD_ARRAY,
        HEAD_MAP,
        HEAD_EXT,
        HEAD_UNDEFINED
    } kind;
    json_t *value;
    size_t len; /* bytes, or values of an array, or pairs of a map */
};

static int read_value(struct reader *r, int depth, json_t **value);

static bool take(struct reader *r, size_t len, const uint8_t **bytes)
{
    if (r->in.len < len) {
        return false;
    }
    *bytes = r->in.ptr;
    r->in.ptr += len;
    r->in.len -= len;
    return true;
}

/* Big endian, 1 to 8 bytes. */
static int take_number(struct reader *r, size_t len, uint64_t *number)
{
    const uint8_t *bytes = NULL;

    if (!take(r, len, &bytes)) {
        return SAILS_EPROTO;
    }
    *number = 0;
    for (size_t i = 0; i < len; i++) {
        *number = *number << 8 | bytes[i];
    }
    return 0;
}

static json_t *number_value(double number)
{
    return isfinite(number) ? json_real(number) : json_null(); /* as JSON.stringify */
}

static json_t *float_value(uint64_t bits, size_t len)
{
    float single = 0;
    double number = 0;
    uint32_t low = (uint32_t)bits;

    if (len == sizeof(low)) {
        memcpy(&single, &low, sizeof(single));
        return number_value((double)single);
    }
    memcpy(&number, &bits, sizeof(number));
    return number_value(number);
}

static json_t *signed_value(uint64_t bits, size_t len)
{
    switch (len) {
    case 1:
        return json_integer((int8_t)(uint8_t)bits);
    case 2:
        return json_integer((int16_t)(uint16_t)bits);
    case 4:
        return json_integer((int32_t)(uint32_t)bits);
    }
    return json_integer((int64_t)bits);
}

static json_t *unsigned_value(uint64_t number)
{
    return number <= INT64_MAX ? json_integer((json_int_t)number) : json_real((double)number);
}

/* Marks from 0xc0 to 0xdf, behind which a number of `size` bytes stands. */
static const struct {
    uint8_t kind; /* enum, as of struct head; see read_marked() for values */
    uint8_t size;
} marks[32] = {
    [0xc4 - 0xc0] = {HEAD_BINARY, 1}, [0xc5 - 0xc0] = {HEAD_BINARY, 2},
    [0xc6 - 0xc0] = {HEAD_BINARY, 4}, [0xc7 - 0xc0] = {HEAD_EXT, 1},
    [0xc8 - 0xc0] = {HEAD_EXT, 2},    [0xc9 - 0xc0] = {HEAD_EXT, 4},
    [0xca - 0xc0] = {HEAD_VALUE, 4},  [0xcb - 0xc0] = {HEAD_VALUE, 8},
    [0xcc - 0xc0] = {HEAD_VALUE, 1},  [0xcd - 0xc0] = {HEAD_VALUE, 2},
    [0xce - 0xc0] = {HEAD_VALUE, 4},  [0xcf - 0xc0] = {HEAD_VALUE, 8},
    [0xd0 - 0xc0] = {HEAD_VALUE, 1},  [0xd1 - 0xc0] = {HEAD_VALUE, 2},
    [0xd2 - 0xc0] = {HEAD_VALUE, 4},  [0xd3 - 0xc0] = {HEAD_VALUE, 8},
    [0xd9 - 0xc0] = {HEAD_TEXT, 1},   [0xda - 0xc0] = {HEAD_TEXT, 2},
    [0xdb - 0xc0] = {HEAD_TEXT, 4},   [0xdc - 0xc0] = {HEAD_ARRAY, 2},
    [0xdd - 0xc0] = {HEAD_ARRAY, 4},  [0xde - 0xc0] = {HEAD_MAP, 2},
    [0xdf - 0xc0] = {HEAD_MAP, 4},
};

static json_t *marked_number(uint8_t mark, uint64_t bits, size_t size)
{
    if (mark <= 0xcb) {
        return float_value(bits, size);
    }
    return mark <= 0xcf ? unsigned_value(bits) : signed_value(bits, size);
}

/* A mark from 0xc0 to 0xdf. */
static int read_marked(struct reader *r, uint8_t mark, struct head *head)
{
    uint64_t number = 0;
    uint8_t size = marks[mark - 0xc0].size;

    if (mark == 0xc0 || mark == 0xc2 || mark == 0xc3) {
        head->value = mark == 0xc0 ? json_null() : json_boolean(mark == 0xc3);
        return 0;
    }
    if (mark >= 0xd4 && mark <= 0xd8) { /* fixext of 1, 2, 4, 8, 16 bytes */
        *head = (struct head){.kind = HEAD_EXT, .len = (size_t)1 << (mark - 0xd4)};
        return 0;
    }
    if (size == 0 || take_number(r, size, &number) < 0) {
        return SAILS_EPROTO; /* 0xc1 is no mark */
    }
    head->kind = marks[mark - 0xc0].kind;
    head->len = (size_t)number;
    if (head->kind == HEAD_VALUE) {
        head->value = marked_number(mark, number, size);
        return head->value != NULL ? 0 : SAILS_ENOMEM;
    }
    return 0;
}

static int read_head(struct reader *r, struct head *head)
{
    const uint8_t *mark = NULL;

    *head = (struct head){.kind = HEAD_VALUE};
    if (!take(r, 1, &mark)) {
        return SAILS_EPROTO;
    }
    if (*mark <= 0x7f || *mark >= 0xe0) { /* fixint */
        head->value = json_integer(*mark <= 0x7f ? *mark : (int8_t)*mark);
        return head->value != NULL ? 0 : SAILS_ENOMEM;
    }
    if (*mark >= 0xc0) {
        return read_marked(r, *mark, head);
    }
    if (*mark >= 0xa0) {
        *head = (struct head){.kind = HEAD_TEXT, .len = *mark & 0x1f};
    } else {
        *head = (struct head){.kind = *mark >= 0x90 ? HEAD_ARRAY : HEAD_MAP, .len = *mark & 0x0f};
    }
    return 0;
}

static int read_text(struct reader *r, size_t len, struct str *text)
{
    const uint8_t *bytes = NULL;

    if (!take(r, len, &bytes) || !utf8_is_valid((struct bytes){bytes, len})) {
        return SAILS_EPROTO;
    }
    *text = (struct str){(const char *)bytes, len};
    return 0;
}

static int text_value(struct reader *r, size_t len, json_t **value)
{
    struct str text = {NULL, 0};
    int rc = read_text(r, len, &text);

    if (rc == 0) {
        *value = json_stringn_nocheck(text.len > 0 ? text.ptr : "", text.len);
        rc = *value != NULL ? 0 : SAILS_ENOMEM;
    }
    return rc;
}

static int binary_value(struct reader *r, size_t len, json_t **value)
{
    const uint8_t *bytes = NULL;

    if (!take(r, len, &bytes)) {
        return SAILS_EPROTO;
    }
    *value = json_value_binary(bytes, len);
    return *value != NULL ? 0 : SAILS_ENOMEM;
}

/* "2026-11-29T12:00:00.000Z"; beyond the years of four digits what an invalid date becomes. */
static int date_value(int64_t ms, json_t **value)
{
    char text[ISO_TIME_LEN + 1];

    if (ms < ISO_TIME_MIN || ms > ISO_TIME_MAX) {
        *value = json_null();
        return 0;
    }
    iso_time_format(text, ms);
    *value = json_string(text);
    return *value != NULL ? 0 : SAILS_ENOMEM;
}

/* Type -1: seconds in 32 bits; nanoseconds in 30 and seconds in 34; nanoseconds in 32, seconds in 64. */
static int timestamp_value(struct reader *r, size_t len, json_t **value)
{
    uint64_t first = 0;
    uint64_t seconds = 0;
    int64_t ms = 0;

    if ((len != 4 && len != 8 && len != 12) || take_number(r, len == 8 ? 8 : 4, &first) < 0 ||
        (len == 12 && take_number(r, 8, &seconds) < 0)) {
        return SAILS_EPROTO;
    }
    if (len == 4) {
        return date_value((int64_t)first * 1000, value);
    }
    if (len == 8) {
        ms = (int64_t)(first & UINT64_C(0x3ffffffff)) * 1000;
        return date_value(ms + (int64_t)((first >> 34) / 1000000), value);
    }
    if (__builtin_mul_overflow((int64_t)seconds, INT64_C(1000), &ms)) {
        *value = json_null();
        return 0;
    }
    return date_value(ms + (int64_t)(first / 1000000), value);
}

/* Type 0 of notepack 2: `undefined`, dates in milliseconds, and buffers. */
static int read_ext(struct reader *r, uint8_t mark, struct head *head, json_t **value)
{
    uint64_t type = 0;
    uint64_t ms = 0;
    const uint8_t *ignored = NULL;

    if (take_number(r, 1, &type) < 0) {
        return SAILS_EPROTO;
    }
    if (type == 0xff) {
        return timestamp_value(r, head->len, value);
    }
    if (type == 0 && mark >= 0xc7 && mark <= 0xc9) {
        return binary_value(r, head->len, value);
    }
    if (type == 0 && mark == 0xd7) {
        return take_number(r, 8, &ms) < 0 ? SAILS_EPROTO : date_value((int64_t)ms, value);
    }
    if (!take(r, head->len, &ignored)) {
        return SAILS_EPROTO;
    }
    if (type == 0 && mark == 0xd4) {
        head->kind = HEAD_UNDEFINED;
    }
    *value = json_null();
    return 0;
}

static int read_array(struct reader *r, size_t n, int depth, json_t **value)
{
    json_t *array = json_array();
    int rc = array != NULL ? 0 : SAILS_ENOMEM;

    for (size_t i = 0; i < n && rc == 0; i++) {
        json_t *element = NULL;

        rc = read_value(r, depth + 1, &element);
        if (rc == 0 && json_array_append_new(array, element) < 0) {
            rc = SAILS_ENOMEM;
        }
    }
    if (rc < 0) {
        json_decref(array);
        return rc;
    }
    *value = array;
    return 0;
}

static int read_key(struct reader *r, struct str *key)
{
    struct head head;
    int rc = read_head(r, &head);

    if (rc == 0 && head.kind != HEAD_TEXT) {
        json_decref(head.value);
        return SAILS_EPROTO;
    }
    rc = rc == 0 ? read_text(r, head.len, key) : rc;
    return rc == 0 && memchr(key->len > 0 ? key->ptr : "x", '\0', key->len) != NULL ? SAILS_EPROTO
                                                                                    : rc;
}

/* As read_value(); *is_undefined where the value is. */
static int read_any(struct reader *r, int depth, json_t **value, bool *is_undefined);

static int read_map(struct reader *r, size_t n, int depth, json_t **value)
{
    json_t *map = json_object();
    int rc = map != NULL ? 0 : SAILS_ENOMEM;

    for (size_t i = 0; i < n && rc == 0; i++) {
        struct str key = {NULL, 0};
        json_t *member = NULL;
        bool is_undefined = false;

        rc = read_key(r, &key);
        rc = rc == 0 ? read_any(r, depth + 1, &member, &is_undefined) : rc;
        if (rc == 0 && is_undefined) {
            json_decref(member);
        } else if (rc == 0 && json_object_setn_new_nocheck(map, key.len > 0 ? key.ptr : "", key.len,
                                                           member) < 0) {
            rc = SAILS_ENOMEM;
        }
    }
    if (rc < 0) {
        json_decref(map);
        return rc;
    }
    *value = map;
    return 0;
}

static int read_body(struct reader *r, uint8_t mark, struct head *head, int depth, json_t **value)
{
    switch (head->kind) {
    case HEAD_VALUE:
        *value = head->value;
        return 0;
    case HEAD_TEXT:
        return text_value(r, head->len, value);
    case HEAD_BINARY:
        return binary_value(r, head->len, value);
    case HEAD_ARRAY:
        return read_array(r, head->len, depth, value);
    case HEAD_MAP:
        return read_map(r, head->len, depth, value);
    case HEAD_EXT:
        return read_ext(r, mark, head, value);
    case HEAD_UNDEFINED:
        break;
    }
    return SAILS_EPROTO; /* no mark says it by itself */
}

static int read_any(struct reader *r, int depth, json_t **value, bool *is_undefined)
{
    struct head head;
    uint8_t mark = r->in.len > 0 ? r->in.ptr[0] : 0;
    size_t left = r->left;
    int rc = 0;

    if (r->left == 0 || depth > MSGPACK_DEPTH_MAX) {
        return SAILS_ETOOBIG;
    }
    r->left--; /* I1 */
    rc = read_head(r, &head);
    rc = rc == 0 ? read_body(r, mark, &head, depth, value) : rc;
    assert(rc < 0 || *value != NULL);
    reader_check(r, left);
    *is_undefined = rc == 0 && head.kind == HEAD_UNDEFINED;
    return rc;
}

static int read_value(struct reader *r, int depth, json_t **value)
{
    bool is_undefined = false;

    return read_any(r, depth, value, &is_undefined);
}

int msgpack_value_read(struct bytes data, size_t max_values, json_t **value)
{
    struct reader r = {
        .in = data, .left = max_values, .end = data.len > 0 ? data.ptr + data.len : data.ptr};
    json_t *whole = NULL;
    int rc = read_value(&r, 1, &whole);

    if (rc == 0 && r.in.len > 0) {
        json_decref(whole);
        return SAILS_EPROTO;
    }
    if (rc == 0) {
        *value = whole;
    }
    return rc;
}
