/* gridspool resend: send the same bytes and numbers again. */
#include "cli/cmd_resend.h"

#include "cli/verb.h"

static const char usage[] =
	"usage: gridspool resend [--env DIR] [--dry-run] --reason TEXT ID...\n"
	"\n"
	"A partner may refuse or ignore a control number it has seen; then reissue. If the file is\n"
	"still there under its name, it counts as sent. Refused as stale when its items were sent\n"
	"in a newer version since.\n"
	"\n"
	"  --env DIR       the environment; else the current folder\n"
	"  --dry-run       say what would happen, change nothing\n"
	"  --reason TEXT   why; kept in the ledger\n"
	"\n"
	"exit status: 0 done; 64 usage; 65 there is no such thing, or its state does not allow it\n"
	"  (the message names what it allows); 74 disk; 78 configuration\n"
	"\n"
	"example: gridspool resend 123 --reason \"lost by their VAN\"\n";

static int run(int argc, char **argv, const struct cli *cli)
{
	return verb_run(argc, argv, cli, VERBS_RESEND);
}

const struct command_ops cmd_resend_ops = {
	.name = "resend",
	.summary = "send the same bytes and numbers again",
	.usage = usage,
	.run = run,
};
