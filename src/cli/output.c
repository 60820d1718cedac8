/* What a command prints or writes; see output.h. */
#include "cli/output.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"

enum {
	BLOCK = 1 << 18,
	LINE = 4000,
	JSON_MAX = 64 << 20,
	JSON_FLUSH = 1 << 18,
	LINES_MAX = 16 << 20
};

int output_copy(int from, int to, struct err *e)
{
	char *block = mem_alloc(BLOCK);
	uint64_t at = 0;
	size_t got = 0;
	int rc = 0;

	do {
		rc = fsx_pread(from, block, BLOCK, at, &got, e);
		if (rc == 0 && got > 0)
			rc = fsx_write_all(to, block, got, e);
		at += got;
	} while (rc == 0 && got == BLOCK);
	mem_free(block);
	return rc;
}

static int replace(int dir, const char *name, int fd, struct err *e)
{
	struct fsx_tmp t;

	if (fsx_tmp_open(dir, &t, e) == -1)
		return -1;
	if (output_copy(fd, t.fd, e) == -1) {
		fsx_tmp_drop(&t);
		return err_wrap(e, "%s", name);
	}
	return fsx_publish_over(&t, name, e);
}

int output_publish(int fd, const char *path, struct err *e)
{
	char folder[LIMIT_PATH];
	char tmp[LIMIT_PATH + 8];
	const char *slash = strrchr(path, '/');
	int dir = -1;
	int rc = -1;

	if (strcmp(path, "-") == 0)
		return output_copy(fd, STDOUT_FILENO, e);
	if (strlen(path) >= sizeof(folder))
		return err_set(e, ERR_USAGE, "%s: the name is too long", path);
	(void)snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) : 1,
		slash ? path : ".");
	if (slash == path)
		(void)snprintf(folder, sizeof(folder), "/");
	dir = fsx_dir(folder, e);
	if (dir == -1)
		return -1;
	rc = replace(dir, slash ? slash + 1 : path, fd, e);
	/* The folder is the user's, so our folder for temporary files does not stay in it. */
	(void)snprintf(tmp, sizeof(tmp), "%s/.tmp", folder);
	(void)rmdir(tmp);
	fsx_close(dir);
	return rc == -1 ? err_wrap(e, "%s", path) : 0;
}

int output_flush(struct buf *b, int fd, size_t over, struct err *e)
{
	if (buf_check(b, "output", e) == -1)
		return -1;
	if (b->n <= over)
		return 0;
	if (fsx_write_all(fd, b->p, b->n, e) == -1)
		return -1;
	buf_clear(b);
	return 0;
}

void output_say(const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	(void)fprintf(stderr, "%s\n", line);
}

void output_findings_init(struct output_findings *o, uint64_t max, int file)
{
	memset(o, 0, sizeof(*o));
	o->max = max;
	o->file = file;
	buf_init(&o->json, JSON_MAX);
	buf_init(&o->lines, LINES_MAX);
}

static void to_file(struct output_findings *o, const struct finding *f)
{
	struct json j;

	if (o->file == -1 || o->e.code != ERR_NONE)
		return;
	json_init(&j, &o->json, false);
	diag_json(&j, f);
	buf_ch(&o->json, '\n');
	if (output_flush(&o->json, o->file, JSON_FLUSH, &o->e) == -1)
		buf_clear(&o->json);
}

static void clear(struct output_findings *o)
{
	if (o->shown)
		(void)fputs("\r\033[K", stderr);
	o->shown = false;
}

void output_progress(struct output_findings *o, uint64_t items, uint64_t bytes, uint64_t size)
{
	if (!o->progress)
		return;
	(void)fprintf(stderr, "\r%" PRIu64 " items, %" PRIu64 " %%", items,
		size == 0		? UINT64_C(0)
			: bytes >= size ? UINT64_C(100)
					: bytes * 100 / size);
	o->shown = true;
}

/* One line; what does not fit into memory on trial is counted only. */
static void tell(struct output_findings *o, const struct finding *f)
{
	struct buf line;

	buf_init(&line, LINE);
	diag_line(&line, f);
	if (!o->trial) {
		clear(o);
		(void)fprintf(stderr, "%s\n", buf_cstr(&line));
		o->told++;
	} else if (o->lines.n + line.n < LINES_MAX) {
		buf_str(&o->lines, buf_view(&line));
		buf_ch(&o->lines, '\n');
		o->told++;
	}
	buf_done(&line);
}

void output_finding(struct output_findings *o, const struct finding *f)
{
	o->errors += f->severity >= SEV_ERROR;
	o->seen++;
	to_file(o, f);
	if (o->told < o->max)
		tell(o, f);
}

static bool write_json(struct output_findings *o)
{
	if (o->file == -1 || o->e.code != ERR_NONE)
		return false;
	if (output_flush(&o->json, o->file, 0, &o->e) == 0)
		return true;
	buf_clear(&o->json);
	return false;
}

void output_findings_trial(struct output_findings *o)
{
	o->trial = true;
	o->mark = (struct output_mark){o->seen, o->errors, o->told, 0};
	if (write_json(o))
		o->mark.size = lseek(o->file, 0, SEEK_CUR);
}

void output_findings_back(struct output_findings *o)
{
	o->seen = o->mark.seen;
	o->errors = o->mark.errors;
	o->told = o->mark.told;
	buf_clear(&o->lines);
	buf_clear(&o->json);
	if (o->file != -1 && o->e.code == ERR_NONE &&
		(ftruncate(o->file, o->mark.size) == -1 ||
			lseek(o->file, o->mark.size, SEEK_SET) == -1))
		(void)err_errno(&o->e, ERR_IO, "write the findings anew");
}

void output_findings_stand(struct output_findings *o)
{
	o->trial = false;
	if (o->lines.n == 0)
		return;
	clear(o);
	(void)fputs(buf_cstr(&o->lines), stderr);
	buf_clear(&o->lines);
}

int output_findings_end(struct output_findings *o, struct err *e)
{
	clear(o);
	if (o->seen > o->told && o->max > 0)
		output_say("and %" PRIu64 " more findings (--max-findings %" PRIu64 ")",
			o->seen - o->told, o->max);
	(void)write_json(o);
	buf_done(&o->json);
	buf_done(&o->lines);
	if (o->e.code == ERR_NONE)
		return 0;
	*e = o->e;
	return -1;
}
