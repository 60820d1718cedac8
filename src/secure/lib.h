/*
 * OpenSSL's start and end. It takes our allocator, and reads no openssl.cnf: what is allowed is
 * written in our configuration, not in a file of the machine.
 */
#ifndef SECURE_LIB_H
#define SECURE_LIB_H

/* Called once by main before anything that may use OpenSSL (libssh2 included). */
void lib_start(void);
/* Called once by main at its end; nothing may use OpenSSL afterwards. */
void lib_stop(void);

#endif
