/* Faults of maps, definitions and configuration, collected; see faults.h. */
#include "model/faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 2000, SHOWN = 5 };

void faults_init(struct faults *f, struct arena *arena)
{
	memset(f, 0, sizeof(*f));
	f->arena = arena;
}

static struct fault *add(struct faults *f, const char *file, uint32_t line, uint32_t column)
{
	struct fault *x = ARENA_NEW(f->arena, struct fault);

	x->file = arena_cstr(f->arena, str_c(file));
	x->line = line;
	x->column = column;
	if (f->last)
		f->last->next = x;
	else
		f->first = x;
	f->last = x;
	return x;
}

static char *text(struct faults *f, const char *fmt, va_list ap) ATTR_PRINTF(2, 0);

static char *text(struct faults *f, const char *fmt, va_list ap)
{
	char line[TEXT_MAX];

	if (vsnprintf(line, sizeof(line), fmt, ap) < 0)
		line[0] = '\0';
	return arena_cstr(f->arena, str_c(line));
}

int faults_add(
	struct faults *f, const char *file, uint32_t line, uint32_t column, const char *fmt, ...)
{
	struct fault *x = add(f, file, line, column);
	va_list ap;

	va_start(ap, fmt);
	x->text = text(f, fmt, ap);
	va_end(ap);
	f->n++;
	return -1;
}

void faults_warn(
	struct faults *f, const char *file, uint32_t line, uint32_t column, const char *fmt, ...)
{
	struct fault *x = add(f, file, line, column);
	va_list ap;

	va_start(ap, fmt);
	x->text = text(f, fmt, ap);
	va_end(ap);
	x->warning = true;
	f->warnings++;
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
	if (f->n > shown)
		return err_set(e, ERR_CONFIG,
			"%s\nand %zu more faults; gridspool check lists all of them", all,
			f->n - shown);
	return err_set(e, ERR_CONFIG, "%s", all);
}
