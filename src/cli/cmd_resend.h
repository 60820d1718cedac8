/* gridspool resend: the same bytes once more. */
#ifndef CLI_CMD_RESEND_H
#define CLI_CMD_RESEND_H

#include "cli/command.h"

extern const struct command_ops cmd_resend_ops;

#endif
