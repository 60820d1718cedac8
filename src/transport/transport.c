/* The table of channels, and the rules for names that all of them share; see transport.h. */
#include "transport/transport.h"

#include <stdlib.h>
#include <string.h>

#include "base/beneath.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "transport/directory.h"
#include "transport/sftp.h"

static const struct transport_ops *const table[] = {&directory_ops, &sftp_ops};

enum { KINDS = sizeof(table) / sizeof(table[0]) };

const struct transport_ops *transport_find(struct str protocol)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (str_is(protocol, table[i]->name))
			return table[i];
	}
	return NULL;
}

void transport_init(struct transport *t, const struct transport_ops *ops,
	const struct config_endpoint *ep, const struct cred *cred, const struct clock *clock)
{
	memset(t, 0, sizeof(*t));
	t->ops = ops;
	t->endpoint = ep;
	t->cred = cred;
	t->clock = clock;
	t->root = -1;
}

int transport_prepare(struct transport *t, struct err *e)
{
	return t->ops->prepare(t, e);
}

void transport_done(struct transport *t)
{
	if (!t->ops)
		return;
	t->ops->close(t);
	t->ops->done(t);
	t->ops = NULL;
}

void transport_moved(const struct transport *t, uint64_t at, uint64_t size)
{
	if (t->moved)
		t->moved(t->moved_ctx, at, size);
}

bool transport_name_ok(struct str name)
{
	if (!beneath_name_ok(name) || utf8_bad(name) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return false;
	}
	return true;
}

bool transport_name_temp(struct str name)
{
	static const struct str endings[] = {STR_INIT(".tmp"), STR_INIT(".part"),
		STR_INIT(".filepart"), STR_INIT(".partial"), STR_INIT(".incomplete")};

	if (name.n > 0 && name.p[0] == '.')
		return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		struct str end = {NULL, 0};
		char low[16];

		if (name.n < endings[i].n)
			continue;
		end = str_from(name, name.n - endings[i].n);
		for (size_t k = 0; k < end.n; k++)
			low[k] = str_lower(end.p[k]);
		if (str_eq((struct str){low, end.n}, endings[i]))
			return true;
	}
	return false;
}

int transport_name_check(const char *name, struct err *e)
{
	if (transport_name_ok(str_c(name)))
		return 0;
	return err_set(e, ERR_INPUT,
		"this cannot be the name of a partner's file: expected no '/', no control "
		"characters, UTF-8 of at most %d bytes",
		LIMIT_NAME);
}

static int too_long(const char *what, int most, struct err *e)
{
	(void)err_set(e, ERR_LIMIT,
		"more than %d %s in the partner's folder; ask the partner to clear it, or set "
		"after=\"delete\"",
		most, what);
	return err_reason(e, "LISTING-TOO-LONG");
}

int transport_listing_add(
	struct transport_listing *l, const struct transport_entry *entry, struct err *e)
{
	struct transport_entry *to = NULL;

	if (l->n >= LIMIT_LISTING)
		return too_long("files wait", LIMIT_LISTING, e);
	if (++l->listed > LIMIT_LISTED)
		return too_long("names are", LIMIT_LISTED, e);
	if (str_is(entry->name, ".") || str_is(entry->name, "..") || !entry->plain)
		return 0;
	if (!transport_name_ok(entry->name)) {
		l->skipped++;
		return 0;
	}
	if (transport_name_temp(entry->name))
		return 0;
	mem_grow(&l->entries, &l->cap, l->n + 1, sizeof(*l->entries));
	to = &l->entries[l->n++];
	*to = *entry;
	to->name.p = mem_strndup(entry->name.p, entry->name.n);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct transport_entry *x = a;
	const struct transport_entry *y = b;

	return str_cmp(x->name, y->name);
}

void transport_listing_give(struct transport_listing *l,
	int (*each)(void *ctx, const struct transport_entry *entry), void *ctx)
{
	if (l->n == 0)
		return;
	qsort(l->entries, l->n, sizeof(*l->entries), by_name);
	for (size_t i = 0; i < l->n; i++) {
		if (i > 0 && str_eq(l->entries[i].name, l->entries[i - 1].name)) {
			l->skipped++;
			continue;
		}
		if (each(ctx, &l->entries[i]) != 0)
			return;
	}
}

void transport_listing_done(struct transport_listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		mem_free((char *)(uintptr_t)l->entries[i].name.p);
	mem_free(l->entries);
	memset(l, 0, sizeof(*l));
}
