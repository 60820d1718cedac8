/* gridspool resolve: settle what is in doubt. */
#include "cli/cmd_resolve.h"

#include "cli/verb.h"

static const char usage[] =
	"usage: gridspool resolve [--env DIR] [--dry-run] --delivered|--not-delivered --reason TEXT ID...\n"
	"\n"
	"Ask the partner first. --delivered: it counts as sent. --not-delivered: it is queued again\n"
	"with the same bytes.\n"
	"\n"
	"  --env DIR       the environment; else the current folder\n"
	"  --dry-run       say what would happen, change nothing\n"
	"  --reason TEXT   why; kept in the ledger\n"
	"\n"
	"exit status: 0 done; 64 usage; 65 there is no such thing, or its state does not allow it\n"
	"  (the message names what it allows); 74 disk; 78 configuration\n"
	"\n"
	"example: gridspool resolve 123 --delivered --reason \"Ann at ACME sees it\"\n";

static int run(int argc, char **argv, const struct cli *cli)
{
	return verb_run(argc, argv, cli, VERBS_RESOLVE);
}

const struct command_ops cmd_resolve_ops = {
	.name = "resolve",
	.summary = "settle what is in doubt",
	.usage = usage,
	.run = run,
};
