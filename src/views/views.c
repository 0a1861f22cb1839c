#include "views/views.h"

#include "base/mem.h"

#include <sails/err.h>

/* ---- names ---- */

static bool try_name(const struct views *views, struct str name, const char *ending, char *file)
{
    int len = snprintf(file, VIEW_NAME_MAX, "%.*s%s", STR_FMT(name), ending);

    return len > 0 && len < VIEW_NAME_MAX &&
           view_files_have(&views->files, (struct str){file, (size_t)len});
}

bool views_find(const struct views *views, struct str name, char *file)
{
    static const char *const endings[] = {".ejs", "/index.ejs", ".html", "/index.html"};

    while (name.len > 1 && name.ptr[name.len - 1] == '/') {
        name.len--;
    }
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        if (try_name(views, name, endings[i], file)) {
            return true;
        }
    }
    return false;
}

bool views_is_template(const char *file)
{
    struct str name = str_from(file);

    return name.len > 4 && str_eq(str_from_offset(name, name.len - 4), STR(".ejs"));
}

/* ---- opening ---- */

static int find_layout(struct views *views, const struct views_options *options)
{
    static const char *const usual[] = {"layouts/layout", "layout"};
    char file[VIEW_NAME_MAX];

    if (options->layout != NULL && options->layout[0] == '\0') {
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(usual) && views->layout == NULL; i++) {
        const char *name = options->layout != NULL ? options->layout : usual[i];

        if (try_name(views, str_from(name), ".ejs", file)) {
            views->layout = mem_strndup(file, strlen(file));
            return views->layout != NULL ? 0 : SAILS_ENOMEM;
        }
    }
    if (options->layout != NULL) {
        log_line(options->log, LOG_ERROR, "views.layout: there is no %s/%s.ejs", options->folder,
                 options->layout);
        return SAILS_ECONFIG;
    }
    return 0;
}

static void keep_engine(struct views *views, struct view_engine *engine);

/* Compiles all of them: who lifts sees what is wrong before a visitor does. */
static int check_all(struct views *views, const struct log *log)
{
    struct view_engine *engine = NULL;
    int rc = 0;

    list_each(node, &views->files.all) {
        const struct view_file *file = container_of(node, const struct view_file, in_files);
        struct view_fault fault = {0};

        if (rc < 0 || !views_is_template(file->name)) {
            continue;
        }
        if (engine == NULL) {
            rc = view_engine_create(&views->files, &views->limits, &engine);
        }
        if (rc == 0 && view_engine_check(engine, file->name, &fault) < 0) {
            log_line(log, LOG_ERROR, "%.*s", STR_FMT(buf_str(&fault.why)));
            view_engine_destroy(engine);
            engine = NULL;
        }
        view_fault_deinit(&fault);
    }
    if (rc == SAILS_ENOENT) {
        log_line(log, LOG_WARN,
                 "This build of Sails has no templates: views/**/*.ejs are not served");
        rc = 0;
    }
    if (engine != NULL) {
        keep_engine(views, engine);
    }
    return rc;
}

int views_open(struct views *views, const struct views_options *options)
{
    char which[VIEW_NAME_MAX] = "";
    int rc = 0;

    *views = (struct views){.limits = options->limits};
    if (pthread_mutex_init(&views->lock, NULL) != 0) {
        return SAILS_ENOMEM;
    }
    rc = view_files_open(&views->files, options->folder, options->rereads, which);
    if (rc < 0 && rc != SAILS_ENOMEM) {
        log_line(options->log, LOG_ERROR, "%s/%s cannot be read: %s", options->folder, which,
                 sails_strerror(rc));
        rc = SAILS_ECONFIG;
    }
    if (rc == 0) {
        rc = find_layout(views, options);
    }
    if (rc == 0) {
        rc = check_all(views, options->log);
    }
    if (rc < 0) {
        views_close(views);
    }
    return rc;
}

void views_close(struct views *views)
{
    if (views->limits.max_memory == 0) {
        return; /* it was never open */
    }
    for (size_t i = 0; i < views->n_idle; i++) {
        view_engine_destroy(views->idle[i]);
    }
    mem_free(views->idle);
    mem_free(views->layout);
    view_files_close(&views->files);
    (void)pthread_mutex_destroy(&views->lock);
    *views = (struct views){0};
}

/* ---- engines ---- */

static struct view_engine *take_idle(struct views *views)
{
    struct view_engine *engine = NULL;

    (void)pthread_mutex_lock(&views->lock);
    if (views->n_idle > 0) {
        engine = views->idle[--views->n_idle];
    }
    (void)pthread_mutex_unlock(&views->lock);
    return engine;
}

static int take_engine(struct views *views, struct view_engine **out)
{
    struct view_engine *engine = take_idle(views);

    while (engine != NULL && view_engine_is_spent(engine)) {
        view_engine_destroy(engine);
        engine = take_idle(views);
    }
    if (engine != NULL) {
        *out = engine;
        return 0;
    }
    return view_engine_create(&views->files, &views->limits, out);
}

/* Where there is no memory for the list, the next page gets a new one. */
static bool has_place(struct views *views)
{
    size_t cap = views->idle_cap > 0 ? views->idle_cap * 2 : 4;
    struct view_engine **idle = NULL;

    if (views->n_idle < views->idle_cap) {
        return true;
    }
    idle = mem_realloc(views->idle, cap * sizeof(struct view_engine *));
    if (idle == NULL) {
        return false;
    }
    views->idle = idle;
    views->idle_cap = cap;
    return true;
}

static void keep_engine(struct views *views, struct view_engine *engine)
{
    bool is_kept = false;

    (void)pthread_mutex_lock(&views->lock);
    if (!view_engine_is_spent(engine) && has_place(views)) {
        views->idle[views->n_idle++] = engine;
        is_kept = true;
    }
    (void)pthread_mutex_unlock(&views->lock);
    if (!is_kept) {
        view_engine_destroy(engine);
    }
}

/* ---- rendering ---- */

static int render_template(struct views *views, const struct view_call *call, struct buf *html,
                           struct view_fault *fault)
{
    struct view_engine *engine = NULL;
    int rc = take_engine(views, &engine);

    if (rc < 0) {
        buf_printf(&fault->why, "%s: %s", call->name,
                   rc == SAILS_ENOENT ? "this build has no templates" : sails_strerror(rc));
        return rc;
    }
    rc = view_engine_render(engine, call, html, fault);
    keep_engine(views, engine);
    return rc;
}

int views_render(struct views *views, const struct view_call *call, struct buf *html,
                 struct view_fault *fault)
{
    struct view_call whole = *call;
    char layout[VIEW_NAME_MAX];

    if (!views_is_template(call->name)) {
        return view_files_read(&views->files, str_from(call->name), html);
    }
    if (call->layout != NULL && call->layout[0] == '\0') {
        whole.layout = views->layout;
    } else if (call->layout != NULL) {
        if (!try_name(views, str_from(call->layout), ".ejs", layout)) {
            buf_printf(&fault->why, "there is no layout %s/%s.ejs", views->files.folder,
                       call->layout);
            return SAILS_ENOENT;
        }
        whole.layout = layout;
    }
    return render_template(views, &whole, html, fault);
}
