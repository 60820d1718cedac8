#!/usr/bin/env python3
"""Files of the spool that somebody edited or took away: found before they are used, named, and never a dead end."""
import json
import os
import time

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


def verbs_named(n, what):
    """The verbs that show names as what is next, each of which must be allowed."""
    said = json.loads(n.program("show", what, "--json", expect=0).out)
    verbs = ("retry", "release", "hold", "resolve", "resend", "reissue", "close")
    named = [v for v in verbs if "gridspool %s " % v in said["next"]]
    check(set(named) <= set(said["verbs"]), what, "names", named, "of", said["verbs"], "in", said["next"])
    for verb in said["verbs"]:
        n.program(verb, what, "--dry-run", expect=0)
    return named


def test_next_names_what_is_allowed():
    """Of an input that was edited or lost, and of its unit of work."""
    for harm in edit, lambda n, place: os.unlink(n.path(place)):
        with small.Small(joins={"acme": "extra"}) as n:
            joined(n)
            harm(n, "current/products/in-000001.json")
            goes_on(n, "with a snapshot that fell away")
            equal(verbs_named(n, "u-2"), ["close"], "verbs of the unit of work")
            equal(verbs_named(n, "in-000001"), ["close"] if harm is edit else [], "verbs of the input")


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


def harm_of(n, place):
    """Edited, then taken away: what may befall a file of current/."""
    return (lambda: edit(n, place, b"Cup", b"Cap")), (lambda: os.unlink(n.path(place)))


def test_successor_falls_away():
    """The version that took the place of a good one is put away before anything was sent of it: the good one is in use again."""
    for which in 0, 1:
        with small.Small() as n:
            n.items("a.json", ("SKU-1", "Mug"))
            n.run()
            n.items("b.json", ("SKU-1", "Cup"))
            n.run("--only", "collect")
            harm_of(n, "current/products/in-000002.json")[which]()
            goes_on(n, "without the newer snapshot")
            equal(n.one("SELECT id FROM input WHERE state = 'current'"), 1, "the version in use")
            equal(n.files("current"), ["products/in-000001.json"], "in current/")
            equal(n.unit("acme")["state"], "done", "newest unit of work")
            equal(n.run(expect=0).err, "", "the next night")
            equal(len(n.mail("acme")), 1, "files at the partner")
            n.check_sound()


def test_successor_falls_away_later():
    """The same when the good one is in the archive by then."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        n.items("b.json", ("SKU-1", "Cup"))
        n.run("--only", "collect,report")
        equal(n.one("SELECT state FROM input WHERE id = 1"), "archived", "the first version")
        edit(n, "current/products/in-000002.json", b"Cup", b"Cap")
        goes_on(n, "with an edited snapshot")
        equal(n.one("SELECT id FROM input WHERE state = 'current'"), 1, "the version in use")
        n.items("c.json", ("SKU-1", "Pot"))
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "files at the partner")
        n.check_sound()


def test_successor_of_the_unsent():
    """Two of one pick-up, the second falls away: the first, which was never sent, is sent and not archived as replaced."""
    for which in 0, 1:
        with small.Small() as n:
            n.items("a.json", ("SKU-1", "Mug"))
            n.items("b.json", ("SKU-1", "Cup"))
            now = time.time()
            os.utime(n.inbox("products", "a.json"), (now, now - 60))
            n.run("--only", "collect")
            harm_of(n, "current/products/in-000002.json")[which]()
            goes_on(n, "without the newer snapshot")
            equal(n.one("SELECT state FROM input WHERE id = 1"), "current", "the first version")
            equal(n.states("acme"), {"pending": 1}, "items")
            check("Mug" in n.text(os.path.join(n.box("acme", "in"), n.mail("acme")[0])), "not the first version was sent")
            n.check_sound()


def test_sent_version_falls_away():
    """What was sent of it is not taken back by an older version: its source waits for a delivery."""
    with small.Small(joins={"acme": "extra"}) as n:
        joined(n)
        n.run()
        n.items("b.json", ("SKU-1", "Cup"))
        n.run()
        n.drop("extra", "extra.csv", b"sku,colour\nSKU-1,red\n")
        os.unlink(n.path("current/products", os.path.basename(n.one(
            "SELECT place FROM input WHERE state = 'current' AND source = 'products'"))))
        goes_on(n, "without the snapshot")
        equal(n.rows("SELECT id FROM input WHERE state = 'current' AND source = 'products'"), [], "versions in use")
        check("SOURCE-MISSING" in n.program("show", "acme-832").out + goes_on(n, "the next night").out +
              "".join(r[0] for r in n.rows("SELECT value FROM meta WHERE key LIKE 'wait:%'")), "why it waits")


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
        equal(n.interchange("acme")["state"], "sent", "what is lost cannot be archived: state")
        check("LOST-FILE" in n.program("status").out, "status of what is answered and lost")
        given_up(n)


def given_up(n):
    """The operator closes it: it is told of no more."""
    n.program("close", "1", "--reason", "nobody has it", expect=0)
    for _ in range(2):
        ran = n.run(expect=0)
        equal(ran.err, "", "a night after it was given up")
    check("000001" not in n.program("status").out, "status of what was given up")


def test_edited_sent():
    """Edited in sent/, itself or its lineage: not archived as what was sent; told once; restored it is archived."""
    for end, old, new in (("", b"Mug", b"Mag"), (".lineage", b"SKU-1", b"SKU-9")):
        with small.Small() as n:
            queued(n)
            n.run()
            row = n.interchange("acme")
            place = os.path.join(row["place"], row["name"] + end)
            was = edit(n, place, old, new)
            n.answer("acme")
            ran = goes_on(n, "with an edited file")
            equal((ran.code, ran.err.count("CHANGED-BY-HAND")), (1, 1), "notice")
            equal(n.interchange("acme")["state"], "sent", "state")
            equal([f for f in n.files("archive") if end in f and row["name"] + end + ".gz" in f], [], "in the archive")
            equal(n.run(expect=None).code, 0, "the next night")
            check("CHANGED-BY-HAND" in n.program("status").out, "status")
            write(n.path(place), was)
            equal(n.run(expect=0).err, "", "the night with the right bytes")
            equal(n.rows("SELECT state FROM interchange")[0]["state"], "archived", "state")
            check("CHANGED-BY-HAND" not in n.program("status").out, "status when it is archived")
            equal(n.one("SELECT COUNT(*) FROM meta WHERE key LIKE 'wrong:%'"), 0, "what is known to be wrong")
            n.check_sound()


def test_edited_sent_and_given_up():
    """Edited and closed: it stays where it lies, and may be removed by who gave it up."""
    with small.Small() as n:
        queued(n)
        n.run()
        row = n.interchange("acme")
        edit(n, row["place"] + "/" + row["name"])
        n.answer("acme")
        goes_on(n, "with an edited file")
        given_up(n)
        check(n.exists(row["place"], row["name"]), "it is gone")
        os.unlink(n.path(row["place"], row["name"]))
        equal(n.run(expect=0).err, "", "the night after it was removed")


def test_edited_and_reissued():
    """Edited in the outbox, held, and made anew: the old file is told of no more."""
    with small.Small() as n:
        row = queued(n)
        edit(n, row["place"] + "/" + row["name"])
        goes_on(n, "with an edited file")
        n.program("reissue", "1", "--reason", "edited", expect=0)
        for _ in range(2):
            equal(n.run(expect=0).err, "", "a night after it was made anew")
        equal(len(n.mail("acme")), 1, "files at the partner")
        said = n.reason("hold/" + row["name"])
        check("REISSUED" in said and "gridspool" not in said, "beside the old file:", said)


def test_edited_answer():
    """An answer that was edited or taken away: neither read nor archived; restored it is read."""
    for read in (False, True):
        for harm in (edit, lambda n, place, *_: os.unlink(n.path(place))):
            with small.Small(partners=("acme",)) as n:
                queued(n)
                n.run()
                n.answer("acme", "--ta1", "never")
                n.run("--only", "receive,ingest" if read else "receive")
                place = n.one("SELECT place FROM received")
                with open(n.path(place), "rb") as f:
                    was = f.read()
                harm(n, place, b"997", b"998")
                ran = goes_on(n, "with an edited answer")
                why = "CHANGED-BY-HAND" if harm is edit else "LOST-FILE"
                equal((ran.code, ran.err.count(why)), (1, 1), "notice")
                equal(tuple(n.rows("SELECT state, reason FROM received")[0]), ("quarantined", why), "answer")
                equal(n.states("acme"), {"accepted": 2} if read else {"pending": 2}, "items")
                equal(n.run(expect=None).code, 0, "the next night")
                write(n.path(n.one("SELECT place FROM received")), was)
                n.program("retry", "r-1", "--reason", "restored", expect=0)
                n.run(expect=0)
                equal(n.one("SELECT state FROM received"), "archived", "answer")
                equal(n.states("acme"), {"accepted": 2}, "items")


def test_lost_before_the_archive():
    """An input that nobody needs any more is gone when it is to be archived: told once."""
    with small.Small() as n:
        n.items("a.json", *ITEMS)
        n.run()
        n.items("b.json", ("SKU-1", "Cup"))
        n.run("--only", "collect,convert")
        os.unlink(n.path("current/products/in-000001.json"))
        ran = n.run(expect=1)
        equal(ran.err.count("LOST-SOURCE"), 1, ran)
        equal(n.one("SELECT state FROM input WHERE id = 1"), "abandoned", "state")
        equal(n.run(expect=0).err, "", "the next night")


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
        n.change("UPDATE event SET detail = 'nothing' WHERE seq = 4")
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
