/* gridspool init: makes an environment. */
#ifndef CLI_CMD_INIT_H
#define CLI_CMD_INIT_H

#include "cli/command.h"

extern const struct command_ops cmd_init_ops;

#endif
