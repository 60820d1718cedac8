/* gridspool retry: tries again what failed by itself. */
#ifndef CLI_CMD_RETRY_H
#define CLI_CMD_RETRY_H

#include "cli/command.h"

extern const struct command_ops cmd_retry_ops;

#endif
