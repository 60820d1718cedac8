/* gridspool resolve: settles a doubt. */
#ifndef CLI_CMD_RESOLVE_H
#define CLI_CMD_RESOLVE_H

#include "cli/command.h"

extern const struct command_ops cmd_resolve_ops;

#endif
