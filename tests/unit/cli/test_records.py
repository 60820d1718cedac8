#!/usr/bin/env python3
"""Outputs without segments, read back as their definitions say and compared by item: map diff and map test of CSV in other marks and
characters, fixed widths, JSON of lines and documents, XML."""
import json
import os

from program import expect, gridspool, write

SOURCE = """<map xmlns="urn:gridspool:map:1" xmlns:m="urn:gridspool:map:1" name="m"><source format="csv"/><key value="sku"/>"""
ROW = "<item><row><col name=\"no\" value=\"item-number()\"/><col name=\"sku\" value=\"sku\"/><col name=\"name\" value=\"NAME\"/></row></item>"
MEMBERS = "<object><number name=\"no\" value=\"item-number()\"/><object name=\"body\"><string name=\"name\" value=\"NAME\"/></object></object>"
MAPS = {
    "csv": f"""{SOURCE}<target format="csv" definition="semicolons"/><message>{ROW}</message></map>""",
    "bare": f"""{SOURCE}<target format="csv" definition="bare"/><message>{ROW}</message></map>""",
    "fixed": f"""{SOURCE}<target format="fixed" definition="wide"/><message>{ROW}</message></map>""",
    "lines": f"""{SOURCE}<target format="json"/><item>{MEMBERS}</item></map>""",
    "document": f"""{SOURCE}<target format="json"/><message><object><string name="kind" value="'list'"/><array name="all"><item>{MEMBERS}</item></array>
        <number name="count" value="item-count()"/></object></message></map>""",
    "xml": f"""{SOURCE}<target format="xml"/><message><c:list xmlns:c="urn:c"><c:kind>list</c:kind><item>
        <c:one no="{{item-number()}}"><c:name>{{NAME}}</c:name></c:one></item></c:list></message></map>""",
}
COLUMNS = """<column name="no" WIDE1/><column name="sku" WIDE2/><column name="name" WIDE3/>"""
LAYOUT = """<layout xmlns="urn:gridspool:definition:1" format="%s" name="%s" title="x" %s>%s</layout>"""
PLAIN = COLUMNS.replace("WIDE1", "").replace("WIDE2", "").replace("WIDE3", "")


os.makedirs("csv")
os.makedirs("fixed")
write("csv/semicolons.xml", LAYOUT % ("csv", "semicolons", 'delimiter=";" header="yes" charset="iso-8859-1"', PLAIN))
write("csv/bare.xml", LAYOUT % ("csv", "bare", 'delimiter="," header="no"', PLAIN))
write("fixed/wide.xml", LAYOUT % ("fixed", "wide", 'header="no"', COLUMNS.replace("WIDE1", 'width="3"').replace("WIDE2", 'width="4"').replace("WIDE3", 'width="12"')))
write("items.csv", "sku,name\nA,Größe\nB,Bowl\nC,Bowl\nD,Last; one\n")

NAME = {"csv": "name", "bare": "name", "fixed": "name", "lines": "body/name", "document": "body/name", "xml": "c:name"}
POSITION = {"csv": 4, "document": 6, "xml": 6}    # of the row; of the line in a document
for kind, text in MAPS.items():
    write("old.xml", text.replace("NAME", "name"))
    write("same.xml", text.replace("NAME", "concat(name, '')"))
    expect(f"{kind}: no change", gridspool("map", "diff", "--quiet", "old.xml", "same.xml", "items.csv"), (0, "", ""))
    # A goes, so that all other numbers change; C has another name
    write("new.xml", text.replace("NAME", "concat(name, substring('!', 1, number(sku = 'C')))").replace("<key ", "<select if=\"sku != 'A'\"/><key "))
    code, out, err = gridspool("map", "diff", "--json", "old.xml", "new.xml", "items.csv")
    expect(f"{kind}: readable", (code, err), (1, ""))
    found = [(x["kind"], x["item"], x["position"], [v["ref"] for v in x.get("values", [])]) for x in json.loads(out)[0]["differences"] if "item" in x]
    expect(f"{kind}: by item", found, [("removed", "A", POSITION.get(kind, 3) - 2, []), ("changed", "C", POSITION.get(kind, 3) - 1, [NAME[kind]])])

# what is around the items
write("old.xml", MAPS["document"].replace("NAME", "name"))
write("new.xml", MAPS["document"].replace("NAME", "name").replace("'list'", "'all'"))
code, out, err = gridspool("map", "diff", "old.xml", "new.xml", "items.csv")
expect("around", (code, err, "line 2 changed:\n    -   \"kind\": \"list\",\n    +   \"kind\": \"all\"," in out), (1, "", True))

# a golden case of a file that is no UTF-8, without a header
for kind in ("csv", "bare"):
    write("m.xml", MAPS[kind].replace("NAME", "name"))
    os.makedirs("m.test/one", exist_ok=True)
    write("m.test/one/case.xml", """<case xmlns="urn:gridspool:case:1" date="2026-11-23"><input file="../../items.csv"/></case>""")
    expect(f"{kind}: accepted", gridspool("map", "test", "--accept", "m.xml")[0], 0)
    expect(f"{kind}: as expected", gridspool("map", "test", "--quiet", "m.xml"), (0, "", ""))
    write("m.xml", MAPS[kind].replace("NAME", "upper(name)"))
    code, out, err = gridspool("map", "test", "m.xml")
    expect(f"{kind}: in its columns", (code, err, "name: expected 'Größe', found 'GRÖSSE'" in out or "name: expected 'Größe', found 'GRÖßE'" in out), (1, "", True))
