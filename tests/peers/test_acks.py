#!/usr/bin/env python3
"""Every kind of answer a partner can give, in order and out of it, and what becomes of the items (case 60)."""
import json
import os
import re

import night
from night import check, equal

ITEMS = 12


def begin(n):
    """A first night with one interchange for each partner."""
    folder = night.catalogue(os.path.join(n.top, "catalogue"), "--items", str(ITEMS))
    n.drop_all(folder)
    n.run(expect=0)
    return folder


def put(n, partner, name, data):
    """A file in the partner's folder for us."""
    path = os.path.join(n.box(partner, "out"), name)
    with open(path + ".tmp", "wb") as f:
        f.write(data)
    os.rename(path + ".tmp", path)


def outcomes(n):
    """(kind, outcome) of all acknowledgments in their order."""
    return [(r["kind"], r["outcome"]) for r in n.rows("SELECT kind, outcome FROM ack ORDER BY id")]


def put_away(n):
    return json.loads(n.program("status", "--json", expect=0).out)["put-away"]


def test_accepted_with_errors():
    with night.Night(partners=("acme",)) as n:
        begin(n)
        key = n.rows("SELECT key FROM item ORDER BY key")[3][0]
        n.answer("acme", rules={"rules": [{"do": "accept-with-errors", "item": key, "segment": "CTP",
                                           "element": 3, "times": 1}]})
        ran = n.run(expect=1)
        check("with-errors" in ran.err and "feedback/" in ran.err, "nobody is told:", ran)
        equal(n.run(expect=0).err, "", "told once")
        equal(n.states("acme"), {"accepted": ITEMS}, "catalog state")
        equal([(r["key"], r["segment"], r["element"]) for r in n.rows("SELECT * FROM feedback")],
              [(key, "CTP", 3)], "feedback kept")
        row = n.interchange("acme")
        equal((row["syntax"], row["ta1"], row["state"]), ("with-errors", "accepted", "archived"), "axes")
        n.check_sound()


def test_ta1_rejected():
    with night.Night(partners=("acme",)) as n:
        begin(n)
        n.answer("acme", "--reject-ta1", "006", "--times", "1")
        ran = n.run(expect=1)
        row = n.interchange("acme")
        equal((row["state"], row["reason"], row["ta1"]), ("held", "TA1-REJECTED", "rejected"), "interchange")
        equal(n.states("acme"), {"held": ITEMS}, "catalog state")
        check("006" in n.reason("hold/" + row["name"]) + ran.err, "the code is not told")
        check("%d held" % ITEMS in ran.err, "what became of the items is not told:", ran)
        equal(n.mail("acme"), [], "sent again by itself")
        n.check_sound()


def test_broken_997():
    """A 997 that its own definition does not allow is put away, and nothing of it is believed."""
    with night.Night(partners=("acme",)) as n:
        begin(n)
        n.answer("acme")
        for name in os.listdir(n.box("acme", "out")):
            with open(os.path.join(n.box("acme", "out"), name), "rb") as f:
                data = f.read()
            if b"*997*" in data:    # one segment more, which SE01 counts
                nine = re.search(rb"AK9[^~]*~\s*", data).group(0)
                data = data.replace(nine, nine + b"REF*ZZ*1~")
                data = re.sub(rb"SE\*(\d+)", lambda m: b"SE*%d" % (int(m.group(1)) + 1), data)
                put(n, "acme", name, data)
        ran = n.run(expect=1)
        check("RECEIVED-DAMAGED" in ran.err and "REF" in ran.err, "what is wrong is not told:", ran)
        equal(n.states("acme"), {"pending": ITEMS}, "catalog state")
        n.check_sound()


def test_repeated():
    with night.Night(partners=("acme",)) as n:
        begin(n)
        n.answer("acme", rules={"rules": [{"do": "twice", "new_number": True}]})
        n.run(expect=0)
        equal(n.states("acme"), {"accepted": ITEMS}, "catalog state")
        equal(sorted(outcomes(n)), [("997", "applied"), ("997", "repeat"), ("TA1", "applied"),
                                    ("TA1", "repeat")], "acknowledgments")
        n.check_sound()


def test_contradiction():
    with night.Night(partners=("acme",)) as n:
        begin(n)
        n.answer("acme")
        files = {name: open(os.path.join(n.box("acme", "out"), name), "rb").read()
                 for name in os.listdir(n.box("acme", "out")) if name.startswith("997")}
        n.run(expect=0)
        (name, data), = files.items()
        changed = data.replace(b"AK9*A*1*1*1", b"AK9*R*1*1*0").replace(b"AK5*A", b"AK5*R")
        check(changed != data, "the 997 looks otherwise:", data)
        put(n, "acme", "again-" + name, changed)
        ran = n.run(expect=1)
        check("contradiction" in ran.err, "nobody is told:", ran)
        equal(outcomes(n)[-1], ("997", "contradiction"), "acknowledgment")
        equal([(x["state"], x["reason"]) for x in put_away(n)], [("contradiction", "ACK-CONTRADICTION")], "status")
        equal((n.states("acme"), n.interchange("acme")["syntax"]), ({"accepted": ITEMS}, "accepted"), "unchanged")
        n.check_sound()


def by_guide(data):
    """The same answer as a 999."""
    guide = b"005010X231A1"
    for old, new in ((rb"\*004010(.)ST\*997\*(\d+)", rb"*%s\1ST*999*\2*%s" % (guide, guide)),
                     (rb"(\n|~)AK([345])\*", rb"\1IK\2*")):
        data, times = re.subn(old, new, data)
        check(times > 0, "the 997 looks otherwise:", data)
    return data


def test_by_guide():
    """A partner that answers with 999 where a 997 is expected says as much; the two are one kind."""
    with night.Night(partners=("acme",)) as n:
        begin(n)
        key = n.rows("SELECT key FROM item ORDER BY key")[3][0]
        n.answer("acme", rules={"rules": [{"do": "accept-with-errors", "item": key, "segment": "CTP",
                                           "element": 3, "times": 1}]})
        path, = [os.path.join(n.box("acme", "out"), name) for name in os.listdir(n.box("acme", "out"))
                 if name.startswith("997")]
        with open(path, "rb") as f:
            data = f.read()
        os.unlink(path)
        put(n, "acme", os.path.basename(path), by_guide(data))
        n.run(expect=1)
        equal([(r["key"], r["segment"], r["element"]) for r in n.rows("SELECT * FROM feedback")],
              [(key, "CTP", 3)], "feedback kept")
        row = n.interchange("acme")
        equal((row["syntax"], row["ta1"], row["state"]), ("with-errors", "accepted", "archived"), "axes")
        put(n, "acme", "again", re.sub(rb"AK([59])\*E", rb"AK\1*R", data))
        ran = n.run(expect=1)
        check("it says rejected, an earlier 999 said with-errors" in ran.err, "nobody is told:", ran)
        equal(n.states("acme"), {"accepted": ITEMS}, "catalog state")
        n.check_sound()


def test_kinds_contradict():
    """TA1 and 997 against each other, in both orders: the first one holds, the other is told."""
    for first in ("997", "TA1"):
        with night.Night(partners=("acme",)) as n:
            begin(n)
            n.answer("acme")
            box, kept = n.box("acme", "out"), {}
            for name in os.listdir(box):
                with open(os.path.join(box, name), "rb") as f:
                    data = f.read()
                os.unlink(os.path.join(box, name))
                kept["997" if b"*997*" in data else "TA1"] = re.sub(rb"(TA1(?:.[^~]*?).)A.000", rb"\1R*006", data)
            second, = {"997", "TA1"} - {first}
            put(n, "acme", "first", kept[first])
            n.run(expect=None)
            row, states = n.interchange("acme"), n.states("acme")
            equal(row["state"], "archived" if first == "997" else "held", "after the first")
            put(n, "acme", "second", kept[second])
            ran = n.run(expect=1)
            said = "it says %s, an earlier %s said %s" % (("rejected", "997", "accepted") if first == "997" else
                                                          ("accepted", "TA1", "rejected"))
            check("contradiction" in ran.err and said in ran.err, "nobody is told:", ran)
            now = n.interchange("acme")
            equal((now["state"], now["ta1"], now["syntax"], n.states("acme")),
                  (row["state"], row["ta1"], row["syntax"], states), "unchanged")
            equal([x["reason"] for x in put_away(n)], ["ACK-CONTRADICTION"], "status")
            n.check_sound()


def test_orphan():
    with night.Night(partners=("acme",)) as n:
        begin(n)
        n.answer("acme", rules={"rules": [{"do": "unknown", "what": "997", "isa13": 777, "gs06": 777}]})
        ran = n.run(expect=1)
        check("orphan" in ran.err and "777" in ran.err, "nobody is told:", ran)
        away, = put_away(n)
        equal((away["state"], away["reason"], away["from"]), ("orphan", "ACK-ORPHAN", "acme"), "status")
        check("997 777: " in away["note"], away)
        told = json.loads(n.program("show", away["id"], "--json", expect=0).out)
        check(told["next"].startswith("nothing of ours fits") and told["verbs"] == ["retry", "close"], told)
        equal(told["acknowledgments"][0]["interchange"], "", "an orphan's interchange")
        n.program("close", away["id"], "--reason", "a test of theirs", expect=0)
        equal(put_away(n), [], "after close")
        check(("997", "orphan") in outcomes(n), outcomes(n))
        equal(n.states("acme"), {"accepted": ITEMS}, "catalog state")
        n.check_sound()


def test_garbage():
    for kind in ("text", "binary", "cut", "empty"):
        with night.Night(partners=("acme",)) as n:
            begin(n)
            n.answer("acme", rules={"rules": [{"do": "garbage", "what": "997", "kind": kind}]})
            ran = n.run(expect=1)
            row, = n.rows("SELECT * FROM received WHERE state = 'quarantined'")
            equal(row["reason"], "RECEIVED-DAMAGED", kind)
            check("next:" in n.reason(row["place"]) and row["reason"] in ran.err, kind, "is not told:", ran)
            equal(n.states("acme"), {"pending": ITEMS}, "catalog state after " + kind)
            equal(str(n.run(expect=0)), "exit 0\n", "the night after")
            n.check_sound()


def test_late_and_half():
    with night.Night(partners=("acme",)) as n:
        begin(n)
        n.answer("acme", rules={"rules": [{"do": "half", "what": "997"}, {"do": "silent", "what": "ta1"}]})
        n.change("UPDATE interchange SET sent_at = sent_at - 172800")
        ran = n.run(expect=1)
        row = n.interchange("acme")
        check(row["overdue_at"] > 0 and "overdue" in ran.err, "not overdue:", ran)
        equal((row["state"], n.states("acme")), ("sent", {"pending": ITEMS}), "while it waits")
        equal(str(n.run(expect=0)), "exit 0\n", "told once")
        half, = [f for f in os.listdir(n.box("acme", "out")) if f.endswith(".tmp")]
        check(not n.rows("SELECT 1 FROM received"), half, "was fetched")
    with night.Night(partners=("acme",)) as n:
        begin(n)
        n.answer("acme", rules={"rules": [{"do": "late", "passes": 2}]})
        n.change("UPDATE interchange SET sent_at = sent_at - 172800")
        n.run(expect=1)
        n.answer("acme")
        n.answer("acme")
        n.run(expect=0)
        row = n.interchange("acme")
        equal((row["state"], n.states("acme")), ("archived", {"accepted": ITEMS}), "late, and taken")
        n.check_sound()


def test_wrong_partner_and_usage():
    with night.Night() as n:
        begin(n)
        n.answer("acme")
        box = n.box("acme", "out")
        for name in os.listdir(box):    # acme's answers come by nord's mailbox
            os.rename(os.path.join(box, name), os.path.join(n.box("nord", "out"), name))
        ran = n.run(expect=1)
        equal(outcomes(n), [("997", "orphan"), ("TA1", "orphan")], "acknowledgments")
        check("its ISA06 is ZZ/ACME, expected ZZ/NORD, the partner" in ran.err, "why is not told:", ran)
        equal((n.states("acme"), n.states("nord")), ({"pending": ITEMS}, {"pending": ITEMS}), "catalog state")
        n.answer("nord")
        box = n.box("nord", "out")
        for name in os.listdir(box):
            path = os.path.join(box, name)
            with open(path, "rb") as f:
                data = f.read()
            with open(path, "wb") as f:     # ISA15 is the element before the last
                f.write(re.sub(rb"\*T\*(.)", rb"*P*\1", data, count=1))
        ran = n.run(expect=1)
        check("its ISA15 is 'P', this environment's is 'T'" in ran.err, "why is not told:", ran)
        equal(n.states("nord"), {"pending": ITEMS}, "catalog state of nord")
        n.check_sound()


def test_same_answer_twice_is_one():
    """The same bytes again, under another name: fetched, kept, and nothing else."""
    with night.Night(partners=("acme",)) as n:
        begin(n)
        n.answer("acme")
        box = n.box("acme", "out")
        copies = {name: open(os.path.join(box, name), "rb").read() for name in os.listdir(box)}
        n.run(expect=0)
        for name, data in copies.items():
            put(n, "acme", "copy-" + name, data)
        n.run(expect=0)
        equal(len(outcomes(n)), len(copies), "acknowledgments applied")
        equal(n.states("acme"), {"accepted": ITEMS}, "catalog state")
        n.check_sound()


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
