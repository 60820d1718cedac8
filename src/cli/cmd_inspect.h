/* gridspool inspect; see its --help. */
#ifndef CLI_CMD_INSPECT_H
#define CLI_CMD_INSPECT_H

#include "cli/command.h"

extern const struct command_ops cmd_inspect_ops;

#endif
