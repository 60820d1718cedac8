"""What comes in: JSON and CSV that is not what it should be."""
import json
import re

import small
from night import check, equal

GOOD = b'{"sku": "SKU-1", "name": "Mug"}\n{"sku": "SKU-2", "name": "Cup"}\n'


def convert(n, data, name="in.json"):
    path = "%s/%s" % (n.top, name)
    with open(path, "wb") as f:
        f.write(data)
    return n.program("convert", "--map", n.path("bundle/maps/acme.xml"), "--date", "2026-11-23", path, env=False)


def J1():
    """A file cut at any byte: an item that is cut is an error with line and column, never a shorter item."""
    with small.Small() as n:
        whole = convert(n, GOOD)
        check(whole.code == 0 and "SKU-2" in whole.out, whole)
        second = GOOD.index(b"\n") + 1
        for at in range(1, len(GOOD) - 1):
            ran = convert(n, GOOD[:at])
            if at in (second - 1, second):      # ends with the first item
                check(ran.code == 0 and "SKU-1" in ran.out and "SKU-2" not in ran.out, at, ran)
            else:
                check(ran.code not in (0, 137) and ".json:" in ran.err, at, ran)


def noted(n):
    """(item, code, field, found) of what went out with a finding."""
    return [(r["item"], r["code"], r["field"], r["found"]) for r in json.loads(n.program("show", "1", "--json").out)["noted"]]


def J6():
    """Characters that the target does not have: the map lets the item be set aside (VALUE-REPERTOIRE), transliterates
    (VALUE-CHANGED) or replaces (VALUE-REPLACED); each time item, field and characters are told, in quarantine or by show. A
    `?` is never sent that nobody asked for."""
    items = (("SKU-1", "Mug"), ("SKU-2", "“Tasse” – 日本"), ("SKU-3", "“Krug”"))
    for value, sent, aside, told in (
            ("name", ["Mug"], ["SKU-2", "SKU-3"], []),
            ("transliterate(name, 'latin1')", ["Mug", '"Krug"'], ["SKU-2"], [("SKU-3", "VALUE-CHANGED", "name", "“”")]),
            ("transliterate(name, 'latin1', '?')", ["Mug", '"Tasse" - ??', '"Krug"'], [],
             [("SKU-2", "VALUE-REPLACED", "name", "“”–日本"), ("SKU-3", "VALUE-CHANGED", "name", "“”")])):
        with small.Small(kind="events") as n:
            n.write("bundle/maps/acme.xml", n.text("bundle/maps/acme.xml").replace('"name"', '"%s"' % value))
            n.items("a.json", *items)
            ran = n.run(expect=int(bool(aside)))
            mail, = n.mail("acme")
            with open("%s/%s" % (n.box("acme", "in"), mail), encoding="latin-1") as f:
                equal(re.findall(r"PID\*F\*08\*\*\*(.*)~", f.read()), sent, "what was sent with " + value)
            rows = n.rows("SELECT key, codes, note FROM aside ORDER BY key")
            equal([r["key"] for r in rows], aside, "set aside with " + value)
            check(all(r["codes"] == "VALUE-REPERTOIRE" and "field name" in r["note"] for r in rows), ran)
            equal(noted(n), told, "told with " + value)
            n.check_sound()


def J8():
    """Doubled keys, garbage after an item, an item that does not end, bytes that are no UTF-8, half a surrogate pair: errors
    with their place; a byte order mark is none."""
    bad = (b'{"sku": "A", "sku": "B", "name": "M"}\n', b'{"sku": "A", "name": "M"} x\n', b'{"sku": "A", "name": "M"\n',
           b'{"sku": "A", "name": "\xff"}\n', b'{"sku": "A", "name": "M\\ud800"}\n')
    with small.Small() as n:
        for data in bad:
            ran = convert(n, data + GOOD)
            check(ran.code != 0 and ":1:" in ran.err, data, ran)
        equal(convert(n, b"\xef\xbb\xbf" + GOOD).code, 0, "a byte order mark")
