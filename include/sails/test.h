/**
 * @file sails/test.h
 * @brief Tests of an application, which `sails test` runs: the files of C in tests/.
 *
 *     #include <sails/sails.h>
 *
 *     SAILS_TEST(a_user_has_a_name)
 *     {
 *         json_t *jwr = NULL;
 *
 *         SAILS_EXPECT(sails_app_request_wait(app, "POST /user", json_object(), NULL, &jwr) == 0);
 *         SAILS_EXPECT(json_integer_value(json_object_get(jwr, "statusCode")) == 400);
 *         json_decref(jwr);
 *     }
 *
 * Each test has an app of its own, lifted on any free port of 127.0.0.1, with the environment "test" (so with
 * config/env/test.json) and the default datastore in memory, whose tables follow the models. These few are stronger
 * than files: no database of anybody's is touched because a file is missing.
 *
 * Ownership  What a test is given is the runner's, and valid until the test returns; what it makes it frees.
 * Threads    A test runs on the main thread, which is no worker's: it may wait. Only there may it fail.
 * Errors     A test that fails is told with file, line and condition; one that crashes ends the run.
 * @see       Sails documentation, "Testing your code"
 */
#ifndef SAILS_TEST_H
#define SAILS_TEST_H

#include <sails/app.h>
#include <sails/db.h>
#include <sails/export.h>
#include <sails/folder.h>
#include <sails/request.h>

SAILS_BEGIN_DECLS

/** What a test is given. */
struct sails_test {
    sails_app *app; /**< Lifted; lowered when the test has returned. */
    sails_db *db;   /**< A connection to the datastores; NULL: there are no models. */
    /** Notes that it has failed, and where. It may go on. */
    void (*fail)(struct sails_test *test, const char *file, int line, const char *what);
};

/** A test, of any number in a file; the body follows, which has `test`, `app` and `db`. */
#define SAILS_TEST(name_)                                                                          \
    static void name_(struct sails_test *test, sails_app *app, sails_db *db);                      \
    static const struct sails_part sails_test_part_##name_ = {                                     \
        .file = __FILE__, .test = (name_), .test_name = #name_};                                   \
    __attribute__((section("sails_parts"),                                                         \
                   used)) static const struct sails_part *sails_test_place_##name_ =               \
        &sails_test_part_##name_;                                                                  \
    static void name_(struct sails_test *test __attribute__((unused)),                             \
                      sails_app *app __attribute__((unused)),                                      \
                      sails_db *db __attribute__((unused)))

/** Ends the test as failed, unless the condition holds. */
#define SAILS_EXPECT(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            test->fail(test, __FILE__, __LINE__, #condition);                                      \
            return;                                                                                \
        }                                                                                          \
    } while (0)

SAILS_END_DECLS

#endif
