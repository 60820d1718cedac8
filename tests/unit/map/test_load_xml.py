#!/usr/bin/env python3
"""The XML of our example maps against tests/schemas, by a validating reader that is not ours; and what is damaged is refused by
it, so that the schemas are known to say something."""
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

TOP = os.environ["TEST_TOP"]
SCHEMAS = os.path.join(TOP, "tests", "schemas")
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
    for element in roots["cxml-index"].iter():
        assert re.fullmatch(CXML_TYPES.get(element.tag, r"(?s).*"), element.text or ""), f"{element.tag}: {element.text}"
    assert [e.text for e in roots["cxml-index"].iter("ShortName")] == ["Towel, \u201cwhite\u201d", "Rug"]
    assert len(roots["gs1-cin"].findall("transaction")) == 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
