/* gridspool explain: from a position in something sent to its item, field and map line. */
#ifndef CLI_CMD_EXPLAIN_H
#define CLI_CMD_EXPLAIN_H

#include "cli/command.h"

extern const struct command_ops cmd_explain_ops;

#endif
