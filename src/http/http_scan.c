#include "http/http_scan.h"

/*
 * START -> METHOD -> TARGET -> VERSION -> LF -> LINE -> NAME -> VALUE -+
 *                                         ^                            |
 *                                         +----------------------------+      LINE -> END_LF -> END
 *
 * Two parsers that disagree about where a request ends are what request smuggling lives on (RFC
 * 9112 section 11.2). So a line ends with CR LF and with nothing else, here and in http_chunked.c.
 */

/* Letters, digits and some signs. */
#define T(c) [(c)] = true
const bool http_scan_tokens[256] = {
    T('!'), T('#'), T('$'), T('%'), T('&'), T('*'), T('+'), T('-'), T('.'), T('^'), T('_'),
    T('`'), T('|'), T('~'), T('0'), T('1'), T('2'), T('3'), T('4'), T('5'), T('6'), T('7'),
    T('8'), T('9'), T('A'), T('B'), T('C'), T('D'), T('E'), T('F'), T('G'), T('H'), T('I'),
    T('J'), T('K'), T('L'), T('M'), T('N'), T('O'), T('P'), T('Q'), T('R'), T('S'), T('T'),
    T('U'), T('V'), T('W'), T('X'), T('Y'), T('Z'), T('a'), T('b'), T('c'), T('d'), T('e'),
    T('f'), T('g'), T('h'), T('i'), T('j'), T('k'), T('l'), T('m'), T('n'), T('o'), T('p'),
    T('q'), T('r'), T('s'), T('t'), T('u'), T('v'), T('w'), T('x'), T('y'), T('z'), T('\'')};
#undef T

static bool is_visible(uint8_t c)
{
    return c > 0x20 && c != 0x7f;
}

static bool is_value_char(uint8_t c)
{
    return is_visible(c) || c == ' ' || c == '\t';
}

static bool is_target_char(uint8_t c)
{
    return is_visible(c) && c != '#'; /* a fragment is never sent (RFC 9110 section 7.1) */
}

/* Each function below takes one byte and is 0, or the status that the head is refused with. */

static unsigned on_start(struct http_scan *scan, uint8_t c)
{
    if (c == '\r') {
        scan->state = HTTP_SCAN_START_LF; /* section 2.2: an empty line before the request line */
        return 0;
    }
    scan->state = HTTP_SCAN_METHOD;
    return http_is_token_char(c) ? 0 : 400;
}

static unsigned on_method(struct http_scan *scan, uint8_t c)
{
    if (c == ' ') {
        scan->state = HTTP_SCAN_TARGET;
        return 0;
    }
    return http_is_token_char(c) ? 0 : 400;
}

static unsigned on_target(struct http_scan *scan, const struct http_limits *limits, uint8_t c)
{
    if (c == ' ' && scan->n_target > 0) {
        scan->state = HTTP_SCAN_VERSION;
        return 0;
    }
    if (!is_target_char(c)) {
        return 400;
    }
    scan->n_target++;
    return scan->n_target > limits->max_target ? 414 : 0;
}

static unsigned on_version(struct http_scan *scan, uint8_t c)
{
    if (c == '\r') {
        scan->state = HTTP_SCAN_LF;
        return 0;
    }
    return is_visible(c) ? 0 : 400;
}

static unsigned on_lf(struct http_scan *scan, uint8_t c, enum http_scan_state next)
{
    scan->state = next;
    return c == '\n' ? 0 : 400;
}

static unsigned on_line(struct http_scan *scan, const struct http_limits *limits, uint8_t c)
{
    if (c == '\r') {
        scan->state = HTTP_SCAN_END_LF;
        return 0;
    }
    scan->state = HTTP_SCAN_NAME;
    scan->n_headers++;
    if (scan->n_headers > limits->max_headers) {
        return 431;
    }
    return http_is_token_char(c) ? 0 : 400; /* a blank: section 5.2, obs-fold */
}

static unsigned on_name(struct http_scan *scan, uint8_t c)
{
    if (c == ':') {
        scan->state = HTTP_SCAN_VALUE;
        return 0;
    }
    return http_is_token_char(c) ? 0 : 400; /* a blank: section 5.1 */
}

static unsigned on_value(struct http_scan *scan, uint8_t c)
{
    if (c == '\r') {
        scan->state = HTTP_SCAN_LF;
        return 0;
    }
    return is_value_char(c) ? 0 : 400;
}

static unsigned on_byte(struct http_scan *scan, const struct http_limits *limits, uint8_t c)
{
    scan->n_bytes++;
    if (scan->n_bytes > limits->max_head) {
        return scan->state == HTTP_SCAN_TARGET ? 414 : 431;
    }
    switch (scan->state) {
    case HTTP_SCAN_START:
        return on_start(scan, c);
    case HTTP_SCAN_START_LF:
        return on_lf(scan, c, HTTP_SCAN_START);
    case HTTP_SCAN_METHOD:
        return on_method(scan, c);
    case HTTP_SCAN_TARGET:
        return on_target(scan, limits, c);
    case HTTP_SCAN_VERSION:
        return on_version(scan, c);
    case HTTP_SCAN_LF:
        return on_lf(scan, c, HTTP_SCAN_LINE);
    case HTTP_SCAN_LINE:
        return on_line(scan, limits, c);
    case HTTP_SCAN_NAME:
        return on_name(scan, c);
    case HTTP_SCAN_VALUE:
        return on_value(scan, c);
    case HTTP_SCAN_END_LF:
        return on_lf(scan, c, HTTP_SCAN_END);
    case HTTP_SCAN_END:
        break;
    }
    return 0;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t count_while(bool (*is_it)(uint8_t c), struct bytes in, size_t max)
{
    size_t n = 0;

    max = smaller(max, in.len);
    while (n < max && is_it(in.ptr[n])) {
        n++;
    }
    return n;
}

/* The top bit of a byte of the result is set where one of `word` is below `limit` (at most 0x80), or 0x7f, and of none
 * where there is no such byte. */
static uint64_t find_control(uint64_t word, uint64_t limit)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t del = word ^ (ones * 0x7f);

    return (((word - ones * limit) & ~word) | ((del - ones) & ~del)) & (ones * 0x80);
}

/* Of a value; most of it is looked at in words. */
static size_t count_value(struct bytes in, size_t max)
{
    size_t n = 0;

    max = smaller(max, in.len);
    while (max - n >= sizeof(uint64_t)) {
        uint64_t word = 0;

        memcpy(&word, in.ptr + n, sizeof(word));
        if (find_control(word, 0x20) != 0) {
            break;
        }
        n += sizeof(word);
    }
    return n + count_while(is_value_char, bytes_from_offset(in, n), max - n);
}

/* Takes the first bytes that change nothing but how many there are. Who is over a limit, or wrong, is left to
 * on_byte(). */
static size_t take_run(struct http_scan *scan, const struct http_limits *limits, struct bytes in)
{
    size_t max = limits->max_head - smaller(scan->n_bytes, limits->max_head);
    size_t n = 0;

    if (scan->state == HTTP_SCAN_NAME) {
        n = count_while(http_is_token_char, in, max);
    } else if (scan->state == HTTP_SCAN_VALUE) {
        n = count_value(in, max);
    } else if (scan->state == HTTP_SCAN_TARGET && scan->n_target <= limits->max_target) {
        n = count_while(is_target_char, in, smaller(max, limits->max_target - scan->n_target));
        scan->n_target += n;
    }
    scan->n_bytes += n;
    return n;
}

static bool is_line_end(struct bytes in, size_t at)
{
    return in.len - at >= 2 && in.ptr[at] == '\r' && in.ptr[at + 1] == '\n';
}

/* Takes the request line if it is there whole, right and within the limits. If not, on_byte() has its say. */
static size_t take_request_line(struct http_scan *scan, const struct http_limits *limits,
                                struct bytes in)
{
    size_t method = count_while(http_is_token_char, in, in.len);
    size_t n_target = 0;
    size_t end = 0;

    if (method == 0 || method == in.len || in.ptr[method] != ' ') {
        return 0;
    }
    n_target = count_while(is_target_char, bytes_from_offset(in, method + 1), limits->max_target);
    end = method + 1 + n_target;
    if (n_target == 0 || end == in.len || in.ptr[end] != ' ') {
        return 0;
    }
    end++;
    end += count_while(is_visible, bytes_from_offset(in, end), in.len);
    if (!is_line_end(in, end) || scan->n_bytes + end + 2 > limits->max_head) {
        return 0;
    }
    scan->n_bytes += end + 2;
    scan->n_target = n_target;
    scan->state = HTTP_SCAN_LINE;
    return end + 2;
}

/* Takes the lines of headers that are there whole, right and within the limits: most of a head. What is not is left to
 * on_byte(). */
static size_t take_lines(struct http_scan *scan, const struct http_limits *limits, struct bytes in)
{
    size_t taken = 0;

    while (scan->n_headers < limits->max_headers) {
        struct bytes line = bytes_from_offset(in, taken);
        size_t name = count_while(http_is_token_char, line, line.len);
        size_t end = 0;

        if (name == 0 || name == line.len || line.ptr[name] != ':') {
            break;
        }
        end = name + 1 + count_value(bytes_from_offset(line, name + 1), line.len);
        if (!is_line_end(line, end) || scan->n_bytes + end + 2 > limits->max_head) {
            break;
        }
        scan->n_headers++;
        scan->n_bytes += end + 2;
        taken += end + 2;
    }
    return taken;
}

bool http_scan_next(struct http_scan *scan, const struct http_limits *limits, struct bytes *in)
{
    size_t used = 0;

    while (used < in->len && scan->status == 0 && scan->state != HTTP_SCAN_END) {
        if (scan->state == HTTP_SCAN_START) {
            used += take_request_line(scan, limits, bytes_from_offset(*in, used));
        }
        if (scan->state == HTTP_SCAN_LINE) {
            used += take_lines(scan, limits, bytes_from_offset(*in, used));
        }
        used += take_run(scan, limits, bytes_from_offset(*in, used));
        if (used < in->len) {
            scan->status = on_byte(scan, limits, in->ptr[used]);
            used++;
        }
    }
    *in = bytes_from_offset(*in, used);
    return scan->status != 0 || scan->state == HTTP_SCAN_END;
}
