#!/usr/bin/env python3
"""A position in something sent leads to the field it came from, with line and column, in every kind of file."""
import json

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


if __name__ == "__main__":
    night.main(test_lines, test_rows, test_joined)
