/**
 * @file sails/folder.h
 * @brief An application that is a folder, as those of Sails are: config/, api/, views/, assets/.
 *
 * `sails lift` is little more than this; a program of its own can do the same:
 *
 *     int main(int argc, char **argv)
 *     {
 *         sails_app *app = sails_app_create();
 *
 *         sails_app_folder(app);
 *         return sails_app_run(app, argc, argv);
 *     }
 *
 * Threads    As sails/app.h.
 * Errors     0 or a negative code of sails/err.h. Every function survives NULL: SAILS_EINVAL.
 */
#ifndef SAILS_FOLDER_H
#define SAILS_FOLDER_H

#include <sails/app.h>
#include <sails/export.h>

SAILS_BEGIN_DECLS

/**
 * Makes an app what its folder holds, beyond config/, api/models/ and views/, which every app reads. The lift
 * looks which of these are there:
 *
 * - `.tmp/public/`, or else `assets/`: its files are served below "/";
 * - "/sails.io.js" and "/dependencies/sails.io.js" give the JavaScript client, unless there are files of those
 *   names.
 *
 * A folder that has nothing of an application is lifted with a warning. Before the lift.
 *
 * @return 0, twice is harmless; SAILS_EINVAL: NULL; SAILS_ESTATE: lifted already.
 * @see    Sails documentation, "Anatomy of a Sails app"
 */
SAILS_API int sails_app_folder(sails_app *app);

SAILS_END_DECLS

#endif
