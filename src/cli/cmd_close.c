/* gridspool close: give something up. */
#include "cli/cmd_close.h"

#include "cli/verb.h"

static const char usage[] =
	"usage: gridspool close [--env DIR] [--dry-run] --reason TEXT ID|ITEM...\n"
	"\n"
	"An interchange that never left: its items count as never sent. An input, a received file, a\n"
	"unit of work, or the open findings of an item. Nothing is deleted.\n"
	"\n"
	"  --env DIR       the environment; else the current folder\n"
	"  --dry-run       say what would happen, change nothing\n"
	"  --reason TEXT   why; kept in the ledger\n"
	"\n"
	"exit status: 0 done; 64 usage; 65 there is no such thing, or its state does not allow it\n"
	"  (the message names what it allows); 74 disk; 78 configuration\n"
	"\n"
	"example: gridspool close in-000012 --reason \"test file\"\n";

static int run(int argc, char **argv, const struct cli *cli)
{
	return verb_run(argc, argv, cli, VERBS_CLOSE);
}

const struct command_ops cmd_close_ops = {
	.name = "close",
	.summary = "give something up",
	.usage = usage,
	.run = run,
};
