#include "base/iso_time.h"

#include <assert.h>

enum {
    MS_PER_S = 1000,
    MS_PER_MINUTE = 60 * MS_PER_S,
    MS_PER_HOUR = 60 * MS_PER_MINUTE,
    MS_PER_DAY = 24 * MS_PER_HOUR,
    DAYS_PER_ERA = 146097, /* 400 years: then the calendar begins anew */
    DAYS_TO_1970 = 719468  /* from 1 March of the year 0 */
};

/* Years that begin in March have their leap day at the end, so that no month needs a table. */
static int64_t days_from_date(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

static void date_from_days(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    int64_t shifted = days + DAYS_TO_1970;
    int64_t era = (shifted >= 0 ? shifted : shifted - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int64_t day_of_era = shifted - era * DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t from_march = (5 * day_of_year + 2) / 153;

    *day = day_of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

/* ---- writing ---- */

static char *write_digits(char *out, int64_t value, size_t n)
{
    for (size_t i = n; i > 0; i--) {
        out[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + n;
}

static char *write_field(char *out, int64_t value, size_t n, char behind)
{
    out = write_digits(out, value, n);
    *out = behind;
    return out + 1;
}

void iso_time_format(char out[ISO_TIME_LEN + 1], int64_t unix_ms)
{
    int64_t bounded = unix_ms < ISO_TIME_MIN ? ISO_TIME_MIN : unix_ms;
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    char *at = out;

    bounded = bounded > ISO_TIME_MAX ? ISO_TIME_MAX : bounded;
    int64_t ms = bounded % MS_PER_DAY;
    int64_t of_day = ms < 0 ? ms + MS_PER_DAY : ms;

    date_from_days((bounded - of_day) / MS_PER_DAY, &year, &month, &day);
    at = write_field(at, year, 4, '-');
    at = write_field(at, month, 2, '-');
    at = write_field(at, day, 2, 'T');
    at = write_field(at, of_day / MS_PER_HOUR, 2, ':');
    at = write_field(at, of_day / MS_PER_MINUTE % 60, 2, ':');
    at = write_field(at, of_day / MS_PER_S % 60, 2, '.');
    at = write_field(at, of_day % MS_PER_S, 3, 'Z');
    *at = '\0';
    assert(at == out + ISO_TIME_LEN);
}

/* ---- reading ---- */

static bool take_char(struct str *rest, char c)
{
    if (rest->len == 0 || rest->ptr[0] != c) {
        return false;
    }
    *rest = str_from_offset(*rest, 1);
    return true;
}

static bool take_digits(struct str *rest, size_t n, int64_t *value)
{
    int64_t number = 0;

    if (rest->len < n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        char c = rest->ptr[i];

        if (c < '0' || c > '9') {
            return false;
        }
        number = number * 10 + (c - '0');
    }
    *rest = str_from_offset(*rest, n);
    *value = number;
    return true;
}

static int64_t days_of_month(int64_t year, int64_t month)
{
    int64_t y = month == 12 ? year + 1 : year;

    return days_from_date(y, month % 12 + 1, 1) - days_from_date(year, month, 1);
}

/* *is_whole: a day is named. */
static bool read_date(struct str *rest, int64_t *days, bool *is_whole)
{
    int64_t year = 0;
    int64_t month = 1;
    int64_t day = 1;

    if (!take_digits(rest, 4, &year)) {
        return false;
    }
    if (take_char(rest, '-')) {
        if (!take_digits(rest, 2, &month)) {
            return false;
        }
        *is_whole = take_char(rest, '-');
        if (*is_whole && !take_digits(rest, 2, &day)) {
            return false;
        }
    }
    if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month)) {
        return false;
    }
    *days = days_from_date(year, month, day);
    return true;
}

/* What is finer than a millisecond is left out. */
static bool read_fraction(struct str *rest, int64_t *ms)
{
    int64_t unit = 100;
    int64_t digit = 0;

    if (!take_digits(rest, 1, &digit)) {
        return false;
    }
    do {
        *ms += digit * unit;
        unit /= 10;
    } while (take_digits(rest, 1, &digit));
    return true;
}

/* "24:00" is the end of the day. */
static bool read_clock(struct str *rest, int64_t *ms)
{
    int64_t hours = 0;
    int64_t minutes = 0;
    int64_t seconds = 0;
    int64_t fraction = 0;

    if (!take_digits(rest, 2, &hours) || !take_char(rest, ':') || !take_digits(rest, 2, &minutes)) {
        return false;
    }
    if (take_char(rest, ':') && !take_digits(rest, 2, &seconds)) {
        return false;
    }
    if (take_char(rest, '.') && !read_fraction(rest, &fraction)) {
        return false;
    }
    *ms = hours * MS_PER_HOUR + minutes * MS_PER_MINUTE + seconds * MS_PER_S + fraction;
    return minutes < 60 && seconds < 60 && *ms <= MS_PER_DAY;
}

static bool read_zone(struct str *rest, int64_t *offset_ms)
{
    int64_t sign = 1;
    int64_t hours = 0;
    int64_t minutes = 0;

    if (rest->len == 0 || take_char(rest, 'Z') || take_char(rest, 'z')) {
        return true;
    }
    if (take_char(rest, '-')) {
        sign = -1;
    } else if (!take_char(rest, '+')) {
        return false;
    }
    if (!take_digits(rest, 2, &hours)) {
        return false;
    }
    (void)take_char(rest, ':');
    if (!take_digits(rest, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    *offset_ms = sign * (hours * MS_PER_HOUR + minutes * MS_PER_MINUTE);
    return true;
}

bool iso_time_parse(struct str text, int64_t *unix_ms)
{
    struct str rest = text;
    int64_t days = 0;
    int64_t ms = 0;
    int64_t offset_ms = 0;
    bool is_whole = false;

    if (!read_date(&rest, &days, &is_whole)) {
        return false;
    }
    if (rest.len > 0) {
        if (!is_whole ||
            (!take_char(&rest, 'T') && !take_char(&rest, 't') && !take_char(&rest, ' '))) {
            return false;
        }
        if (!read_clock(&rest, &ms) || !read_zone(&rest, &offset_ms) || rest.len > 0) {
            return false;
        }
    }
    *unix_ms = days * MS_PER_DAY + ms - offset_ms;
    return true;
}
