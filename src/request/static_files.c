#include "request/static_files.h"
void static_files_init(struct static_files *files)
{
    list_init(&files->folders);
    files->client = NULL;
}
void static_files_deinit(struct static_files *files)
{
    (void)files;
}
int static_files_add(struct static_files *files, const char *path, const char *folder)
{
    (void)files;
    (void)path;
    (void)folder;
    return 0;
}
int static_files_add_client(struct static_files *files, const char *path, const char *folder)
{
    (void)files;
    (void)path;
    (void)folder;
    return 0;
}
int static_files_open(struct static_files *files, const struct log *log)
{
    (void)files;
    (void)log;
    return 0;
}
bool static_files_handle(struct static_files *files, struct worker *worker, struct http_exchange *x)
{
    (void)files;
    (void)worker;
    (void)x;
    return false;
}
bool static_files_handle_client(struct static_files *files, struct worker *worker,
                                struct http_exchange *x)
{
    (void)files;
    (void)worker;
    (void)x;
    return false;
}
