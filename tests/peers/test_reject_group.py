#!/usr/bin/env python3
"""A group refused whole: the item that is named waits for new content, all others go again."""
import os

import night
from night import check, equal

ITEMS = 1000


def first_night(n, items):
    folder = night.catalogue(os.path.join(n.top, "catalogue"), "--items", str(items))
    n.drop_all(folder)
    n.run(expect=0)
    equal(n.interchange("acme")["items"], items, "items of the first night")
    return folder


def test_one_named():
    with night.Night(partners=("acme",)) as n:
        folder = first_night(n, ITEMS)
        bad = n.rows("SELECT key FROM item ORDER BY key")[ITEMS // 2][0]
        n.answer("acme", "--reject-group", bad + "@CTP:3", "--times", "1")
        n.run(expect=1)     # takes the refusal, and sends the others in the same run
        equal(n.states("acme"), {"pending": ITEMS - 1, "rejected": 1}, "catalog state")
        equal(n.one("SELECT key FROM item WHERE state = 'rejected'"), bad, "rejected")
        equal(n.interchange("acme")["items"], ITEMS - 1, "items sent again")
        equal(n.files("hold"), [], "hold: nothing there for a person to decide")
        told = n.rows("SELECT * FROM feedback")
        equal([(r["key"], r["segment"], r["element"]) for r in told], [(bad, "CTP", 3)], "feedback")
        check(told[0]["file"] and told[0]["map_line"] > 0, "not traced:", dict(told[0]))
        check([f for f in n.files("feedback") if f.endswith(".json")] and
              [f for f in n.files("feedback") if f.endswith(".csv")], "feedback:", n.files("feedback"))
        line, = n.answer("acme")
        check(line["good"] and not line["duplicate"], "second interchange:", line)
        n.run(expect=0)
        equal(n.states("acme"), {"accepted": ITEMS - 1, "rejected": 1}, "after acceptance")

        n.drop_all(folder)  # nothing is new: the rejected item waits
        equal(str(n.run(expect=0)), "exit 0\n", "a night without news")
        equal(n.mail("acme"), [], "mail without news")

        n.drop("erp-prices", "prices.csv", night.price_change(folder, bad)[0])
        n.run(expect=0)
        equal((n.interchange("acme")["items"], n.states("acme")),
              (1, {"accepted": ITEMS - 1, "pending": 1}), "after its content changed")
        n.answer("acme")
        n.run(expect=0)
        equal(n.states("acme"), {"accepted": ITEMS}, "in the end")
        n.check_sound()


def test_none_named():
    with night.Night(partners=("acme",)) as n:
        first_night(n, 30)
        n.answer("acme", rules={"rules": [{"do": "reject-group", "times": 1}]})
        ran = n.run(expect=1)
        row = n.interchange("acme")
        equal((row["state"], row["reason"], n.states("acme")), ("held", "ACK-REJECTED", {"held": 30}), "held")
        equal(len(n.rows("SELECT 1 FROM event WHERE what = 'held' OR detail LIKE 'reason=ACK-REJECTED%'")) <= 1,
              True, "one cause")
        check("reissue" in n.reason("hold/" + row["name"]), "the reason does not say what to do")
        equal(len([line for line in ran.err.splitlines() if "reject" in line.lower()]) <= 2, True, "notices")
        equal(str(n.run(expect=0)), "exit 0\n", "it waits in silence")
        equal(n.mail("acme"), [], "mail while it is held")
        if not n.has_verb("reissue"):
            return
        n.program("reissue", "%06d" % row["id"], "--reason", "the partner mended its rules", expect=0)
        n.run(expect=0)
        again = n.interchange("acme")
        check(again["id"] != row["id"] and again["isa"] != row["isa"], "no new interchange:", dict(again))
        equal((again["items"], n.states("acme")), (30, {"pending": 30}), "reissued")
        n.answer("acme")
        n.run(expect=0)
        equal(n.states("acme"), {"accepted": 30}, "accepted at last")
        n.check_sound()


if __name__ == "__main__":
    night.main(test_one_named, test_none_named)
