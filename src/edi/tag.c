/* Tags of segments; see tag.h. */
#include "edi/tag.h"

bool tag_mend(struct str *tag, size_t least, char room[TAG_MOST + 1])
{
	struct str mended = {room, tag->n};

	if (tag->n < least || tag->n > TAG_MOST)
		return false;
	for (size_t i = 0; i < tag->n; i++)
		room[i] = str_upper(tag->p[i]);
	if (!tag_is(mended, least))
		return false;
	*tag = mended;
	return true;
}
