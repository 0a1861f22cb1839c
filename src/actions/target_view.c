#include "actions/target_view.h"

#include "base/mem.h"
#include "views/page.h"
#include "views/view_files.h"

#include <errno.h>
#include <sails/err.h>

/* 0: *path names the file, to be freed, and *page has it; SAILS_ENOENT; else as page_read(). */
static int load_view(const char *views, const char *name, char **path, struct buf *page)
{
    static const char *const endings[] = {".html", "/index.html"};
    int rc = SAILS_ENOENT;

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]) && rc == SAILS_ENOENT; i++) {
        struct buf text = {0};

        mem_free(*path);
        buf_printf(&text, "%s/%s%s", views, name, endings[i]);
        *path = buf_take(&text);
        rc = *path != NULL ? page_read(page, *path) : SAILS_ENOMEM;
        rc = rc == -ENOENT || rc == -ENOTDIR ? SAILS_ENOENT : rc;
    }
    return rc;
}

static int add_view(struct request_target *out, const char *path, struct buf *page)
{
    int rc = target_read_add_step(out, (struct request_step){.kind = STEP_VIEW}, path);

    if (rc == 0) {
        out->steps[out->n_steps - 1].page = *page;
        buf_init(page); /* moved */
    }
    return rc;
}

/* SAILS_ENOENT: it is no template. */
static int add_template(struct target_reader *r, const char *name, struct request_target *out)
{
    char file[VIEW_NAME_MAX];
    struct buf path = {0};
    char *text = NULL;
    int rc = SAILS_ENOMEM;

    if (r->templates == NULL || !views_find(r->templates, str_from(name), file) ||
        !views_is_template(file)) {
        return SAILS_ENOENT;
    }
    buf_printf(&path, "%s/%s", r->views, file);
    text = buf_take(&path);
    if (text != NULL) {
        rc = target_read_add_step(out, (struct request_step){.kind = STEP_VIEW}, text);
    }
    if (rc == 0) {
        struct request_step *step = &out->steps[out->n_steps - 1];

        step->view = step->text + strlen(r->views) + 1;
    }
    mem_free(text);
    return rc;
}

int target_view_read(struct target_reader *r, const json_t *object, struct request_target *out)
{
    const char *name = json_string_value(json_object_get(object, "view"));
    struct buf page = {0};
    char *path = NULL;
    int rc = 0;

    if (name == NULL || !view_files_is_name(str_from(name))) {
        return target_read_refuse(
            r, "view must be the name of a page below %s/, without its extension", r->views);
    }
    rc = add_template(r, name, out);
    if (rc != SAILS_ENOENT) {
        return rc;
    }
    rc = load_view(r->views, name, &path, &page);
    if (rc == 0) {
        rc = add_view(out, path, &page);
    } else if (rc == SAILS_ENOENT) {
        rc = target_read_leave_out(r, LOG_ERROR, "view", name);
    } else if (rc != SAILS_ENOMEM) {
        rc = target_read_refuse(r, "could not read the view %s: %s", path, sails_strerror(rc));
    }
    buf_deinit(&page);
    mem_free(path);
    return rc;
}
