/* What can be told of SSH keys without using them: fingerprints, and the kind of a private key. */
#ifndef TRANSPORT_SSHKEY_H
#define TRANSPORT_SSHKEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { SSHKEY_PRINT = 52 }; /* "SHA256:", 43 characters of base64, the end */

/* As ssh-keygen -l prints it. */
void sshkey_print(const uint8_t hash[32], char out[SSHKEY_PRINT]);
/* Is print, as sshkey_print makes it, what the configuration pins? '=' at its end is ignored. */
bool sshkey_is(struct str pin, const char *print);

struct sshkey_look {
	bool openssh;	/* the format of ssh-keygen: BEGIN OPENSSH PRIVATE KEY */
	bool encrypted; /* it has a passphrase */
	char kind[40];	/* "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa" ...; "" not known */
};
/* Looks at the public part of a private key; false when it is no private key in PEM form. */
bool sshkey_look(struct str pem, struct sshkey_look *look);

#endif
