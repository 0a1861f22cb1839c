#include "net/file.h"

#include "net/beneath.h"
#include "world.h"

#include <fcntl.h>
#include <sys/stat.h>

/*
 * A folder in a folder, so that there is something to lead out to:
 *
 *     <top>/secret
 *     <top>/public/big  empty  in -> sub/small  out -> ../secret  up -> ..  fifo  sub/small
 */
enum {
    BIG_LEN = 150 * 1000
};

struct tree {
    char top[64];
    char public[80];
};

static void write_file(const char *folder, const char *name, size_t len)
{
    char path[128];
    FILE *file = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    for (size_t i = 0; i < len; i++) {
        assert_true(fputc((int)(i % 251), file) != EOF);
    }
    assert_int_equal(fclose(file), 0);
}

static void make_link(const char *folder, const char *name, const char *to)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(symlink(to, path), 0);
}

static int make_tree(void **state)
{
    struct tree *tree = mem_calloc(1, sizeof(*tree));
    char path[128];

    assert_non_null(tree);
    (void)snprintf(tree->top, sizeof(tree->top), "%s", "/tmp/file_test.XXXXXX");
    assert_non_null(mkdtemp(tree->top));
    (void)snprintf(tree->public, sizeof(tree->public), "%s/public", tree->top);
    assert_int_equal(mkdir(tree->public, 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/sub", tree->public);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/fifo", tree->public);
    assert_int_equal(mkfifo(path, 0600), 0);
    write_file(tree->top, "secret", 10);
    write_file(tree->public, "big", BIG_LEN);
    write_file(tree->public, "empty", 0);
    write_file(tree->public, "sub/small", 5);
    make_link(tree->public, "in", "sub/small");
    make_link(tree->public, "out", "../secret");
    make_link(tree->public, "up", "..");
    *state = tree;
    return 0;
}

static int remove_tree(void **state)
{
    static const char *const names[] = {
        "public/sub/small", "public/sub",  "public/big", "public/empty", "public/in", "public/out",
        "public/up",        "public/fifo", "public",     "secret",       "."};
    struct tree *tree = *state;

    for (size_t i = 0; i < ARRAY_LEN(names) - 1; i++) {
        char path[128];

        (void)snprintf(path, sizeof(path), "%s/%s", tree->top, names[i]);
        (void)remove(path);
    }
    (void)rmdir(tree->top);
    mem_free(tree);
    return 0;
}

/* ---- paths ---- */

static void no_path_leads_out_of_the_folder(void **state)
{
    static const struct {
        const char *path;
        int want;   /* of the kernel's way; 0: opens */
        int walked; /* of the other */
    } cases[] = {
        {"big", 0, 0},
        {"sub/small", 0, 0},
        {"sub//./small", 0, 0},
        {"in", 0, -ENOENT},
        {"sub/../big", 0, -ENOENT},
        {"nothing", -ENOENT, -ENOENT},
        {"big/more", -ENOENT, -ENOENT},
        {"", -ENOENT, -ENOENT},
        {"..", -ENOENT, -ENOENT},
        {"../secret", -ENOENT, -ENOENT},
        {"sub/../../secret", -ENOENT, -ENOENT},
        {"out", -ENOENT, -ENOENT},
        {"up/secret", -ENOENT, -ENOENT},
        {"up", -ENOENT, -ENOENT},
        {"/etc/passwd", -ENOENT, -ENOENT},
    };
    const struct tree *tree = *state;
    int root = open(tree->public, O_PATH | O_DIRECTORY | O_CLOEXEC);

    assert_true(root >= 0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int opened = beneath_open(root, cases[i].path);
        int walked = beneath_walk(root, cases[i].path);

        if ((opened < 0 ? opened : 0) != cases[i].want ||
            (walked < 0 ? walked : 0) != cases[i].walked) {
            fail_msg("\"%s\": %d, %d", cases[i].path, opened, walked);
        }
        (void)(opened >= 0 ? close(opened) : 0);
        (void)(walked >= 0 ? close(walked) : 0);
    }
    (void)close(root);
}

static void a_name_that_is_too_long_is_an_error(void **state)
{
    const struct tree *tree = *state;
    int root = open(tree->public, O_PATH | O_DIRECTORY | O_CLOEXEC);
    char name[1000];

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(beneath_open(root, name), -ENAMETOOLONG);
    assert_int_equal(beneath_walk(root, name), -ENAMETOOLONG);
    (void)close(root);
}

/* ---- reading, on a worker ---- */

struct reader {
    struct world *world;
    struct worker *worker;
    struct file_folder *folder;
    const char *path;
    struct file *file;
    uint64_t offset;
    size_t step;
    int err;
    struct file_info info;
    size_t n_read;
    bool close_at_once;
};

static void finish_reader(struct reader *reader, int err)
{
    reader->err = err;
    file_close(reader->file);
    reader->file = NULL;
    (void)sem_post(&reader->world->told);
}

static void read_on(struct file *file, int err, struct shared *chunk, void *ctx)
{
    struct reader *reader = ctx;

    worker_assert_thread(reader->worker);
    must(file == reader->file);
    if (err < 0 || chunk->len == 0) {
        finish_reader(reader, err);
        return;
    }
    for (size_t i = 0; i < chunk->len; i++) {
        must(chunk->data[i] == (reader->offset + i) % 251);
    }
    reader->offset += chunk->len;
    reader->n_read += chunk->len;
    must(file_read(file, reader->offset, reader->step, read_on, reader) == 0);
    must(file_read(file, reader->offset, reader->step, read_on, reader) == SAILS_ESTATE);
}

static void begin_to_read(struct file *file, int err, const struct file_info *info, void *ctx)
{
    struct reader *reader = ctx;

    worker_assert_thread(reader->worker);
    must(file == reader->file);
    if (err < 0) {
        must(info == NULL);
        must(file_read(file, 0, 1, read_on, reader) == SAILS_ESTATE);
        finish_reader(reader, err);
        return;
    }
    reader->info = *info;
    must(file_read(file, 0, 0, read_on, reader) == SAILS_EINVAL);
    must(file_read(file, 0, FILE_CHUNK + 1, read_on, reader) == SAILS_EINVAL);
    must(file_read(file, UINT64_MAX, 1, read_on, reader) == SAILS_EINVAL);
    mem_fail_after(0);
    must(file_read(file, 0, 1, read_on, reader) == SAILS_ENOMEM);
    must(file_read(file, reader->offset, reader->step, read_on, reader) == 0);
    if (reader->close_at_once) {
        finish_reader(reader, 0);
    }
}

static void open_file(struct world *world, struct worker *worker, void *arg)
{
    struct reader *reader = arg;

    reader->world = world;
    reader->worker = worker;
    for (long n = 0; n < 2; n++) {
        mem_fail_after(n);
        must(file_open(worker, reader->folder, reader->path, begin_to_read, reader,
                       &reader->file) == SAILS_ENOMEM);
    }
    must(file_open(worker, reader->folder, reader->path, begin_to_read, reader, &reader->file) ==
         0);
}

static void files_are_read_in_chunks_and_ranges(void **state)
{
    static const struct {
        const char *path;
        uint64_t offset;
        size_t step;
        int err;
        uint64_t size;
        size_t n_read;
    } cases[] = {
        {"big", 0, FILE_CHUNK, 0, BIG_LEN, BIG_LEN},
        {"big", 100 * 1000, 1000, 0, BIG_LEN, 50 * 1000},
        {"big", BIG_LEN + 1, 1000, 0, BIG_LEN, 0},
        {"empty", 0, FILE_CHUNK, 0, 0, 0},
        {"in", 0, FILE_CHUNK, 0, 5, 5},
        {"nothing", 0, FILE_CHUNK, -ENOENT, 0, 0},
        {"../secret", 0, FILE_CHUNK, -ENOENT, 0, 0},
        {"sub", 0, FILE_CHUNK, -EISDIR, 0, 0},
        {"fifo", 0, FILE_CHUNK, -EACCES, 0, 0},
    };
    const struct tree *tree = *state;
    struct file_folder *folder = NULL;
    struct world world;

    world_init(&world);
    world_start(&world);
    assert_int_equal(file_folder_open(tree->public, &folder), 0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct reader reader = {.folder = folder,
                                .path = cases[i].path,
                                .offset = cases[i].offset,
                                .step = cases[i].step};

        world_do(&world, 0, open_file, &reader);
        world_wait(&world);
        assert_int_equal(reader.err, cases[i].err);
        assert_int_equal(reader.n_read, cases[i].n_read);
        assert_int_equal(reader.info.size, cases[i].size);
        assert_true(reader.err < 0 || reader.info.modified_ms > UINT64_C(1700000000000));
    }
    world_stop(&world);
    file_folder_close(folder);
}

static void a_file_that_is_closed_while_it_is_read_says_no_more(void **state)
{
    const struct tree *tree = *state;
    struct file_folder *folder = NULL;
    struct world world;
    struct reader reader = {.path = "big", .step = FILE_CHUNK, .close_at_once = true};

    world_init(&world);
    world_start(&world);
    assert_int_equal(file_folder_open(tree->public, &folder), 0);
    reader.folder = folder;
    world_do(&world, 0, open_file, &reader);
    world_wait(&world);
    world_stop(&world); /* waits for what the pool still does */
    assert_int_equal(reader.n_read, 0);
    file_folder_close(folder);
}

static void open_and_close(struct world *world, struct worker *worker, void *arg)
{
    struct reader *reader = arg;

    open_file(world, worker, arg);
    file_close(reader->file);
}

static void a_file_can_be_closed_before_it_is_open(void **state)
{
    const struct tree *tree = *state;
    struct file_folder *folder = NULL;
    struct world world;
    struct reader reader = {.path = "big"};

    world_init(&world);
    world_start(&world);
    assert_int_equal(file_folder_open(tree->public, &folder), 0);
    reader.folder = folder;
    world_do(&world, 0, open_and_close, &reader);
    world_stop(&world);
    assert_int_equal(reader.info.size, 0);
    file_folder_close(folder);
}

static void a_folder_that_is_none_is_an_error(void **state)
{
    struct file_folder *folder = NULL;

    (void)state;
    assert_int_equal(file_folder_open("/nowhere", &folder), -ENOENT);
    assert_int_equal(file_folder_open("/etc/passwd", &folder), -ENOTDIR);
    mem_fail_after(0);
    assert_int_equal(file_folder_open("/tmp", &folder), SAILS_ENOMEM);
    assert_null(folder);
    file_folder_close(NULL);
    file_close(NULL);
}

/* ---- writing, on a worker ---- */

struct writer {
    struct world *world;
    struct worker *worker;
    char path[160];
    struct file *file;
    struct shared *data;
    size_t n_left; /* writes */
    int err;
    bool discards_busy;
    bool keeps;
    bool is_gone;
};

static void note_gone(void *ctx)
{
    struct writer *writer = ctx;

    worker_assert_thread(writer->worker);
    writer->is_gone = true;
    (void)sem_post(&writer->world->told);
}

static void finish_writer(struct writer *writer)
{
    if (writer->keeps) {
        file_close(writer->file);
        (void)sem_post(&writer->world->told);
    } else {
        file_discard(writer->file, note_gone, writer);
    }
}

static void after_finish(struct file *file, int err, void *ctx)
{
    struct writer *writer = ctx;

    must(file == writer->file && err == 0);
    must(file_write(file, writer->data, after_finish, ctx) == SAILS_ESTATE);
    finish_writer(writer);
}

static void write_on(struct file *file, int err, void *ctx)
{
    struct writer *writer = ctx;

    worker_assert_thread(writer->worker);
    must(file == writer->file);
    if (err < 0) {
        writer->err = err;
        must(file_finish(file, after_finish, writer) == SAILS_ESTATE || err == -ENOSPC);
        finish_writer(writer);
    } else if (writer->n_left == 0) {
        must(file_finish(file, after_finish, writer) == 0);
    } else {
        writer->n_left--;
        must(file_write(file, writer->data, write_on, writer) == 0);
        must(file_write(file, writer->data, write_on, writer) == SAILS_ESTATE);
        if (writer->discards_busy) {
            finish_writer(writer);
        }
    }
}

static void create_file(struct world *world, struct worker *worker, void *arg)
{
    struct writer *writer = arg;

    writer->world = world;
    writer->worker = worker;
    for (long n = 0; n < 2; n++) {
        mem_fail_after(n);
        must(file_create(worker, writer->path, write_on, writer, &writer->file) == SAILS_ENOMEM);
    }
    must(file_create(worker, writer->path, write_on, writer, &writer->file) == 0);
}

static long size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (long)st.st_size : -errno;
}

static struct writer write_to(struct world *world, const char *path, struct writer writer)
{
    (void)snprintf(writer.path, sizeof(writer.path), "%s", path);
    writer.data = shared_copy(str_bytes(STR("0123456789")));
    world_do(world, 0, create_file, &writer);
    world_wait(world);
    shared_release(writer.data);
    return writer;
}

static void a_file_is_written_kept_and_taken_away(void **state)
{
    const struct tree *tree = *state;
    struct world world;
    struct writer writer;
    char path[160];

    world_init(&world);
    world_start(&world);
    (void)snprintf(path, sizeof(path), "%s/new", tree->top);

    writer = write_to(&world, path, (struct writer){.n_left = 3, .keeps = true});
    assert_int_equal(writer.err, 0);
    assert_int_equal(size_of(path), 30);

    /* Never over what is there, a link included. */
    writer = write_to(&world, path, (struct writer){.n_left = 1});
    assert_int_equal(writer.err, -EEXIST);
    assert_int_equal(size_of(path), 30);
    assert_int_equal(remove(path), 0);
    assert_int_equal(symlink("nowhere", path), 0);
    writer = write_to(&world, path, (struct writer){.n_left = 1});
    assert_int_equal(writer.err, -EEXIST);
    assert_int_equal(remove(path), 0);

    writer = write_to(&world, path, (struct writer){.n_left = 2});
    assert_true(writer.is_gone);
    assert_int_equal(size_of(path), -ENOENT);
    writer = write_to(&world, path, (struct writer){.n_left = 2, .discards_busy = true});
    assert_true(writer.is_gone);
    assert_int_equal(size_of(path), -ENOENT);
    world_stop(&world);
}

static void the_folders_to_a_new_file_are_made(void **state)
{
    const struct tree *tree = *state;
    struct world world;
    struct writer writer;
    char path[160];

    world_init(&world);
    world_start(&world);
    (void)snprintf(path, sizeof(path), "%s/a/b/new", tree->top);
    writer = write_to(&world, path, (struct writer){.n_left = 1, .keeps = true});
    assert_int_equal(writer.err, 0);
    assert_int_equal(size_of(path), 10);
    assert_int_equal(remove(path), 0);
    (void)snprintf(path, sizeof(path), "%s/a/b", tree->top);
    assert_int_equal(rmdir(path), 0);
    (void)snprintf(path, sizeof(path), "%s/a", tree->top);
    assert_int_equal(rmdir(path), 0);

    (void)snprintf(path, sizeof(path), "%s/secret/new", tree->top);
    writer = write_to(&world, path, (struct writer){.n_left = 1});
    assert_int_equal(writer.err, -ENOTDIR);
    world_stop(&world);
}

static void an_error_is_the_askers_the_moments_or_the_disks(void **state)
{
    static const int missing[] = {-ENOENT, -ENOTDIR, -EISDIR, -ENAMETOOLONG, -ELOOP, -EACCES};
    static const int busy[] = {-EMFILE,      -ENFILE,     -ENOMEM,
                               SAILS_ENOMEM, SAILS_EBUSY, SAILS_ECANCELED};
    static const int broken[] = {-EIO, -ENODEV, -ESTALE};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(missing); i++) {
        assert_int_equal(file_fault_of(missing[i]), FILE_MISSING);
    }
    for (size_t i = 0; i < ARRAY_LEN(busy); i++) {
        assert_int_equal(file_fault_of(busy[i]), FILE_BUSY);
    }
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        assert_int_equal(file_fault_of(broken[i]), FILE_BROKEN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_the_askers_the_moments_or_the_disks),
        cmocka_unit_test(no_path_leads_out_of_the_folder),
        cmocka_unit_test(a_name_that_is_too_long_is_an_error),
        cmocka_unit_test(files_are_read_in_chunks_and_ranges),
        cmocka_unit_test(a_file_that_is_closed_while_it_is_read_says_no_more),
        cmocka_unit_test(a_file_can_be_closed_before_it_is_open),
        cmocka_unit_test(a_folder_that_is_none_is_an_error),
        cmocka_unit_test(a_file_is_written_kept_and_taken_away),
        cmocka_unit_test(the_folders_to_a_new_file_are_made),
    };

    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
