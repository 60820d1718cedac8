#!/usr/bin/env python3
"""What a map makes of a content type against its exported schema: faults of the map when it is loaded, of values before they
leave, each with field and place."""
import json

from program import expect, gridspool, write

TYPE = "https://example.com/schema/article.json"
CORE = "http://bigcontent.io/cms/schema/v1/core#/definitions/"
PRICES = {"$id": "https://example.com/schema/prices.json", "definitions": {
    "price": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 999.99, "multipleOf": 0.01}}}
SCHEMA = {"$id": TYPE, "type": "object", "allOf": [{"$ref": CORE + "content"}], "required": ["sku"], "properties": {
    "sku": {"type": "string", "minLength": 2, "maxLength": 5},
    "name": {"allOf": [{"$ref": CORE + "localized-string"}]},
    "price": {"$ref": PRICES["$id"] + "#/definitions/price"},
    "stock": {"type": "integer", "minimum": 0},
    "weight": {"type": "number", "exclusiveMaximum": 10},
    "hot": {"type": "boolean"},
    "odd": {"type": ["string", "number"]},
    "sizes": {"type": "array", "items": {"type": "object", "properties": {"cm": {"type": "integer", "multipleOf": 5}}}},
    "box": {"type": "object", "additionalProperties": {"type": "string"}, "properties": {"w": {"type": "number", "minimum": 1}}}}}
GOOD = """<string name="sku" value="sku"/><number name="price" value="price"/><number name="stock" value="stock"/>
<number name="weight" value="weight"/><array name="sizes" each="sizes"><object><number name="cm" value="cm"/></object></array>
<object name="box"><number name="w" value="w"/><string name="more" value="'x'"/></object>
<object name="name"><array name="values"><object><string name="locale" value="'de'"/></object></array></object>"""


def make(body):
    write("m.xml", f"""<map xmlns="urn:gridspool:map:1" name="m"><source format="json"/>
<target format="json" definition="ampliance-content-item" type="{TYPE}"/><key value="sku"/><item><object><string name="label" value="'x'"/>
<object name="body"><object name="_meta"><string name="schema" value="'{TYPE}'"/></object>
{body}</object></object></item></map>""")


def faults(body):
    make(body)
    code, out, err = gridspool("map", "check", "m.xml")
    expect(f"{body}: exit", (code, err), (78 if out else 0, ""))
    return out.replace("m.xml:", "").rstrip("\n")


def findings(**item):
    """Codes, fields, places, and what was expected."""
    write("items.json", json.dumps({"sku": "SKU-1", **item}))
    code, out, err = gridspool("convert", "--map", "m.xml", "--findings", "found", "items.json")
    with open("found", encoding="utf-8") as f:
        return [(x["code"], x["field"], x["line"], x["expected"]) for x in map(json.loads, f)]


# without an export nothing is known, which is said
SKU = '<string name="sku" value="sku"/>'
make('<string name="skuu" value="sku"/>')
UNKNOWN = ("warning: CONTENT-TYPE-UNKNOWN: no content-type-schema/ in ., ./.., maps has the schema '%s', so nothing is checked against it%s; "
           "put that folder of an export there, or correct the type\n")
expect("no schema", gridspool("map", "check", "m.xml"), (0, "m.xml:2:65: " + UNKNOWN % (TYPE, ""), ""))
write("items.json", json.dumps({"sku": "SKU-1"}))
code, out, err = gridspool("convert", "--map", "m.xml", "items.json")
expect("no schema, convert", (code, err.startswith("m.xml:2:65: " + UNKNOWN % (TYPE, ""))), (0, True))
for name, schema in (("article", SCHEMA), ("prices", PRICES)):
    write(f"content-type-schema/{name}.json", json.dumps({"body": f"./schemas/{name}.json", "schemaId": schema["$id"]}))
    write(f"content-type-schema/schemas/{name}.json", json.dumps(schema))

make(SKU)
with open("m.xml", encoding="utf-8") as f:
    text = f.read()
write("m.xml", text.replace("/article.json", "/artcile.json", 1).replace('<source format="json"/>', f'<source format="json" type="{TYPE}x"/>'))
expect("mistyped schemas", gridspool("map", "check", "m.xml"), (0, "m.xml:1:71: " + UNKNOWN % (TYPE + "x", f"; did you mean '{TYPE}'?")
       + "m.xml:2:65: " + UNKNOWN % (TYPE.replace("/article", "/artcile"), f"; did you mean '{TYPE}'?"), ""))

# the map
for good in (GOOD, SKU + '<number name="odd" value="1"/>', SKU + '<array name="odd" each="a"><string value="."/></array>',
             SKU + '<bool name="hot" value="hot"/>'):
    expect(good, faults(good), "")
for wrong, said in (
        ('<string name="skuu" value="sku"/>' + SKU, "4:15: the definition ampliance-content-item has no member 'skuu'; did you mean 'sku'?"),
        ('<number name="price" value="1"/>', "3:1: the member 'sku' is mandatory in the definition ampliance-content-item, and the map never fills it"),
        (SKU + '<string name="price" value="price"/>', "4:33: the member 'price' is a number by its definition"),
        (SKU + '<number name="sizes" value="1"/>', "4:33: the member 'sizes' is an array by its definition"),
        (SKU + '<array name="sizes" each="sizes"><object><number name="cn" value="1"/></object></array>',
         "4:88: the definition ampliance-content-item has no member 'cn'; did you mean 'cm'?")):
    expect(wrong, faults(wrong), said)

make(SKU)
with open("m.xml", encoding="utf-8") as f:
    text = f.read()
write("m.xml", text.replace(' definition="ampliance-content-item"', ""))
code, out, err = gridspool("map", "check", "m.xml")
expect("a type without a definition", (code, "m.xml:2:29: the body of a content item" in out), (78, True))

# values: each bound, with its field and place; what is within them leaves
make(GOOD)
for item, found in (
        ({"price": 0.01, "stock": 0, "weight": 9.999, "sizes": [{"cm": 10}], "w": 1}, []),
        ({"price": 999.99}, []),
        ({"price": 0}, [("VALUE-RANGE", "price", 1, "more than 0")]),
        ({"price": 1000}, [("VALUE-RANGE", "price", 1, "at most 999.99")]),
        ({"price": 12.345}, [("VALUE-RANGE", "price", 1, "a multiple of 0.01")]),
        ({"price": 1000.001}, [("VALUE-RANGE", "price", 1, "at most 999.99"), ("VALUE-RANGE", "price", 1, "a multiple of 0.01")]),
        ({"stock": -1}, [("VALUE-RANGE", "stock", 1, "at least 0")]),
        ({"stock": 1.5}, [("VALUE-TOO-LONG", "stock", 1, "at most 0 decimals; let the map round it")]),
        ({"weight": 10}, [("VALUE-RANGE", "weight", 1, "less than 10")]),
        ({"sizes": [{"cm": 5}, {"cm": 7}]}, [("VALUE-RANGE", "sizes[2]/cm", 1, "a multiple of 5")]),
        ({"w": 0.5}, [("VALUE-RANGE", "w", 1, "at least 1")]),
        ({"sku": "S"}, [("VALUE-TOO-SHORT", "sku", 1, "at least 2 characters")]),
        ({"sku": "SKU-123"}, [("VALUE-TOO-LONG", "sku", 1, "at most 5 characters")])):
    expect(item, findings(**item), found)
