/* The files of an environment, one function each. All add their faults to c. Inside config/ only. */
#ifndef CONFIG_CONFIG_PARTS_H
#define CONFIG_CONFIG_PARTS_H

#include "config/config_xml.h"

/* environment.xml. */
void config_environment_read(struct config_xml *c, int dir);
/* One <partner>; stem is the name of its file without ".xml". */
void config_partner_read(struct config_xml *c, const struct xml *x, struct str stem);
/* One <agreements>. */
void config_agreement_read(struct config_xml *c, const struct xml *x, struct str stem);
/* The <when> of an agreement; NULL when it has none. */
const struct config_when *config_when_read(struct config_xml *c, const struct xml *agreement);
/* The sources of <routes>, and when the agreements are known, its routes. */
void config_routes_sources(struct config_xml *c, const struct xml *x);
void config_routes_read(struct config_xml *c, const struct xml *x);

#endif
