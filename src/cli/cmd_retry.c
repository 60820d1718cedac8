/* gridspool retry: try again what failed by itself. */
#include "cli/cmd_retry.h"

#include "cli/verb.h"

static const char usage[] =
	"usage: gridspool retry [--env DIR] [--dry-run] [--reason TEXT] ID|PARTNER|AGREEMENT...\n"
	"\n"
	"A queued interchange and its partner are tried at once; a unit of work (u-5) that failed or\n"
	"crashed is due again; a received file (r-12) is read again. PARTNER ends its back-off;\n"
	"AGREEMENT takes its failed unit of work and all it has waiting.\n"
	"\n"
	"  --env DIR       the environment; else the current folder\n"
	"  --dry-run       say what would happen, change nothing\n"
	"  --reason TEXT   why; kept in the ledger\n"
	"\n"
	"exit status: 0 done; 64 usage; 65 there is no such thing, or its state does not allow it\n"
	"  (the message names what it allows); 74 disk; 78 configuration\n"
	"\n"
	"example: gridspool retry acme\n";

static int run(int argc, char **argv, const struct cli *cli)
{
	return verb_run(argc, argv, cli, VERBS_RETRY);
}

const struct command_ops cmd_retry_ops = {
	.name = "retry",
	.summary = "try again what failed by itself",
	.usage = usage,
	.run = run,
};
