/* gridspool close: gives something up. */
#ifndef CLI_CMD_CLOSE_H
#define CLI_CMD_CLOSE_H

#include "cli/command.h"

extern const struct command_ops cmd_close_ops;

#endif
