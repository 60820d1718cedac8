#!/usr/bin/env python3
"""Paths of maps against what is known of their sources: an exported content-type schema, the definition of a message, the header of
a CSV file. Each fault with its place and the name that is meant."""
import json

from program import expect, gridspool, write

TYPE = "https://example.com/schema/article.json"
CORE = "http://bigcontent.io/cms/schema/v1/core#/definitions/"
PARTIAL = {"$id": "https://example.com/schema/size.json", "definitions": {"size": {"type": "object", "properties": {
    "label": {"type": "string"}, "again": {"$ref": "#/definitions/size"}, "far": {"$ref": "https://example.com/none.json#/definitions/x"}}}}}
SCHEMA = {"$id": TYPE, "type": "object", "allOf": [{"$ref": CORE + "content"}], "properties": {
    "sku": {"type": "string"}, "UP": {"type": "string"},
    "name": {"allOf": [{"$ref": CORE + "localized-value"}]},
    "picture": {"allOf": [{"$ref": CORE + "image-link"}, {"properties": {"alt": {"type": "string"}}}]},
    "sizes": {"type": "array", "items": {"$ref": "https://example.com/schema/size.json#/definitions/size"}},
    "grid": {"type": "array", "items": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "number"}}}}},
    "free": {"type": "object", "additionalProperties": {"type": "string"}, "properties": {"a": {"type": "string"}}},
    "open": {"type": "object"}}}


def export(folder):
    for name, schema in (("article", SCHEMA), ("size", PARTIAL)):
        write(f"{folder}/content-type-schema/{name}.json", json.dumps(
            {"body": f"./schemas/{name}-schema.json", "schemaId": schema["$id"], "validationLevel": "CONTENT_TYPE"}))
        write(f"{folder}/content-type-schema/schemas/{name}-schema.json", json.dumps(schema))


def content(expression, line="<let name=\"x\" value=\"%s\"/>"):
    """What is said of a map with this expression in line 3, behind the file's name and line."""
    write("m.xml", f"""<map xmlns="urn:gridspool:map:1" name="m"><source format="json" type="{TYPE}"/>
<target format="x12" version="004010" message="832"/><key value="body/sku"/>
{line % expression}
<message><BCT BCT01="'PC'"/><item><LIN LIN02="'VN'" LIN03="body/sku"/></item></message></map>""")
    code, out, err = gridspool("map", "check", "m.xml")
    expect(f"{expression}: exit", (code, err), (78 if "warning" not in out and out else 0, ""))
    return out.replace("m.xml:3:", "", 1).rstrip("\n")


# without an export nothing is known, and nothing is said; an export that lacks the type is told of
expect("no export", content("body/skuu"), "")
write("content-type-schema/other.json", json.dumps({"body": "./schemas/other.json", "schemaId": TYPE + "x"}))
content("label")
code, out, err = gridspool("map", "check", "m.xml")
expect("no schema", (code, out.count("\n"), out.startswith("m.xml:1:71: warning: CONTENT-TYPE-UNKNOWN: "), f"did you mean '{TYPE}x'?" in out),
       (0, 1, True, True))
export(".")
for good in ("body/sku", "label", "status = 'x'", "body/name/values[locale = 'de']/value/y", "localized(body/name, 'de')", "body/_meta/deliveryKey",
             "body/sizes[label = 'S']/label", "body/sizes/again/again/label", "body/sizes/far/whatever", "body/grid/item/x", "body/free/b", "body/open/z",
             "body/picture/endpoint", "body/picture/alt", "link(body/picture)/body/none", "body//label", "body/sku/../sku", "body/*"):
    expect(good, content(good), "")
for wrong, said in (
        ("body/skuu", "27: the source has no 'skuu' in body; did you mean 'sku'?"),
        ("concat('a', body/nmae)", "39: the source has no 'nmae' in body; did you mean 'name'?"),
        ("body/name/valeus", "32: the source has no 'valeus' in body/name; did you mean 'values'?"),
        ("body/sizes[lable]", "33: the source has no 'lable' in body/sizes; did you mean 'label'?"),
        ("body/sizes/again/lable", "39: the source has no 'lable' in body/sizes/again; did you mean 'label'?"),
        ("body/grid/x", "32: the source has no 'x' in body/grid"),
        ("body/sku/x", "31: the source has no 'x' in body/sku"),
        ("body/picture/with", "35: the source has no 'with' in body/picture"),
        ("body/sku/../skuu", "34: the source has no 'skuu' in body; did you mean 'sku'?")):
    expect(wrong, content(wrong), said)

# through lets and loops, and in the field of a rule
expect("a rule", content("body/nmae", "<require test=\"body/sku\" code=\"A-B\" field=\"%s\">x</require>"),
       "49: the source has no 'nmae' in body; did you mean 'name'?")
write("m.xml", f"""<map xmlns="urn:gridspool:map:1" name="m"><source format="json" type="{TYPE}"/>
<target format="x12" version="004010" message="832"/><key value="body/sku"/><let name="s" value="body/sizes"/>
<message><BCT BCT01="'PC'"/><item><LIN LIN02="UP" LIN03="body/sku"/>
<PID each="$s" as="one" PID01="'F'" PID05="lable"/><PID each="$s[again]" PID01="'F'" PID05="current()/lable"/>
<loop each="body/sizes" as="z"><CTP CTP02="'MSR'" CTP03="$z/prise"/></loop></item></message></map>""")
code, out, err = gridspool("map", "check", "m.xml")
expect("loops", (code, out.splitlines()), (78, [
    "m.xml:4:44: the source has no 'lable' in body/sizes; did you mean 'label'?",
    "m.xml:5:61: the source has no 'prise' in body/sizes",
    "m.xml:3:47: UP would be the field 'UP' of the source, but is a code of LIN02; did you mean `'UP'`? (./UP for the field)"]))

# a field of that name is the field; no field, it is the code that is meant
GOOD = """<map xmlns="urn:gridspool:map:1" name="m"><source format="json" type="%s"/>
<target format="x12" version="004010" message="832"/><key value="body/sku"/>
<message><BCT BCT01="'PC'"/><item><LIN LIN02="'VN'" LIN03="body/sku"/><loop each="body"><CTP CTP02="UP" CTP03="1"/></loop></item></message></map>"""
SCHEMA["properties"]["MSR"] = {"type": "string"}
export(".")
write("m.xml", GOOD.replace("UP", "MSR") % TYPE)
expect("a field that is a code", gridspool("map", "check", "m.xml"), (0, "", ""))
write("m.xml", GOOD.replace("UP", "ALT") % TYPE)
code, out, err = gridspool("map", "check", "m.xml")
expect("a code that is no field", (code, "ALT would be the field" in out, out.count("\n")), (78, True, 1))

# a damaged export
write("content-type-schema/schemas/article-schema.json", "{\"properties\": ")
code, out, err = gridspool("map", "check", "m.xml")
expect("a damaged schema", (code, "m.xml:1:" in out, "content-type-schema/schemas/article-schema.json: " in out), (78, True, True))

# messages: loops, segments, elements, components, and what is before the items
IN = """<map xmlns="urn:gridspool:map:1" name="m"><source format="x12" version="004010" message="832" item="LIN-loop"/>
<target format="json"/><key value="pair(LIN, 'VN')"/>
<item><object><string name="a" value="%s"/></object></item></map>"""
for expression, said in (("CTP-loop/CTP[CTP02 = 'MSR']/CTP03", ""), ("CTP-loop/CTP/CTP05-1", ""), ("PID/PID05", ""), ("$message/BCT/BCT02", ""),
                         ("LIN/LIN33", "3:43: the source has no 'LIN33' in LIN-loop/LIN; did you mean 'LIN03'?"),
                         ("CTP/CTP03", "3:39: the source has no 'CTP' in LIN-loop"),
                         ("CTP-loop/CTP/CTP05", "3:52: the source has no 'CTP05' in LIN-loop/CTP-loop/CTP"),
                         ("$message/BCT/BTC02", "3:52: the source has no 'BTC02' in")):
    write("m.xml", IN % expression)
    code, out, err = gridspool("map", "check", "m.xml")
    expect(expression, (code, err, out.startswith(f"m.xml:{said}") if said else out), (78 if said else 0, "", True if said else ""))

# a quotient that nobody rounds, wherever it leaves
for target, item, place in (
        ("<target format=\"json\"/>", "<item><object><number name=\"n\" value=\"a div 3\"/></object></item>", "3:41: "),
        ("<let name=\"q\" value=\"a div 3\"/><target format=\"json\"/>", "<item><object><number name=\"n\" value=\"$q\"/></object></item>", "3:39: "),
        ("<target format=\"json\"/>", "<item><object><number name=\"n\" value=\"convert-unit(a, 'KGM', 'LBR')\"/></object></item>", "3:39: "),
        ("<target format=\"xml\"/>", "<message><c:l xmlns:c=\"urn:c\"><item><c:n a=\"is {a div 3}\"/></item></c:l></message>", "3:51: "),
        ("<target format=\"json\"/>", "<item><object><number name=\"n\" value=\"round(a div 3, 2)\"/></object></item>", "")):
    write("m.xml", f"""<map xmlns="urn:gridspool:map:1" name="m"><source format="json"/>
{target}<key value="sku"/>
{item}</map>""")
    code, out, err = gridspool("map", "check", "m.xml")
    told = out.startswith(f"m.xml:{place}") and "with up to 18 decimals; round it" in out
    expect(item, (code, told if place else out == ""), (0, True))
