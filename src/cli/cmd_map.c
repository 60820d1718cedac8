/* gridspool map: the commands below it. */
#include "cli/cmd_map.h"

static const struct command_ops *const below[] = {
	&cmd_map_check_ops,
	&cmd_map_test_ops,
	&cmd_map_coverage_ops,
	&cmd_map_diff_ops,
	NULL,
};

static const char usage[] =
	"usage: gridspool map COMMAND [OPTION...] [ARGUMENT...]\n"
	"\n"
	"For those who write maps:\n"
	"\n"
	"  check FILE...          names everything that is wrong with maps, all at once\n"
	"  test [MAP|FOLDER...]   runs the golden cases beside maps\n"
	"  coverage MAP [INPUT...] what of a map runs, and which fields it never reads\n"
	"  diff OLD NEW INPUT...  what would change in the output, item by item\n"
	"\n"
	"Exit codes: 0 all well; 64 there is no such command; those of the command, see gridspool map\n"
	"COMMAND --help.\n"
	"\n"
	"Example:\n"
	"  gridspool map check maps/ampliance-product-to-832.xml\n";

const struct command_ops cmd_map_ops = {
	.name = "map",
	.summary = "check maps, test them, look at what they cover and change",
	.usage = usage,
	.below = below,
};
