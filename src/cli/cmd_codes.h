/* gridspool codes; see its --help. */
#ifndef CLI_CMD_CODES_H
#define CLI_CMD_CODES_H

#include "cli/command.h"

extern const struct command_ops cmd_codes_ops;

#endif
