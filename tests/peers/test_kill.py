#!/usr/bin/env python3
"""kill -9 at random moments of a run over two partners; then a run: each interchange once at its partner, or in doubt.

One environment, one price change a round, so that each round makes an interchange for acme (SFTP) and one for nord
(a folder). Every third round the run that recovers is killed too.
"""
import os
import random
import time

import night
from night import check, equal

KILLS = int(os.environ.get("KILLS", "200"))
SEED = int(os.environ.get("KILL_SEED", "20261123"))
OPEN = "('making', 'queued', 'sending')"


def settle(n):
    """Runs until nothing is due."""
    for _ in range(6):
        ran = n.run(expect=None)
        check(ran.code in (0, 1), "the run after a kill:", ran)
        left = n.one("SELECT (SELECT COUNT(*) FROM interchange WHERE state IN %s) + "
                     "(SELECT COUNT(*) FROM unit WHERE state IN ('due', 'converting'))" % OPEN)
        if left == 0:
            return
    check(False, "something is still due after six runs:", *[dict(r) for r in n.rows(
        "SELECT id, state, receipt, reason, note FROM interchange WHERE state IN %s" % OPEN)])


def take_mail(n, partner, seen):
    """The partner collects its mail: every file once, with the bytes of the ledger."""
    for name in n.mail(partner):
        path = os.path.join(n.box(partner, "in"), name)
        row, = n.rows("SELECT * FROM interchange WHERE name = ?", name)
        check(name not in seen, name, "came twice to", partner)
        equal(night.sha256(path), row["sha"], name + " at " + partner)
        seen.add(name)
        os.unlink(path)


def check_all(n, seen):
    """Nothing is missing: what the ledger calls sent was there, what was there is sent or in doubt."""
    doubts = 0
    for r in n.rows("SELECT name, partner, state FROM interchange WHERE state <> 'closed'"):
        if r["state"] == "in-doubt":
            doubts += 1
            continue
        equal(r["state"], "sent", r["name"])
        check(r["name"] in seen[r["partner"]], r["name"], "is called sent and never came to", r["partner"])
    n.check_sound()
    return doubts


def kills():
    chance = random.Random(SEED)
    with night.Night(partners=("acme", "nord"), sftp=("acme",), send="all", top=night.MEMORY) as n:
        folder = night.catalogue(os.path.join(n.top, "cat"), "--items", "40")
        n.drop_all(folder)
        n.run(expect=None)
        seen = {p: set() for p in n.partners}
        skus = [r[0] for r in n.rows("SELECT key FROM item WHERE agreement = 'acme-832' ORDER BY key")]
        whole, hit, recovery, rounds = 0, 0, 0, 0
        while hit + recovery < KILLS and rounds < 3 * KILLS:
            data, _ = night.price_change(folder, skus[rounds % len(skus)], "%d.%02d" % (100 + rounds, rounds % 100))
            n.drop("erp-prices", "prices.csv", data)
            if rounds == 0:     # how long does a round take when nobody kills it?
                begun = time.monotonic()
                n.run(expect=None)
                whole = time.monotonic() - begun
            else:
                hit += n.kill(chance.uniform(0, whole))
                if rounds % 3 == 0:
                    recovery += n.kill(chance.uniform(0, whole))
            settle(n)
            for p in n.partners:
                take_mail(n, p, seen[p])
            rounds += 1
        doubts = check_all(n, seen)
        made = n.one("SELECT COUNT(*) FROM interchange WHERE state <> 'closed'")
        print("%d runs killed, %d of them while recovering; %d interchanges, %d in doubt, 0 lost, 0 doubled"
              % (hit + recovery, recovery, made, doubts))
        equal(hit + recovery >= KILLS, True, "%d runs were killed in time" % (hit + recovery))
        equal(made, 2 * (rounds + 1), "interchanges made")


if __name__ == "__main__":
    night.main(kills)
