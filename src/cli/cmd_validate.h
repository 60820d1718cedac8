/* gridspool validate; see its --help. */
#ifndef CLI_CMD_VALIDATE_H
#define CLI_CMD_VALIDATE_H

#include "cli/command.h"

extern const struct command_ops cmd_validate_ops;

#endif
