/*
 * The commands: one file cmd_NAME.c and one row of the table in command.c each. A command parses
 * its own arguments (args.h), prints data on standard output and everything else on standard
 * error, and returns the exit status.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "model/faults.h"

#define COMMAND_VERSION "0.1.0"

/* What every command is given. */
struct cli {
	struct clock clock;
	const char *command; /* its name, for messages */
	bool json;	     /* --json; only commands that take it can see it set */
	bool tty;	     /* standard error is a terminal: progress may be shown */
	bool quiet;	     /* --quiet: nothing but data, warnings and errors */
};

struct command_ops {
	const char *name;
	const char *summary; /* one line of gridspool help */
	/* MUST. What --help prints: a line "usage: gridspool NAME ...", options, exit codes, examples.
	 * The options every command takes are added by main. */
	const char *usage;
	bool json; /* takes --json */
	/* MAY be NULL: commands below this one, ended by NULL: gridspool map test. Then run is NULL. */
	const struct command_ops *const *below;
	/* MUST. argv[0] is the command's name; --help, --json and --quiet are already taken out. */
	int (*run)(int argc, char **argv, const struct cli *cli);
};

/* All of them, ended by NULL, in the order of help. */
const struct command_ops *const *command_all(void);
/* Of such a list; NULL when unknown. */
const struct command_ops *command_find(const struct command_ops *const *list, const char *name);
/* "did you mean", or NULL */
const char *command_near(const struct command_ops *const *list, const char *name);

/* One line on standard error; the exit status of e. A usage error names --help too. */
int command_fail(const struct cli *cli, const struct err *e);
/* All faults, one line each "FILE:LINE:COL: TEXT", on standard error; warnings say so. */
void command_faults(const struct faults *f);
/* One fault as such a line, without line end. */
void command_fault_line(const struct fault *x, struct buf *out);
/* All of them as the member "faults" of the object that is open. */
void command_faults_json(struct json *j, const struct faults *f);
/* Data on standard output. */
void command_print(const char *fmt, ...) ATTR_PRINTF(1, 2);
/* The same of what was built, when all of it fitted; else nothing is printed and -1 with ERR_LIMIT: half
 * of an answer looks like one. what names it. */
int command_write(const struct buf *out, const char *what, struct err *e) ATTR_CHECK;

/* The user who gives the command, for the ledger: "user:NAME"; out has at least 64 bytes. */
void command_actor(char *out, size_t room);

#endif
