#!/usr/bin/env python3
"""The XML of our example maps against tests/schemas, by a validating reader that is not ours; and what is damaged is refused by
it, so that the schemas are known to say something. The lines of the Catalogue of UBL are compared with their sources."""
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

TOP = os.environ["TEST_TOP"]
SCHEMAS = os.path.join(TOP, "tests", "schemas")
SOURCES = os.path.join(TOP, "maps", "ampliance-product-to-bmecat.test", "autumn")  # of all of them
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
# Name of the map; its schema, or None for the DTD that the file names; what no partner would take.
FORMATS = {
    "ubl-catalogue": ("ubl-2.1-catalogue.xsd", [
        ("<cbc:IssueDate>2026-11-23</cbc:IssueDate>", ""), (' currencyID="EUR"', ""), (">2026-11-23<", ">23.11.2026<"),
        ("<cbc:Name>Rug</cbc:Name>", "<cbc:Name/>"), ("<cac:Price>", "<cac:Price><cac:Price>")]),
    "gs1-cin": ("gs1-3.1-cin.xsd", [
        ("<isReload>false</isReload>", ""), (">00614141007349<", ">614141007349<"), (">REGISTERED<", ">NEW<"),
        ('type="ADD"', 'type="Add"'), (' languageCode="en"', ""), ("T02:00:00Z", ""), (">10001352<", ">TOWELS<"),
        ('Authority="GS1"', 'Authority="DUNS"')]),
    "bmecat": ("bmecat-2005.xsd", [
        ("<CATALOG_VERSION>1.7</CATALOG_VERSION>", ""), (">1.7<", ">2026-1<"), (">C62<", ">H87<"), ('price_type="nrp"', 'price_type="rrp"'),
        ("<SUPPLIER_PID>TOW-1<", "<SUPPLIER_PID>" + 33 * "1" + "<"), ("<PRICE_AMOUNT>12.90<", "<PRICE_AMOUNT>12,90<"),
        ("2005fd", "2005")]),
    "cxml-index": (None, [
        ("<IndexItemDetail><LeadTime>3</LeadTime>", "<IndexItemDetail>"), ('loadmode="Full"', 'loadmode="full"'),
        (' currency="EUR"', ""), ('<Classification domain="UNSPSC">52121604</Classification>', ""), ("DOCTYPE Index", "DOCTYPE cXML"),
        (' xml:lang="en-GB"', "")]),
}
# A DTD has no types.
CXML_TYPES = {
    "Money": r"\d+(\.\d+)?", "LeadTime": r"\d+", "UnitOfMeasure": r"[A-Z0-9]{2,3}", "Classification": r"\d{8}",
    "EffectiveDate": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"}


def validate(path, schema):
    """What the reader says against the file; "" when it is valid."""
    how = ["--schema", os.path.join(SCHEMAS, schema)] if schema else ["--valid"]
    done = subprocess.run(["xmllint", "--noout", "--nonet", *how, path], capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, XML_CATALOG_FILES=os.path.join(SCHEMAS, "catalog.xml")))
    return done.stderr if done.returncode else ""


def check(name, schema, damages):
    expected = os.path.join(TOP, "maps", f"ampliance-product-to-{name}.test", "autumn", "expected.xml")
    with open(expected, encoding="utf-8") as f:
        text = f.read()
    fault = validate(expected, schema)
    assert not fault, fault
    for old, new in damages:
        assert old in text, f"{name} has no {old}"
        with open("damaged.xml", "w", encoding="utf-8") as f:
            f.write(text.replace(old, new, 1))
        assert validate("damaged.xml", schema), f"{name} is valid with {new!r} for {old!r}"
    return ET.fromstring(text.encode())


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def english(body, name):
    return next((v["value"] for v in body[name]["values"] if v["locale"] == "en-GB"), None)


def is_sent(price):
    return price["currency"] == "EUR" and price["valid_from"] <= "2026-11-23" <= (price["valid_to"] or "9999")


def check_line(line, body, rows, unit):
    """A line has what the sources say of its article, nothing else."""
    assert line.find(CBC + "OrderableUnit").text == unit
    assert line.find(f"{CAC}Item/{CBC}Name").text == english(body, "name")
    assert line.find(f".//{CAC}StandardItemIdentification/{CBC}ID").text == body["gtin"]
    prices = line.findall(CAC + "RequiredItemLocationQuantity")
    assert len(prices) == len(rows) > 0
    for price, row in zip(prices, rows):
        amount = price.find(f".//{CBC}PriceAmount")
        assert (amount.get("currencyID"), amount.text) == (row["currency"], row["amount"])
        smallest, base = price.find(CBC + "MinimumQuantity"), price.find(f".//{CBC}BaseQuantity")
        assert (smallest.text, base.text) == (row["min_quantity"], "1")
        assert smallest.get("unitCode") == base.get("unitCode") == unit


def check_catalogue(root):
    with open(os.path.join(SOURCES, "items.json"), encoding="utf-8") as f:
        bodies = {body.get("sku"): body for body in (json.loads(line)["body"] for line in f)}
    rows = sorted(filter(is_sent, read_csv(os.path.join(SOURCES, "price.csv"))), key=lambda row: int(row["min_quantity"]))
    master = {row["sku"]: row["uom"] for row in read_csv(os.path.join(SOURCES, "master.csv"))}
    units = {row["erp"]: row["rec20"] for row in read_csv(os.path.join(TOP, "maps", "tables", "uom-rec20.csv"))}
    lines = {line.find(f".//{CAC}SellersItemIdentification/{CBC}ID").text: line for line in root.findall(CAC + "CatalogueLine")}
    assert sorted(lines) == ["RUG-2", "TOW-1"], lines  # MAT-3 is not approved, BOW-4 set aside for its GTIN
    for sku, line in lines.items():
        check_line(line, bodies[sku], [row for row in rows if row["sku"] == sku], units[master[sku]])


def run(*arguments):
    done = subprocess.run([os.environ["GRIDSPOOL"], "map", *arguments], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def main():
    if not shutil.which("xmllint"):
        print("xmllint is not installed")
        return 77
    roots = {}
    for name, (schema, damages) in FORMATS.items():
        path = os.path.join(TOP, "maps", f"ampliance-product-to-{name}.xml")
        code, said = run("test", path)  # what is validated is what is made
        assert code == 0, said
        code, said = run("coverage", path)
        assert "0 of " in said.splitlines()[-1], said  # no line of the map but is seen here
        roots[name] = check(name, schema, damages)
    check_catalogue(roots["ubl-catalogue"])
    for element in roots["cxml-index"].iter():
        assert re.fullmatch(CXML_TYPES.get(element.tag, r"(?s).*"), element.text or ""), f"{element.tag}: {element.text}"
    assert [e.text for e in roots["cxml-index"].iter("ShortName")] == ["Towel, \u201cwhite\u201d", "Rug"]
    assert len(roots["gs1-cin"].findall("transaction")) == 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
