/* What the commands of the operator's verbs share: arguments, environment, one answer an ID. */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include "cli/args.h"
#include "cli/command.h"
#include "stage/env.h"
#include "stage/verbs.h"

/* Opens environment and ledger with the user as actor; not on another machine than runs work on. -1: what was wrong
 * is printed, *status is the exit status. */
int verb_open(struct env *v, const char *path, const struct cli *cli, int *status) ATTR_CHECK;
/* The same for commands that must work whatever is wrong with a partner's file or a map: that is
 * printed, and they go on. */
int verb_open_rest(struct env *v, const char *path, const struct cli *cli, int *status) ATTR_CHECK;
/* The same to look only: nothing of ours is made or changed. */
int verb_look(struct env *v, const char *path, const struct cli *cli, int *status) ATTR_CHECK;
/* As verb_open_rest, on any machine. */
int verb_open_anywhere(struct env *v, const char *path, const struct cli *cli, int *status)
	ATTR_CHECK;
/* The same of a ledger that may be older than audit.log; no run starts before it is closed. */
int verb_open_older(struct env *v, const char *path, const struct cli *cli, int *status) ATTR_CHECK;
/* The same with the lock of the run, of a ledger that no run brings up to date: HOST-CHANGED. */
int verb_open_moved(struct env *v, const char *path, const struct cli *cli, int *status) ATTR_CHECK;
/* env_close of what was opened to change something; warns when audit.log could not be told of it. */
void verb_close(struct env *v, const struct cli *cli);

/* command_fail, where a verb that the state does not allow is a fault of the request: 65. */
int verb_refused(const struct cli *cli, const struct err *e);

/* The whole command: [--env DIR] [--reason TEXT] [--dry-run] ID...; resolve also takes --delivered
 * or --not-delivered. */
int verb_run(int argc, char **argv, const struct cli *cli, enum verbs_kind verb);

#endif
