/* gridspool control: control numbers. */
#ifndef CLI_CMD_CONTROL_H
#define CLI_CMD_CONTROL_H

#include "cli/command.h"

extern const struct command_ops cmd_control_ops;

#endif
