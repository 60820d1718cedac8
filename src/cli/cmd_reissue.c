/* gridspool reissue: send the same items anew, with new numbers. */
#include "cli/cmd_reissue.h"

#include "cli/verb.h"

static const char usage[] =
	"usage: gridspool reissue [--env DIR] [--dry-run] --reason TEXT ID...\n"
	"\n"
	"Items that were not sent in a newer version since become due; the next run converts them\n"
	"as they are now. The old interchange is closed. Where the agreement has a <when>, that run does\n"
	"not wait for its time, and takes them as they were at the newest one; what has changed since goes\n"
	"at its time.\n"
	"\n"
	"  --env DIR       the environment; else the current folder\n"
	"  --dry-run       say what would happen, change nothing\n"
	"  --reason TEXT   why; kept in the ledger\n"
	"\n"
	"exit status: 0 done; 64 usage; 65 there is no such thing, or its state does not allow it\n"
	"  (the message names what it allows); 74 disk; 78 configuration\n"
	"\n"
	"example: gridspool reissue 123 --reason \"refused whole, map mended\"\n";

static int run(int argc, char **argv, const struct cli *cli)
{
	return verb_run(argc, argv, cli, VERBS_REISSUE);
}

const struct command_ops cmd_reissue_ops = {
	.name = "reissue",
	.summary = "send the same items anew, with new numbers",
	.usage = usage,
	.run = run,
};
