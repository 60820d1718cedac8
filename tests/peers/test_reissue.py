#!/usr/bin/env python3
"""A reissue is linked: the old interchange names the one that has its items again, and the other way round."""
import json
import os
import pwd

import night
import small
from night import check, equal


def told(n, number):
    """What show says of the links of an interchange: (reissue-of, reissued-as)."""
    fields = json.loads(n.program("show", "%d" % number, "--json", expect=0).out)
    return fields.get("reissue-of", ""), fields.get("reissued-as", "")


def test_snapshots():
    """Two that are reissued before the next run go out in one; one of the archive is linked too."""
    with small.Small() as n:
        n.items("a.json", ("S1", "Mug"))
        n.run()
        n.items("a.json", ("S1", "Mug"), ("S2", "Pot"))
        n.run()
        for number in (1, 2):
            n.program("reissue", "%d" % number, "--reason", "lost over there", expect=0)
        equal([told(n, i) for i in (1, 2)], [("", "")] * 2, "links before the run")
        equal({r[0] for r in n.rows("SELECT actor FROM event WHERE what = 'reissued'")},
              {"user:" + pwd.getpwuid(os.getuid()).pw_name}, "who")
        n.run()
        equal([told(n, i) for i in (1, 2, 3)], [("", "000003"), ("", "000003"), ("000001, 000002", "")], "links")
        text = n.program("show", "3", expect=0).out
        check("reissue-of" in text and "000001, 000002" in text, text)
        n.answer("acme")
        n.run()
        equal(n.interchange("acme")["state"], "archived", "state of the third")
        n.program("reissue", "3", "--reason", "they lost all", expect=0)
        n.items("a.json", ("S1", "Mug"), ("S2", "Pot"), ("S3", "Jug"))
        n.run()
        equal([told(n, i) for i in (1, 3, 4)],
              [("", "000003"), ("000001, 000002", "000004"), ("000003", "")], "links of the fourth")
        n.items("a.json", ("S1", "Cup"), ("S2", "Pot"), ("S3", "Jug"))
        n.run()
        equal(told(n, 5), ("", ""), "what changed by itself")
        n.check_sound()


def test_events():
    """Each file of events has a unit of its own, and so has its reissue."""
    with small.Small(kind="events") as n:
        for name, item in (("a.json", ("S1", "Mug")), ("b.json", ("S2", "Pot"))):
            n.items(name, item)
            n.run()
        for number in (1, 2):
            n.program("reissue", "%d" % number, "--reason", "lost over there", expect=0)
        n.run()
        equal([told(n, i) for i in (1, 2, 3, 4)],
              [("", "000003"), ("", "000004"), ("000001", ""), ("000002", "")], "links")
        n.check_sound()


def test_events_without_their_file():
    """What was purged from the archive cannot be made anew: reissue is refused and says why, and nothing is due."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("S1", "Mug"))
        n.run()
        n.change("UPDATE input SET place = ''")
        ran = n.program("reissue", "1", "--reason", "lost over there", expect=65)
        check("LOST-SOURCE" in ran.err and "in-000001 is no longer kept" in ran.err and "<retention>" in ran.err, ran)
        equal(n.states("acme"), {"pending": 1}, "items")
        equal(n.one("SELECT COUNT(*) FROM unit"), 1, "units of work")


if __name__ == "__main__":
    night.main(test_snapshots, test_events, test_events_without_their_file)
