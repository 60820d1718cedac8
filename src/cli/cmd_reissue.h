/* gridspool reissue: the same items with new numbers. */
#ifndef CLI_CMD_REISSUE_H
#define CLI_CMD_REISSUE_H

#include "cli/command.h"

extern const struct command_ops cmd_reissue_ops;

#endif
