"""What comes in: JSON and CSV that is not what it should be."""
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
