#!/usr/bin/env python3
"""References joined in a night: an interchange of X12, and more rows than memory holds an index of. Both through the
scratch file of a closed-in worker, in the night and when a position is explained."""
import json
import os

import night
import small
from night import equal

ROWS = 120000

MAP = """<map xmlns="urn:gridspool:map:1" name="small">
	<source format="json"/>
	<join name="edi" source="catalog" format="x12" version="004010" message="832" row="LIN-loop" key="pair(LIN, 'VN')" on="sku"/>
	<join name="rows" source="prices" format="csv" key="sku" on="sku" orphans="report"/>
	<target format="x12" version="004010" message="832"/>
	<key value="sku" unique="yes"/>
	<message>
		<BCT BCT01="'PC'" BCT02="'AUTUMN'"/>
		<item>
			<LIN LIN01="item-number()" LIN02="'VN'" LIN03="sku"/>
			<PID PID01="'F'" PID02="'08'" PID05="$edi/PID/PID05"/>
			<loop><CTP CTP02="'MSR'" CTP03="$rows/amount"/></loop>
		</item>
		<CTT CTT01="item-count()"/>
	</message>
</map>
"""


class Joined(small.Small):
    def map_of(self, name):
        self.write("bundle/maps/%s.xml" % name, MAP)
        return "maps/%s.xml" % name

    def write_routes(self, ready=None, complete="yes", agreements=()):
        super().write_routes(ready, complete, agreements)
        text = self.text("bundle/routes.xml")
        more = ('<source name="catalog" kind="reference" format="x12" ready="renamed"/>'
                '<source name="prices" kind="reference" format="csv" ready="renamed"/>')
        self.write("bundle/routes.xml", text.replace("<route ", more + "<route ", 1))

    def rows_open(self):
        rows = self.rows("SELECT key, codes, file FROM aside WHERE closed = 0 ORDER BY key")
        return [(r["key"], r["codes"], r["file"]) for r in rows]


def catalog():
    lines = "".join("LIN*%d*VN*SKU-%d~PID*F*08***Name %d~" % (9 - i, i, i) for i in range(8, 0, -1))
    return ("ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261123*0200*U*00401*000000001*0*T*>~"
            "GS*SC*SENDER*RECEIVER*20261123*0200*1*X*004010~ST*832*0001~BCT*PC~" + lines +
            "CTT*8~SE*20*0001~GE*1*1~IEA*1*000000001~").encode()


def test_joined():
    with Joined(kind="events") as n:
        n.drop("catalog", "catalog.edi", catalog())
        rows = "".join("SKU-%d,%d.5\n" % (i, i) for i in range(ROWS, 0, -1))
        n.drop("prices", "prices.csv", ("sku,amount\n" + rows).encode())
        n.items("a.json", ("SKU-3", "Mug"), ("SKU-1", "Cup"), ("SKU-8", "Jug"))
        n.run(expect=1)  # rows without an item are told
        name, = os.listdir(n.box("acme", "in"))
        with open(os.path.join(n.box("acme", "in"), name), encoding="latin-1") as f:
            out = [line.rstrip("~\n") for line in f]
        equal([s for s in out if s.startswith(("PID", "CTP"))],
              ["PID*F*08***Name 3", "CTP**MSR*3.5", "PID*F*08***Name 1", "CTP**MSR*1.5", "PID*F*08***Name 8",
               "CTP**MSR*8.5"], "what the rows say")
        text, amount = (json.loads(n.program("explain", "--json", "1", at, expect=0).out) for at in ("4:5", "5:3"))
        equal([(f["file"], f["field"], f["found"]) for f in (text, amount)],
              [("catalog.edi", "PID/PID05", "Name 3"), ("prices.csv", "amount", "3.5")], "where it comes from")
        equal([r["n_orphans"] for r in n.rows("SELECT n_orphans FROM unit")], [ROWS - 3], "rows without an item")


def test_broken():
    """A part of a joined source that cannot be read: its rows are missing, which is told until it is mended."""
    with Joined(kind="events") as n:
        n.drop("catalog", "catalog.edi", catalog())
        n.drop("prices", "prices.csv", b'sku,amount\nSKU-1,"1"0\nSKU-3,3.5\n')
        n.items("a.json", ("SKU-3", "Mug"))
        n.run(expect=1)
        equal(n.rows_open(), [("prices.csv:2", "JOIN-ROW-BROKEN CSV-QUOTE", "prices.csv")], "what is broken")
        shown = n.program("show", "u-1", expect=0).out
        equal("prices.csv:2:" in shown and "CSV-QUOTE" in shown, True, "where it is broken")
        equal("are broken or belong to no item" in n.program("status", expect=0).out, True, "status")
        n.items("b.json", ("SKU-3", "Mug again"))
        n.run(expect=0)  # told before
        n.drop("prices", "prices-mended.csv", b"sku,amount\nSKU-3,3.5\n")
        n.items("c.json", ("SKU-3", "Mug once more"))
        n.run(expect=0)
        equal(n.rows_open(), [], "mended")


if __name__ == "__main__":
    night.main(test_joined, test_broken)
