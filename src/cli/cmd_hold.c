/* gridspool hold: keep back what waits to be sent. */
#include "cli/cmd_hold.h"

#include "cli/verb.h"

static const char usage[] =
	"usage: gridspool hold [--env DIR] [--dry-run] [--reason TEXT] ID|PARTNER|AGREEMENT...\n"
	"\n"
	"Works during a run: what has not been renamed at the partner stays here. PARTNER and\n"
	"AGREEMENT hold all that waits now; what is made later is not held.\n"
	"\n"
	"  --env DIR       the environment; else the current folder\n"
	"  --dry-run       say what would happen, change nothing\n"
	"  --reason TEXT   why; kept in the ledger\n"
	"\n"
	"exit status: 0 done; 64 usage; 65 there is no such thing, or its state does not allow it\n"
	"  (the message names what it allows); 74 disk; 78 configuration\n"
	"\n"
	"example: gridspool hold acme --reason \"their dock is closed\"\n";

static int run(int argc, char **argv, const struct cli *cli)
{
	return verb_run(argc, argv, cli, VERBS_HOLD);
}

const struct command_ops cmd_hold_ops = {
	.name = "hold",
	.summary = "keep back what waits to be sent",
	.usage = usage,
	.run = run,
};
