/* Any bytes as a file of fixed widths; the first says what its layout is like. Lines tell no more and no
 * less than the file has: each lies behind the last, is the same when read again by its locator, and holds
 * text, numbers, dates and truths that are what they say. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dec.h"
#include "base/utf8.h"
#include "defs/layout.h"
#include "format/reader.h"
#include "items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct def_field fields[] = {
	{.name = {"t", 1}, .width = 3, .pad = ' '},
	{.name = {"n", 1}, .kind = FIELD_NUMBER, .width = 5, .right = true, .pad = ' '},
	{.name = {"d", 1}, .kind = FIELD_DATE, .width = 6, .pad = ' ', .picture = {"YYMMDD", 6}},
	{.name = {"z", 1}, .kind = FIELD_NUMBER, .width = 4, .right = true, .pad = '0'},
	{.name = {"b", 1},
		.kind = FIELD_BOOL,
		.width = 1,
		.pad = ' ',
		.yes = {"Y", 1},
		.no = {"N", 1}},
	{.name = {"x", 1}, .width = 2, .right = true, .pad = '*'},
};
static struct def_layout layout = {.name = {"l", 1}, .fields = fields};

static void shape(uint8_t how)
{
	for (size_t i = 0; i + 1 < sizeof(fields) / sizeof(fields[0]); i++)
		fields[i].next = &fields[i + 1];
	layout.decimal = how & 1 ? ',' : '.';
	layout.header = how & 2;
	layout.latin1 = how & 4;
	fields[0].mandatory = how & 8;
	fields[5].pad = how & 16 ? ' ' : '*';
}

static void cells(const struct item *it)
{
	struct dec number;

	for (const struct node *n = it->root->child; n; n = n->next) {
		if (n->place.offset < it->offset || n->place.offset - it->offset > it->raw.n ||
			n->value.n == 0 || utf8_bad(n->value) != SIZE_MAX)
			abort();
		if (n->kind == NODE_NUMBER && !dec_parse(n->value, '.', &number))
			abort();
		if (n->kind == NODE_BOOL && !str_is(n->value, "true") && !str_is(n->value, "false"))
			abort();
		if (n->kind != NODE_TEXT && n->kind != NODE_NUMBER && n->kind != NODE_BOOL)
			abort();
	}
}

static void look(struct reader *r, const struct item *it, struct diag *d, uint64_t *last)
{
	struct item other;

	*last = it->offset + it->raw.n;
	if (it->root)
		cells(it);
	items_again(r, it, &other, d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader_spec spec = {.format = STR("fixed"), .file = STR("fuzz"), .layout = &layout};

	if (size == 0)
		return 0;
	shape(data[0]);
	spec.charset = data[0] & 32 ? CHARSET_CP1252 : CHARSET_UTF8;
	items_read(data + 1, size - 1, &spec, look);
	return 0;
}
