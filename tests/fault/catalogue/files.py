"""Files on their way through inbox/ and the spool."""
import hashlib
import os
import shutil
import subprocess
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


def F23():
    """Others may look into keys/ or the spool, or may change the configuration: no run starts (78, LOOSE-RIGHTS), and each
    name is told with its mode and the chmod that mends it; check says the same. There is no way around it."""
    with small.Small(kind="events") as n:
        n.run(expect=0)
        n.items("a.json", ("SKU-1", "Mug"))
        for name, wrong in (("keys", 0o750), ("environment.xml", 0o664), ("partners/acme.xml", 0o666), ("bundle", 0o770),
                            ("bundle/maps/acme.xml", 0o620), ("bundle/routes.xml", 0o664), ("bundle/agreements", 0o777),
                            ("outbox", 0o757), ("outbox", 0o755), ("ledger.db", 0o644)):
            before = os.stat(n.path(name)).st_mode & 0o7777
            os.chmod(n.path(name), wrong)
            os.chmod(n.env, 0o751)
            for command in ("run", 78), ("check", 78):
                ran = n.program(command[0], expect=command[1])
                line = [x for x in (ran.err + ran.out).splitlines() if x.startswith(name + ": ")]
                check(len(line) == 1 and "%04o" % wrong in line[0] and "chmod " in line[0], name, oct(wrong), ran)
            check("LOOSE-RIGHTS" in n.program("run").err, "no code")
            os.chmod(n.path(name), before)
        equal(n.one("SELECT COUNT(*) FROM run"), 1, "runs that started")
        os.chmod(n.env, 0o750)
        os.chmod(n.path("outbox"), 0o755)       # nobody gets so far
        check("outbox: warning: everybody may look" in n.program("check", expect=0).out, "check is silent")
        n.run(expect=0)
        equal(len(n.mail("acme")), 1, "mail")


def folding_disk(n):
    """A folder on a disk that takes names of other case for the same; None where that cannot be had."""
    image, folder = os.path.join(n.top, "image"), os.path.join(n.top, "disk")
    os.makedirs(folder)
    with open(image, "wb") as f:
        f.truncate(16 << 20)
    for command in (["mkfs.ext4", "-q", "-O", "casefold", "-E", "encoding=utf8", image], ["mount", "-o", "loop", image, folder]):
        if not shutil.which(command[0]) or subprocess.run(command, capture_output=True, check=False).returncode != 0:
            return None
    os.makedirs(os.path.join(folder, "env"))
    subprocess.run(["chattr", "+F", os.path.join(folder, "env")], check=True)
    return os.path.join(folder, "env")


def F25():
    """A file system that takes names of other case for the same: init and run refuse it (78, FOLDED-NAMES). Where no such
    disk can be mounted, a second name of keys/ takes its part."""
    with small.Small(kind="events") as n:
        folder = folding_disk(n)
        try:
            if folder:
                ran = n.program("init", folder, env=False, expect=78)
                check("FOLDED-NAMES" in ran.err and folder in ran.err, ran)
                check(not os.path.exists(os.path.join(folder, "ledger.db")), "init went on")
        finally:
            if folder:
                subprocess.run(["umount", os.path.join(n.top, "disk")], check=True)
        os.mkdir(n.path("KEYS"))
        n.run(expect=0)                         # two folders are two folders
        os.rmdir(n.path("KEYS"))
        os.rename(n.path("keys"), n.path("KEYS"))
        with open(n.path("keys"), "wb"):        # one file with two names looks the same as one name for two
            pass
        os.rmdir(n.path("KEYS"))
        os.link(n.path("keys"), n.path("KEYS"))
        for command in "run", "check":
            ran = n.program(command, expect=78)
            check("FOLDED-NAMES" in ran.err + ran.out, ran)
