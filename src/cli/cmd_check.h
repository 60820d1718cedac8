/* gridspool check: names everything that is wrong with an environment. */
#ifndef CLI_CMD_CHECK_H
#define CLI_CMD_CHECK_H

#include "cli/command.h"

extern const struct command_ops cmd_check_ops;

#endif
