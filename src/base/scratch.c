/* Bytes put aside; see scratch.h. */
#include "base/scratch.h"

#include <inttypes.h>

#include "base/fsx.h"

int scratch_put(struct scratch *s, const void *p, size_t n, struct err *e)
{
	if (fsx_write_all(s->fd, p, n, e) == -1) {
		(void)err_wrap(e,
			"the scratch file cannot be written behind byte %" PRIu64
			" (it is on the disk of work/; of commands on that of $TMPDIR, else /tmp)",
			s->size);
		return e->code == ERR_FULL ? err_reason(e, SCRATCH_FULL) : -1;
	}
	s->size += n;
	return 0;
}

int scratch_damaged(struct err *e, uint64_t at)
{
	(void)err_set(e, ERR_IO,
		"the scratch file was cut off or changed: what was written at byte %" PRIu64
		" is not there any more; look at the disk and do the same again",
		at);
	return err_reason(e, SCRATCH_DAMAGED);
}

int scratch_get(const struct scratch *s, void *p, size_t n, uint64_t at, struct err *e)
{
	size_t got = 0;

	if (fsx_pread(s->fd, p, n, at, &got, e) == -1) {
		(void)err_wrap(e, "the scratch file cannot be read at byte %" PRIu64, at);
		return err_reason(e, SCRATCH_DAMAGED);
	}
	return got < n ? scratch_damaged(e, at) : 0;
}
