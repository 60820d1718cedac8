"""Targets without segments, limits of an interchange, groups; sources of XML, and interchanges that come in."""
import json
import os

import scene
import small
from night import NS

HEAD = """<map xmlns="urn:gridspool:map:1" xmlns:m="urn:gridspool:map:1" name="%s">
	<source format="json"/>
	<key value="sku" unique="yes"/>
	<target format="%s"%s/>
"""
BODIES = {
    "csv": '<item><row><col name="sku" value="sku"/><col name="name" value="name"/></row></item>',
    "json": '<message><object><array name="items"><item><object><string name="sku" value="sku"/>'
            '<string name="name" value="name"/></object></item></array></object></message>',
    "xml": '<message><list xmlns="urn:list"><m:item><item sku="{sku}"><name>{name}</name></item></m:item></list></message>'}
COLUMNS = ('<layout xmlns="urn:gridspool:definition:1" format="csv" name="names" title="Names">'
           '<column name="sku" use="M" max="35"/><column name="name" max="20"/></layout>\n')
TOO_LONG = "Mug with a name that is too long for a column"


class Kinds(small.Small):
    """Partners have the names of what they get: x12, csv, json, xml; of limit items a file, if told."""

    limit = 0

    def write_partner(self, name, endpoint=None):
        super().write_partner(name, endpoint)
        if name != "x12":
            text = self.text("partners/%s.xml" % name)
            before, after = text.split("<identity", 1)
            self.write("partners/%s.xml" % name, before + after.split(">", 1)[1])

    def write_agreement(self, name, send=None, extra="", endpoint="main", more=""):
        limits = '<limits items="%d"/>' % self.limit if self.limit else ""
        path = "bundle/agreements/%s.xml" % name
        if name == "x12":
            super().write_agreement(name, send, extra, endpoint, more)
            self.write(path, self.text(path).replace("</agreement>", limits + "</agreement>"))
            return
        if name == "csv":
            os.makedirs(self.path("bundle/definitions/csv"), exist_ok=True)
            self.write("bundle/definitions/csv/names.xml", COLUMNS)
        self.write("bundle/maps/%s.xml" % name,
                   HEAD % (name, name, ' definition="names"' if name == "csv" else "") + BODIES[name] + "</map>\n")
        self.write(path, '<agreements %s partner="%s"><agreement name="%s-832" format="%s" message="names" map="maps/%s.xml" '
                   'source="products" endpoint="main" send="%s">%s</agreement></agreements>\n'
                   % (NS, name, name, name, name, send or self.send, limits))


class FilesOfKinds(scene.Scenario):
    """A night with a file of CSV, of JSON and of XML; one item is too long for CSV."""

    def world(self, top):
        return Kinds(partners=("csv", "json", "xml"), top=top)

    def prepare(self, n):
        n.items("a.json", ("SKU-1", "Mug"), ("SKU-2", TOO_LONG), ("SKU-3", "Bowl"))


class Limits(scene.Scenario):
    """Several interchanges, and several files, of one unit of work."""

    kind = "snapshot"

    def world(self, top):
        n = Kinds(partners=("x12", "csv"), kind=self.kind, top=top)
        n.limit = 2
        return n

    def prepare(self, n):
        n.items("a.json", *[("SKU-%d" % k, TOO_LONG if k == 2 else "Mug") for k in range(1, 6)])


class LimitsOfEvents(Limits):
    """The same of a file that is put away when all of it is sent."""

    kind = "events"


GROUPS = """<map xmlns="urn:gridspool:map:1" name="groups">
	<source format="json"/>
	<target format="x12" version="004010" message="832"/>
	<key value="sku" unique="yes"/>
	<message>
		<BCT BCT01="'PC'" BCT02="'AUTUMN'"/>
		<group by="style">
			<LIN LIN01="counter('style')" LIN02="'VN'" LIN03="style"/>
			<total name="styles" add="1"/>
			<item><SLN SLN01="item-number('group')" SLN03="'I'" SLN09="'VN'" SLN10="sku"/></item>
		</group>
		<CTT CTT01="total('styles')"/>
	</message>
</map>
"""


class Groups(small.Small):
    """A map with groups."""

    def map_of(self, name):
        self.write("bundle/maps/%s.xml" % name, GROUPS)
        return "maps/%s.xml" % name


class GroupSorted(scene.Scenario):
    """Items that are not in the order of their groups, and are more than fits into memory to be sorted."""

    def world(self, top):
        return Groups(kind="events", top=top)

    def prepare(self, n):
        note = "n" * (1 << 20)
        n.drop("products", "a.json", "".join(
            json.dumps({"sku": "SKU-%d" % k, "style": "ST-%d" % (k % 3), "note": note}) + "\n" for k in range(10)).encode())


INBOUND = """ISA*00*          *00*          *ZZ*ACME           *14*9521010000003  *261123*0200*U*00401*000000012*0*T*>~
GS*SC*ACME*HEARTHLOOM*20261123*0200*7*X*004010~
ST*832*0001~
BCT*PC*AW26*****00~
LIN*1*UP*614141007349*VN*SKU-1~
PID*F*08***Mug****EN~
LIN*2*EN*9521000101135*VN*SKU-2~
LIN*3*EN*9521000101128*VN*SKU-3~
PID*F*08***Bowl****EN~
CTT*3~
SE*9*0001~
GE*1*7~
IEA*1*000000012~
"""


class Xml(small.Small):
    """The source is of XML."""

    def map_of(self, name):
        text = (small.MAP % "").replace('format="json"', 'format="xml" item="list/item"').replace('"sku"', '"@sku"')
        self.write("bundle/maps/%s.xml" % name, text)
        return "maps/%s.xml" % name

    def write_routes(self, ready=None, complete="yes", agreements=()):
        super().write_routes(ready, complete, agreements)
        self.write("bundle/routes.xml", self.text("bundle/routes.xml").replace('format="json"', 'format="xml"'))

    def items(self, name, *items):
        self.drop("products", name, ("<list>%s</list>" % "".join(
            '<item sku="%s"><name>%s</name></item>' % i for i in items)).encode())


class XmlReplaced(scene.Scenario):
    """A new version of a snapshot of XML, after one that ends too early."""

    def world(self, top):
        return Xml(top=top)

    def prepare(self, n):
        n.items("a.xml", ("SKU-1", "Mug"), ("SKU-2", "Cup"))
        n.run()
        n.drop("products", "b.xml", b'<list><item sku="SKU-1"><name>Mu')
        n.items("c.xml", ("SKU-1", "Mug"), ("SKU-2", "Cup, blue"), ("SKU-3", "Bowl"))


class Inbound(Kinds):
    """What a supplier sends becomes content items, for a partner that gets JSON."""

    def write_agreement(self, name, send=None, extra="", endpoint="main", more=""):
        self.write("bundle/agreements/%s.xml" % name, '<agreements %s partner="%s"><agreement name="%s-832" format="json" '
                   'message="ampliance-content-item" map="maps/x12-832-to-ampliance-product.xml" source="products" endpoint="main" '
                   'send="%s"/></agreements>\n' % (NS, name, name, send or self.send))

    def write_routes(self, ready=None, complete="yes", agreements=()):
        super().write_routes(ready, complete, agreements)
        self.write("bundle/routes.xml", self.text("bundle/routes.xml").replace('format="json"', 'format="x12"'))


class InboundX12(scene.Scenario):
    """An 832 to content items; one of its items has no name and is set aside."""

    def world(self, top):
        return Inbound(partners=("json",), kind="events", top=top)

    def prepare(self, n):
        n.drop("products", "in.edi", INBOUND.encode())
