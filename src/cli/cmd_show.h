/* gridspool show: the story of one thing. */
#ifndef CLI_CMD_SHOW_H
#define CLI_CMD_SHOW_H

#include "cli/command.h"

extern const struct command_ops cmd_show_ops;

#endif
