#!/usr/bin/env python3
"""A position in something sent leads to the field it came from, with line and column, in every kind of file."""
import json
import os

import night
import small
from night import check, equal

LINES = ('{"sku": "SKU-1", "name": "Mug"}', '{"sku": "SKU-2",  "name": "Cup"}', '', '{"sku": "SKU-3", "name": "Jug"}')
ROWS = ("sku;name;note", "SKU-1;Mug;one", '"SKU-2";Cup;"small', 'two"', "SKU-3;Jug;three")


def explained(n, segment):
    ran = n.program("explain", "--json", "1", "%d:5" % segment, expect=0)
    return json.loads(ran.out)


def place(n, segment):
    found = explained(n, segment)
    return found["item"], found["field"], found.get("line"), found.get("column")


PRICAT = """<map xmlns="urn:gridspool:map:1" name="small">
	<source format="json"/>
	<target format="edifact" version="D01B" message="PRICAT"/>
	<key value="sku" unique="yes"/>
	<message items="1000">
		<BGM BGM01-1="'9'" BGM02-1="'AUTUMN'"/>
		<DTM DTM01-1="'137'" DTM01-2="format-date($run/date, 'CCYYMMDD')" DTM01-3="'102'"/>
		<item>
			<PGI PGI01="'11'"/>
			<loop>
				<LIN LIN01="item-number()" LIN03-1="sku" LIN03-2="'SA'"/>
				<IMD IMD01="'F'" IMD03-4="name"/>
			</loop>
		</item>
	</message>
</map>
"""


class Mapped(small.Small):
    """One that sends by another map, without waiting for an answer."""

    def write_agreement(self, name, send=None, extra="", endpoint="main", more=""):
        self.write("bundle/maps/%s.xml" % self.called, self.map)
        self.write("bundle/agreements/%s.xml" % name, '<agreements %s partner="%s"><agreement name="%s-832" %s '
                   'map="maps/%s.xml" source="products" endpoint="main" accepted-at="sent"/></agreements>\n' % (
                       small.NS, name, name, self.target, self.called))


class Edifact(Mapped):
    called, map, target = "pricat", PRICAT, 'format="edifact" message="PRICAT" version="D01B"'


def test_edifact():
    """A night of EDIFACT: sent without a person, and its positions lead back as those of X12."""
    with Edifact(kind="events") as n:
        n.drop("products", "a.json", ("\n".join(LINES) + "\n").encode())
        n.run()
        name, = [r["name"] for r in n.rows("SELECT name FROM interchange")]
        check(name.endswith("-000001.acme.PRICAT.edi"), "the name of the file:", name)
        found = [json.loads(n.program("explain", "--json", "1", "%d:3-4" % s, expect=0).out) for s in (6, 9, 12)]
        equal([(f["item"], f["field"], f["line"], f["column"]) for f in found],
              [("SKU-1", "name", 1, 26), ("SKU-2", "name", 2, 27), ("SKU-3", "name", 4, 26)], "places")


GROUPED = PRICAT[:PRICAT.index("\t<message")] + """	<message group-by="season">
		<BGM BGM01-1="'9'" BGM02-1="season"/>
		<DTM DTM01-1="'137'" DTM01-2="format-date($run/date, 'CCYYMMDD')" DTM01-3="'102'"/>
		<group by="brand">
			<PGI PGI01="'11'" PGI02-4="brand"/>
			<item>
				<LIN LIN01="item-number()" LIN03-1="sku" LIN03-2="'SA'"/>
				<IMD IMD01="'F'" IMD03-4="name"/>
			</item>
		</group>
	</message>
</map>
"""
SEASONS = ('{"sku": "1", "season": "W", "brand": "B", "name": "Mug"}', '{"sku": "2", "season": "S", "brand": "A", "name": "Cup"}',
           '{"sku": "3", "season": "W", "brand": "A", "name": "Jug"}', '{"sku": "4", "season": "W", "brand": "B", "name": "Pot"}')


def test_groups():
    """Items are sorted by their groups in a worker that may open nothing; heads lead back to the first item of each."""
    with Edifact(kind="events") as n:
        n.write("bundle/maps/pricat.xml", GROUPED)
        n.drop("products", "a.json", ("\n".join(SEASONS) + "\n").encode())
        n.run()
        name, = [r["name"] for r in n.rows("SELECT name FROM interchange")]
        with open(os.path.join(n.box("acme", "in"), name), encoding="latin-1") as f:
            segments = [s.strip() for s in f.read().split("'")]
        equal([s for s in segments if s[:3] in ("BGM", "PGI", "LIN")],
              ["BGM+9+S", "PGI+11+:::A", "LIN+1++2:SA", "BGM+9+W", "PGI+11+:::A", "LIN+1++3:SA", "PGI+11+:::B",
               "LIN+2++1:SA", "LIN+3++4:SA"], "the order")
        def led(message, position):
            f = json.loads(n.program("explain", "--json", "--set", str(message), "1", position, expect=0).out)
            return f["part"], f.get("item"), f.get("field"), f.get("line")
        equal(led(2, "2:2"), ("header", None, "season", 3), "the header of the second message")
        equal(led(2, "4:2-4"), ("group", "3", "brand", 3), "the head of its first group")
        equal(led(2, "7:2-4"), ("group", "1", "brand", 1), "the head of its second group")
        equal(led(2, "11:3-4"), ("item", "4", "name", 4), "an item")


TREES = """<map xmlns="urn:gridspool:map:1" name="small">
	<source format="json"/>
	<target format="json"/>
	<key value="sku" unique="yes"/>
	<message>
		<object>
			<array name="seasons">
				<group by="season">
					<object>
						<string name="season" value="season"/>
						<array name="brands">
							<group by="brand">
								<object>
									<string name="brand" value="brand"/>
									<array name="items">
										<item>
											<object><string name="sku" value="sku"/></object>
										</item>
									</array>
								</object>
							</group>
						</array>
					</object>
				</group>
			</array>
		</object>
	</message>
</map>
"""


class Trees(Mapped):
    called, map, target = "trees", TREES, 'format="json" message="seasons"'


def test_groups_of_trees():
    """The heads of groups in a file of lines: both that begin with an item, and one alone."""
    with Trees(kind="events") as n:
        n.drop("products", "a.json", ("\n".join(SEASONS) + "\n").encode())
        n.run()
        name, = [r["name"] for r in n.rows("SELECT name FROM interchange")]
        with open(os.path.join(n.box("acme", "in"), name), encoding="utf-8") as f:
            lines = f.read().splitlines()
        for text, want in (('"season": "S"', ("group", "2", "season", 2)), ('"season": "W"', ("group", "3", "season", 3)),
                           ('"brand": "B"', ("group", "1", "brand", 1)), ('"sku":"4"', ("item", "4", "sku", 4))):
            at, = [i + 1 for i, line in enumerate(lines) if text in line]
            column = lines[at - 1].index(text) + len(text) - 1
            found = json.loads(n.program("explain", "--json", "1", "%d:%d" % (at, column), expect=0).out)
            equal((found["part"], found.get("item"), found.get("field"), found.get("line")), want, text)


def test_lines():
    """One object a line; a line that is empty counts."""
    with small.Small(kind="events") as n:
        n.drop("products", "a.json", ("\n".join(LINES) + "\n").encode())
        n.run()
        equal([place(n, s) for s in (4, 6, 8)],
              [("SKU-1", "name", 1, 26), ("SKU-2", "name", 2, 27), ("SKU-3", "name", 4, 26)], "places")


def test_rows():
    """Rows, one of which goes over two lines."""
    with small.Small(kind="events") as n:
        n.write("bundle/maps/acme.xml", n.text("bundle/maps/acme.xml").replace('"json"', '"csv"'))
        n.write("bundle/routes.xml", n.text("bundle/routes.xml").replace('format="json"', 'format="csv" separator=";"'))
        n.drop("products", "a.csv", "\r\n".join(ROWS).encode() + b"\r\n")
        n.run(expect=None)
        equal([place(n, s) for s in (4, 6, 8)],
              [("SKU-1", "name", 2, 7), ("SKU-2", "name", 3, 9), ("SKU-3", "name", 5, 7)], "places")


def test_joined():
    """A value of a joined row is in the reference's file, not in that of the item."""
    with small.Small(joins={"acme": "extra"}) as n:
        n.write("bundle/maps/acme.xml", n.text("bundle/maps/acme.xml").replace('PID05="name"', 'PID05="$extra/note"'))
        n.write("bundle/routes.xml", n.text("bundle/routes.xml").replace('format="csv"', 'format="csv" separator=";"'))
        n.drop("extra", "extra.csv", "\n".join(ROWS).encode() + b"\n")
        n.drop("products", "a.json", (LINES[3] + "\n").encode())
        n.run(expect=None)
        found = explained(n, 4)
        check(found["item"] == "SKU-3" and "extra.csv" in found["file"], found)
        equal((found["field"], found["line"], found["column"]), ("note", 5, 11), "place")


class Spelled(small.Small):
    """A partner that has no dash, in whose header and items dashes are."""

    def map_of(self, name):
        self.write("bundle/maps/spelled.xml", small.MAP.replace("'AUTUMN'", "$agreement/catalog") % "")
        return "maps/spelled.xml"

    def write_agreement(self, name, send=None, extra="", endpoint="main", more=""):
        super().write_agreement(name, send, extra, endpoint, more)
        with open(self.path("bundle/agreements/%s.xml" % name), encoding="utf-8") as f:
            text = f.read()
        text = text.replace('newline="yes"', 'newline="yes" characters="transliterate"')
        self.write("bundle/agreements/%s.xml" % name,
                   text.replace("</agreement>", '<set name="catalog" value="AW\u201326"/></agreement>'))


def test_spelled():
    """Other spellings are told of the item or the header in which they were written, and only there."""
    with Spelled(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug \u2013 red"), ("SKU-2", "Cup"))
        n.run()
        told = []
        for position in ("2:2", "4:5", "6:5", "7:1"):
            found = json.loads(n.program("explain", "--json", "1", position, expect=0).out)
            told.append([x.split("':")[0] for x in found.get("noted", [])])
        equal(told, [["VALUE-CHANGED: '\u2013"], ["VALUE-CHANGED: name '\u2013"], [], []], "noted")
        ran = n.program("explain", "1", "2:2", expect=0)
        check("noted    VALUE-CHANGED: '\u2013': " in ran.out, ran.out)
        check("header" in n.program("show", "1", expect=0).out, "show")


if __name__ == "__main__":
    night.main(test_spelled, test_lines, test_rows, test_joined, test_edifact, test_groups, test_groups_of_trees)
