#!/usr/bin/env python3
"""Files of the spool that somebody edited or took away: found before they are used, named, and never a dead end."""
import os

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


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
