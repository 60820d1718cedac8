#!/usr/bin/env python3
"""One bad file, item, partner, agreement or answer: it alone stays behind, the others go on, and the next run too."""
import contextlib
import os
import sqlite3
import subprocess
import sys
import time

import night
import small
from night import check, equal


def goes_on(n, what):
    """A run that ends as runs do: 0, or 1 because somebody should look."""
    ran = n.run(expect=None)
    check(ran.code in (0, 1), what, ran)
    return ran


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def answers(n, partner, *flags, code, verdict="R", ta1=""):
    """An answer of ours by hand: a 997 (or TA1) about group or interchange 1."""
    del flags
    body = ["ST*997*0001", "AK1*SC*1", "AK2*832*0001", "AK5*%s*5" % verdict if verdict == "R" else "AK5*A",
            "AK9*%s*1*1*%d" % (verdict, verdict != "R"), "SE*6*0001"]
    isa = "ISA*00*          *00*          *ZZ*%-15s*14*%-15s*261123*2300*U*00401*%09d*0*T*>" % (
        partner.upper(), night.US[1], code)
    lines = [isa]
    if ta1:
        lines += ["TA1*000000001*261123*2300*%s" % ta1, "IEA*0*%09d" % code]
    else:
        lines += ["GS*FA*%s*HEARTHLOOM*20261123*2300*%d*X*004010" % (partner.upper(), code)] + body + [
            "GE*1*%d" % code, "IEA*1*%09d" % code]
    write(os.path.join(n.box(partner, "out"), "a%d.x12" % code), ("~\n".join(lines) + "~\n").encode())


def test_both_answers_refuse():
    """TA1 and 997 both refuse the same interchange: the second must not stop the runs."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        answers(n, "acme", code=7, ta1="R*024")
        goes_on(n, "after the TA1")
        equal(n.interchange("acme")["state"], "held", "state after the TA1")
        answers(n, "acme", code=8)
        goes_on(n, "after the 997")
        equal([r[0] for r in n.rows("SELECT outcome FROM ack ORDER BY id")], ["applied", "applied"], "answers")
        equal(n.interchange("acme")["syntax"], "rejected", "syntax")


def test_refused_after_reissue():
    """A refusal of an interchange that was closed meanwhile is recorded and changes nothing else."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        n.program("reissue", "1", "--reason", "lost over there", expect=0)
        answers(n, "acme", code=8)
        goes_on(n, "after the refusal of a closed interchange")
        equal(n.one("SELECT state FROM received"), "archived", "state of the answer")
        equal(n.one("SELECT state FROM interchange WHERE id = 1"), "closed", "state of the old interchange")


def test_damaged_source_of_two():
    """Two agreements read one damaged snapshot: it is put away once and the run goes on to the other stages."""
    with small.Small(partners=("acme", "nord")) as n:
        n.drop("products", "a.json", b'[{"sku": "SKU-1", "name": "Mug"')
        goes_on(n, "with a damaged source")
        goes_on(n, "the next night")
        check(n.exists("quarantine", "in-000001.products.json"), "not in quarantine:", n.files("quarantine"))
        n.items("b.json", ("SKU-1", "Mug"))
        goes_on(n, "with a good source")
        equal([len(n.mail(p)) for p in n.partners], [1, 1], "mail")
        n.check_sound()


def test_damaged_reference():
    """A reference that cannot be read does not send its innocent source to quarantine."""
    with small.Small(joins={"acme": "extra"}) as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.drop("extra", "extra.csv", b'sku,colour\nSKU-1,"blue\n')
        goes_on(n, "with a damaged reference")
        equal(n.one("SELECT state FROM input WHERE source = 'products'"), "current", "state of the source")
        n.drop("extra", "extra.csv", b"sku,colour\nSKU-1,blue\n")
        goes_on(n, "with a good reference")
        equal(len(n.mail("acme")), 1, "mail")


def test_huge_key():
    """A key longer than a line of results sets that item aside; the others are sent."""
    with small.Small() as n:
        n.items("a.json", ("K" * 200000, "Mug"), ("SKU-2", "Cup"))
        goes_on(n, "with a huge key")
        goes_on(n, "the next night")
        equal(n.states("acme"), {"pending": 1}, "items")
        equal(n.unit("acme")["n_aside"], 1, "items set aside")
        equal(n.unit("acme")["state"], "done", "state of the unit of work")


def test_event_for_two():
    """An event waits for one agreement's reference: the other has it now, this one later."""
    with small.Small(kind="events", partners=("acme", "nord"), joins={"nord": "extra"}) as n:
        n.items("a.json", ("SKU-1", "Mug"))
        goes_on(n, "while nord waits")
        equal([len(n.mail(p)) for p in n.partners], [1, 0], "mail while nord waits")
        n.drop("extra", "extra.csv", b"sku,colour\nSKU-1,blue\n")
        goes_on(n, "with the reference")
        equal([len(n.mail(p)) for p in n.partners], [1, 1], "mail")
        equal(n.one("SELECT state FROM input WHERE source = 'products'"), "archived", "state of the event")
        n.check_sound()


def test_due_and_gone():
    """An item that is due again but no longer in the source makes one unit of work, not one after the other."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"), ("SKU-2", "Cup"))
        n.run()
        n.program("reissue", "1", "--reason", "lost over there", expect=0)
        n.items("b.json", ("SKU-1", "Mug"))
        goes_on(n, "with an item that is gone")
        goes_on(n, "the next night")
        check(n.one("SELECT COUNT(*) FROM unit") <= 3, "units:", n.one("SELECT COUNT(*) FROM unit"))


def test_two_endpoints():
    """Two agreements of one partner with an endpoint each: each file to its own."""
    with small.Small() as n:
        n.write_partner("acme", 'protocol="directory" path="%s" put="in" get="out"/>'
                        '<endpoint name="second" usage="test" protocol="directory" path="%s" put="in2"/>'
                        % (os.path.join(n.top, "acme"), os.path.join(n.top, "acme")))
        os.makedirs(n.box("acme", "in2"))
        n.write_agreement("acme", more="second")
        n.write_routes(agreements=("acme-832", "acme-more"))
        n.items("a.json", ("SKU-1", "Mug"))
        goes_on(n, "with two endpoints")
        equal([len(os.listdir(n.box("acme", b))) for b in ("in", "in2")], [1, 1], "files at each endpoint")


def test_held_items_wait():
    """Items of a refusal that named none wait for a person: the next night does not send them again."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        answers(n, "acme", code=8)
        goes_on(n, "after the refusal")
        n.items("b.json", ("SKU-1", "Mug"), ("SKU-2", "Cup"))
        goes_on(n, "the next night")
        equal(n.states("acme"), {"held": 1, "pending": 1}, "items")
        equal(n.unit("acme")["n_waiting"], 1, "items that wait")
        n.program("reissue", "1", "--reason", "mended over there", expect=0)
        goes_on(n, "after the reissue")
        equal(n.states("acme"), {"pending": 2}, "items after the reissue")


def test_held_items_of_a_closed_one():
    """Given up after a refusal that named none: its items do not wait for a decision that nobody can make."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"), ("SKU-2", "Cup"))
        n.run()
        answers(n, "acme", code=8)
        goes_on(n, "after the refusal")
        said = n.program("close", "1", "--reason", "agreed by telephone", expect=0).out
        check("2 of them stay refused" in said, said)
        equal(n.states("acme"), {"rejected": 2}, "items after the close")
        n.items("b.json", ("SKU-1", "Mug, mended"), ("SKU-2", "Cup"))
        goes_on(n, "with one item changed")
        equal(n.states("acme"), {"pending": 1, "rejected": 1}, "items of the next night")


def test_long_name():
    """A name too long for its marker is left where it is; its neighbours are taken."""
    with small.Small(kind="events", ready="marker") as n:
        write(n.inbox("products", "x" * 251), b"{}")
        n.items("z.json", ("SKU-1", "Mug"))
        n.drop("products", "z.json.ready", b"")
        goes_on(n, "with a long name")
        equal(len(n.mail("acme")), 1, "mail")


# root passes over modes of files; the program that is started by this does not
PLAIN = """#!%s
import ctypes, os, sys
for right in (1, 2):    # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(24, right, 0, 0, 0) != 0:    # PR_CAPBSET_DROP
        sys.exit("no right can be dropped")
os.execv(%r, [%r] + sys.argv[1:])
"""


@contextlib.contextmanager
def plain_rights(n):
    """Within it the program is bound by modes, whoever runs the test."""
    program, night.GRIDSPOOL = night.GRIDSPOOL, os.path.join(n.top, "plain")
    try:
        write(night.GRIDSPOOL, (PLAIN % (sys.executable, program, program)).encode())
        os.chmod(night.GRIDSPOOL, 0o755)
        yield
    finally:
        night.GRIDSPOOL = program


def test_mailbox_that_cannot_be_emptied():
    """A letter that cannot be deleted over there is read once, and hinders neither letters nor sending."""
    with small.Small() as n, plain_rights(n):
        box = n.box("acme", "out")
        write(os.path.join(box, "0.txt"), b"hello")
        os.chmod(box, 0o555)
        n.items("a.json", ("SKU-1", "Mug"))
        goes_on(n, "with a letter that stays")
        equal(len(n.mail("acme")), 1, "mail")
        os.chmod(box, 0o755)
        answers(n, "acme", code=8, verdict="A")
        os.chmod(box, 0o555)
        goes_on(n, "with an answer behind it")
        equal(sorted(os.listdir(box)), ["0.txt", "a8.x12"], "letters that could not be deleted")
        equal(n.states("acme"), {"accepted": 1}, "items")
        equal(n.one("SELECT COUNT(*) FROM received WHERE remote = '0.txt'"), 1, "times it was fetched")
        os.chmod(box, 0o755)


def test_mailbox_that_cannot_be_listed():
    """Sending goes on; the mailbox backs off by itself, stands in status, and retry ends that."""
    with small.Small() as n:
        os.rmdir(n.box("acme", "out"))
        n.items("a.json", ("SKU-1", "Mug"))
        ran = n.run(expect=1)
        check("REMOTE-NO-FOLDER" in ran.err, "nobody is told:", ran)
        equal(len(n.mail("acme")), 1, "mail")
        equal(n.run(expect=0).err, "", "while it backs off")
        for command in (("status",), ("show", "acme")):
            check("REMOTE-NO-FOLDER" in n.program(*command, expect=0).out, command, "does not tell")
        n.items("a.json", ("SKU-1", "Mug"), ("SKU-2", "Cup"))
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "mail while it backs off")
        os.mkdir(n.box("acme", "out"))
        answers(n, "acme", code=8, verdict="A")
        n.program("retry", "acme", expect=0)
        goes_on(n, "with a mailbox")
        equal(n.states("acme"), {"accepted": 1, "pending": 1}, "items")
        check("REMOTE-NO-FOLDER" not in n.program("status", expect=0).out, "status still tells")


def test_same_name_again():
    """A second letter with the name, size and time of the first one, which was taken and deleted."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        name = os.path.join(n.box("acme", "out"), "status.txt")
        for text in (b"one", b"two"):
            write(name, text)
            os.utime(name, (1700000000, 1700000000))
            goes_on(n, "with a letter")
        equal(n.one("SELECT COUNT(*) FROM received WHERE remote = 'status.txt'"), 2, "letters that were fetched")


def test_same_name_in_two_mailboxes():
    """Letters of two endpoints that look the same from outside are two letters."""
    with small.Small() as n:
        boxes = [os.path.join(n.top, "box%d" % i, "out") for i in range(2)]
        for i, box in enumerate(boxes):
            os.makedirs(box)
            write(os.path.join(box, "status.txt"), b"text %d" % i)
            os.utime(os.path.join(box, "status.txt"), (1700000000, 1700000000))
        n.write("partners/acme.xml", '<partner %s name="acme" usage="test"><identity qualifier="ZZ" id="ACME"/>' % night.NS +
                "".join('<endpoint name="%s" usage="test" protocol="directory" path="%s" put="in" get="out" after="%s"/>'
                        % (name, os.path.dirname(box), after)
                        for name, box, after in zip(("main", "more"), boxes, ("remember", "delete"))) + "</partner>\n")
        for _ in range(2):
            goes_on(n, "with two letters")
            equal([(r["endpoint"], r["size"]) for r in n.rows("SELECT * FROM received ORDER BY id")],
                  [("main", 6), ("more", 6)], "letters that were fetched")
        equal([os.listdir(box) for box in boxes], [["status.txt"], []], "left in the mailboxes")
        equal(len({r[0] for r in n.rows("SELECT sha FROM received")}), 2, "contents")


def test_answer_deleted_by_hand():
    """A stored answer whose file somebody deleted is put away by name; the run goes on."""
    with small.Small() as n:
        write(os.path.join(n.box("acme", "out"), "a.txt"), b"ISA")
        n.run("--only", "receive")
        os.unlink(n.path(n.one("SELECT place FROM received")))
        n.items("a.json", ("SKU-1", "Mug"))
        goes_on(n, "with an answer that was deleted")
        equal(len(n.mail("acme")), 1, "mail")
        equal(n.one("SELECT reason FROM received"), "LOST-FILE", "reason")
        goes_on(n, "the next night")


def put_away(n):
    """A stored answer in quarantine, which is a good one after all."""
    n.items("a.json", ("SKU-1", "Mug"))
    n.run()
    answers(n, "acme", code=8, verdict="A")
    n.run("--only", "receive")
    n.change("UPDATE received SET state = 'quarantined', reason = 'INGEST-CRASH', attempts = 3, "
             "place = 'quarantine/r-000001.acme' WHERE id = 1")
    os.rename(n.path("received/acme/r-000001"), n.path("quarantine/r-000001.acme"))


def test_retry_beside_a_run():
    """A run that goes on must not take an answer for quarantined that is read again: the ledger changes first."""
    with small.Small() as n:
        put_away(n)
        with contextlib.closing(sqlite3.connect(n.path("ledger.db"), isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            verb = subprocess.Popen([night.GRIDSPOOL, "retry", "r-1", "--env", n.env], stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, text=True)
            time.sleep(1)
            equal((verb.poll(), n.exists("quarantine/r-000001.acme")), (None, True), "before the ledger says so")
            db.execute("ROLLBACK")
            said = verb.communicate(timeout=60)[0]
        equal(verb.returncode, 0, said)
        check(n.exists("received/acme/r-000001"), n.files("received"), n.files("quarantine"))
        goes_on(n, "with the answer")
        equal(n.states("acme"), {"accepted": 1}, "items")
        n.check_sound()


def test_cut_while_retrying():
    """Cut between 'stored' in the ledger and the move of the file: the next run brings them together."""
    with small.Small() as n:
        put_away(n)
        n.change("UPDATE received SET state = 'stored', reason = '', attempts = 0, "
                 "place = 'received/acme/r-000001' WHERE id = 1")
        goes_on(n, "after the cut")
        equal(n.states("acme"), {"accepted": 1}, "items")
        n.check_sound()


def test_cut_while_putting_away():
    """Cut between 'quarantined' in the ledger and the move of the file: the next run brings them together."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        n.change("UPDATE input SET state = 'quarantined', place = 'quarantine/in-000001.products.json', "
                 "reason = 'INPUT-DAMAGED', note = 'cut' WHERE id = 1")
        goes_on(n, "after the cut")
        check(n.exists("quarantine", "in-000001.products.json"), "not in quarantine:", n.files("current"))
        check("INPUT-DAMAGED" in n.reason("quarantine/in-000001.products.json"), "reason")


def test_cut_while_archiving():
    """Cut between the move into yesterday's archive and the ledger: today's run says where the file is."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        day = time.time() - 86400
        folder = time.strftime("archive/%Y/%m/%d", time.gmtime(day))
        with contextlib.closing(sqlite3.connect(n.path("ledger.db"))) as db, db:
            db.execute("UPDATE input SET state = 'superseded', at = ? WHERE id = 1", (int(day),))
        os.makedirs(n.path(folder))
        os.rename(n.path("current/products/in-000001.json"), n.path(folder, "in-000001.json"))
        goes_on(n, "after the cut")
        place = n.one("SELECT place FROM input WHERE id = 1")
        check(n.exists(place), place, "is not there after the cut")


def test_missing_mailbox():
    """A partner's folder is gone: the other partner has its file all the same."""
    with small.Small(partners=("acme", "nord")) as n:
        os.rename(os.path.join(n.top, "acme"), os.path.join(n.top, "acme.gone"))
        n.items("a.json", ("SKU-1", "Mug"))
        goes_on(n, "without acme's folder")
        equal(len(n.mail("nord")), 1, "mail of nord")


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
