/* Labels of workflow states; see workflow.h. */
#include "stage/workflow.h"

#include <string.h>

#include "base/mem.h"
#include "format/reader.h"

static void take(const struct node *root, struct names *names, struct arena *a,
	const struct map_var **list, size_t *n)
{
	const uint32_t id = names_id(names, STR("id"));
	const uint32_t label = names_id(names, STR("label"));
	const struct node *first = node_child(root, names_id(names, STR("workflowStates")));
	struct map_var *made = NULL;
	size_t count = 0;
	size_t k = 0;

	for (const struct node *s = first; s; s = node_again(s))
		count++;
	made = arena_array(a, count + 1, sizeof(*made));
	for (const struct node *s = first; s; s = node_again(s)) {
		const struct node *key = node_child(s, id);
		const struct node *name = node_child(s, label);
		if (!key || !name)
			continue;
		made[k].name = arena_str(a, key->value);
		made[k++].value = arena_str(a, name->value);
	}
	*list = made;
	*n = k;
}

int workflow_load(int fd, struct str file, struct names *names, struct arena *a,
	const struct map_var **list, size_t *n, struct err *e)
{
	const struct reader_spec spec = {.format = STR("json"), .file = file};
	struct reader *r = reader_open(fd, &spec, names, e);
	struct item it;
	struct diag d;
	int rc = -1;

	if (!r)
		return -1;
	diag_init(&d, a);
	memset(&it, 0, sizeof(it));
	rc = reader_next(r, &it, &d, e);
	if (rc != -1) {
		if (rc == 1 && it.root) {
			take(it.root, names, a, list, n);
			rc = 0;
		} else {
			rc = err_set(e, ERR_INPUT,
				STR_FMT
				": expected the hub settings, one JSON object with workflowStates",
				STR_ARG(file));
		}
	}
	reader_close(r);
	return rc;
}
