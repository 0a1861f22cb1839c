#include "base/whole_file.h"

#include "base/macros.h"
#include "support/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <sails/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A folder that goes with the test; what lies in it has these names. */
struct place {
    char before[1024];
    char folder[64];
};

static const char *const all_names[] = {"file", "empty",  "link",  "nowhere",
                                        "pipe", "socket", "folder"};

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void make_socket(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(close(fd), 0);
}

static void place_init(struct place *place)
{
    (void)snprintf(place->folder, sizeof(place->folder), "/tmp/whole-file-XXXXXX");
    assert_non_null(getcwd(place->before, sizeof(place->before)));
    assert_non_null(mkdtemp(place->folder));
    assert_int_equal(chdir(place->folder), 0);
    write_file("file", "hello");
    write_file("empty", "");
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(symlink("/nowhere/at/all", "nowhere"), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    make_socket("socket");
    assert_int_equal(mkdir("folder", 0700), 0);
}

static void place_deinit(struct place *place)
{
    for (size_t i = 0; i < ARRAY_LEN(all_names); i++) {
        assert_int_equal(remove(all_names[i]), 0);
    }
    assert_int_equal(chdir(place->before), 0);
    assert_int_equal(rmdir(place->folder), 0);
}

static void only_files_are_read_and_nothing_is_waited_for(void **state)
{
    static const struct {
        const char *name;
        size_t max;
        int want;
        const char *text;
    } cases[] = {
        {"file", 5, 0, "hello"},
        {"link", 100, 0, "hello"},
        {"empty", 0, 0, ""},
        {"file", 4, SAILS_ETOOBIG, NULL},
        {"nowhere", 9, -ENOENT, NULL},
        {"none", 9, -ENOENT, NULL},
        {"file/below", 9, -ENOTDIR, NULL},
        {"pipe", 9, SAILS_ENOTFILE, NULL},
        {"socket", 9, SAILS_ENOTFILE, NULL},
        {"folder", 9, SAILS_ENOTFILE, NULL},
        {"/dev/zero", 9, SAILS_ENOTFILE, NULL},
    };
    struct place place;

    (void)state;
    place_init(&place);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out = {0};
        int rc = 0;

        buf_append_str(&out, STR("> "));
        rc = whole_file_read(cases[i].name, cases[i].max, &out);
        if (rc != cases[i].want) {
            fail_msg("%s: %s", cases[i].name, sails_err_name(rc));
        }
        if (cases[i].text != NULL) {
            assert_int_equal(out.len, 2 + strlen(cases[i].text));
            assert_memory_equal(out.ptr + 2, cases[i].text, strlen(cases[i].text));
        }
        if (cases[i].want != SAILS_ETOOBIG) {
            assert_int_equal(whole_file_check(cases[i].name), cases[i].want);
        }
        buf_deinit(&out);
    }
    place_deinit(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_files_are_read_and_nothing_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
