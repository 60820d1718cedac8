/* Faults of maps, definitions and configuration, collected; see faults.h. */
#include "model/faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/table.h"

/* AGAIN: how far back the same fault is looked for. */
enum { TEXT_MAX = 2000, SHOWN = 5, AGAIN = 1000 };

void faults_init(struct faults *f, struct arena *arena)
{
	memset(f, 0, sizeof(*f));
	f->arena = arena;
}

static char *text(struct faults *f, const char *fmt, va_list ap) ATTR_PRINTF(2, 0);

static char *text(struct faults *f, const char *fmt, va_list ap)
{
	char line[TEXT_MAX];

	if (vsnprintf(line, sizeof(line), fmt, ap) < 0)
		line[0] = '\0';
	return arena_cstr(f->arena, str_c(line));
}

/* A map that two agreements use is loaded twice. */
static bool is_there(const struct faults *f, const struct fault *x)
{
	const struct fault *k = f->first;

	for (size_t i = 0; k && i < AGAIN; i++, k = k->next)
		if (k->line == x->line && k->column == x->column && k->warning == x->warning &&
			strcmp(k->text, x->text) == 0 && strcmp(k->file, x->file) == 0)
			return true;
	return false;
}

static bool add(struct faults *f, const struct fault *x)
{
	struct fault *kept = NULL;

	if (is_there(f, x))
		return false;
	kept = ARENA_NEW(f->arena, struct fault);
	*kept = *x;
	kept->file = arena_cstr(f->arena, str_c(x->file));
	if (f->last)
		f->last->next = kept;
	else
		f->first = kept;
	f->last = kept;
	return true;
}

int faults_add(
	struct faults *f, const char *file, uint32_t line, uint32_t column, const char *fmt, ...)
{
	struct fault x = {.file = file, .line = line, .column = column};
	va_list ap;

	va_start(ap, fmt);
	x.text = text(f, fmt, ap);
	va_end(ap);
	f->n++;
	f->again += !add(f, &x);
	return -1;
}

void faults_warn(
	struct faults *f, const char *file, uint32_t line, uint32_t column, const char *fmt, ...)
{
	struct fault x = {.file = file, .line = line, .column = column, .warning = true};
	va_list ap;

	va_start(ap, fmt);
	x.text = text(f, fmt, ap);
	va_end(ap);
	f->warnings += add(f, &x);
}

/* "FILE:LINE:COL: TEXT" with the parts that are known; cut where the room ends. */
static size_t place(const struct fault *x, char *out, size_t room)
{
	int n = 0;

	if (x->line == 0)
		n = snprintf(out, room, "%s%s%s", x->file, x->file[0] ? ": " : "", x->text);
	else if (x->column == 0)
		n = snprintf(out, room, "%s:%u: %s", x->file, x->line, x->text);
	else
		n = snprintf(out, room, "%s:%u:%u: %s", x->file, x->line, x->column, x->text);
	if (n < 0)
		return 0;
	return (size_t)n < room ? (size_t)n : room - 1;
}

int faults_add_placed(struct faults *f, const char *file, const char *placed)
{
	struct str rest = str_from(str_c(placed), strlen(file));
	struct str line;
	struct str column;
	int64_t l = 0;
	int64_t c = 0;

	if (!str_starts(str_c(placed), str_c(file)) || !str_starts(rest, STR(":")))
		return faults_add(f, file, 0, 0, "%s", placed);
	rest = str_from(rest, 1);
	struct str after = rest;
	if (str_split(&after, ':', &line) && str_to_i64(line, &l) &&
		str_split(&after, ':', &column) && str_to_i64(column, &c) && l >= 0 && c >= 0)
		return faults_add(
			f, file, (uint32_t)l, (uint32_t)c, STR_FMT, STR_ARG(str_trim(after)));
	return faults_add(f, file, 0, 0, STR_FMT, STR_ARG(str_trim(rest)));
}

const char *faults_near(struct faults *f, struct str s, const char *const *names, size_t n)
{
	const char *near = str_suggest(s, names, n);

	return near ? arena_printf(f->arena, "; did you mean '%s'?", near).p : "";
}

const char *faults_near_key(struct faults *f, struct str s, const struct table *keys)
{
	const char **names = arena_array(f->arena, keys->n + 1, sizeof(*names));
	struct str key;
	void *value;
	size_t n = 0;
	size_t i = 0;

	while (n < keys->n && table_each(keys, &i, &key, &value))
		names[n++] = arena_cstr(f->arena, key);
	return faults_near(f, s, names, n);
}

int faults_err(const struct faults *f, struct err *e)
{
	char all[ERR_TEXT_MAX - 60] = "";
	size_t used = 0;
	size_t shown = 0;

	for (const struct fault *x = f->first; x && shown < SHOWN; x = x->next) {
		if (x->warning)
			continue;
		/* The first is always told; a later one only if there is room for most of it. */
		if (shown > 0 && sizeof(all) - used < 160)
			break;
		if (shown > 0)
			all[used++] = '\n';
		used += place(x, all + used, sizeof(all) - used);
		shown++;
	}
	if (f->n - f->again > shown)
		return err_set(e, ERR_CONFIG,
			"%s\nand %zu more faults; gridspool check lists all of them", all,
			f->n - f->again - shown);
	return err_set(e, ERR_CONFIG, "%s", all);
}
