#!/usr/bin/env python3
"""A 997 about a group of several sets: which set it means, what its counts say, and what may count as accepted."""
import contextlib
import os

import night
import small
from night import check, equal

ITEMS = ("S1", "S2", "S3")
FAULT = ("AK3*LIN*3**8", "AK4*3**7")    # the item number of the only item of a set


class Sets(small.Small):
    """Each item is a set of its own: 0001, 0002, 0003."""

    def map_of(self, name):
        path = super().map_of(name)
        with open(self.path("bundle", path), encoding="utf-8") as f:
            text = f.read()
        self.write("bundle/" + path, text.replace("<message>", '<message items="1">'))
        return path

    def answer_by_hand(self, *body, code=7):
        """A 997 about the first group."""
        body = ("AK1*SC*1",) + body
        lines = ["ISA*00*          *00*          *ZZ*ACME           *14*%-15s*261123*2300*U*00401*%09d*0*T*>"
                 % (night.US[1], code), "GS*FA*ACME*HEARTHLOOM*20261123*2300*%d*X*004010" % code, "ST*997*0001",
                 *body, "SE*%d*0001" % (len(body) + 2), "GE*1*%d" % code, "IEA*1*%09d" % code]
        with open(os.path.join(self.box("acme", "out"), "a%d.x12" % code), "wb") as f:
            f.write(("~\n".join(lines) + "~\n").encode())

    def items_now(self):
        return {r[0]: r[1] for r in self.rows("SELECT key, state FROM item")}

    def verdicts(self):
        return [r[0] for r in self.rows("SELECT verdict FROM iset ORDER BY st")]

    def outcome(self):
        return [r[0] for r in self.rows("SELECT outcome FROM ack ORDER BY id")]


@contextlib.contextmanager
def sent(*items):
    """An environment that has sent these."""
    with Sets() as n:
        n.items("a.json", *[(sku, "Mug") for sku in items or ITEMS])
        n.run()
        yield n


def all_of(state):
    return dict.fromkeys(ITEMS, state)


def test_held_when_a_refused_set_is_not_named():
    """Fewer sets are accepted than were sent, and nobody says which: nothing counts as accepted."""
    for body, syntax in ((["AK9*P*3*3*2"], "partial"), (["AK9*A*3*3*2"], "partial"), (["AK9*A*3*3*0"], "rejected"),
                         (["AK9*E*3*2*2"], "partial"), (["AK9*P*3*3*3"], "partial"),
                         (["AK2*832*0001", "AK5*A", "AK9*P*3*3*2"], "partial")):
        with sent() as n:
            n.answer_by_hand(*body)
            ran = n.run(expect=1)
            row = n.interchange("acme")
            equal((n.items_now(), row["state"], row["reason"], row["syntax"]),
                  (all_of("held"), "held", "ACK-REJECTED", syntax), body)
            check("3 held" in ran.err and "without naming" in n.reason("hold/" + row["name"]), body, ran)
            equal(n.verdicts(), ["", "", ""], "verdicts of sets, %s" % body)
            equal(str(n.run(expect=0)), "exit 0\n", "told once")
            n.check_sound()


def test_one_set():
    """The same of a group of one set."""
    for body in ("AK9*P*2*2*1", "AK9*A*1*1*0"):
        with sent("S1") as n:
            n.answer_by_hand(body)
            n.run(expect=1)
            equal((n.items_now(), n.interchange("acme")["state"]), ({"S1": "held"}, "held"), body)
            n.program("reissue", "1", "--reason", "asked them", expect=0)
            n.run(expect=0)
            equal(n.items_now(), {"S1": "pending"}, "reissued")


def test_accepted():
    """Sets that were accepted may be left out, when the counts say that they were."""
    for body, verdicts in ((["AK9*A*3*3*3"], ["accepted"] * 3), (["AK9*E*3*3*3"], ["accepted"] * 3),
                           (["AK2*832*0002", "AK5*E*5", "AK9*E*3*3*3"], ["accepted", "with-errors", "accepted"])):
        with sent() as n:
            n.answer_by_hand(*body)
            n.run(expect=None)
            equal((n.items_now(), n.interchange("acme")["state"], n.verdicts()),
                  (all_of("accepted"), "archived", verdicts), body)


def test_refused_sets():
    """A set is the same with and without zeros; what it does not name is accepted by the counts, or held."""
    for number in ("0002", "2", "000000002"):
        with sent() as n:
            n.answer_by_hand("AK2*832*" + number, *FAULT, "AK5*R*5", "AK9*P*3*3*2")
            n.run(expect=1)
            equal((n.items_now(), n.interchange("acme")["state"], n.verdicts()),
                  ({"S1": "accepted", "S2": "rejected", "S3": "accepted"}, "archived",
                   ["accepted", "rejected", "accepted"]), number)
            equal([(r["key"], r["element"]) for r in n.rows("SELECT * FROM feedback")], [("S2", 3)], "feedback")
    with sent() as n:    # a second set is refused, and not named
        n.answer_by_hand("AK2*832*2", *FAULT, "AK5*R*5", "AK9*P*3*3*1")
        n.run(expect=1)
        equal((n.items_now(), n.interchange("acme")["state"], n.verdicts()),
              ({"S1": "held", "S2": "rejected", "S3": "held"}, "held", ["", "rejected", ""]), "one named of two")
    with sent() as n:    # a set that was taken in part is no accepted one
        n.answer_by_hand("AK2*832*2", *FAULT, "AK5*P*5", "AK9*P*3*3*2")
        n.run(expect=1)
        equal(n.items_now(), {"S1": "accepted", "S2": "rejected", "S3": "accepted"}, "taken in part")
    with sent() as n:    # the group is refused, whatever its sets are
        n.answer_by_hand("AK2*832*0001", "AK5*A", "AK9*R*3*3*0*5")
        n.run(expect=1)
        equal((n.items_now(), n.verdicts()), (all_of("held"), ["rejected"] * 3), "group")


def test_sets_that_were_not_sent():
    """An answer about a set that was not sent, or about one twice, changes nothing and is told."""
    for body, word in ((["AK2*832*0009", "AK5*R*5", "AK9*P*3*3*2"], "set 0009"),
                       (["AK2*832*9", "AK5*A", "AK9*A*3*3*3"], "set 9"),
                       (["AK2*832*0001", "AK5*A", "AK2*832*1", "AK5*R*5", "AK9*P*3*3*2"], "twice")):
        with sent() as n:
            n.answer_by_hand(*body)
            ran = n.run(expect=1)
            check(word in ran.err and "contradiction" in ran.err, body, "is not told:", ran)
            row = n.interchange("acme")
            equal((n.items_now(), row["state"], row["syntax"], n.outcome()),
                  (all_of("pending"), "sent", "", ["contradiction"]), body)
            equal(n.one("SELECT reason FROM received"), "ACK-CONTRADICTION", "reason")
            n.answer_by_hand("AK9*A*3*3*3", code=8)
            n.run(expect=0)
            equal((n.items_now(), n.outcome()), (all_of("accepted"), ["contradiction", "applied"]), "the right one")


def test_counts_that_cannot_be():
    """What is wrong with the counts of an answer that is applied all the same is told."""
    for body, word in ((("AK2*832*0002",) + FAULT + ("AK5*R*5", "AK9*P*3*3*3"), "AK904 is 3"),
                       (("AK2*832*0002",) + FAULT + ("AK5*R*5", "AK9*A*3*3*2"), "AK901"),
                       (("AK9*A*5*5*5",), "5 sets")):
        with sent() as n:
            n.answer_by_hand(*body)
            ran = n.run(expect=1)
            check(word in ran.err and "X12-ACK-COUNT" in ran.err, body, "is not told:", ran)
            check("X12-ACK-COUNT" in n.one("SELECT note FROM ack"), "not kept with the answer")
            equal(n.items_now(), dict(all_of("accepted"), **({"S2": "rejected"} if len(body) > 1 else {})), body)
            equal(str(n.run(expect=0)), "exit 0\n", "told once")


def test_corrected():
    """After an answer that held the group, one that accepts it is no repeat of it."""
    with sent() as n:
        n.answer_by_hand("AK9*A*3*3*0")
        n.run(expect=1)
        n.answer_by_hand("AK9*A*3*3*0", code=8)
        n.run(expect=0)
        n.answer_by_hand("AK9*A*3*3*3", code=9)
        n.run(expect=1)
        equal(n.outcome(), ["applied", "repeat", "contradiction"], "answers")
        equal(n.items_now(), all_of("held"), "items")


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
