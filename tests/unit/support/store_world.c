/* An empty ledger; see store_world.h. */
#include "unit/support/store_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"

void store_world_open(struct store_world *w)
{
	memset(w, 0, sizeof(*w));
	arena_init(&w->a);
	w->clock = clock_fixed(STORE_WORLD_NOW);
	w->dir = fsx_dir(".", &w->e);
	assert_true(w->dir != -1);
	assert_int_equal(fsx_remove(w->dir, "ledger.db", &w->e), 0);
	assert_int_equal(fsx_remove(w->dir, "audit.log", &w->e), 0);
	STORE_WORLD_IS(w, ledger_create(w->dir, STORE_WORLD_INSTANCE, "dev", &w->clock, &w->e), 0);
	STORE_WORLD_IS(w, ledger_open(&w->l, w->dir, STORE_WORLD_INSTANCE, &w->clock, &w->e), 0);
}

void store_world_close(struct store_world *w)
{
	ledger_close(&w->l);
	fsx_close(w->dir);
	arena_done(&w->a);
}

void store_world_again(struct store_world *w)
{
	ledger_close(&w->l);
	STORE_WORLD_IS(w, ledger_open(&w->l, w->dir, STORE_WORLD_INSTANCE, &w->clock, &w->e), 0);
}

void store_world_begin(struct store_world *w)
{
	STORE_WORLD_IS(w, ledger_begin(&w->l, &w->e), 0);
}

void store_world_commit(struct store_world *w)
{
	STORE_WORLD_IS(w, ledger_event(&w->l, "test", "test", &w->e, "rows"), 0);
	STORE_WORLD_IS(w, ledger_commit(&w->l, &w->e), 0);
}

void store_world_sql(struct store_world *w, const char *fmt, ...)
{
	char sql[2000];
	va_list ap;

	va_start(ap, fmt);
	assert_true(vsnprintf(sql, sizeof(sql), fmt, ap) < (int)sizeof(sql));
	va_end(ap);
	store_world_begin(w);
	STORE_WORLD_IS(w, db_script(w->l.db, sql, &w->e), 0);
	store_world_commit(w);
}

int64_t store_world_int(struct store_world *w, const char *sql)
{
	struct db_rows *rows = NULL;
	int64_t n = 0;

	STORE_WORLD_IS(w, db_query(w->l.db, &rows, &w->e, sql, ""), 0);
	STORE_WORLD_IS(w, db_next(rows, &w->e), 1);
	n = db_int(rows, 0);
	db_end(rows);
	return n;
}

const char *store_world_texts(struct store_world *w, const char *sql)
{
	struct db_rows *rows = NULL;
	struct buf b;
	const char *text = NULL;

	buf_init(&b, 1 << 16);
	STORE_WORLD_IS(w, db_query(w->l.db, &rows, &w->e, sql, ""), 0);
	while (db_next(rows, &w->e) == 1)
		buf_printf(&b, "%s" STR_FMT, b.n > 0 ? " " : "", STR_ARG(db_text(rows, 0)));
	db_end(rows);
	text = arena_str(&w->a, buf_view(&b)).p;
	buf_done(&b);
	return text;
}
