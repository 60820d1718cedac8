#!/usr/bin/env python3
"""ledger.db changed by hand with sqlite3: found by fsck with its row, and no reason for a run to send anything twice, to
give a number twice, or to keep back what has nothing to do with it."""
import os

import night
import small
from night import check, equal

ITEMS = (("SKU-1", "Mug"), ("SKU-2", "Cup"))


def nights(n):
    """Two versions, each sent."""
    n.items("a.json", *ITEMS)
    n.run()
    n.items("b.json", ("SKU-1", "Mug 2"), ITEMS[1])
    n.run()
    n.check_sound()


def third(n, name="Mug 3"):
    n.items("c.json", ("SKU-1", name), ITEMS[1])
    return n.program("run")


def found(n, *words):
    """fsck leaves with 1, and one finding has all the words."""
    ran = n.program("fsck", expect=1)
    check(any(all(w in line for w in words) for line in ran.out.splitlines()), words, ran)
    return ran


def test_items():
    """Rows of items that are gone would go out as new ones: held, until somebody has compared and released."""
    for sql in ("DELETE FROM item", "DELETE FROM item WHERE key = 'SKU-2'"):
        with small.Small() as n:
            nights(n)
            n.change(sql)
            found(n, "HISTORY-DIFFERS", "acme-832", "table item")
            ran = third(n)
            equal(ran.code, 1, "status of the run")
            check("HISTORY-DIFFERS" in ran.err and "lacks" in ran.err and "acme-832" in ran.err, ran)
            equal(len(n.mail("acme")), 2, "files at the partner")
            equal((n.interchange("acme")["state"], n.interchange("acme")["reason"]), ("held", "HISTORY-DIFFERS"), "state")
            check("HISTORY-DIFFERS" in n.program("status").out, "status")
            equal(n.program("run").code, 0, "the next night")
            found(n, "HISTORY-DIFFERS", "table item")
            n.program("release", "3", "--reason", "compared with the partner", expect=0)
            equal(n.program("run").code, 0, "the night after the release")
            equal(len(n.mail("acme")), 3, "files at the partner")
            n.check_sound()


def test_items_closed():
    """What is given up takes its new items out again, and that is nothing to miss."""
    with small.Small() as n:
        nights(n)
        n.items("c.json", *ITEMS, ("SKU-3", "Jug"))
        n.run("--only", "collect,convert")
        n.program("close", "3", "--reason", "x", expect=0)
        n.program("fsck", expect=0)
        n.items("d.json", *ITEMS, ("SKU-4", "Pot"))
        equal(n.program("run").code, 0, "the next night")
        equal(len(n.mail("acme")), 3, "files at the partner")


def test_other_tables():
    """Rows that belong to others, and are gone."""
    for sql, words in (("DELETE FROM iset", ("interchange 000001", "table iset")),
                       ("DELETE FROM drawn", ("unit 1", "table drawn")),
                       ("DELETE FROM run", ("run 2", "no row of it"))):
        with small.Small() as n:
            nights(n)
            n.change(sql)
            found(n, "HISTORY-DIFFERS", *words)


def test_ids():
    """A row that is gone is missed, and its number is not given again: what comes next goes its way."""
    for table in ("interchange", "input", "unit"):
        with small.Small() as n:
            nights(n)
            n.change("DELETE FROM %s WHERE id = 2" % table)
            found(n, "HISTORY-DIFFERS", "%s %s" % (table, "000002" if table == "interchange" else "2"), "no row of it")
            third(n)
            equal(len(n.mail("acme")), 3, "files at the partner")
            equal(n.one("SELECT MAX(id) FROM %s" % table), 3, "the newest " + table)


def test_outside():
    """A name or place that leads out of the spool: told with its row, and the others go on."""
    for sql in ("UPDATE input SET place = '../../etc/passwd' WHERE id = 2", "UPDATE input SET place = '/etc/passwd' WHERE id = 1",
                "UPDATE interchange SET name = '../../x' WHERE id = 2",
                "UPDATE interchange SET place = '..' WHERE id = 1"):
        with small.Small() as n:
            nights(n)
            n.change(sql)
            found(n, "HISTORY-DIFFERS", "(" + sql.split()[1], "outside of the environment")
            third(n)
            equal(len(n.mail("acme")), 3, "files at the partner")


def test_outside_queued():
    """The same while it waits to be sent, with another that waits."""
    with small.Small(kind="events") as n:
        for name in ("a.json", "b.json"):
            n.items(name, (name, "Mug"))
        n.run("--only", "collect,convert")
        n.change("UPDATE interchange SET name = '../../x' WHERE id = 1")
        ran = n.program("run", expect=1)
        check("LOST-FILE" in ran.err, ran)
        equal(len(n.mail("acme")), 1, "files at the partner")


def test_other_bytes():
    """A file with the name of one that is elsewhere: only a copy is called one."""
    with small.Small() as n:
        nights(n)
        row = n.interchange("acme")
        own = n.path(row["place"], row["name"])
        other = n.path("outbox", "acme", row["name"])
        with open(own, "rb") as f:
            whole = f.read()
        for there, here, says in ((whole, whole, "it is a copy"), (whole, b"other", "this is another one of its name"),
                                  (b"other", whole, "it has the bytes that were recorded"), (b"other", b"more", "keep both")):
            for place, data in ((own, there), (other, here)):
                if os.path.exists(place):
                    os.chmod(place, 0o600)
                with open(place, "wb") as f:
                    f.write(data)
            found(n, "MISPLACED-FILE", "outbox/acme", says)


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
