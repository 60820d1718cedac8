#!/usr/bin/env python3
"""A night in which one partner gets X12, one CSV, one a Catalogue of UBL and one JSON: delivered and accepted where no
answer can come, the same after kills, bad items put away, and each row and line leads back to its field.
"""
import csv
import io
import json
import os
import random
import re
import shutil
import time
import xml.etree.ElementTree

import night
import small
from night import NS, check, equal

ITEMS, BAD, KILLS = 30, 2, int(os.environ.get("GRIDSPOOL_KILLS", "12"))
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
MAPS = os.path.join(night.ROOT, "maps")
# partner: format, message, ending, map
FILES = {"nord": ("csv", "product-list", "csv", "ampliance-product-to-csv.xml"),
         "ubl": ("xml", "Catalogue", "xml", "ampliance-product-to-ubl-catalogue.xml"),
         "web": ("json", "products", "json", "web.xml")}
WEB = """<map xmlns="urn:gridspool:map:1" name="web">
	<source format="json" item="content-item" type="https://gridspool.example/schema/product.json"/>
	<join name="price" source="erp-prices" format="csv" key="sku" on="body/sku" rows="many"/>
	<select if="status = 'ACTIVE'"/>
	<key value="body/sku" unique="yes"/>
	<require test="is-gtin(body/gtin)" field="body/gtin" code="GTIN-CHECK-DIGIT">The GTIN has a wrong check digit.</require>
	<target format="json"/>
	<message>
		<object>
			<string name="sender" value="$environment/gln"/>
			<array name="products">
				<item>
					<object>
						<string name="sku" value="body/sku"/>
						<string name="name" value="localized(body/name, 'en-GB')"/>
						<array name="prices" each="$price" sort="price_list">
							<object>
								<string name="list" value="price_list"/>
								<number name="amount" value="amount"/>
							</object>
						</array>
					</object>
				</item>
			</array>
			<number name="count" value="item-count()"/>
		</object>
	</message>
</map>
"""


class Files(night.Night):
    def __init__(self, **more):
        super().__init__(partners=("acme",) + tuple(FILES), **more)

    def write_partner(self, name, endpoint=None):
        """The partners of files have no identity: there is no envelope to name them."""
        super().write_partner(name, endpoint)
        if name in FILES:
            text = re.sub("<identity[^>]*>", "", self.text("partners/%s.xml" % name))
            self.write("partners/%s.xml" % name,
                       text.replace("</partner>", '<set name="gln" value="9521000101111"/></partner>'))

    def write_agreement(self, name, send=None, extra=""):
        if name not in FILES:
            super().write_agreement(name, send, extra)
            return
        form, message, _, path = FILES[name]
        self.write("bundle/maps/web.xml", WEB)
        self.write("bundle/agreements/%s.xml" % name, '<agreements %s partner="%s"><agreement name="%s-832" '
                   'format="%s" message="%s" map="maps/%s" source="ampliance" endpoint="main" send="%s" %s>'
                   '<set name="approved" value="Approved"/><set name="catalog" value="AUTUMN"/></agreement>'
                   '</agreements>\n' % (NS, name, name, form, message, path, send or self.send, extra))

    def got(self, partner):
        """The only file of a partner: name, bytes."""
        name, = self.mail(partner)
        with open(os.path.join(self.box(partner, "in"), name), "rb") as f:
            return name, f.read()

    def explained(self, name, position):
        return json.loads(self.program("explain", "--json", name, position, expect=0).out)

    def line_of(self, path, text):
        """The line of a map in which that stands first."""
        own = self.path("bundle", "maps", path)
        with open(own if os.path.exists(own) else os.path.join(MAPS, path), encoding="utf-8") as f:
            return next(n for n, line in enumerate(f, 1) if text in line)


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8")), delimiter=";"))


def keys_of(partner, data):
    """Article numbers, as a reader that is not ours finds them."""
    if partner == "nord":
        return [r[0] for r in rows_of(data)[1:]]
    if partner == "web":
        whole = json.loads(data)
        equal(whole["count"], len(whole["products"]), "what is behind the items")
        return [p["sku"] for p in whole["products"]]
    if partner == "ubl":
        root = xml.etree.ElementTree.fromstring(data)
        return [x.find(CBC + "ID").text for x in root.iter() if x.tag.endswith("}SellersItemIdentification")]
    return re.findall(r"\*VN\*([^*~]+)", data.decode("latin-1"))


def catalogue(n, *more):
    folder = night.catalogue(os.path.join(n.top, "catalogue"), "--items", str(ITEMS), *more)
    n.drop_all(folder)
    return folder


def test_night():
    with Files() as n:
        folder = catalogue(n, "--bad", str(BAD), "--bad-kinds", "gtin-check-digit")
        n.run(expect=1)
        with open(os.path.join(folder, "FINDINGS.json"), encoding="utf-8") as f:
            bad = {x["sku"] for x in json.load(f)["findings"]}
        equal(len(bad), BAD, "planted")
        for partner in n.partners:
            name, data = n.got(partner)
            row = n.interchange(partner)
            equal((row["name"], row["sha"]), (name, night.sha256(os.path.join(n.box(partner, "in"), name))), partner)
            keys = keys_of(partner, data)
            check(len(keys) == len(set(keys)) == ITEMS - BAD == row["items"] and not bad & set(keys), partner, keys)
            told = {r["key"]: r["codes"] for r in n.rows("SELECT * FROM aside WHERE agreement = ?", partner + "-832")}
            equal(told, dict.fromkeys(bad, "GTIN-CHECK-DIGIT"), "set aside for " + partner)
            items = n.files("quarantine")
            stem = name.rsplit(".", 1)[0]
            check(stem + ".items" in items and stem + ".items.reason" in items, stem, items)
            if partner in FILES:
                _, message, ending, _ = FILES[partner]
                check(name.endswith("-%06d.%s.%s.%s" % (row["id"], partner, message, ending)), name)
                equal((row["state"], row["isa"], n.states(partner)), ("archived", 0, {"accepted": ITEMS - BAD}), partner)
            else:
                equal((row["state"], row["isa"], n.states(partner)), ("sent", 1, {"pending": ITEMS - BAD}), partner)
        n.check_sound()


def place(found):
    return found["item"], found["file"], found["field"], found["found"], found["map"], found["map_line"]


def test_explain():
    """From a cell, an element and a member to the item, the field in its file, and the line of the map."""
    with Files() as n:
        catalogue(n)
        n.run()
        name, data = n.got("nord")
        rows = rows_of(data)
        row = next(i for i, r in enumerate(rows, 1) if re.match(r"\d+,\d\d$", r[6]))
        at = rows[0].index("price") + 1
        for position in ("%d:price" % row, "%d:%d" % (row, at)):
            found = n.explained(name, position)
            equal(place(found), (rows[row - 1][0], "prices.csv", "amount", rows[row - 1][6], "maps/" + FILES["nord"][3],
                                 n.line_of(FILES["nord"][3], '<col name="price"')), position)
        equal((found["part"], found["name"]), ("item", "price"), found)
        equal(n.explained(name, "1")["part"], "header", "the header")
        for position, said in (("%d:17" % row, "has no column 17"), ("%d:prize" % row, "has no 'prize'"),
                               ("%d" % (len(rows) + 1), "has no row %d" % (len(rows) + 1))):
            ran = n.program("explain", name, position, expect=65)
            check(said in ran.err, position, ran)
        check("write ROW:COLUMN" in n.program("explain", name, "x:1", expect=64).err, "no position")

        name, data = n.got("ubl")
        lines = data.decode().split("\n")
        line = next(i for i, x in enumerate(lines, 1) if "<cbc:Name>" in x)
        start = lines[line - 1].index("<cbc:Name>") + len("<cbc:Name>") + 1      # characters, from 1
        text = re.search("<cbc:Name>(.*?)</cbc:Name>", lines[line - 1]).group(1)
        for position in ("%d:%d" % (line, start), "%d:cbc:Name" % line, "%d:cac:Item/cbc:Name" % line):
            found = n.explained(name, position)
            equal(place(found)[2:], ("body/name/values[1]/value", text, "maps/" + FILES["ubl"][3],
                                     n.line_of(FILES["ubl"][3], "<cbc:Name>{localized")), position)
            check(found["file"].endswith(".json") and found["line"] > 1, found)
        found = n.explained(name, "%d:cbc:PriceAmount/@currencyID" % line)
        equal((found["file"], found["field"], found["found"]), ("prices.csv", "currency", "EUR"), "an attribute")
        found = n.explained(name, "5:cbc:IssueDate")
        equal((found["part"], found["map_line"]), ("header", n.line_of(FILES["ubl"][3], "<cbc:IssueDate>")), found)

        name, data = n.got("web")
        lines = data.decode().split("\n")
        line = next(i for i, x in enumerate(lines, 1) if '"sku"' in x)
        item = json.loads(lines[line - 1].strip().rstrip(","))
        found = n.explained(name, "%d:prices[2]/amount" % line)
        equal((found["item"], found["field"], float(found["found"]), found["name"]),
              (item["sku"], "amount", item["prices"][1]["amount"], "prices[2]/amount"), found)
        found = n.explained(name, "%d:%d" % (line, lines[line - 1].index('"name"') + 2))
        equal((found["name"], found["found"]), ("name", item["name"]), found)


LIST = """<map xmlns="urn:gridspool:map:1" name="list">
	<source format="json"/>
	<key value="sku" unique="yes"/>
	<target format="%s"%s/>
	<item>%s</item>
</map>
"""
ROW = '<row><col name="article" value="sku"/><col name="name" value="name"/><col name="stock" value="7"/></row>'
OBJECT = '<object><string name="sku" value="sku"/><string name="name" value="name"/></object>'


class Lines(small.Small):
    """Fixed-width rows for one partner, a JSON object a line for the other."""

    def write_agreement(self, name, send=None, extra="", endpoint="main", more=""):
        form, message, definition, item = {"fix": ("fixed", "article-list", ' definition="article-list"', ROW),
                                           "web": ("json", "lines", "", OBJECT)}[name]
        self.write("bundle/maps/%s.xml" % name, LIST % (form, definition, item))
        self.write("bundle/agreements/%s.xml" % name, '<agreements %s partner="%s"><agreement name="%s-832" '
                   'format="%s" message="%s" map="maps/%s.xml" source="products" endpoint="main" send="%s" '
                   'accepted-at="sent"/></agreements>\n' % (NS, name, name, form, message, name, send or self.send))


def test_lines():
    with Lines(partners=("fix", "web")) as n:
        n.items("a.json", ("SKU-1", "Mug"), ("SKU-2", "Cup that is too long a name"), ("SKU-3", "Jug"))
        n.run(expect=1)
        for partner, ending, lines in (("fix", "txt", 2), ("web", "json", 3)):
            name = n.interchange(partner)["name"]
            check(name.endswith("." + ending), name)
            found = [json.loads(n.program("explain", "--json", name, "%d:name" % i, expect=0).out)
                     for i in range(1, lines + 1)]
            equal([(f["item"], f["field"], f["line"]) for f in found],
                  [("SKU-%d" % i, "name", i) for i in (1, 2, 3) if lines == 3 or i != 2], partner)
            found = json.loads(n.program("explain", "--json", name, "%d:2" % lines, expect=0).out)
            equal((found["name"], found["found"]), ("name", "Jug") if partner == "fix" else ("sku", "SKU-3"), "by number")
        equal([(r["agreement"], r["key"], r["codes"]) for r in n.rows("SELECT * FROM aside")],
              [("fix-832", "SKU-2", "VALUE-TOO-LONG")], "set aside")
        n.items("b.json", ("SKU-1", "Mug"), ("SKU-2", "Cup"), ("SKU-3", "Jug"))
        n.run()
        equal((n.states("fix"), n.interchange("fix")["items"], n.interchange("web")["items"]),
              ({"accepted": 3}, 1, 1), "the corrected item")
        n.check_sound()


def test_definitions():
    """The columns of its own file are part of what an agreement makes, those of another are not."""
    with Files() as n:
        catalogue(n)
        n.run()
        for layout, units in (("json/ampliance-content-item.xml", 4), ("fixed/article-list.xml", 4),
                              ("csv/product-list.xml", 5)):
            with open(os.path.join(MAPS, layout), encoding="utf-8") as f:
                os.makedirs(os.path.dirname(n.path("bundle/definitions", layout)), exist_ok=True)
                n.write("bundle/definitions/" + layout, f.read() + "<!-- -->\n")
            n.run(expect=None)
            equal(n.one("SELECT COUNT(*) FROM unit"), units, layout)
        equal(n.unit("nord")["n_unchanged"], ITEMS, "which of them is made anew, and says the same")


def test_misplaced():
    """A copy of the lineage is known by its bytes, whatever the format."""
    with Files() as n:
        catalogue(n)
        n.run()
        row = n.interchange("ubl")
        copy = row["name"] + ".lineage.gz"
        shutil.copy(n.path(row["place"], copy), n.path("hold", copy))
        told = {x["place"]: x["command"] for x in json.loads(n.program("fsck", "--json", expect=1).out)["faults"]}
        equal(told, {"hold/" + copy: "it is a copy, its place has the file: move it away"}, "commands")


def restore(n):
    for name in ("env",) + n.partners:
        path = os.path.join(n.top, name)
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(path + ".saved", path, symlinks=True)


def settle(n):
    for _ in range(6):
        n.run(expect=None)
        if not n.rows("SELECT 1 FROM interchange WHERE state IN ('making', 'queued', 'sending') UNION ALL "
                      "SELECT 1 FROM unit WHERE state IN ('due', 'converting')"):
            return
    raise AssertionError("something is still due after six runs")


def test_killed():
    """Killed at any moment, the run after it makes and delivers the same bytes, once."""
    chance = random.Random(int(os.environ.get("KILL_SEED", "20261127")))
    with Files(top=night.MEMORY) as n:
        catalogue(n, "--bad", str(BAD), "--bad-kinds", "gtin-check-digit")
        for name in ("env",) + n.partners:
            shutil.copytree(os.path.join(n.top, name), os.path.join(n.top, name + ".saved"), symlinks=True)
        begun = time.monotonic()
        n.run(expect=1)
        whole = time.monotonic() - begun
        for _ in range(KILLS):
            day = time.strftime("%d", time.gmtime())
            restore(n)
            n.run(expect=1)
            wanted = {p: n.got(p)[1] for p in FILES}
            restore(n)
            while n.kill(chance.uniform(0, whole)) and chance.random() < 0.5:
                pass
            settle(n)
            if time.strftime("%d", time.gmtime()) == day:       # files have the date of the run
                equal({p: n.got(p)[1] for p in FILES}, wanted, "what partners have")
            for p in FILES:
                equal(n.states(p), {"accepted": ITEMS - BAD}, "states of " + p)
            n.check_sound()


def test_again():
    """A person sends once more, or makes anew: words and numbers are those of a file without envelopes."""
    with Files() as n:
        folder = catalogue(n)
        n.run()
        name, data = n.got("nord")
        row = n.interchange("nord")
        ran = n.program("reissue", name, "--reason", "lost over there", expect=0)
        check("in a file of another name" in ran.out, ran)
        n.run()
        second = n.interchange("nord")
        check(second["id"] > row["id"] and second["name"] != name, dict(second))
        with open(os.path.join(n.box("nord", "in"), second["name"]), "rb") as f:
            equal(f.read(), data, "made anew")
        key = rows_of(data)[1][0]
        n.drop("erp-prices", "prices.csv", night.price_change(folder, key)[0])
        n.run()
        changed = n.interchange("nord")
        with open(os.path.join(n.box("nord", "in"), changed["name"]), "rb") as f:
            equal([r[0] for r in rows_of(f.read())[1:]], [key], "only what changed")
        n.check_sound()


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
