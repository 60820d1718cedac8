/* Hierarchies; see x12_hl.h. */
#include "edi/x12_hl.h"

#include <string.h>

#include "base/mem.h"

enum { FIRST_CAP = 64, SPARSE = 16, MOST = 1 << 17 /* 7 MB; no catalog has so many locations */ };

struct x12_hl_entry {
	char id[X12_HL_ID];
	uint8_t n;
	char said; /* HL04, or 0 */
	bool parent;
	uint32_t position;
	uint64_t offset;
};

void x12_hl_done(struct x12_hl *h)
{
	mem_free(h->all);
	mem_free(h->slots);
	memset(h, 0, sizeof(*h));
}

void x12_hl_clear(struct x12_hl *h)
{
	if (h->cap > FIRST_CAP && h->n * SPARSE < h->cap) {
		x12_hl_done(h);
		return;
	}
	if (h->n > 0)
		memset(h->slots, 0, 2 * h->cap * sizeof(*h->slots));
	h->n = 0;
}

/* The slot that holds the id, or the free one where it belongs. */
static uint32_t *slot_of(const struct x12_hl *h, struct str id)
{
	size_t i = (size_t)str_hash(id) & (2 * h->cap - 1);

	while (h->slots[i] != 0) {
		const struct x12_hl_entry *e = &h->all[h->slots[i] - 1];
		if (str_eq((struct str){e->id, e->n}, id))
			break;
		i = (i + 1) & (2 * h->cap - 1);
	}
	return &h->slots[i];
}

static void grow(struct x12_hl *h)
{
	h->cap = h->cap ? h->cap * 2 : FIRST_CAP;
	h->all = mem_resize(h->all, h->cap, sizeof(*h->all));
	mem_free(h->slots);
	h->slots = mem_array(2 * h->cap, sizeof(*h->slots));
	for (size_t i = 0; i < h->n; i++)
		*slot_of(h, (struct str){h->all[i].id, h->all[i].n}) = (uint32_t)i + 1;
}

static void tell(struct diag *d, const struct finding *about, const char *code, enum severity sev,
	uint16_t element, struct str found, const char *expected)
{
	struct finding f = *about;

	f.code = str_c(code);
	f.severity = (uint8_t)sev;
	f.segment = STR("HL");
	f.element = element;
	f.found = found;
	f.expected = str_c(expected);
	diag_add(d, &f);
}

static void take_parent(
	struct x12_hl *h, struct str parent, struct diag *d, const struct finding *about)
{
	const uint32_t at = h->cap > 0 ? *slot_of(h, parent) : 0;

	if (at > 0)
		h->all[at - 1].parent = true;
	else
		tell(d, about, "X12-HL-PARENT", SEV_ERROR, 2, parent,
			"HL01 of an HL before this one");
}

void x12_hl_take(
	struct x12_hl *h, const struct segment *s, struct diag *d, const struct finding *about)
{
	const struct str id = segment_get(s, 1, 1);
	const struct str parent = segment_get(s, 2, 1);
	const struct str said = segment_get(s, 4, 1);
	uint32_t *slot = NULL;

	if (h->n == MOST)
		return;
	if (parent.n > 0)
		take_parent(h, parent, d, about);
	if (id.n == 0 || id.n > X12_HL_ID)
		return;
	if (h->n == h->cap)
		grow(h);
	slot = slot_of(h, id);
	if (*slot != 0) {
		tell(d, about, "X12-HL-ID", SEV_ERROR, 1, id, "an id that is new in the set");
		return;
	}
	struct x12_hl_entry *e = &h->all[h->n++];
	*e = (struct x12_hl_entry){.n = (uint8_t)id.n,
		.said = said.n == 1 ? said.p[0] : '\0',
		.position = about->segment_at,
		.offset = about->offset};
	memcpy(e->id, id.p, id.n);
	*slot = (uint32_t)h->n;
}

void x12_hl_end(struct x12_hl *h, struct diag *d, const struct finding *about)
{
	for (size_t i = 0; h->n < MOST && i < h->n; i++) {
		const struct x12_hl_entry *e = &h->all[i];
		struct finding f = *about;
		if ((e->said != '0' && e->said != '1') || (e->said == '1') == e->parent)
			continue;
		f.segment_at = e->position;
		f.offset = e->offset;
		tell(d, &f, "X12-HL-CHILDREN", SEV_WARNING, 4, (struct str){&e->said, 1},
			e->parent ? "1, since there are HL below it"
				  : "0, since there is no HL below it");
	}
	x12_hl_clear(h);
}
