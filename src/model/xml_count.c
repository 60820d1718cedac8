/* Counts the elements of an XML file; see xml_count.h. Nothing is fetched, no DTD is looked at. */
#include "model/xml_count.h"

#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "base/str.h"

enum { BLOCK = 64 << 10 };

struct counting {
	uint64_t elements;
	bool failed;
	struct err *e;
};

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int n_ns, const xmlChar **ns, int n_attrs, int n_default, const xmlChar **attrs)
{
	struct counting *c = user;

	(void)name;
	(void)prefix;
	(void)uri;
	(void)n_ns;
	(void)ns;
	(void)n_attrs;
	(void)n_default;
	(void)attrs;
	c->elements++;
}

static void on_error(void *user, xmlErrorPtr error)
{
	struct counting *c = user;
	const struct str text = str_trim(str_c(error->message));

	if (c->failed || error->level < XML_ERR_ERROR)
		return;
	c->failed = true;
	(void)err_set(c->e, ERR_CORRUPT, "line %d: " STR_FMT, error->line, STR_ARG(text));
}

static int feed(xmlParserCtxtPtr ctxt, struct counting *c, int fd)
{
	char *block = mem_alloc(BLOCK);
	uint64_t offset = 0;
	size_t got = 0;
	int rc = 0;

	do {
		rc = fsx_pread(fd, block, BLOCK, offset, &got, c->e);
		offset += got;
		if (rc == 0)
			(void)xmlParseChunk(ctxt, block, (int)got, got == 0);
	} while (rc == 0 && got > 0 && !c->failed);
	mem_free(block);
	return rc;
}

int xml_count_file(int fd, uint64_t *elements, struct err *e)
{
	struct counting c = {.e = e};
	xmlSAXHandler sax;
	xmlParserCtxtPtr ctxt = NULL;
	int rc = -1;

	memset(&sax, 0, sizeof(sax));
	sax.initialized = XML_SAX2_MAGIC;
	sax.startElementNs = on_start;
	sax.serror = on_error;
	ctxt = xmlCreatePushParserCtxt(&sax, &c, NULL, 0, NULL);
	if (!ctxt)
		mem_exhausted();
	(void)xmlCtxtUseOptions(
		ctxt, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE);
	rc = feed(ctxt, &c, fd);
	if (rc == 0 && !c.failed && !ctxt->wellFormed)
		rc = err_set(e, ERR_CORRUPT, "the file is not well-formed XML");
	xmlFreeParserCtxt(ctxt);
	if (rc == -1 || c.failed)
		return -1;
	*elements = c.elements;
	return 0;
}
