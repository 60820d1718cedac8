#!/usr/bin/env python3
"""gridspool map coverage and map diff: what ran and what did not, what was read, and what would change by item."""
import json
import os

from program import expect, gridspool, write

MAP = """<map xmlns="urn:gridspool:map:1" name="m">
<source format="json"/>
<join name="price" source="p" format="csv" key="sku" on="sku" rows="many"/>
<target format="x12" version="004010" message="832"/>
<let name="eur" value="$price[list = 'EUR']"/>
<select if="status = 'ACTIVE' or status = 'NEW' and flag"/>
<key value="sku" unique="yes"/>
<message>
<BCT BCT01="'PC'"/>
<item>
<LIN LIN01="item-number()" LIN02="'VN'" LIN03="sku"/>
<PID each="localized(name, 'en')" PID01="'F'" PID02="'08'" PID05="."/>
<PID each="sizes[stock &gt; 0]" PID01="'F'" PID02="'GEN'" PID05="label"/>
<loop each="$eur" sort="amount"><CTP CTP02="'MSR'" CTP03="amount"/></loop>
</item>
</message>
</map>
"""
ITEMS = [{"sku": "A", "status": "ACTIVE", "name": {"values": [{"locale": "en", "value": "Towel"}]}, "extra": 1, "deep": {"er": "x"}},
         {"sku": "B", "status": "ACTIVE", "name": {"values": [{"locale": "de", "value": "Matte"}]}, "deep": {"er": "y"}},
         {"sku": "C", "status": "OLD"}]


write("m.xml", MAP)
write("items.json", "".join(json.dumps(item) + "\n" for item in ITEMS))
write("p.csv", "sku,list,amount,note\nA,EUR,3,n\nA,EUR,2,n\n")
JOIN = ("--join", "price=p.csv")

code, out, err = gridspool("map", "coverage", "--json", *JOIN, "m.xml", "items.json")
answer = json.loads(out)
never = [(x["line"], x["attribute"], x["part"]) for x in answer["expressions"] if x["runs"] == 0]
expect("never run", (code, err, never), (1, "", [(6, "if", True), (13, "each", True), (13, "PID01", False), (13, "PID02", False), (13, "PID05", False)]))
expect("unread", {x["field"]: x.get("values") for x in answer["unread"]}, {"extra": 1, "deep/er": 2, "$price/note": None})
rows = {(x["line"], x["attribute"]): (x["runs"], x["gave"]) for x in answer["expressions"] if not x["part"]}
expect("counts", (rows[(11, "LIN03")], rows[(12, "each")], rows[(12, "PID05")], rows[(14, "CTP03")]), ((2, 2), (2, 1), (1, 1), (2, 2)))
expect("items", (answer["items"], answer["out"], answer["never"]), (3, 2, 5))
code, out, err = gridspool("map", "coverage", "--quiet", *JOIN, "m.xml", "items.json")
expect("in text", (code, "'08'" in out, "label" in out, "flag" in out, "  deep/er (2 values)\n" in out), (1, False, True, True, True))

ITEMS[1]["sizes"] = [{"stock": 0, "label": "S"}, {"stock": 1, "label": "M"}]
ITEMS[2].update(status="NEW", flag=True)
write("items.json", "".join(json.dumps(item) + "\n" for item in ITEMS))
expect("everything ran", gridspool("map", "coverage", *JOIN, "m.xml", "items.json")[0], 0)
expect("without the join", gridspool("map", "coverage", "m.xml", "items.json")[0], 64)
code, out, err = gridspool("map", "coverage", "m.xml")
expect("no input", (code, "INPUT is missing" in err), (64, True))

# without input the cases are run, all of them together
for case, item in (("one", ITEMS[0]), ("two", ITEMS[1])):
    os.makedirs(f"m.test/{case}")
    write(f"m.test/{case}/items.json", json.dumps(item) + "\n")
    write(f"m.test/{case}/case.xml", """<case xmlns="urn:gridspool:case:1" date="2026-11-23"><input file="items.json"/>
        <join name="price" file="../../p.csv"/></case>""")
code, out, err = gridspool("map", "coverage", "--json", "m.xml")
answer = json.loads(out)
expect("by cases", (code, err, answer["items"], [x["runs"] for x in answer["expressions"] if x["attribute"] == "LIN03"]), (1, "", 2, [2]))
os.rename("m.test/one/items.json", "m.test/one/gone.json")
code, out, err = gridspool("map", "coverage", "m.xml")
expect("a case without its input", (code, out, "m.test/one/items.json" in err, "INPUT" in err), (65, "", True, False))
os.rename("m.test/one/gone.json", "m.test/one/items.json")

# an export tree: a member a file, each looked at for itself
os.makedirs("tree")
for number, extra in (("1", {}), ("2", {"late": "x"}), ("3", {"late": "y"})):
    write(f"tree/{number}.json", json.dumps(dict(sku=number, status="ACTIVE", **extra)))
code, out, err = gridspool("map", "coverage", "--json", *JOIN, "m.xml", "tree")
answer = json.loads(out)
expect("members of a tree", (code, err, answer["items"], answer["unread"][0]), (1, "", 3, {"field": "late", "values": 2}))

# {expressions} of an XML target are expressions as all others
write("x.xml", """<map xmlns="urn:gridspool:map:1" xmlns:m="urn:gridspool:map:1" xmlns:c="urn:c" name="x">
<source format="json"/>
<target format="xml"/>
<key value="sku"/>
<message>
<c:list><item><c:one id="{sku}-{status}"><c:size m:each="sizes">no {label}</c:size></c:one></item></c:list>
</message>
</map>
""")
code, out, err = gridspool("map", "coverage", "--json", "x.xml", "tree")
answer = json.loads(out)
rows = [(x["element"], x["attribute"], x["expression"], x["runs"]) for x in answer["expressions"] if x["line"] == 6]
expect("an XML target", (code, err, rows), (1, "", [("one", "id", "sku", 3), ("one", "id", "status", 3), ("size", "each", "sizes", 3), ("size", "text()", "label", 0)]))
expect("its fields", answer["unread"], [{"field": "late", "values": 2}])

# the same map; another one, by item, where numbers of items do not matter
expect("no change", gridspool("map", "diff", "--quiet", *JOIN, "m.xml", "m.xml", "items.json"), (0, "", ""))
write("new.xml", MAP.replace("'VN'", "'SK'").replace("<select if=\"", "<select if=\"sku != 'A' and (").replace("and flag", "and flag)"))
code, out, err = gridspool("map", "diff", "--json", *JOIN, "m.xml", "new.xml", "items.json")
differences = json.loads(out)[0]["differences"]
kinds = [(x["kind"], x.get("item"), x["segment"], [v["ref"] for v in x.get("values", [])]) for x in differences]
expect("by item", (code, err, kinds), (1, "", [
    ("removed", "A", "LIN", []), ("removed", "A", "PID", []), ("removed", "A", "CTP", []), ("removed", "A", "CTP", []),
    ("changed", "B", "LIN", ["LIN02"]), ("changed", "C", "LIN", ["LIN02"])]))
code, out, err = gridspool("map", "diff", *JOIN, "m.xml", "new.xml", "items.json")
expect("in text", (code, "item B, set 0001, segment" in out, "LIN02: old 'VN', new 'SK'" in out, "m.xml: 3 items, 3 out" in out), (1, True, True, True))
write("wrong.xml", MAP.replace("LIN03", "LIN77"))
code, out, err = gridspool("map", "diff", *JOIN, "m.xml", "wrong.xml", "items.json")
expect("a wrong one", (code, out, "wrong.xml:11" in err), (78, "", True))

# an XML target: its texts and attributes are lines of the map too; what was written is read though it has a DOCTYPE
XML = """<map xmlns="urn:gridspool:map:1" xmlns:m="urn:gridspool:map:1" name="x">
<source format="json"/>
<target format="xml" doctype-system="list.dtd"/>
<key value="sku"/>
<message><List xmlns=""><m:item><Line id="{sku}"><Name>{label}</Name> of {sku}
<b m:if="other">{other}</b></Line></m:item></List></message>
</map>
"""
write("x.xml", XML)
write("lines.json", '{"sku": "A", "label": "a"}\n{"sku": "B", "label": "b"}\n')
code, out, err = gridspool("map", "coverage", "--json", "x.xml", "lines.json")
answer = json.loads(out)
expect("of XML", (code, err, [(x["line"], x["element"], x["attribute"], x["runs"]) for x in answer["expressions"] if x["line"] > 4]), (1, "", [
    (5, "Line", "id", 2), (5, "Name", "text()", 2), (5, "Line", "text()[1]", 2), (6, "b", "if", 2),
    (6, "b", "text()", 0)]))
write("y.xml", XML.replace("{label}", "{upper(label)}"))
code, out, err = gridspool("map", "diff", "x.xml", "y.xml", "lines.json")
expect("of XML with a DOCTYPE", (code, "<Name>A</Name>" in out, err), (1, True, ""))
numbered = XML.replace(" of {sku}", " of {item-number()}")
write("x.xml", numbered)
write("y.xml", numbered.replace("<message>", "<select if=\"sku != 'A'\"/><message>"))
code, out, err = gridspool("map", "diff", "--json", "x.xml", "y.xml", "lines.json")
kinds = [(x["kind"], x.get("item")) for x in json.loads(out)[0]["differences"]]
expect("numbers beside elements do not matter", (code, err, kinds), (1, "", [("removed", "A")]))
