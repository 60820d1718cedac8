"""Files on their way through inbox/ and the spool."""
import hashlib
import os
import time

import small
from night import check, equal


def F3():
    """An empty file is put away as EMPTY, and others go on."""
    with small.Small(kind="events") as n:
        n.drop("products", "a.json", b"")
        n.items("b.json", ("SKU-1", "Mug"))
        ran = n.run(expect=1)
        check("EMPTY" in ran.err and "a.json" in ran.err, ran)
        equal([r["reason"] for r in n.rows("SELECT reason FROM input WHERE state = 'quarantined'")], ["EMPTY"], "reason")
        equal(len(n.mail("acme")), 1, "what was sent")
        check("EMPTY: a.json from products" in n.program("status").out, "status does not name it")
        check("a.json" in n.reason("quarantine/in-000001.products"), "nor does its reason")
        n.check_sound()


def F4():
    """A file larger than its source takes: TOO-BIG, without being read."""
    with small.Small(kind="events") as n:
        n.write("bundle/routes.xml", n.text("bundle/routes.xml").replace('name="products"', 'name="products" max-size="64"'))
        n.drop("products", "a.json", b'{"sku": "SKU-1", "name": "%s"}\n' % (b"x" * 100))
        n.items("b.json", ("SKU-2", "Mug"))
        ran = n.run(expect=1)
        check("TOO-BIG" in ran.err and "a.json" in ran.err, ran)
        equal(len(n.mail("acme")), 1, "what was sent")
        n.check_sound()


def F5():
    """The same name again with other content: both are sent, nothing is written over."""
    with small.Small(kind="events") as n:
        for sku in "SKU-1", "SKU-2":
            n.items("a.json", (sku, "Mug"))
            n.run(expect=0)
        equal(len(n.mail("acme")), 2, "what was sent")
        n.check_sound()


def F6():
    """The same content under a new name: held as DUPLICATE-SUSPECT and told; release sends it."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        n.items("b.json", ("SKU-1", "Mug"))
        ran = n.run(expect=1)
        check("DUPLICATE-SUSPECT" in ran.err and "b.json" in ran.err, ran)
        equal(len(n.mail("acme")), 1, "what was sent")
        n.program("release", "in-2", "--reason", "it is meant", expect=0)
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "what was sent after release")
        n.check_sound()


def F7():
    """Names with a newline, an escape, quotes, blanks, a dash first, 240 bytes, or no UTF-8: taken like any other, and
    printed so that no terminal obeys them."""
    names = (b"a\nb.json", b"c\x1b[31m.json", b"d'\"$(x).json", b"  e .json", b"-f.json", b"g" * 235 + b".json", b"h\xff\xfe.json",
             "i\u202e.json".encode())
    with small.Small(kind="events") as n:
        for k, name in enumerate(names):
            n.drop_bytes("products", name, b'{"sku": "SKU-%d", "name": "Mug"}\n' % k)
        ran = n.run(expect=0)
        equal(len(n.mail("acme")), len(names), "what was sent")
        said = ran.out + ran.err + n.program("status").out + "".join(n.program("show", "in-%d" % (k + 1)).out for k in range(len(names)))
        check(not any(c in said for c in "\x1b\u202e\x00"), repr(said))
        n.check_sound()


def F15():
    """Hundreds of files at once: each is sent once."""
    with small.Small(kind="events") as n:
        for k in range(300):
            n.items("%04d.json" % k, ("SKU-%d" % k, "Mug"))
        n.run(expect=0)
        equal(len(n.mail("acme")), 300, "what was sent")
        n.check_sound()


def F12():
    """The folder of a source is gone, or in its place is another one, as the mount point of a disk that is not mounted:
    INBOX-GONE, told by each run, and nothing is taken from there; with the right folder all goes on."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        inbox = n.path("inbox", "products")
        os.rename(inbox, inbox + ".away")
        for there in False, True, True:
            if there and not os.path.exists(inbox):
                n.items("b.json", ("SKU-2", "Cup"))     # makes the folder
            ran = n.run(expect=1)
            check("INBOX-GONE" in ran.err and "inbox/products" in ran.err and n.env in ran.err, there, ran)
            check("INBOX-GONE" in n.program("status").out, "status is silent")
        equal(len(n.mail("acme")), 1, "mail: something was taken from another folder")
        os.rename(os.path.join(inbox, "b.json"), os.path.join(inbox + ".away", "b.json"))
        os.rmdir(inbox)
        os.rename(inbox + ".away", inbox)
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "mail with the right folder")
        check("INBOX-GONE" not in n.program("status").out, "status still says so")
        n.check_sound()


def F13():
    """A file without its marker or manifest, or one of these without its file, for longer than pair-within: MISSING-PAIR,
    told once and by status until it is mended; nothing of it is sent."""
    for ready, end in ("marker", ".ready"), ("manifest", ".manifest"):
        with small.Small(kind="events", ready=ready) as n:
            n.write("bundle/routes.xml", n.text("bundle/routes.xml").replace("ready=", 'pair-within="1s" ready='))
            n.items("a.json", ("SKU-1", "Mug"))
            n.drop("products", "b.json" + end, b"")
            n.run(expect=0)
            time.sleep(2.1)
            ran = n.run(expect=1)
            for name in "a.json", "b.json" + end:
                check(ran.err.count("MISSING-PAIR") == 2 and "inbox/products/%s " % name in ran.err, name, ran)
                check("inbox/products/%s: MISSING-PAIR" % name in n.program("status").out, name, "is not in status")
            equal(n.run(expect=0).err, "", "told again")
            equal(n.mail("acme"), [], "mail")
            data = open(n.inbox("products", "a.json"), "rb").read()
            n.drop("products", "a.json" + end, b"%s %d" % (hashlib.sha256(data).hexdigest().encode(), len(data)))
            os.unlink(n.inbox("products", "b.json" + end))
            n.run(expect=0)
            equal(len(n.mail("acme")), 1, "mail when it is complete")
            check("MISSING-PAIR" not in n.program("status").out, "status still says so")
            n.check_sound()
