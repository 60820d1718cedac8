/* Any bytes as a private key: a kind that is a short terminated text, or no key. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "transport/sshkey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str bytes = {(const char *)data, size};
	struct sshkey_look look;
	char print[SSHKEY_PRINT];

	const bool key = sshkey_look(bytes, &look);
	if (memchr(look.kind, '\0', sizeof(look.kind)) == NULL)
		abort();
	if (!key && (look.openssh || look.encrypted || look.kind[0]))
		abort();
	if (size >= 32) {
		sshkey_print(data, print);
		if (strlen(print) != SSHKEY_PRINT - 2 || !sshkey_is(str_c(print), print))
			abort();
	}
	(void)sshkey_is(bytes, "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	return 0;
}
