#!/usr/bin/env python3
"""Files of the spool that somebody edited or took away: found before they are used, named, and never a dead end."""
import contextlib
import os
import sqlite3

import night
import small
from night import check, equal
from test_stuck import goes_on, write

ITEMS = (("SKU-1", "Mug"), ("SKU-2", "Cup"))


def edit(n, place, old=b"Mug", new=b"Mag"):
    """Other bytes in a file of the spool; gives those it had."""
    with open(n.path(place), "rb") as f:
        was = f.read()
    check(old in was, place, "has no", old)
    os.chmod(n.path(place), 0o600)
    write(n.path(place), was.replace(old, new))
    return was


def joined(n):
    """A night with a reference, and another reference that makes the agreement due again."""
    n.items("a.json", *ITEMS)
    n.drop("extra", "extra.csv", b"sku,colour\nSKU-1,blue\n")
    n.run()
    n.drop("extra", "extra.csv", b"sku,colour\nSKU-1,green\n")


def comes_again(n):
    """The same export once more: it is no repetition, and the agreement goes on with it."""
    n.items("a.json", *ITEMS)
    goes_on(n, "with the same export again")
    equal(n.one("SELECT state FROM input ORDER BY id DESC LIMIT 1"), "current", "state of the new delivery")
    equal(n.unit("acme")["state"], "done", "newest unit of work")
    n.check_sound()


def test_edited_current():
    """The current version was edited by hand: it is put away by name and not sent."""
    with small.Small(joins={"acme": "extra"}) as n:
        joined(n)
        edit(n, "current/products/in-000001.json")
        ran = goes_on(n, "with an edited snapshot")
        check("CHANGED-BY-HAND" in ran.err and "in-000001" in ran.err, ran)
        equal(len(n.mail("acme")), 1, "files at the partner")
        equal(n.unit("acme")["reason"], "CHANGED-BY-HAND", "reason of the unit of work")
        check("CHANGED-BY-HAND" in n.reason("quarantine/in-000001.products.json"), "reason beside the file")
        check("in-000001" in n.program("status").out, "status")
        equal(goes_on(n, "the next night").code, 0, "the next night")
        comes_again(n)


def test_edited_reference():
    """The same for a reference that a map joins."""
    with small.Small(joins={"acme": "extra"}) as n:
        n.items("a.json", *ITEMS)
        n.drop("extra", "extra.csv", b"sku,colour\nSKU-1,blue\n")
        n.run()
        edit(n, "current/extra/in-000002.csv", b"blue", b"bleu")
        n.items("b.json", ("SKU-1", "Mug 2"))
        goes_on(n, "with an edited reference")
        equal(len(n.mail("acme")), 1, "files at the partner")
        n.drop("extra", "extra.csv", b"sku,colour\nSKU-1,blue\n")
        goes_on(n, "with the reference again")
        equal(len(n.mail("acme")), 2, "files at the partner")
        n.check_sound()


def test_edited_event():
    """A file of events that was edited while it waited."""
    with small.Small(kind="events", joins={"acme": "extra"}) as n:
        n.items("a.json", *ITEMS)
        goes_on(n, "while the reference is missing")
        edit(n, n.one("SELECT place FROM input"))
        n.drop("extra", "extra.csv", b"sku,colour\nSKU-1,blue\n")
        goes_on(n, "with an edited event")
        equal(len(n.mail("acme")), 0, "files at the partner")
        n.items("a.json", *ITEMS)
        goes_on(n, "with the event again")
        equal(len(n.mail("acme")), 1, "files at the partner")
        n.check_sound()


def test_lost_current():
    """The current version was deleted: named, and the same export again mends it."""
    with small.Small(joins={"acme": "extra"}) as n:
        joined(n)
        os.unlink(n.path("current/products/in-000001.json"))
        ran = goes_on(n, "without the snapshot")
        check("LOST-SOURCE" in ran.err and "in-000001" in ran.err, ran)
        equal(goes_on(n, "the next night").code, 0, "the next night")
        comes_again(n)


def test_lost_and_delivered_again():
    """Lost or edited, and the same export comes before anybody noticed: it takes the place."""
    for harm in (os.unlink, lambda path: write(path, b"{}")):
        with small.Small(joins={"acme": "extra"}) as n:
            joined(n)
            os.chmod(n.path("current/products/in-000001.json"), 0o600)
            harm(n.path("current/products/in-000001.json"))
            comes_again(n)


def queued(n):
    """An interchange that waits in the outbox; its row."""
    n.items("a.json", *ITEMS)
    n.run("--only", "collect,convert")
    return n.interchange("acme")


def held(n, why):
    """It was not sent but held, which is told once, and leaves only as it was made."""
    equal(n.mail("acme"), [], "files at the partner")
    row = n.interchange("acme")
    equal((row["state"], row["reason"]), ("held", why), "state and reason")
    check(why in n.reason("hold/" + row["name"]), "reason beside the file")
    check("000001" in n.program("status").out, "status")
    equal(n.run(expect=None).code, 0, "the next night")
    check("restore" in n.program("release", "1", "--reason", "x", expect=65).err, "release of a wrong file")


def released(n):
    n.program("release", "1", "--reason", "restored", expect=0)
    equal(goes_on(n, "after the release").code, 0, "the night after the release")
    equal(len(n.mail("acme")), 1, "files at the partner")
    n.check_sound()


def test_edited_outbox():
    """Edited in the outbox: held; restored from a backup and released it is sent."""
    with small.Small() as n:
        row = queued(n)
        was = edit(n, row["place"] + "/" + row["name"])
        goes_on(n, "with an edited file")
        held(n, "CHANGED-BY-HAND")
        write(n.path("hold", row["name"]), was)
        released(n)


def test_lost_outbox():
    """Taken from the outbox, itself or its lineage: the same."""
    for end in ("", ".lineage"):
        with small.Small() as n:
            row = queued(n)
            place = n.path(row["place"], row["name"] + end)
            os.rename(place, n.path("..", "aside"))
            check("LOST-FILE" in goes_on(n, "without the file").err, "notice")
            held(n, "LOST-FILE")
            os.rename(n.path("..", "aside"), place)
            n.run()
            released(n)


def test_edited_lineage():
    """A lineage that is not what was made would lead to the wrong items."""
    with small.Small() as n:
        row = queued(n)
        was = edit(n, row["place"] + "/" + row["name"] + ".lineage", b"SKU-1", b"SKU-9")
        goes_on(n, "with an edited lineage")
        held(n, "CHANGED-BY-HAND")
        write(n.path("hold", row["name"] + ".lineage"), was)
        released(n)


def test_lost_sent():
    """Taken from sent/: told once, and by status until it is back or answered."""
    with small.Small() as n:
        queued(n)
        n.run()
        row = n.interchange("acme")
        os.rename(n.path(row["place"], row["name"]), n.path("..", "aside"))
        ran = goes_on(n, "without the file")
        equal((ran.code, ran.err.count("LOST-FILE")), (1, 1), "notice")
        equal(n.run(expect=None).code, 0, "the next night")
        check("LOST-FILE" in n.program("status").out, "status")
        check("lost-file" in n.program("show", "1").out, "story")
        os.rename(n.path("..", "aside"), n.path(row["place"], row["name"]))
        n.run()
        check("LOST-FILE" not in n.program("status").out, "status when it is back")
        os.unlink(n.path(row["place"], row["name"]))
        n.run(expect=1)
        n.answer("acme")
        n.run()
        equal(n.states("acme"), {"accepted": 2}, "items")
        check("LOST-FILE" not in n.program("status").out, "status when it is answered")


def test_edited_audit():
    """A line of audit.log was deleted: told, kept aside, and written anew. An event row that was changed is told."""
    with small.Small() as n:
        queued(n)
        n.run()
        with open(n.path("audit.log"), "rb") as f:
            lines = f.readlines()
        write(n.path("audit.log"), b"".join(lines[:3] + lines[4:]))
        check("from event 4" in n.run(expect=1).err, "notice")
        n.check_chain()
        equal(len([f for f in n.files("log") if f.startswith("audit-")]), 1, "logs kept aside")
        equal(n.run(expect=None).code, 0, "the next night")
        with contextlib.closing(sqlite3.connect(n.path("ledger.db"))) as db, db:
            db.execute("UPDATE event SET detail = 'nothing' WHERE seq = 4")
        check("event row 4" in n.run(expect=1).err, "notice of the row")


def test_lost_folder():
    """A folder of the spool, or the ledger, is gone: nothing is started, and the way out is named."""
    for name in ("work", "outbox", "sent", "hold", "quarantine", "current", "received", "archive", "feedback"):
        with small.Small() as n:
            queued(n)
            os.rename(n.path(name), n.path("..", "aside"))
            ran = n.run(expect=78)
            check("env/%s is not there" % name in ran.err and "mkdir" in ran.err, ran)
            os.rename(n.path("..", "aside"), n.path(name))
            n.run()
            n.check_sound()
    with small.Small() as n:
        os.unlink(n.path("ledger.db"))
        for command in ("run", "status"):
            check("backup" in n.program(command, expect=78).err, command, "without a ledger")


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
