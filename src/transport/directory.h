/* The directory channel: a folder that the partner, or a program of theirs, empties and fills. */
#ifndef TRANSPORT_DIRECTORY_H
#define TRANSPORT_DIRECTORY_H

#include "transport/transport.h"

extern const struct transport_ops directory_ops;

#endif
