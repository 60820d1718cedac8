/* Names of this machine's users. */
#ifndef BASE_USER_H
#define BASE_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The user's name in out, cut to the room. False: nobody has that number, and out is as it was. */
bool user_name(uid_t uid, char *out, size_t room);

#endif
