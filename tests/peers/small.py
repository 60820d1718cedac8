"""A small environment of one source and a map of seven lines, for tests of single faults.

    with small.Small(kind="events", partners=("acme", "nord")) as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
"""
import json
import os

import night
from night import NS

MAP = """<map xmlns="urn:gridspool:map:1" name="small">
	<source format="json"/>%s
	<target format="x12" version="004010" message="832"/>
	<key value="sku" unique="yes"/>
	<message>
		<BCT BCT01="'PC'" BCT02="'AUTUMN'"/>
		<item>
			<LIN LIN01="item-number()" LIN02="'VN'" LIN03="sku"/>
			<PID PID01="'F'" PID02="'08'" PID05="name"/>
		</item>
		<CTT CTT01="item-count()"/>
	</message>
</map>
"""
JOIN = """
	<join name="extra" source="%s" format="csv" key="sku" on="sku"/>"""


class Small(night.Night):
    """Source products of one kind, one agreement a partner, more sources and joins when told."""

    def __init__(self, kind="snapshot", partners=("acme",), ready="renamed", joins=None, **more):
        super().__init__(partners=partners, ready=ready, send="all" if kind == "events" else "changes", **more)
        self.kind, self.joins = kind, joins or {}

    def map_of(self, name):
        """The map's path of a partner's agreement; joins: partner to reference source."""
        join = self.joins.get(name)
        self.write("bundle/maps/%s.xml" % name, MAP % (JOIN % join if join else ""))
        return "maps/%s.xml" % name

    def write_agreement(self, name, send=None, extra="", endpoint="main", more=""):
        one = ('<agreement name="%s" message="832" version="004010" map="%s" source="products" endpoint="%s" '
               'send="%s" %s><envelope element="*" component="&gt;" terminator="~" newline="yes" '
               'repertoire="latin1" isa-version="00401" ack="yes"/>'
               '<expect ack="ta1" within="4h"/><expect ack="997" within="24h"/></agreement>')
        self.write("bundle/agreements/%s.xml" % name, "<agreements %s partner=\"%s\">" % (NS, name) +
                   one % (name + "-832", self.map_of(name), endpoint, send or self.send, extra) +
                   (one % (name + "-more", self.map_of(name), more, send or self.send, extra) if more else "") +
                   "</agreements>\n")

    def write_routes(self, ready=None, complete="yes", agreements=()):
        ready = ready or self.ready
        self.write("bundle/routes.xml", "<routes %s>" % NS +
                   '<source name="products" kind="%s" format="json" ready="%s"/>' % (self.kind, ready) +
                   "".join('<source name="%s" kind="reference" format="csv" ready="renamed"/>' % j
                           for j in sorted(set(self.joins.values()))) +
                   "".join('<route source="products" agreement="%s"/>' % a
                           for a in agreements or [p + "-832" for p in self.partners]) + "</routes>\n")

    def items(self, name, *items):
        """A file of items, each (sku, name), renamed into the inbox."""
        lines = "".join(json.dumps({"sku": s, "name": t}) + "\n" for s, t in items)
        self.drop("products", name, lines.encode())

    def exists(self, *parts):
        return os.path.exists(self.path(*parts))
