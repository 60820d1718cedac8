#!/usr/bin/env python3
"""How deep X12 that comes in is checked is the agreement's: what is not looked at sets nothing aside, and changing it is a new
conversion of what lies there."""
import night
import small
from night import NS, check, equal

MAP = """<map xmlns="urn:gridspool:map:1" name="small">
	<source format="x12" version="004010" message="832" item="LIN-loop"/>
	<target format="json"/>
	<key value="pair(LIN, 'VN')" unique="yes"/>
	<item><object><string name="sku" value="pair(LIN, 'VN')"/></object></item>
</map>
"""
ISA = "ISA*00*          *00*          *ZZ*ACME           *14*9521010000003  *261123*0200*U*00401*000000001*0*T*>~"
FILE = (ISA + "GS*SC*ACME*US*20261123*0200*1*X*004010~ST*832*0001~BCT*PC*AW~LIN*1*QQ*9*VN*SKU-1~CTT*1~SE*5*0001~"
        "GE*1*1~IEA*1*000000001~").encode()


class Inbound(small.Small):
    level = ""

    def write_agreement(self, name, send=None, extra="", endpoint="main", more=""):
        self.write("bundle/maps/in.xml", MAP)
        self.write("bundle/agreements/%s.xml" % name, '<agreements %s partner="%s"><agreement name="%s-832" format="json" '
                   'message="items" map="maps/in.xml" source="products" endpoint="main" send="all" %s/></agreements>\n'
                   % (NS, name, name, self.level))

    def write_routes(self, ready=None, complete="no", agreements=()):
        self.write("bundle/routes.xml", '<routes %s><source name="products" kind="snapshot" format="x12" ready="renamed"/>'
                   '<route source="products" agreement="acme-832"/></routes>\n' % NS)


def test_level():
    with Inbound() as n:
        n.drop("products", "a.x12", FILE)
        ran = n.run(expect=1)
        equal([r["codes"] for r in n.rows("SELECT codes FROM aside")], ["X12-ELEMENT-CODE"], ran.err)
        n.level = 'level="element"'
        n.write_agreement("acme")
        n.run()
        name, = n.mail("acme")
        with open(n.box("acme", "in") + "/" + name, encoding="utf-8") as f:
            equal(f.read(), '{"sku":"SKU-1"}\n', "what was sent")
        n.level = 'level="envelope"'
        n.write_agreement("acme")
        ran = n.program("check", expect=78)
        check('level="envelope" of <agreement> must be structure' in ran.err + ran.out, ran)


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
