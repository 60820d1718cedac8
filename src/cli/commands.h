/* The rows of the command table; command.c puts them in the order of help. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

extern const struct command_ops cmd_run;

#endif
