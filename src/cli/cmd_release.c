/* gridspool release: let go what is held. */
#include "cli/cmd_release.h"

#include "cli/verb.h"

static const char usage[] =
	"usage: gridspool release [--env DIR] [--dry-run] --reason TEXT ID...\n"
	"\n"
	"A held interchange is queued again, a held input (in-000012) is taken as it is. Refused as\n"
	"stale when its items were sent in a newer version since: then reissue.\n"
	"\n"
	"  --env DIR       the environment; else the current folder\n"
	"  --dry-run       say what would happen, change nothing\n"
	"  --reason TEXT   why; kept in the ledger\n"
	"\n"
	"exit status: 0 done; 64 usage; 65 there is no such thing, or its state does not allow it\n"
	"  (the message names what it allows); 74 disk; 78 configuration\n"
	"\n"
	"example: gridspool release 123 --reason \"buyer agreed to the price change\"\n";

static int run(int argc, char **argv, const struct cli *cli)
{
	return verb_run(argc, argv, cli, VERBS_RELEASE);
}

const struct command_ops cmd_release_ops = {
	.name = "release",
	.summary = "let go what is held",
	.usage = usage,
	.run = run,
};
