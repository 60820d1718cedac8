/* Any bytes as a zone file: refused, or a clock that shows each local time first at the instant that is told. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/tz.h"
#include "base/tz_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct tz *z, int64_t local)
{
	const int64_t at = tz_instant(z, local);

	if (at + tz_offset(z, at) < local || at - 1 + tz_offset(z, at - 1) >= local)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str bytes = {(const char *)data, size};
	const struct tz *z = NULL;
	struct tz_rule rule;
	struct arena a;
	struct err e;

	arena_init(&a);
	if (tz_parse(bytes, &a, &z, &e) == 0) {
		for (int64_t local = INT64_C(-3000000000); local < INT64_C(6000000000);
			local += 53300000)
			look(z, local);
	}
	if (tz_rule_parse(bytes, &rule)) {
		int64_t at = 0;
		for (int i = 0; i < 20; i++) {
			int64_t until = at;
			const int32_t offset = tz_rule_offset(&rule, at, &until);
			if (until <= at || offset <= -TZ_OFFSET_MAX || offset >= TZ_OFFSET_MAX)
				abort();
			if (until == INT64_MAX)
				break;
			at = until;
		}
	}
	arena_done(&a);
	return 0;
}
