/*
 * SSH keys from outside; see sshkey.h. The OpenSSH format (PROTOCOL.key) begins with cipher, key
 * derivation and the public key in clear; only that much is decoded here, never the secret.
 */
#include "transport/sshkey.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char magic[] = "openssh-key-v1"; /* with its end */

enum { CLEAR = 384 }; /* bytes decoded: the names come before the first 200 */

void sshkey_print(const uint8_t hash[32], char out[SSHKEY_PRINT])
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 7;

	memcpy(out, "SHA256:", 7);
	for (size_t i = 0; i < 32; i++) {
		bits = (bits << 8 | hash[i]) & 0xffff;
		for (have += 8; have >= 6; have -= 6)
			out[n++] = digits[bits >> (have - 6) & 63];
	}
	out[n++] = digits[bits << (6 - have) & 63]; /* four bits are left of 256 */
	out[n] = '\0';
}

bool sshkey_is(struct str pin, const char *print)
{
	pin = str_trim(pin);
	while (pin.n > 0 && pin.p[pin.n - 1] == '=')
		pin.n--;
	return pin.n > 7 && str_is(pin, print);
}

/* Base64 with line ends, up to CLEAR bytes, to the first other character. */
static size_t decode(struct str text, uint8_t out[CLEAR])
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < CLEAR; i++) {
		const char c = text.p[i];
		const char *at = c ? strchr(digits, c) : NULL;

		if (str_is_blank(c))
			continue;
		if (!at)
			break;
		bits = (bits << 6 | (uint32_t)(at - digits)) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	return n;
}

/* The next string of RFC 4251: a length of four bytes, then that many. */
static bool take(struct str *rest, struct str *out)
{
	const uint8_t *p = (const uint8_t *)rest->p;
	size_t n = 0;

	if (rest->n < 4)
		return false;
	n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (n > rest->n - 4)
		return false;
	*out = str_sub(*rest, 4, n);
	*rest = str_from(*rest, 4 + n);
	return true;
}

static void look_openssh(struct str body, struct sshkey_look *look)
{
	uint8_t clear[CLEAR];
	struct str rest = {(const char *)clear, decode(body, clear)};
	struct str cipher = {NULL, 0};
	struct str skipped = {NULL, 0};
	struct str kind = {NULL, 0};

	if (!str_starts(rest, (struct str){magic, sizeof(magic)}))
		return;
	rest = str_from(rest, sizeof(magic));
	if (!take(&rest, &cipher) || !take(&rest, &skipped) || !take(&rest, &skipped))
		return;
	look->encrypted = !str_is(cipher, "none");
	/* The number of keys, the length of the first, the name of its kind. */
	rest = str_from(rest, 8);
	if (!take(&rest, &kind) || kind.n >= sizeof(look->kind) || str_chr(kind, '\0') != SIZE_MAX)
		return;
	memcpy(look->kind, kind.p, kind.n);
	look->kind[kind.n] = '\0';
}

bool sshkey_look(struct str pem, struct sshkey_look *look)
{
	const struct str begin = STR("-----BEGIN ");
	const struct str openssh = STR("OPENSSH PRIVATE KEY-----");

	memset(look, 0, sizeof(*look));
	pem = str_trim(pem);
	if (!str_starts(pem, begin) || str_find(pem, STR("PRIVATE KEY-----"), 0) == SIZE_MAX)
		return false;
	pem = str_from(pem, begin.n);
	if (str_starts(pem, openssh)) {
		look->openssh = true;
		look_openssh(str_from(pem, openssh.n), look);
		return true;
	}
	if (str_starts(pem, STR("RSA PRIVATE KEY-----")))
		memcpy(look->kind, "ssh-rsa", 8);
	look->encrypted = str_starts(pem, STR("ENCRYPTED PRIVATE KEY-----")) ||
		str_find(pem, STR("Proc-Type: 4,ENCRYPTED"), 0) != SIZE_MAX;
	return true;
}
