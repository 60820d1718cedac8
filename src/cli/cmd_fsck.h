/* gridspool fsck: do ledger and spool agree? */
#ifndef CLI_CMD_FSCK_H
#define CLI_CMD_FSCK_H

#include "cli/command.h"

extern const struct command_ops cmd_fsck_ops;

#endif
