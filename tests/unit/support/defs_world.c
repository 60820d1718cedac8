/* The definitions we ship; see defs_world.h. */
#include "unit/support/defs_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fsx.h"

int defs_world_start(void **state)
{
	static struct defs_world w;
	static const char *const names[] = {"maps"};
	struct err e = {0};

	arena_init(&w.arena);
	faults_init(&w.faults, &w.arena);
	w.dir = fsx_dir(TEST_TOP "/maps", &e);
	if (w.dir == -1)
		return -1;
	w.defs = defs_new(&w.dir, names, 1);
	*state = &w;
	return 0;
}

int defs_world_stop(void **state)
{
	struct defs_world *w = *state;

	defs_free(w->defs);
	fsx_close(w->dir);
	arena_done(&w->arena);
	return 0;
}

static const struct def_message *message(struct defs_world *w, struct str format,
	struct str version, struct str id, const char *guide)
{
	const struct def_message *m = defs_message(
		w->defs, format, version, id, str_c(guide), &w->faults, "test", 1, 0);

	for (const struct fault *x = w->faults.first; x; x = x->next)
		print_error(
			"%s:%u:%u: %s\n", x->file, (unsigned)x->line, (unsigned)x->column, x->text);
	assert_non_null(m);
	assert_int_equal(w->faults.n + w->faults.warnings, 0);
	return m;
}

static const struct def_segment *segment(
	struct defs_world *w, struct str format, const char *version, const char *tag)
{
	const struct def_segment *s = defs_segment(
		w->defs, format, str_c(version), str_c(tag), &w->faults);

	if (!s)
		fail_msg("no segment %s in %s", tag, version);
	return s;
}

const struct def_message *defs_world_version(
	struct defs_world *w, struct str version, struct str id)
{
	return message(w, STR("x12"), version, id, "");
}

const struct def_message *defs_world_message(struct defs_world *w, const char *id)
{
	return defs_world_version(w, STR("004010"), str_c(id));
}

static size_t each_of(struct defs_world *w, int fd, struct str version,
	void (*take)(const struct def_message *m, void *arg), void *arg)
{
	struct fsx_list files = {0};
	struct err e = {0};
	struct str id;
	size_t n = 0;

	assert_int_equal(fsx_list(fd, &files, &e), 0);
	for (size_t i = 0; i < files.n; i++) {
		if (!defs_is_message_file(files.names[i], &id))
			continue;
		take(defs_world_version(w, version, id), arg);
		n++;
	}
	fsx_list_done(&files);
	return n;
}

size_t defs_world_each(
	struct defs_world *w, void (*take)(const struct def_message *m, void *arg), void *arg)
{
	struct fsx_list versions = {0};
	struct err e = {0};
	const int top = fsx_subdir(w->dir, "x12", &e);
	size_t n = 0;

	assert_int_equal(fsx_list(top, &versions, &e), 0);
	for (size_t i = 0; i < versions.n; i++) {
		const int fd = fsx_subdir(top, versions.names[i], &e);
		if (fd == -1)
			continue; /* README.md */
		n += each_of(w, fd, str_c(versions.names[i]), take, arg);
		fsx_close(fd);
	}
	fsx_list_done(&versions);
	fsx_close(top);
	return n;
}

const struct def_segment *defs_world_segment(struct defs_world *w, const char *tag)
{
	return segment(w, STR("x12"), "004010", tag);
}

const struct def_message *defs_world_edifact(
	struct defs_world *w, const char *directory, const char *id, const char *guide)
{
	return message(w, STR("edifact"), str_c(directory), str_c(id), guide);
}

const struct def_segment *defs_world_edifact_segment(
	struct defs_world *w, const char *directory, const char *tag)
{
	return segment(w, STR("edifact"), directory, tag);
}

const struct def_node *defs_world_node(const struct def_message *m, const char *path)
{
	const struct def_node *at = m->root;
	struct str rest = str_c(path), name;

	while (at && str_split(&rest, '/', &name)) {
		for (at = at->child; at && !str_eq(at->name, name);)
			at = at->next;
	}
	if (!at)
		fail_msg("no node %s", path);
	return at;
}
