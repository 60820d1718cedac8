/* gridspool format: definitions in readable form; see its --help. */
#ifndef CLI_CMD_FORMAT_H
#define CLI_CMD_FORMAT_H

#include "cli/command.h"

extern const struct command_ops cmd_format_ops;

/* The commands below it. */
extern const struct command_ops cmd_format_list_ops;
extern const struct command_ops cmd_format_show_ops;

#endif
