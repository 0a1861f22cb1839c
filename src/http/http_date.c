#include "http/http_date.h"

static const char day_names[] = "SunMonTueWedThuFriSat";
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

enum {
    DAY_S = 24 * 60 * 60
};

/* 9999-12-31 23:59:59: four digits are all that the format has. */
#define LAST_SECOND UINT64_C(253402300799)

struct civil {
    uint64_t year;
    unsigned month; /* 1 to 12 */
    unsigned day;   /* 1 to 31 */
};

/*
 * Days since 1970-01-01 and back, for years from 1970 on. The year is made to begin in March, so
 * that the leap day is its last; 153 days are five months of 31, 30, 31, 30, 31. 719468 days lie
 * between 0000-03-01 and 1970-01-01, 146097 are 400 years.
 */
static uint64_t days_from_civil(struct civil date)
{
    uint64_t year = date.month <= 2 ? date.year - 1 : date.year;
    uint64_t era = year / 400;
    uint64_t year_of_era = year - era * 400;
    unsigned month = date.month > 2 ? date.month - 3 : date.month + 9;
    uint64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static struct civil civil_from_days(uint64_t days)
{
    uint64_t z = days + 719468;
    uint64_t era = z / 146097;
    uint64_t day_of_era = z - era * 146097;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (unsigned)((5 * day_of_year + 2) / 153);
    struct civil date = {
        .year = era * 400 + year_of_era + (month >= 10 ? 1 : 0),
        .month = month < 10 ? month + 3 : month - 9,
        .day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1),
    };

    return date;
}

static void put_digits(char *at, uint64_t value, size_t n)
{
    while (n > 0) {
        n--;
        at[n] = (char)('0' + value % 10);
        value /= 10;
    }
}

void http_date_format(char out[HTTP_DATE_LEN + 1], uint64_t unix_s)
{
    uint64_t time = unix_s <= LAST_SECOND ? unix_s : LAST_SECOND;
    uint64_t days = time / DAY_S;
    uint64_t second = time % DAY_S;
    struct civil date = civil_from_days(days);

    memcpy(out, "Thu, 01 Jan 1970 00:00:00 GMT", HTTP_DATE_LEN + 1);
    memcpy(out, day_names + 3 * ((days + 4) % 7), 3);
    put_digits(out + 5, date.day, 2);
    memcpy(out + 8, month_names + (size_t)3 * (date.month - 1), 3);
    put_digits(out + 12, date.year, 4);
    put_digits(out + 17, second / 3600, 2);
    put_digits(out + 20, second / 60 % 60, 2);
    put_digits(out + 23, second % 60, 2);
}

/*
 * Matches text against a pattern: '1' a digit of the day, '2' of the year, '3' of the hour, '4' of
 * the minute, '5' of the second, '_' a blank or a digit of the day, '@' a letter of the month's name,
 * '?' any letter; the rest is itself.
 */
struct fields {
    uint64_t day, year, hour, minute, second;
    char month[3];
    size_t n_month;
};

static bool add_digit(uint64_t *field, char c)
{
    if (!char_is_digit(c)) {
        return false;
    }
    *field = *field * 10 + (uint64_t)(c - '0');
    return true;
}

static bool match_char(struct fields *f, char pattern, char c)
{
    switch (pattern) {
    case '1':
        return add_digit(&f->day, c);
    case '2':
        return add_digit(&f->year, c);
    case '3':
        return add_digit(&f->hour, c);
    case '4':
        return add_digit(&f->minute, c);
    case '5':
        return add_digit(&f->second, c);
    case '_':
        return c == ' ' || add_digit(&f->day, c);
    case '@':
        f->month[f->n_month] = c;
        f->n_month++;
        return char_is_letter(c);
    case '?':
        return char_is_letter(c);
    default:
        return c == pattern;
    }
}

static bool match(struct fields *f, struct str pattern, struct str text)
{
    *f = (struct fields){0};
    if (pattern.len != text.len) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (!match_char(f, pattern.ptr[i], text.ptr[i])) {
            return false;
        }
    }
    return true;
}

static unsigned month_of(const char name[3])
{
    for (unsigned i = 0; i < 12; i++) {
        if (memcmp(month_names + (size_t)3 * i, name, 3) == 0) {
            return i + 1;
        }
    }
    return 0;
}

static unsigned days_of_month(uint64_t year, unsigned month)
{
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    if (month == 2) {
        return leap ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static bool fields_to_time(const struct fields *f, uint64_t *unix_s)
{
    unsigned month = month_of(f->month);

    if (month == 0 || f->year < 1970 || f->day < 1 || f->day > days_of_month(f->year, month) ||
        f->hour > 23 || f->minute > 59 || f->second > 60) {
        return false;
    }
    *unix_s = days_from_civil((struct civil){f->year, month, (unsigned)f->day}) * DAY_S +
              f->hour * 3600 + f->minute * 60 + f->second;
    return true;
}

bool http_date_parse(struct str text, uint64_t *unix_s)
{
    /* In the RFC 850 form the name of the day has any length: nobody needs what is before ','. */
    struct str behind_day = str_from_offset(text, str_find(text, ','));
    struct fields f;

    if (match(&f, STR("???, 11 @@@ 2222 33:44:55 GMT"), text) ||
        match(&f, STR("??? @@@ _1 33:44:55 2222"), text)) {
        return fields_to_time(&f, unix_s);
    }
    if (match(&f, STR(", 11-@@@-22 33:44:55 GMT"), behind_day)) {
        f.year += f.year < 50 ? 2000 : 1900;
        return fields_to_time(&f, unix_s);
    }
    return false;
}
