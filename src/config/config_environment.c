/* environment.xml: who we are, test or production, and the limits of a run. */
#include "config/config_parts.h"

#include "base/limits.h"

/* Reading a reference of some GB, which tells no progress, takes less. */
enum { QUIET_SECONDS = 600, DAY = 86400 };

static void check_instance(struct config_xml *c, const struct xml *x, struct str s)
{
	bool ok = s.n == 0 || (s.n >= 16 && s.n <= 64);

	for (size_t i = 0; i < s.n; i++)
		if (!str_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			ok = false;
	if (!ok)
		(void)config_xml_fault(c, x,
			"instance=\"" STR_FMT "\" must be the 16 to 64 hexadecimal digits that "
			"gridspool init wrote; it ties the ledger to this environment",
			STR_ARG(s));
}

static void read_limits(struct config_xml *c, const struct xml *x)
{
	const struct xml *run = config_xml_only(c, x, "run");
	const struct xml *retention = config_xml_only(c, x, "retention");
	const struct xml *disk = config_xml_only(c, x, "disk");

	c->config->min_free = (uint64_t)64 << 20;
	c->config->quiet_seconds = QUIET_SECONDS;
	if (run) {
		config_xml_strict(c, run, "time workers no-progress", "");
		c->config->run_seconds = config_xml_duration(c, run, "time", 0, 1);
		c->config->quiet_seconds = config_xml_duration(
			c, run, "no-progress", QUIET_SECONDS, 1);
		c->config->workers = (uint32_t)config_xml_number(
			c, run, "workers", 0, 1, LIMIT_WORKERS);
	}
	if (retention) {
		config_xml_strict(c, retention, "archive interchanges inputs received", "");
		const uint64_t all = config_xml_duration(c, retention, "archive", 0, DAY);
		c->config->keep_interchanges = config_xml_duration(
			c, retention, "interchanges", all, DAY);
		c->config->keep_inputs = config_xml_duration(c, retention, "inputs", all, DAY);
		c->config->keep_received = config_xml_duration(c, retention, "received", all, DAY);
	}
	if (disk) {
		config_xml_strict(c, disk, "min-free", "");
		c->config->min_free = config_xml_bytes(c, disk, "min-free", c->config->min_free);
	}
}

void config_environment_read(struct config_xml *c, int dir)
{
	static const char *const taken[] = {"name", "id", "usage", NULL};
	const struct xml *identity = NULL;
	struct xml *x = NULL;
	struct config *cf = c->config;
	int usage = 0;
	const int rc = config_xml_load(
		c, dir, "environment.xml", "environment.xml", "environment", &x);

	if (rc == 0)
		(void)faults_add(c->faults, c->file, 0, 0,
			"not found: this folder is no environment; gridspool init makes one");
	if (rc != 1)
		return;
	c->environment = x;
	config_xml_strict(c, x, "name usage instance", "identity set run retention disk");
	cf->name = config_xml_name(c, x, "name", true);
	usage = config_xml_choice(c, x, "usage", "test production", -1);
	cf->usage = usage == 0 ? USAGE_TEST : usage == 1 ? USAGE_PRODUCTION : USAGE_NONE;
	cf->instance = config_xml_text(c, x, "instance", true);
	check_instance(c, x, cf->instance);
	identity = config_xml_only(c, x, "identity");
	if (identity)
		config_xml_identity(c, identity, &cf->identity);
	cf->sets = config_xml_sets(c, x, taken);
	read_limits(c, x);
}
