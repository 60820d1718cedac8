/* Opens any file that we can read; see source.h. */
#include "cli/source.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "edi/edi_read.h"
#include "edi/edifact_read.h"
#include "edi/sniff.h"
#include "format/zip.h"
#include "model/tolerance.h"

enum { HEAD = 8192, COPY = 1 << 16, COLUMNS = 1000 };

static const char *const option_names[] = {"format", "encoding", "separator", "quote", "decimal",
	"numbers", "columns", "header", "items", "item", "tolerate", "level"};

enum { OPTIONS = sizeof(option_names) / sizeof(option_names[0]) };

/* What cannot be read by position is copied to a file without a name. */
static int copy(int from, const char *path, struct err *e)
{
	char *block = NULL;
	const int to = fsx_scratch(e);
	ssize_t n = 0;

	if (to == -1)
		return -1;
	block = mem_alloc(COPY);
	while ((n = read(from, block, COPY)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			(void)err_errno(e, ERR_IO, "read %s", path);
		if (n == -1 || fsx_write_all(to, block, (size_t)n, e) == -1) {
			mem_free(block);
			fsx_close(to);
			return -1;
		}
	}
	mem_free(block);
	return to;
}

static int pack(const char *path, struct diag *d, struct err *e)
{
	struct zip_packed packed;
	const int dir = fsx_dir(path, e);
	int to = dir == -1 ? -1 : fsx_scratch(e);

	if (to != -1 && zip_pack(dir, to, &packed, d, e) == -1) {
		(void)err_wrap(e, "%s", path);
		fsx_close(to);
		to = -1;
	}
	fsx_close(dir);
	return to;
}

static int open_any(const char *path, struct source *s, struct diag *d, struct err *e)
{
	struct stat st;
	int fd = -1;

	if (strcmp(path, "-") == 0) {
		s->fd = copy(STDIN_FILENO, "standard input", e);
		return s->fd == -1 ? -1 : 0;
	}
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		s->folder = true;
		s->fd = pack(path, d, e);
		return s->fd == -1 ? -1 : 0;
	}
	fd = fsx_open_path(path, e);
	if (fd == -1)
		return -1;
	s->fd = fd;
	if (fstat(fd, &st) == -1)
		return err_errno(e, ERR_IO, "%s", path);
	if (S_ISREG(st.st_mode))
		return 0;
	s->fd = copy(fd, path, e);
	fsx_close(fd);
	return s->fd == -1 ? -1 : 0;
}

/* The mark that most often stands between the cells of the first line; 0 when there is none. */
static char guess_separator(struct str head)
{
	static const char marks[] = {',', ';', '\t', '|'};
	size_t count[sizeof(marks)] = {0};
	size_t best = 0;
	bool quoted = false;

	for (size_t i = 0; i < head.n && (quoted || head.p[i] != '\n'); i++) {
		if (head.p[i] == '"')
			quoted = !quoted;
		for (size_t k = 0; k < sizeof(marks) && !quoted; k++)
			count[k] += head.p[i] == marks[k];
	}
	for (size_t k = 1; k < sizeof(marks); k++)
		if (count[k] > count[best])
			best = k;
	return count[best] > 0 ? marks[best] : 0;
}

/* "<" in UTF-16, behind a byte order mark or not. */
static bool is_wide_xml(struct str head)
{
	if (str_starts(head, STR("\377\376")) || str_starts(head, STR("\376\377")))
		head = str_from(head, 2);
	return str_starts(head, STR("<\0")) || str_starts(head, STR("\0<"));
}

/* Behind comments and processing instructions, as far as they are in the text. */
static struct str skip_comments(struct str text)
{
	for (;;) {
		const bool comment = str_starts(text, STR("<!--"));
		const struct str close = comment ? STR("-->") : STR("?>");
		size_t end = 0;

		if (!comment && !str_starts(text, STR("<?")))
			return text;
		end = str_find(text, close, 2);
		if (end == SIZE_MAX)
			return STR("");
		text = str_trim(str_from(text, end + close.n));
	}
}

/* Without an XML declaration in front, and not HTML; what begins with a comment that goes on may be XML. */
static bool is_bare_xml(struct str text)
{
	static const char html[] = "<html";
	const struct str behind = skip_comments(text);
	size_t i = 0;

	if (behind.n == 0 && text.n > 0)
		return true;
	text = behind;
	while (i < sizeof(html) - 1 && i < text.n && str_lower(text.p[i]) == html[i])
		i++;
	return text.n > 1 && text.p[0] == '<' && (str_is_alpha(text.p[1]) || text.p[1] == '_') &&
		i < sizeof(html) - 1;
}

static void find_out(struct source *s, struct str head)
{
	struct str text = head;

	s->kind = SOURCE_IS_OTHER;
	if (str_starts(head, STR("PK\003\004")) || str_starts(head, STR("PK\005\006"))) {
		s->kind = SOURCE_IS_TREE;
		s->what = s->folder ? "an export folder" : "a ZIP archive";
		return;
	}
	if (str_starts(text, STR("\357\273\277")))
		text = str_from(text, 3);
	text = str_trim(text);
	if (str_starts(text, STR("ISA")) && text.n >= 106 && !str_is_alpha(text.p[3]) &&
		!str_is_digit(text.p[3])) {
		s->kind = SOURCE_IS_EDI;
		s->what = "X12";
		return;
	}
	if (edifact_read_ops.is(text)) {
		s->kind = SOURCE_IS_EDI;
		s->what = "EDIFACT";
		return;
	}
	if (str_starts(text, STR("{")) || str_starts(text, STR("["))) {
		s->kind = SOURCE_IS_JSON;
		s->what = "JSON";
		return;
	}
	s->what = sniff_text(head);
	if (strcmp(s->what, "an XML document") == 0 || is_wide_xml(head) || is_bare_xml(text)) {
		s->kind = SOURCE_IS_XML;
		s->what = "XML";
		return;
	}
	if (strcmp(s->what, "text of a kind we do not know") == 0) {
		s->separator = guess_separator(head);
		s->kind = SOURCE_IS_TEXT;
		if (s->separator) {
			s->kind = SOURCE_IS_CSV;
			s->what = "CSV";
		}
	}
}

int source_open(const char *path, struct source *s, struct diag *d, struct err *e)
{
	char head[HEAD];
	size_t got = 0;

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	s->path = strcmp(path, "-") == 0 ? "standard input" : path;
	if (open_any(path, s, d, e) == -1 || fsx_pread(s->fd, head, sizeof(head), 0, &got, e) == -1)
		return -1;
	find_out(s, (struct str){head, got});
	return 0;
}

void source_close(struct source *s)
{
	fsx_close(s->fd);
	s->fd = -1;
}

bool source_spec(const struct source *s, const struct reader_spec *o, struct reader_spec *out)
{
	*out = *o;
	out->file = str_c(s->path);
	if (o->format.n == 0) {
		if (s->kind == SOURCE_IS_CSV)
			out->format = STR("csv");
		else if (s->kind == SOURCE_IS_JSON || s->kind == SOURCE_IS_TREE)
			out->format = STR("json");
		else if (s->kind == SOURCE_IS_XML)
			out->format = STR("xml");
		else
			return false;
	}
	if (str_is(out->format, "csv") && !out->separator)
		out->separator = s->separator;
	return true;
}

/* --- what the user says of a source --- */

static int one_mark(struct str name, struct str value, char *out, struct err *e)
{
	if (str_is(value, "tab"))
		value = STR("\t");
	if (value.n != 1 || str_is_alpha(value.p[0]) || str_is_digit(value.p[0]) ||
		value.p[0] == '\n' || value.p[0] == '\r')
		return err_set(e, ERR_USAGE,
			STR_FMT "=" STR_FMT
				": expected one character that is no letter and no digit, or tab",
			STR_ARG(name), STR_ARG(value));
	*out = value.p[0];
	return 0;
}

static void words(struct str value, struct arena *a, const struct str **list, size_t *n)
{
	struct str *made = arena_array(a, COLUMNS, sizeof(*made));
	struct str word;

	*n = 0;
	while (*n < COLUMNS && str_split(&value, ' ', &word))
		if (word.n > 0)
			made[(*n)++] = arena_str(a, word);
	*list = made;
}

static int yes_no(struct str name, struct str value, bool *out, struct err *e)
{
	if (!str_is(value, "yes") && !str_is(value, "no"))
		return err_set(e, ERR_USAGE, STR_FMT "=" STR_FMT ": expected yes or no",
			STR_ARG(name), STR_ARG(value));
	*out = str_is(value, "yes");
	return 0;
}

static int set_format(struct reader_spec *o, struct str value, struct arena *a, struct err *e)
{
	if (!reader_find(value))
		return err_set(e, ERR_USAGE, "format=" STR_FMT ": there are " STR_FMT,
			STR_ARG(value), STR_ARG(reader_formats_text()));
	o->format = arena_str(a, value);
	return 0;
}

static int set_encoding(struct reader_spec *o, struct str value, struct err *e)
{
	if (!charset_find(value, &o->charset) || o->charset > CHARSET_CP1252)
		return err_set(e, ERR_USAGE,
			"encoding=" STR_FMT ": expected utf-8, iso-8859-1 or windows-1252",
			STR_ARG(value));
	return 0;
}

static int set_decimal(struct reader_spec *o, struct str value, struct err *e)
{
	if (!str_is(value, ",") && !str_is(value, "."))
		return err_set(
			e, ERR_USAGE, "decimal=" STR_FMT ": expected , or .", STR_ARG(value));
	o->decimal = value.p[0];
	return 0;
}

/* Items are found by their loops. */
static int set_level(struct reader_spec *o, struct str value, struct err *e)
{
	enum edi_level level = EDI_GUIDE;

	if (edi_read_level(value, &level, e) == -1)
		return -1;
	if (level < EDI_STRUCTURE)
		return err_set(e, ERR_USAGE,
			"level=" STR_FMT
			": items are found by their loops; expected structure or more",
			STR_ARG(value));
	o->level = level;
	return 0;
}

int source_option(
	struct reader_spec *o, struct str name, struct str value, struct arena *a, struct err *e)
{
	const char *near = NULL;

	if (str_is(name, "format"))
		return set_format(o, value, a, e);
	if (str_is(name, "encoding"))
		return set_encoding(o, value, e);
	if (str_is(name, "separator"))
		return one_mark(name, value, &o->separator, e);
	if (str_is(name, "quote"))
		return one_mark(name, value, &o->quote, e);
	if (str_is(name, "decimal"))
		return set_decimal(o, value, e);
	if (str_is(name, "numbers")) {
		words(value, a, &o->numbers, &o->nnumbers);
		return 0;
	}
	if (str_is(name, "columns")) {
		words(value, a, &o->columns, &o->ncolumns);
		return 0;
	}
	if (str_is(name, "header")) {
		bool header = true;
		const int rc = yes_no(name, value, &header, e);
		o->no_header = !header;
		return rc;
	}
	if (str_is(name, "items")) {
		o->items_below = arena_str(a, value);
		return 0;
	}
	if (str_is(name, "item")) {
		o->item = arena_str(a, value);
		return 0;
	}
	if (str_is(name, "tolerate")) {
		uint32_t *granted = ARENA_NEW(a, uint32_t);
		o->tolerated = granted;
		return tolerance_parse(value, granted, ERR_USAGE, e);
	}
	if (str_is(name, "level"))
		return set_level(o, value, e);
	near = str_suggest(name, option_names, OPTIONS);
	return err_set(e, ERR_USAGE, STR_FMT "=: no such option of a source%s%s", STR_ARG(name),
		near ? "; did you mean " : "", near ? near : "");
}

/* Offset of the next ",NAME=" of an option we know, at or after from; values may hold commas. */
static size_t next_option(struct str text, size_t from, struct str *name)
{
	for (size_t at = str_find(text, STR(","), from); at != SIZE_MAX;
		at = str_find(text, STR(","), at + 1)) {
		const size_t equals = str_find(text, STR("="), at);
		if (equals == SIZE_MAX)
			break;
		for (size_t i = 0; i < OPTIONS; i++) {
			*name = str_sub(text, at + 1, equals - at - 1);
			if (str_is(*name, option_names[i]))
				return at;
		}
	}
	return SIZE_MAX;
}

const char *source_parse(struct str text, struct reader_spec *o, struct arena *a, struct err *e)
{
	struct str name;
	size_t at = next_option(text, 0, &name);
	const char *path = arena_cstr(a, str_sub(text, 0, at == SIZE_MAX ? text.n : at));

	if (!*path) {
		(void)err_set(e, ERR_USAGE, STR_FMT ": expected FILE[,separator=;,decimal=,]",
			STR_ARG(text));
		return NULL;
	}
	while (at != SIZE_MAX) {
		const size_t from = at + 1 + name.n + 1;
		struct str following;
		/* A value has at least one character: decimal=,,numbers=... is a comma. */
		const size_t next = next_option(text, from + 1, &following);
		const struct str value = str_sub(
			text, from, (next == SIZE_MAX ? text.n : next) - from);
		if (source_option(o, name, value, a, e) == -1)
			return NULL;
		at = next;
		name = following;
	}
	return path;
}
