/* gridspool map: the tools for those who write maps; see its --help. */
#ifndef CLI_CMD_MAP_H
#define CLI_CMD_MAP_H

#include "cli/command.h"

extern const struct command_ops cmd_map_ops;

/* The commands below it. */
extern const struct command_ops cmd_map_check_ops;
extern const struct command_ops cmd_map_test_ops;
extern const struct command_ops cmd_map_coverage_ops;
extern const struct command_ops cmd_map_diff_ops;

#endif
