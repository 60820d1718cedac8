/* Names, tags and messages as text; see xml_text.h. Nothing here is asked for each element: names are kept. */
#include "format/xml_text.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"

enum { NAME_MAX_BYTES = 64 << 10 };

static struct str prefix_of(const struct reader_spec *spec, const char *uri, const char *prefix)
{
	if (strcmp(uri, "http://www.w3.org/XML/1998/namespace") == 0)
		return STR("xml");
	for (size_t i = 0; i < spec->nspaces; i++)
		if (str_is(spec->spaces[i].uri, uri))
			return spec->spaces[i].prefix;
	return spec->own_prefixes && prefix ? str_c(prefix) : STR("");
}

uint32_t xml_text_name(const struct reader *r, const char *local, const char *prefix,
	const char *uri, bool attribute)
{
	const struct str p = uri ? prefix_of(&r->spec, uri, prefix) : STR("");
	struct buf b;
	uint32_t id = 0;

	if (r->names->n >= LIMIT_NAMES)
		return 0;
	buf_init(&b, NAME_MAX_BYTES);
	if (attribute)
		buf_ch(&b, '@');
	if (p.n > 0)
		buf_printf(&b, STR_FMT ":", STR_ARG(p));
	else if (uri && !r->spec.own_prefixes)
		buf_printf(&b, "{%.1000s}", uri);
	buf_c(&b, local);
	id = names_id(r->names, buf_view(&b));
	buf_done(&b);
	return id;
}

static void put_escaped(struct buf *b, const char *p)
{
	for (; *p; p++) {
		if (*p == '&' || *p == '<' || *p == '"')
			buf_printf(b, "&#%d;", *p);
		else
			buf_ch(b, *p);
	}
}

void xml_text_tag(
	struct buf *b, const char *local, const char *prefix, size_t n_ns, const unsigned char **ns)
{
	buf_printf(b, "<%s%s%s", prefix ? prefix : "", prefix ? ":" : "", local);
	for (size_t i = 0; i < n_ns; i++) {
		buf_printf(b, " xmlns%s%s=\"", ns[2 * i] ? ":" : "",
			ns[2 * i] ? (const char *)ns[2 * i] : "");
		put_escaped(b, ns[2 * i + 1] ? (const char *)ns[2 * i + 1] : "");
		buf_ch(b, '"');
	}
	buf_ch(b, '>');
}

void xml_text_message(const char *message, char *out, size_t size)
{
	struct str text = str_trim(str_c(message));

	/* Cut off within the room of the message, not inside a character. */
	if (text.n > size - 1)
		text.n = size - 1;
	while (text.n > 0 && utf8_bad(text) != SIZE_MAX)
		text.n--;
	(void)snprintf(out, size, STR_FMT, STR_ARG(text));
}

void xml_text_spoiled(const struct item *it, const char *code, const char *rule, struct diag *d)
{
	diag_add(d,
		&(struct finding){
			.code = str_c(code),
			.severity = SEV_ERROR,
			.file = it->file,
			.offset = it->offset,
			.line = it->line,
			.column = it->column,
			.rule = str_c(rule),
			.remedy = STR("split the item, or look for an end tag that comes too late"),
		});
}
