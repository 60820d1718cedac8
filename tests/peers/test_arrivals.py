#!/usr/bin/env python3
"""What exporters leave in the inbox: which file counts, what is told of it, and that it stays as it came."""

import hashlib
import os
import time

import night
import small
from night import check, equal

GOOD = b'{"sku":"S1","name":"One"}\n{"sku":"S2","name":"Two"}\n'


def test_unreadable_lines():
    """Each line that cannot be read is an item of its own: a new one is told of, an old one only once."""
    with small.Small() as n:
        keys = set()
        for sku in ("X1", "X2"):
            n.drop("products", "a.json", GOOD + b'{"sku":"%s","a":1,"a":2}\n' % sku.encode())
            ran = n.run(expect=1)
            check("set aside" in ran.err, "nothing is told of", sku, ran)
            row, = n.rows("SELECT * FROM aside WHERE closed = 0")
            keys.add(row["key"])
        equal((len(keys), "products" in keys), (2, False), "keys")
        n.drop("products", "a.json", b'{"sku":"S0","name":"Zero"}\n' + GOOD + b'{"sku":"X2","a":1,"a":2}\n')
        equal(n.run(expect=0).err, "", "the same line two lines further down")
        n.check_sound()


def test_newest_wins():
    """Two exports wait: the newer one is in use afterwards, whatever their names are."""
    with small.Small() as n:
        n.items("z-monday.json", ("S1", "Monday"))
        n.items("a-tuesday.json", ("S1", "Tuesday"))
        now = time.time()
        os.utime(n.inbox("products", "z-monday.json"), (now, now - 2 * 86400))
        n.run(expect=0)
        equal(n.one("SELECT name FROM input WHERE state = 'current'"), "a-tuesday.json", "in use")
        with open(os.path.join(n.box("acme", "in"), n.mail("acme")[-1]), encoding="latin-1") as f:
            check("Tuesday" in f.read(), "Monday's was sent")
        n.check_sound()


def test_marker_goes_with_its_file():
    """What is refused takes its marker or manifest along: a file written anew under that name is not ready."""
    for ready, end in (("marker", ".ready"), ("manifest", ".manifest")):
        with small.Small(ready=ready) as n:
            for name in ("empty.json", "link.json"):
                n.drop("products", name + end, b"")
            n.drop("products", "empty.json", b"")
            os.symlink("/etc/hostname", n.inbox("products", "link.json"))
            n.run(expect=1)
            equal({r[0] for r in n.rows("SELECT reason FROM input")}, {"EMPTY", "SPECIAL-FILE"}, "reasons")
            equal(n.files("inbox/products"), [], "left in the inbox")
            n.drop("products", "empty.json", GOOD[:9])
            n.run(expect=0)
            equal(n.files("inbox/products"), ["empty.json"], "half of a file, with %s, was taken" % ready)


def test_manifest_says_it_all():
    """Size and hash are compared whole: a size that begins like the right one is another one."""
    sha = hashlib.sha256(GOOD).hexdigest()
    for said, good in (("%s %d", True), ("%s %d\n", True), ("%s %d a.json\n", True), ("%s %d9", False), ("%s", False)):
        with small.Small(ready="manifest") as n:
            n.drop("products", "a.json.manifest", (said % ((sha, len(GOOD))[:said.count("%")])).encode())
            n.drop("products", "a.json", GOOD)
            n.run(expect=0 if good else 1)
            equal(n.one("SELECT reason FROM input"), "" if good else "MANIFEST-MISMATCH", "reason with " + repr(said))


if __name__ == "__main__":
    night.main(*[f for name, f in list(globals().items()) if name.startswith("test_")])
