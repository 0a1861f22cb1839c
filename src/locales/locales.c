#include "locales/locales.h"

#include "base/macros.h"
#include "base/mem.h"
#include "base/whole_file.h"
#include "locales/locale_format.h"

#include <dirent.h>
#include <errno.h>
#include <sails/err.h>
#include <sys/stat.h>

/* ---- opening ---- */

static bool is_code(struct str code)
{
    bool is_fine = code.len > 0 && code.len < LOCALE_CODE_MAX;

    for (size_t i = 0; i < code.len; i++) {
        is_fine =
            is_fine && (char_is_alnum(code.ptr[i]) || code.ptr[i] == '-' || code.ptr[i] == '_');
    }
    return is_fine;
}

static int refuse(const struct locales_options *options, const char *code, const char *why)
{
    log_line(options->log, LOG_ERROR, "%s/%s.json: %s", options->folder, code, why);
    return SAILS_ECONFIG;
}

/* 0: *texts is what the file says. */
static int parse(const struct locales_options *options, const char *code, struct str text,
                 json_t **texts)
{
    json_error_t error = {0};
    char why[256];

    *texts = json_loadb(text.len > 0 ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &error);
    if (*texts == NULL) {
        (void)snprintf(why, sizeof(why), "line %d: %s", error.line, error.text);
        return refuse(options, code, why);
    }
    return json_is_object(*texts) ? 0 : refuse(options, code, "it is no object of texts");
}

/* One that is not there has no texts. */
static int parse_file(const struct locales_options *options, const char *code, const char *path,
                      json_t **texts)
{
    struct buf text = {0};
    struct stat about;
    char why[128];
    int rc = whole_file_read(path, LOCALE_FILE_MAX, &text);

    if (rc == -ENOENT && lstat(path, &about) < 0) {
        *texts = json_object();
        rc = *texts != NULL ? 0 : SAILS_ENOMEM;
    } else if (rc == SAILS_ETOOBIG) {
        rc = refuse(options, code, "it is too large");
    } else if (rc < 0 && rc != SAILS_ENOMEM) {
        (void)snprintf(why, sizeof(why), "it cannot be read: %s", sails_strerror(rc));
        rc = refuse(options, code, why);
    } else if (rc == 0) {
        rc = parse(options, code, buf_str(&text), texts);
    }
    buf_deinit(&text);
    return rc;
}

static int load(struct locales *locales, const struct locales_options *options, const char *code)
{
    struct locale *locale = &locales->items[locales->n];
    struct buf text = {0};
    char *path = NULL;
    int rc = 0;

    buf_printf(&text, "%s/%s.json", options->folder, code);
    path = buf_take(&text);
    if (path == NULL) {
        return SAILS_ENOMEM;
    }
    (void)snprintf(locale->code, sizeof(locale->code), "%s", code);
    rc = parse_file(options, code, path, &locale->texts);
    locales->n++;
    mem_free(path);
    return rc;
}

static int add_code(json_t *codes, struct str name)
{
    struct str code = {name.ptr, name.len > 5 ? name.len - 5 : 0};

    if (!is_code(code) || !str_eq(str_from_offset(name, code.len), STR(".json"))) {
        return 0;
    }
    return json_array_append_new(codes, json_stringn(code.ptr, code.len)) == 0 ? 0 : SAILS_ENOMEM;
}

/* A folder that is there and cannot be read is no folder without texts. */
static int refuse_folder(const struct locales_options *options)
{
    int error = errno;
    struct stat about;

    if (lstat(options->folder, &about) < 0) {
        return 0;
    }
    log_line(options->log, LOG_ERROR, "%s: it cannot be read: %s", options->folder,
             strerror(error));
    return SAILS_ECONFIG;
}

/* Every file of the folder; in any order. */
static int find_codes(const struct locales_options *options, json_t *codes)
{
    DIR *folder = opendir(options->folder);
    int rc = 0;

    if (folder == NULL) {
        return refuse_folder(options);
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL && rc == 0;
         entry = readdir(folder)) {
        rc = add_code(codes, str_from(entry->d_name));
    }
    (void)closedir(folder);
    return rc;
}

static int compare(const void *a, const void *b)
{
    const struct locale *first = a;
    const struct locale *second = b;

    return strcmp(first->code, second->code);
}

static int load_all(struct locales *locales, const struct locales_options *options,
                    const json_t *codes)
{
    size_t n = json_array_size(codes);
    int rc = 0;

    if (n == 0) {
        return 0;
    }
    if (n > LOCALES_MAX) {
        log_line(options->log, LOG_ERROR, "i18n.locales: there may be %d at most", LOCALES_MAX);
        return SAILS_ECONFIG;
    }
    locales->items = mem_calloc(n, sizeof(locales->items[0]));
    if (locales->items == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < n && rc == 0; i++) {
        const char *code = json_string_value(json_array_get(codes, i));

        if (code == NULL || !is_code(str_from(code))) {
            log_line(options->log, LOG_ERROR, "i18n.locales: a locale is a code such as \"en\"");
            rc = SAILS_ECONFIG;
        } else {
            rc = load(locales, options, code);
        }
    }
    return rc;
}

static int open_with(struct locales *locales, const struct locales_options *options, json_t *codes)
{
    int rc = codes != NULL ? 0 : SAILS_ENOMEM;

    if (rc == 0 && options->codes == NULL) {
        rc = find_codes(options, codes);
    }
    rc = rc == 0 ? load_all(locales, options, codes) : rc;
    if (rc == 0 && locales->n > 0) {
        qsort(locales->items, locales->n, sizeof(locales->items[0]), compare);
        locales->fallback = locales_find(locales, str_from(options->fallback));
        if (locales->fallback == NULL) {
            log_line(options->log, LOG_WARN,
                     "i18n.defaultLocale: `%s` is none of the locales; `%s` is taken",
                     options->fallback, locales->items[0].code);
            locales->fallback = &locales->items[0];
        }
    }
    return rc;
}

int locales_open(struct locales *locales, const struct locales_options *options)
{
    json_t *codes = options->codes != NULL ? json_incref(options->codes) : json_array();
    int rc = 0;

    *locales = (struct locales){.log = options->tells_missing ? options->log : NULL};
    if (pthread_mutex_init(&locales->lock, NULL) != 0) {
        json_decref(codes);
        return SAILS_ENOMEM;
    }
    locales->folder = mem_strndup(options->folder, strlen(options->folder));
    locales->missing = json_object();
    rc = locales->folder != NULL && locales->missing != NULL ? open_with(locales, options, codes)
                                                             : SAILS_ENOMEM;
    json_decref(codes);
    if (rc < 0) {
        locales->folder = locales->folder != NULL ? locales->folder : mem_strndup("", 0);
        locales_close(locales);
    }
    return rc;
}

void locales_close(struct locales *locales)
{
    if (locales->folder == NULL && locales->missing == NULL) {
        return; /* it was never open */
    }
    for (size_t i = 0; i < locales->n; i++) {
        json_decref(locales->items[i].texts);
    }
    mem_free(locales->items);
    mem_free(locales->folder);
    json_decref(locales->missing);
    (void)pthread_mutex_destroy(&locales->lock);
    *locales = (struct locales){0};
}

/* ---- choosing ---- */

const struct locale *locales_find(const struct locales *locales, struct str code)
{
    for (size_t i = 0; i < locales->n; i++) {
        if (str_eq_nocase(str_from(locales->items[i].code), code)) {
            return &locales->items[i];
        }
    }
    return NULL;
}

/* "de-AT;q=0.5", of which "de-AT", and without a locale of that name "de". */
static const struct locale *find_wanted(const struct locales *locales, struct str wanted)
{
    const struct locale *found = NULL;
    struct str code = {wanted.ptr, 0};

    while (code.len < wanted.len &&
           (char_is_alnum(wanted.ptr[code.len]) || wanted.ptr[code.len] == '-')) {
        code.len++;
    }
    found = locales_find(locales, code);
    return found != NULL ? found
                         : locales_find(locales, (struct str){code.ptr, str_find(code, '-')});
}

const struct locale *locales_negotiate(const struct locales *locales, struct str accept)
{
    struct str part;

    while (str_take_part(&accept, ',', &part)) {
        const struct locale *found = find_wanted(locales, part);

        if (found != NULL) {
            return found;
        }
    }
    return locales->fallback;
}

/* ---- texts ---- */

/* Once for each language and key, and not for ever: keys may come from clients. */
static void tell_missing(struct locales *locales, const struct locale *locale, const char *key)
{
    char name[256];
    bool is_new = false;

    if (locales->log == NULL) {
        return;
    }
    (void)snprintf(name, sizeof(name), "%s %s", locale->code, key);
    (void)pthread_mutex_lock(&locales->lock);
    is_new = json_object_size(locales->missing) < LOCALES_MISSING_MAX &&
             json_object_get(locales->missing, name) == NULL &&
             json_object_set_new(locales->missing, name, json_true()) == 0;
    (void)pthread_mutex_unlock(&locales->lock);
    if (is_new) {
        log_line(locales->log, LOG_DEBUG, "%s/%s.json has no text for \"%s\"", locales->folder,
                 locale->code, key);
    }
}

/* "pages.home.title": by the whole key, else by its parts. NULL: there is none. */
static const json_t *find_text(const struct locale *locale, const char *key)
{
    const json_t *found = json_object_get(locale->texts, key);
    const json_t *within = locale->texts;
    struct str rest = str_from(key);
    struct str part;

    if (found != NULL || strchr(key, '.') == NULL) {
        return found;
    }
    while (str_take_part(&rest, '.', &part) && within != NULL) {
        within = json_object_getn(within, part.ptr, part.len);
    }
    return within;
}

static void write_text(const json_t *text, const char *key, const json_t *args, struct buf *out)
{
    locale_format(out,
                  json_is_string(text)
                      ? (struct str){json_string_value(text), json_string_length(text)}
                      : str_from(key),
                  args);
}

void locales_write(struct locales *locales, const struct locale *locale, const char *key,
                   const json_t *args, struct buf *out)
{
    const json_t *text = locale != NULL ? find_text(locale, key) : NULL;

    if (locale != NULL && !json_is_string(text)) {
        tell_missing(locales, locale, key);
    }
    write_text(text, key, args, out);
}

/* The count, then the args. NULL: no memory. */
static json_t *with_count(double count, const json_t *args)
{
    json_t *all = json_array();
    size_t n = json_array_size(args);

    (void)json_array_append_new(all, json_real(count));
    for (size_t i = 0; i < n; i++) {
        (void)json_array_append(all, json_array_get(args, i));
    }
    return all;
}

void locales_write_plural(struct locales *locales, const struct locale *locale, const char *one,
                          const char *other, double count, const json_t *args, struct buf *out)
{
    const json_t *forms = locale != NULL ? find_text(locale, one) : NULL;
    bool is_other = count > 1;
    json_t *all = with_count(count, args);

    if (locale != NULL && !json_is_object(forms)) {
        tell_missing(locales, locale, one);
    }
    write_text(json_is_object(forms) ? json_object_get(forms, is_other ? "other" : "one") : forms,
               is_other && other != NULL ? other : one, all, out);
    json_decref(all);
}
