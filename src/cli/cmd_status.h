/* gridspool status: how things stand, in a glance. */
#ifndef CLI_CMD_STATUS_H
#define CLI_CMD_STATUS_H

#include "cli/command.h"

extern const struct command_ops cmd_status_ops;

#endif
