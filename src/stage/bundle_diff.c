/* Two bundle versions of archive/bundles/, compared member by member; see bundle_diff.h. */
#include "stage/bundle_diff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/table.h"
#include "format/zip_read.h"
#include "secure/hash.h"
#include "store/ledger_runs.h"

enum { NAMES_MAX = 5, FILE_MAX_BYTES = 256 << 20 };

struct member {
	struct str name;
	uint8_t hash[HASH_SIZE];
	bool seen; /* in the other version, too */
	struct member *next;
};

struct diff {
	struct arena a;
	struct table old; /* name to member */
	struct member *first, **end;
	struct buf names; /* of the first that differ */
	size_t n;
};

/* Calls one for each member of a version. -1 also when it is no longer kept. */
static int each_member(const struct env *v, const char *version, struct diff *d,
	void (*one)(struct diff *d, const struct member *m), struct err *e)
{
	struct hash_ctx *hash = hash_new();
	struct zip_read *zip = NULL;
	char path[LIMIT_PATH];
	char *bytes = NULL;
	uint64_t size = 0;
	size_t cap = 0;
	size_t n = 0;
	int rc = -1;

	(void)snprintf(path, sizeof(path), "archive/bundles/%s.zip", version);
	const int fd = fsx_open(v->dir, path, e);
	if (fd != -1 && fsx_size(fd, &size, e) == 0)
		zip = zip_read_open(fd, size, e);
	if (!zip)
		goto out;
	rc = 0;
	for (uint64_t i = 0; i < zip_read_count(zip) && rc == 0; i++) {
		struct member m = {.name = zip_read_name(zip, i)};
		rc = zip_read_member(zip, i, FILE_MAX_BYTES, 0, &bytes, &cap, &n, e);
		if (rc == -1)
			break;
		hash_add(hash, bytes, n);
		hash_end(hash, m.hash);
		one(d, &m);
	}
	zip_read_close(zip);
out:
	mem_free(bytes);
	fsx_close(fd);
	hash_free(hash);
	return rc;
}

static void remember(struct diff *d, const struct member *m)
{
	struct member *x = ARENA_NEW(&d->a, struct member);

	*x = *m;
	x->name = arena_str(&d->a, m->name);
	(void)table_add(&d->old, x->name, x);
	*d->end = x;
	d->end = &x->next;
}

static void differs(struct diff *d, const char *how, struct str name)
{
	if (d->n++ < NAMES_MAX)
		buf_printf(&d->names, "%s%s " STR_FMT, d->n > 1 ? ", " : "", how, STR_ARG(name));
}

static void compare(struct diff *d, const struct member *m)
{
	struct member *x = table_get(&d->old, m->name);

	if (!x)
		differs(d, "new", m->name);
	else if (memcmp(x->hash, m->hash, HASH_SIZE) != 0)
		differs(d, "changed", m->name);
	if (x)
		x->seen = true;
}

/* What is other, in words. */
static struct str describe(const struct env *v, const char *before, struct arena *a)
{
	struct diff d = {.n = 0};
	struct err e;
	struct str text = STR("that version is no longer kept");

	d.end = &d.first;
	arena_init(&d.a);
	table_init(&d.old);
	buf_init(&d.names, 8192);
	if (each_member(v, before, &d, remember, &e) == 0 &&
		each_member(v, v->bundle, &d, compare, &e) == 0) {
		for (const struct member *x = d.first; x; x = x->next)
			if (!x->seen)
				differs(&d, "removed", x->name);
		if (d.n > NAMES_MAX)
			buf_printf(&d.names, " and %zu more", d.n - NAMES_MAX);
		text = arena_str(a, buf_view(&d.names));
	}
	buf_done(&d.names);
	table_done(&d.old);
	arena_done(&d.a);
	return text;
}

int bundle_diff_tell(struct env *v, struct err *e)
{
	struct run_row before;
	struct arena a;
	int rc = 0;

	if (v->config->usage != USAGE_PRODUCTION)
		return 0;
	arena_init(&a);
	rc = ledger_runs_newest(&v->ledger, INT64_MAX, &a, &before, e);
	if (rc == 1 && !str_is(before.bundle, v->bundle)) {
		const struct str what = describe(v, before.bundle.p, &a);
		env_log(v, LOG_WARN, "bundle-changed", "bundle",
			"BUNDLE-CHANGED: since run " STR_FMT ": " STR_FMT
			"; from now on this version is used, and it is kept as archive/bundles/%s.zip",
			STR_ARG(before.id), STR_ARG(what), v->bundle);
		rc = ledger_event_now(
			&v->ledger, "bundle-changed", "bundle", e, STR_FMT, STR_ARG(what));
	}
	arena_done(&a);
	return rc == -1 ? -1 : 0;
}
