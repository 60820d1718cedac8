/* gridspool release: lets go what is held. */
#ifndef CLI_CMD_RELEASE_H
#define CLI_CMD_RELEASE_H

#include "cli/command.h"

extern const struct command_ops cmd_release_ops;

#endif
