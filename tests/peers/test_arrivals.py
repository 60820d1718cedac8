#!/usr/bin/env python3
"""What exporters leave in the inbox: which file counts, what is told of it, and that it stays as it came."""

import hashlib
import os
import time

import night
import small
from night import check, equal
from test_owners import Nobodys

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


def test_slow_writer():
    """An exporter writes on into what was picked up: nothing is sent before it has closed it, then all of it."""
    for kind in "events", "snapshot":
        with small.Small(kind=kind) as n:
            n.items("a.json", ("SKU-0", "Mug"))
            with open(n.inbox("products", "a.json"), "ab", buffering=0) as f:
                for i in range(1, 4):
                    ran = n.run(expect=None)
                    check("WRITTEN-ON: a.json of source products: its exporter wrote on" in ran.err, ran)
                    check("marker" in ran.err and "by hand" not in ran.err, ran)
                    f.write(b'{"sku": "SKU-%d", "name": "Mug"}\n' % i)
                equal(n.mail("acme"), [], "what was sent while it was written")
            equal(n.run(expect=0).err, "", "the night after it was closed")
            equal(n.one("SELECT items FROM interchange"), 4, "items sent")
            n.check_sound()


def test_forgotten_writer():
    """A writer that never closes is waited for as long as it writes, and no longer."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-0", "Mug"))
        with open(n.inbox("products", "a.json"), "ab"):
            n.run(expect=0)
            old = time.time() - 3600
            os.utime(n.path(n.one("SELECT place FROM input")), (old, old))
            n.run(expect=0)
        equal(len(n.mail("acme")), 1, "files sent")


def strangers_file(n, *stages):
    """Of a file that another user owns nobody can ask whether it is open: it was stored as it was, and is written on."""
    n.items("a.json", ("SKU-0", "Mug"))
    n.give()
    os.chown(n.inbox("products", "a.json"), 0, 0)
    n.as_nobody("run", *stages, expect=0)
    with open(n.path(n.one("SELECT place FROM input")), "ab") as f:
        f.write(b'{"sku": "SKU-1", "name": "Cup"}\n')


def test_strangers_file():
    """Seen when it is used: read again as new content by the run that finds it quiet."""
    for kind in "events", "snapshot":
        with Nobodys(kind) as n:
            strangers_file(n, "--only", "collect")
            waits = int(kind == "snapshot")     # a source without any version is told of
            said = n.as_nobody("run", expect=waits)
            check("WRITTEN-ON: a.json of source products" in said and "by hand" not in said, said)
            equal(tuple(n.rows("SELECT state, reason FROM input")[0]), ("claiming", "WRITTEN-ON"), "the input")
            equal(tuple(n.rows("SELECT state, reason FROM unit")[0]), ("closed", "WRITTEN-ON"), "the unit of work")
            check("still-written" in n.as_nobody("run", expect=0) + "".join(
                n.text(os.path.join("log", name)) for name in n.files("log")), "it is not waited for")
            equal(n.mail("acme"), [], "what was sent before it was quiet")
            quiet = time.time() - 700
            os.utime(n.path("work/in-000001"), (quiet, quiet))
            equal(n.as_nobody("run", expect=0), "", "the night after it was written")
            equal(n.one("SELECT items FROM interchange WHERE state = 'sent'"), 2, "items sent")
            n.as_nobody("fsck", expect=0)


def test_strangers_file_after_it_was_sent():
    """What was made of it is sent already: put away, and the exporter is named."""
    with Nobodys("snapshot") as n:
        strangers_file(n)
        n.as_nobody("reissue", "1", "--reason", "lost over there", expect=0)
        said = n.as_nobody("run", expect=1)
        check("WRITTEN-ON" in said and "by hand" not in said, said)
        equal(n.one("SELECT state FROM input"), "quarantined", "the input")


if __name__ == "__main__":
    night.main(*[f for name, f in list(globals().items()) if name.startswith("test_")])
