/* The SFTP channel, through libssh2. */
#ifndef TRANSPORT_SFTP_H
#define TRANSPORT_SFTP_H

#include "transport/transport.h"

extern const struct transport_ops sftp_ops;

#endif
