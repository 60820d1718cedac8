"""What comes in: JSON and CSV that is not what it should be."""
import contextlib
import gzip
import io
import json
import os
import random
import re
import signal
import time
import warnings
import zipfile

import night
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


PRICE = ('<PID PID01="\'F\'" PID02="\'08\'" PID05="name"/>', '<PID PID01="\'F\'" PID02="\'08\'" PID05="text"/>'
         '<loop><CTP CTP02="\'MSR\'" CTP03="price" CTP04="quantity" CTP05-1="unit"/></loop>')


def priced(n, old="", new=""):
    """The map sends price, quantity and unit, and a field as it is."""
    n.write("bundle/maps/acme.xml", n.text("bundle/maps/acme.xml").replace(*PRICE).replace(old, new))


def J8():
    """Doubled keys, garbage after an item, an item that does not end, bytes that are no UTF-8, half a surrogate pair: errors
    with their place; a byte order mark is none. Numbers stay the text they are: 1e400 and more than 38 digits are
    VALUE-OVERFLOW with their field where a number is needed, -0 is 0, and nothing is rounded on the way."""
    bad = (b'{"sku": "A", "sku": "B", "name": "M"}\n', b'{"sku": "A", "name": "M"} x\n', b'{"sku": "A", "name": "M"\n',
           b'{"sku": "A", "name": "\xff"}\n', b'{"sku": "A", "name": "M\\ud800"}\n')
    with small.Small() as n:
        for data in bad:
            ran = convert(n, data + GOOD)
            check(ran.code != 0 and ":1:" in ran.err, data, ran)
        equal(convert(n, b"\xef\xbb\xbf" + GOOD).code, 0, "a byte order mark")
        priced(n)
        for number, price, text in (
                ("-0", "0", "-0"), ("-0.0", "0", "-0.0"), ("12.50", "12.5", "12.50"), ("1E2", "100", "1E2"), ("0.1", ".1", "0.1"),
                ("9007199254740993", "9007199254740993", "9007199254740993"), ("0.30000000000000004", ".30000000000000004", None),
                ("12345678901234567890", None, "12345678901234567890"), ("1e400", None, "1e400"), ("1e-400", None, "1e-400"),
                ("-" + "9" * 40, None, "-" + "9" * 40), ("1.0000000000000000001", None, "1.0000000000000000001")):
            ran = convert(n, b'{"sku": "A", "text": %s, "price": 1}\n' % number.encode())
            check(ran.code == 0 and "*%s~" % (text or number) in ran.out, number, ran)
            ran = convert(n, b'{"sku": "A", "text": "x", "price": %s}\n' % number.encode())
            if price:
                check(ran.code == 0 and "CTP**MSR*%s~" % price in ran.out, number, ran)
            else:
                check(ran.code == 65 and "field price" in ran.err and number in ran.err and "CTP" not in ran.out, number, ran)
                check(number[0] == "1" and number[1:].isdigit() or "VALUE-OVERFLOW" in ran.err, number, ran)


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in members:
            z.writestr(name, data)
    return out.getvalue()


def item(sku):
    return b'{"sku": "%s", "name": "Mug"}' % sku.encode()


def taken(n, name, data):
    """What becomes of a file: the reason of its input, what was set aside of it with its codes, the items that went out."""
    n.drop("products", name, data)
    n.run(expect=None)
    row = n.rows("SELECT id, state, reason FROM input ORDER BY id DESC LIMIT 1")[0]
    unit = n.rows("SELECT * FROM unit ORDER BY id DESC LIMIT 1")[0]
    asides = [tuple(r) for r in n.rows("SELECT key, codes FROM aside WHERE unit = ? ORDER BY key", unit["id"])]
    n.check_sound()
    return row["reason"], asides, unit["n_out"] if not row["reason"] else 0


def J10():
    """Packed input that swells, is nested, damaged, or lies: a member of more than 8 MB or 200 times its size, or whose CRC is
    wrong, is set aside before it is unpacked whole (ITEM-TOO-LARGE, ZIP-MEMBER); an archive that is not one is put away
    (INPUT-DAMAGED); gzip is not unpacked at all. Names of members are shown, never used as paths."""
    two = zipped((("a.json", item("A")), ("b.json", item("B"))), zipfile.ZIP_STORED)
    with small.Small(kind="events") as n:
        equal(taken(n, "good.zip", two), ("", [], 2), "a good one")
        swells = zipped((("a.json", item("A")), ("big.json", item("B")[:-1] + b" " * 7000000 + b"}")))
        huge = zipped((("a.json", item("A")), ("big.json", bytes(random.Random(1).randbytes(9000000)))), zipfile.ZIP_STORED)
        for name, data in (("swells.zip", swells), ("huge.zip", huge)):
            equal(taken(n, name, data), ("", [("big.json", "ITEM-TOO-LARGE")], 1), name)
        at = two.index(item("B"))
        equal(taken(n, "crc.zip", two[:at + 9] + b"X" + two[at + 10:]), ("", [("b.json", "ZIP-MEMBER")], 1), "a wrong CRC")
        paths = zipped((("../../../../%s/p.json" % n.top, item("P")), ("/%s/q.json" % n.top, item("Q")), ("r.json", item("R"))))
        equal(taken(n, "paths.zip", paths), ("", [], 3), "names that are paths")
        equal([f for f in os.listdir(n.top) if f.endswith(".json")], [], "written by the name of a member")
        equal(taken(n, "nested.zip", zipped((("in.zip", swells), ("in.json", swells), ("c.json", item("C"))))),
              ("", [("in.json", "JSON-ENCODING")], 1), "one in another")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            twice = zipped((("a.json", item("A")), ("a.json", item("B"))))
        for name, data in (("cut.zip", two[:-30]), ("trailing.zip", two + b"more" * 100), ("twice.zip", twice),
                           ("bomb.gz", gzip.compress(bytes(50000000))), ("members.gz", gzip.compress(GOOD) + gzip.compress(GOOD))):
            equal(taken(n, name, data), ("INPUT-DAMAGED", [], 0), name)


def J12():
    """12,5 where 12.5 is meant, thousands separators, a number with its unit, a unit that is missing: VALUE-NOT-NUMBER or
    X12-NOTE-PAIRED with the item and its field; nothing is guessed. A source says which decimal mark its columns have."""
    commas = (("12,5", "12.5"), ("1234,50", "1234.5"), ("12.5", None), ("1.234,50", None), ("1.234", None), ("1 234,50", None),
              ("12,5 EUR", None), ("1,2,3", None), ("auf Anfrage", None))
    points = (("12.5", "12.5"), ("12,5", None), ("1,234.50", None), ("1'234.50", None), ("12.5 EUR", None), ("1.2.3", None))
    for mark, rows in ((",", commas), (".", points)):
        with small.Small(kind="events") as n:
            priced(n, '"json"', '"csv"')
            n.write("bundle/routes.xml", n.text("bundle/routes.xml").replace(
                'format="json"', 'format="csv" separator=";" decimal="%s" numbers="price"' % mark))
            n.drop("products", "a.csv", "\n".join(["sku;text;price;quantity;unit"] + [
                "S%d;x;%s;;" % (k, found) for k, (found, _) in enumerate(rows)] + ["U1;x;1;2;", "U2;x;1;2;EA"]).encode() + b"\n")
            n.run(expect=1)
            told = {r["key"]: (r["codes"], r["note"]) for r in n.rows("SELECT key, codes, note FROM aside")}
            for k, (found, sent) in enumerate(rows):
                codes, note = told.pop("S%d" % k, ("", ""))
                equal(codes, "" if sent else "VALUE-NOT-NUMBER", found)
                check(sent or "field price" in note and '"%s"' % found in note, found, note)
            equal([(k, c) for k, (c, _) in told.items()], [("U1", "X12-NOTE-PAIRED")], "without a unit")
            with open("%s/%s" % (n.box("acme", "in"), n.mail("acme")[0]), encoding="latin-1") as f:
                equal(re.findall(r"CTP\*\*MSR\*(.*)~", f.read()), [s for _, s in rows if s] + ["1*2*EA"], "sent")
            n.check_sound()


def J14():
    """A parser dies on a file by a signal, whatever library it is in: its worker dies, not the run; after the third time the
    work is put away as CONVERTER-CRASH with the bytes kept, the next run has nothing to do with it, and retry takes it up."""
    with small.Small(kind="events") as n:
        n.items("big.json", *(("SKU-%05d" % k, "Mug " * 15) for k in range(30000)))
        run = n.start("--only", "collect,convert")     # transfer has workers of its own
        died = 0
        while run.poll() is None:
            for worker in night.workers(run.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS)[died % 3])
                    died += 1
                while worker in night.workers(run.pid):
                    time.sleep(0.001)
            time.sleep(0.001)
        said = run.communicate(timeout=60)[1].decode()
        night.no_report(said)
        unit = n.unit("acme")
        equal((died, run.returncode, unit["state"], unit["reason"], unit["attempts"]), (3, 1, "quarantined", "CONVERTER-CRASH", 3), said)
        check(n.exists(n.one("SELECT place FROM input")), "the bytes are gone")
        equal((n.run(expect=0).err, n.mail("acme")), ("", []), "the next run")
        n.program("retry", "u-1", expect=0)
        n.run()
        equal((n.interchange("acme")["items"], len(n.mail("acme"))), (30000, 1), "sent in the end")
        n.check_sound()
