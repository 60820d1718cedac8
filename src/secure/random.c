/* Random bytes from OpenSSL's generator, which the kernel seeds; see random.h. */
#include "secure/random.h"

#include <openssl/rand.h>

enum { DIGITS_MAX = 128 };

int random_hex(char *out, size_t digits, struct err *e)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[DIGITS_MAX];

	BUG_IF(digits > DIGITS_MAX);
	if (RAND_bytes(bytes, (int)digits) != 1)
		return err_set(e, ERR_IO, "the system gives no random numbers");
	for (size_t i = 0; i < digits; i++)
		out[i] = hex[bytes[i] & 15];
	out[digits] = '\0';
	return 0;
}
