/* gridspool format: the commands below it. */
#include "cli/cmd_format.h"

static const struct command_ops *const below[] = {
	&cmd_format_list_ops,
	&cmd_format_show_ops,
	NULL,
};

static const char usage[] =
	"usage: gridspool format COMMAND [OPTION...] [ARGUMENT...]\n"
	"\n"
	"The definitions by which messages are made and checked:\n"
	"\n"
	"  list         the messages that are defined\n"
	"  show NAME    a message, a segment or an element in readable form\n"
	"\n"
	"Exit codes: 0 printed; 64 there is no such command; those of the command, see gridspool format\n"
	"COMMAND --help.\n"
	"\n"
	"Example:\n"
	"  gridspool format show x12/004010/832\n";

const struct command_ops cmd_format_ops = {
	.name = "format",
	.summary = "what the definitions say of messages, segments and elements",
	.usage = usage,
	.below = below,
};
