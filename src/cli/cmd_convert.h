/* gridspool convert; see its --help. */
#ifndef CLI_CMD_CONVERT_H
#define CLI_CMD_CONVERT_H

#include "cli/command.h"

extern const struct command_ops cmd_convert_ops;

#endif
