/* How maps see a source: each way that one reads it is found, and found once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "edi/edi_read.h"
#include "stage/inputs.h"
#include "unit/support/map_world.h"

static struct map *map_of(struct map_world *w, const char *item, const char *join)
{
	char text[1000];

	(void)snprintf(text, sizeof(text),
		"<map xmlns=\"urn:gridspool:map:1\" name=\"m\"><source format=\"json\" item=\"%s\"/>"
		"%s<target format=\"json\"/><key value=\"sku\"/><item><object><string name=\"a\" value=\"sku\"/></object>"
		"</item></map>",
		item, join);
	map_world_start(w, NULL);
	if (!map_world_load(w, text))
		fail_msg("%s", w->faults.first->text);
	return w->map;
}

static void each_way_once(void **state)
{
	static const char join[] = "<join name=\"r\" source=\"shop\" format=\"json\" row=\"rows\" "
				   "key=\"sku\" on=\"sku\" required=\"yes\"/>";
	struct config_source shop = {.name = STR("shop"), .format = STR("json")};
	struct config_source other = {.name = STR("other"), .format = STR("json")};
	struct map_world w[3];
	struct config_partner acme = {.name = STR("acme")};
	struct config_partner lax = {.name = STR("lax"), .tolerated = 1};
	struct config_agreement with_acme = {.partner = &acme, .level = STR("guide")};
	struct config_agreement with_lax = {.partner = &lax, .level = STR("codes")};
	struct config_agreement with_less = {.partner = &acme, .level = STR("element")};
	struct env_route routes[] = {
		{.source = &shop, .map = map_of(&w[0], "products", ""), .agreement = &with_acme},
		{.source = &shop, .map = map_of(&w[1], "variants", ""), .agreement = &with_acme},
		{.source = &shop, .map = w[0].map, .agreement = &with_acme},
		{.source = &shop, .map = w[0].map, .agreement = &with_lax},
		{.source = &shop, .map = w[1].map, .agreement = &with_less},
		{.source = &other, .map = map_of(&w[2], "orders", join), .agreement = &with_acme},
	};
	struct env *v = mem_alloc(sizeof(*v));
	const struct reader_spec *views = NULL;
	struct arena a;
	size_t n = 0;

	(void)state;
	arena_init(&a);
	v->routes = routes;
	v->nroutes = 6;
	views = inputs_views(v, &shop, STR("f"), &a, &n);
	assert_int_equal(n, 5);
	assert_true(str_is(views[0].item, "products"));
	assert_true(str_is(views[1].item, "variants"));
	assert_int_equal(*views[0].tolerated, 0);
	assert_int_equal(views[0].level, EDI_GUIDE);
	assert_true(str_is(views[2].item, "products"));
	assert_int_equal(*views[2].tolerated, 1);
	assert_int_equal(views[2].level, EDI_CODES);
	assert_int_equal(views[3].level, EDI_ELEMENT);
	assert_true(str_is(views[4].item, "rows"));
	assert_true(str_is(views[4].file, "f"));
	v->nroutes = 0;
	views = inputs_views(v, &shop, STR("f"), &a, &n);
	assert_int_equal(n, 1);
	assert_int_equal(views[0].item.n, 0);
	shop.format = STR("fixed"); /* no map says by which layout */
	(void)inputs_views(v, &shop, STR("f"), &a, &n);
	assert_int_equal(n, 0);
	arena_done(&a);
	mem_free(v);
	for (size_t i = 0; i < 3; i++)
		map_world_done(&w[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_way_once)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
