/* gridspool hold: keeps something back. */
#ifndef CLI_CMD_HOLD_H
#define CLI_CMD_HOLD_H

#include "cli/command.h"

extern const struct command_ops cmd_hold_ops;

#endif
