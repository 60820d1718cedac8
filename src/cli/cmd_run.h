/* gridspool run. */
#ifndef CLI_CMD_RUN_H
#define CLI_CMD_RUN_H

#include "cli/command.h"

extern const struct command_ops cmd_run_ops;

#endif
