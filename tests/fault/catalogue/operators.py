"""What operators do by mistake."""
import contextlib
import os
import shutil
import sqlite3
import subprocess

import night
import small
from night import check, equal


def O5():
    """A file dropped into outbox/ by hand is never sent."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        n.write("outbox/acme/20261123T0200Z-000099.acme.832.x12", "ISA*00*")
        n.items("b.json", ("SKU-2", "Cup"))
        n.run(expect=None)
        equal(len(n.mail("acme")), 2, "what was sent")
        check(not any("000099" in m for m in n.mail("acme")), n.mail("acme"))


def O6():
    """resend says what it would do, and wants a reason before it does it."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        ran = n.program("resend", "1", "--dry-run", expect=0)
        check("000001" in ran.out, ran)
        n.program("resend", "1", expect=64)
        equal(n.one("SELECT state FROM interchange"), "sent", "nothing was done")
        n.program("resend", "1", "--reason", "they lost it", expect=0)
        n.check_chain()


def one_night(n, sku="SKU-1"):
    n.items(sku + ".json", (sku, "Mug"))
    n.run(expect=0)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def change(n, *statements):
    """As somebody does by hand with sqlite3."""
    with contextlib.closing(sqlite3.connect(n.path("ledger.db"))) as db, db:
        for sql in statements:
            db.execute(sql)


def O3():
    """The ledger of one environment with the configuration of another: LEDGER-FOREIGN names both, nothing is sent or changed. (What
    keeps a copy of production from sending on a test machine is O11; no command asks for the environment's name.)"""
    with small.Small(kind="events") as n, small.Small(kind="events") as test:
        one_night(n)
        test.items("b.json", ("SKU-2", "Cup"))
        os.unlink(test.path("audit.log"))
        for name in ("ledger.db", "audit.log"):
            shutil.copy(n.path(name), test.path(name))
        before = read(test.path("ledger.db"))
        for command in (("run",), ("status",), ("fsck",), ("resend", "1", "--reason", "x"), ("fsck", "--adopt", "--reason", "x")):
            ran = test.program(*command, expect=78)
            check("LEDGER-FOREIGN" in ran.err and n.instance in ran.err and test.instance in ran.err, command, ran)
        check("LEDGER-FOREIGN" in test.program("check", expect=78).out, "check")
        check(read(test.path("ledger.db")) == before and test.exists("inbox/products/b.json"), "something was done")
        equal(test.mail("acme"), [], "what was sent")


def O8():
    """Yesterday's ledger.db is put back: LEDGER-OLDER, nothing starts. Told to reconcile, what waited then is in doubt, no control
    number and no name comes twice, what is made next waits until it is released, and audit.log of before is kept."""
    with small.Small(kind="events", partners=("acme", "nord")) as n:
        os.rename(n.box("nord", "in"), n.box("nord", "away"))
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=1)                     # nord's waits
        yesterday = read(n.path("ledger.db"))
        os.rename(n.box("nord", "away"), n.box("nord", "in"))
        n.program("retry", "nord", expect=0)
        one_night(n, "SKU-2")
        sent = {p: n.mail(p) for p in n.partners}
        numbers = {r[0]: r[1] for r in n.rows("SELECT scope, next FROM number")}
        with open(n.path("ledger.db"), "wb") as f:
            f.write(yesterday)
        n.items("c.json", ("SKU-3", "Pot"))
        check("LEDGER-OLDER" in n.run(expect=78).err, "a run")
        check("LEDGER-OLDER" in n.program("fsck", expect=1).out, "fsck")
        n.program("fsck", "--reconcile", expect=64)
        n.program("fsck", "--reconcile", "--dry-run", expect=0)
        check("LEDGER-OLDER" in n.run(expect=78).err, "a run after a preview")
        n.program("fsck", "--reconcile", "--reason", "the disk was lost", expect=0)
        equal(n.one("SELECT state FROM interchange WHERE partner = 'nord' AND reason = 'IN-DOUBT'"), "in-doubt", "what waited")
        equal({r[0]: r[1] for r in n.rows("SELECT scope, next FROM number")}, numbers, "control numbers")
        check([f for f in n.files("log") if f.startswith("audit-before-")], n.files("log"))
        n.program("retry", "nord", expect=0)
        n.run(expect=1)
        equal({p: n.mail(p) for p in n.partners}, sent, "what was sent without a release")
        held = n.rows("SELECT id, name FROM interchange WHERE reason = 'RESTORED' AND state = 'held'")
        equal(len(held), 2, "held")
        check(not {r["name"].split("-", 1)[1][:6] for r in held} & {m.split("-", 1)[1][:6] for m in sent["acme"] + sent["nord"]},
              "a number of an interchange comes twice:", [r["name"] for r in held], sent)
        for r in held:
            n.program("release", str(r["id"]), "--reason", "compared", expect=0)
        n.program("resolve", "--delivered", "2", "--reason", "they have it", expect=0)
        n.run(expect=0)
        equal([len(n.mail(p)) for p in n.partners], [3, 3], "what was sent after a release")
        check("UNKNOWN-FILE" in n.program("fsck", expect=1).out, "files of what the ledger does not know")
        n.program("fsck", "--repair", "--reason", "of the ledger that was lost", expect=0)
        n.program("fsck", expect=0)
        n.check_chain()


def O9():
    """Upgraded or downgraded with items on their way: states that this version does not know are refused before anything is touched
    (STATE-UNKNOWN), so is a newer ledger (LEDGER-VERSION); with the right version all goes on. An older ledger is row L5."""
    with small.Small(kind="events") as n:
        os.rename(n.box("acme", "in"), n.box("acme", "away"))
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=1)
        os.rename(n.box("acme", "away"), n.box("acme", "in"))
        n.items("b.json", ("SKU-2", "Cup"))
        for code, there, back in (("STATE-UNKNOWN", "UPDATE interchange SET state = 'dreaming'", "UPDATE interchange SET state = 'queued'"),
                                  ("LEDGER-VERSION", "UPDATE meta SET value = '99' WHERE key = 'schema'",
                                   "UPDATE meta SET value = '2' WHERE key = 'schema'")):
            change(n, there)
            before, files = read(n.path("ledger.db")), n.files(".")
            for command in (("run",), ("hold", "1"), ("close", "1", "--reason", "x")):
                check(code + ": " in n.program(*command, expect=78).err, command)
            check(code in n.program("check", expect=78).out, "check")
            equal(n.files("."), files, "files")
            check(read(n.path("ledger.db")) == before, "the ledger is not as it was")
            change(n, back)
        n.program("retry", "acme", expect=0)
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "what was sent")
        n.check_sound()


def O10():
    """chmod -R, chown -R or rsync of the spool: check and fsck name what deviates first in each folder, with the command that mends
    it; what rsync brings back is as good as what was there."""
    with small.Small(kind="events") as n:
        one_night(n)
        subprocess.run(["chmod", "-R", "a+w", n.path("sent"), n.path("outbox")], check=True)
        ran = n.program("check", expect=78)
        check("sent: everybody may write here" in ran.out and "outbox: everybody" in ran.out, ran)
        ran = n.program("fsck", expect=1)
        check("LOOSE-RIGHTS: sent/acme: found mode 0" in ran.out and "chmod -R g-w,o-w %s/sent" % n.env in ran.out, ran)
        subprocess.run(["chmod", "-R", "go-w", n.path("sent"), n.path("outbox")], check=True)
        n.program("fsck", expect=0)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "65534", n.path("sent")], check=True)
            ran = n.program("fsck", expect=1)
            check("WRONG-USER: sent/acme: found user 65534, expected user 0" in ran.out, ran)
            subprocess.run(["chown", "-R", "0", n.path("sent")], check=True)
        copy = os.path.join(n.top, "copy")
        subprocess.run(["cp", "-a", n.env, copy], check=True)
        shutil.rmtree(n.env)
        for folder, folders, _ in os.walk(copy):
            if ".tmp" in folders:
                shutil.rmtree(os.path.join(folder, ".tmp"))
        os.rename(copy, n.env)
        n.program("fsck", expect=0)
        one_night(n, "SKU-2")
        equal(len(n.mail("acme")), 2, "what was sent")
        n.check_sound()


def O11():
    """The environment comes to another machine, moved or as a copy: no run sends anything, HOST-CHANGED; told that it has moved, it
    goes on, with user and reason in the ledger."""
    if not os.path.exists("/etc/machine-id") or os.path.getsize("/etc/machine-id") < 16:
        night.skip("this machine has no /etc/machine-id")
    with small.Small(kind="events") as n:
        one_night(n)
        change(n, "UPDATE meta SET value = '0123456789abcdef elsewhere' WHERE key = 'host'")
        n.items("b.json", ("SKU-2", "Cup"))
        for _ in range(2):
            check("HOST-CHANGED: this environment works on the machine elsewhere" in n.run(expect=78).err, "a run")
        check("HOST-CHANGED" in n.program("check", expect=78).out and "HOST-CHANGED" in n.program("fsck", expect=1).out, "looking")
        n.program("status", expect=0)
        n.program("fsck", "--adopt", expect=64)
        check("it was elsewhere" in n.program("fsck", "--adopt", "--dry-run", expect=0).out, "a preview")
        check("HOST-CHANGED" in n.run(expect=78).err, "a run after a preview")
        n.program("fsck", "--adopt", "--reason", "new hardware", expect=0)
        check("new hardware" in n.one("SELECT detail FROM event WHERE what = 'adopted' AND actor LIKE 'user:%'"), "event")
        n.program("fsck", "--adopt", "--reason", "again", expect=65)
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "what was sent")
        n.check_sound()
