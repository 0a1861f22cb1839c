/*
 * cli_emit.h - `sails emit`.
 *
 * Purpose    An event for the clients of all nodes, from a shell: sails/emitter.h with words for its
 *            arguments.
 * Ownership  Borrows the command line.
 * Threads    The main one.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_EMIT_H
#define CLI_CLI_EMIT_H

/* argv[0] is "emit". 0: Redis has the event; 1: the command line is wrong; 69: Redis is away, or refuses. */
int cli_emit_run(int argc, char **argv);

#endif
