#!/usr/bin/env python3
"""Kill -9 at random moments of nights in which partners answer and whole exports come again.

test_kill.py asks what is at the partners. This one looks at everything else after each kill: the
event chain, the control numbers, each file of the spool, the catalog state. GRIDSPOOL_KILLS (12)
says how often, GRIDSPOOL_SEED (1) makes other moments.
"""
import collections
import os
import random
import time

import night
from night import check, equal

KILLS = int(os.environ.get("GRIDSPOOL_KILLS", "12"))
RECOVERY = KILLS // 4       # of these, the run that recovers is killed too
RND = random.Random(int(os.environ.get("GRIDSPOOL_SEED", "1")))
ITEMS = 60
PARTNERS = ("acme", "nord")


def quiesce(n):
    """Runs until nothing is under way; a run that recovers may leave with 0 or 1, not otherwise."""
    for _ in range(6):
        ran = n.run(expect=None)
        check(ran.code in (0, 1), "recovery:", ran)
        if not n.rows("SELECT 1 FROM interchange WHERE state IN ('making', 'queued', 'sending') UNION ALL "
                      "SELECT 1 FROM unit WHERE state IN ('due', 'converting') UNION ALL "
                      "SELECT 1 FROM input WHERE state IN ('claiming', 'claimed') UNION ALL "
                      "SELECT 1 FROM received WHERE state IN ('fetching', 'stored') UNION ALL "
                      "SELECT 1 FROM item WHERE state = 'due'"):
            return
    raise AssertionError("six runs and still not at rest")


def check_partner(n, partner, seen):
    """What the ledger calls sent is there once with its bytes; in doubt is there once or not at all."""
    count = collections.Counter()
    mailbox = {}
    for name in n.mail(partner):
        check(not name.endswith((".tmp", ".part")), "a part under a final name:", name)
        mailbox[name] = night.sha256(os.path.join(n.box(partner, "in"), name))
    for line in n.journal(partner):
        check(not line["duplicate"] and line["good"], "received:", line["name"], line)
        count[line["name"]] += 1
        mailbox.setdefault(line["name"], line["sha256"])
    for row in n.rows("SELECT * FROM interchange WHERE partner = ?", partner):
        there = mailbox.pop(row["name"], None)
        check(count[row["name"]] <= 1, row["name"], "came", count[row["name"]], "times")
        if row["state"] in ("sent", "archived"):
            equal(there, row["sha"], "%s at %s" % (row["name"], partner))
            seen["sent"] += 1
        elif row["state"] == "in-doubt":
            check(there in (None, row["sha"]), row["name"], "has other bytes at the partner")
            seen["in doubt"] += 1
        else:
            check(row["state"] == "closed" and there is None, row["name"], row["state"], there)
    check(not mailbox, "at the partner and not in the ledger:", mailbox)


def check_all(n, seen):
    n.check_sound()
    for partner in PARTNERS:
        check_partner(n, partner, seen)
        equal(sum(n.states(partner).values()), ITEMS, "items known of " + partner)
        check(set(n.states(partner)) <= {"pending", "accepted"}, "items:", n.states(partner))
    equal([name for s in night.SOURCES for name in n.files("inbox/" + s)], [], "left in the inbox")
    check(not n.rows("SELECT 1 FROM received WHERE state = 'quarantined'"), "an answer was put away")


class Catalogue:
    """One catalogue; each round every price differs from the round before."""

    def __init__(self, folder):
        self.folder, self.round = folder, 0
        with open(os.path.join(folder, "erp", "prices.csv"), encoding="utf-8") as f:
            self.lines = f.read().splitlines()

    def drop(self, n):
        self.round += 1
        out = [self.lines[0]]
        for line in self.lines[1:]:
            cells = line.split(",")
            cells[3] = "%d.%02d" % (10 + self.round // 100, self.round % 100)
            out.append(",".join(cells))
        n.drop("erp-prices", "prices.csv", ("\n".join(out) + "\n").encode("utf-8"))
        if self.round % 2 and not os.path.exists(n.inbox("ampliance", "export")):
            n.drop_content(self.folder)     # packed, and dropped again as unchanged
            n.drop_erp(self.folder, "products")


def measure(n, catalogue):
    """The seconds of an undisturbed night, answers of the night before included."""
    took = []
    for _ in range(3):
        catalogue.drop(n)
        start = time.monotonic()
        n.run(expect=0)
        took.append(time.monotonic() - start)
        for partner in PARTNERS:
            n.answer(partner)
    return max(took)


def rounds(name, kills, twice):
    """Kills that many runs; checks everything after each, and starts anew every 50 rounds."""
    seen = collections.Counter()
    while seen["killed"] < kills:
        with night.Night(partners=PARTNERS, sftp=("acme",), top=night.MEMORY) as n:
            catalogue = Catalogue(night.catalogue(os.path.join(n.top, "catalogue"), "--items", str(ITEMS)))
            length = measure(n, catalogue)
            for _ in range(50):
                if seen["killed"] >= kills:
                    break
                catalogue.drop(n)
                seen["killed"] += n.kill(RND.uniform(0, length))
                if twice:
                    seen["recovery killed"] += n.kill(RND.uniform(0, length))
                quiesce(n)
                now = collections.Counter()
                check_all(n, now)
                for partner in PARTNERS:
                    n.answer(partner)
            n.run(expect=None)
            seen.update(now)
    print("%s: %s" % (name, ", ".join("%d %s" % (v, k) for k, v in sorted(seen.items()))), flush=True)


def test_kill():
    rounds("kill", KILLS - RECOVERY, False)


def test_kill_in_recovery():
    rounds("kill in recovery", RECOVERY, True)


if __name__ == "__main__":
    night.main(test_kill, test_kill_in_recovery)
