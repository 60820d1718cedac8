#!/usr/bin/env python3
"""Attempts to read an answer: only a worker that died counts; a cut run or a full machine is not the answer's fault."""
import errno
import os
import signal
import subprocess
import time

import calls
import night
import small
from night import check, equal

LIMIT = 3


def answer(n, groups, segments):
    """What was sent is answered: so many functional groups with these segments; it is stored, not read yet."""
    n.items("a.json", ("SKU-1", "Mug"))
    n.run()
    isa = "ISA*00*          *00*          *ZZ*ACME           *14*%-15s*261123*2300*U*00401*000000007*0*T*>" % night.US[1]
    with open(os.path.join(n.box("acme", "out"), "a.x12"), "wb") as f:
        f.write(("~\n".join([isa] + segments + ["IEA*%d*000000007" % groups]) + "~\n").encode())
    n.run("--only", "receive")


def of_997(*segments):
    return ["GS*FA*ACME*HEARTHLOOM*20261123*2300*7*X*004010", "ST*997*0001", "AK1*SC*1", *segments,
            "SE*%d*0001" % (len(segments) + 3), "GE*1*7"]


def answered(n):
    """By a 997 in a file that takes long to read."""
    other = ["ST*846*0001"] + ["DTM*999*20261123*%s" % ("1" * 6)] * 1500000 + ["SE*1500002*0001"]
    answer(n, 2, ["GS*IB*ACME*HEARTHLOOM*20261123*2300*6*X*004010", *other, "GE*1*6"] + of_997("AK9*A*1*1*1"))


def received(n):
    row, = n.rows("SELECT state, attempts, reason FROM received")
    return tuple(row)


def workers(p):
    """The workers of a run, as soon as they are there, until it ends."""
    last = None
    while p.poll() is None:
        found = night.workers(p.pid)
        if found and found[0] != last:
            last = found[0]
            yield last
        time.sleep(0.001)


def test_cut_runs():
    with small.Small() as n:
        answered(n)
        for _ in range(LIMIT):
            p = n.start("--only", "ingest")
            next(workers(p))
            p.kill()
            night.no_report(p.communicate(timeout=60)[1])
            equal(received(n), ("stored", 0, ""), "after a cut")
        n.run("--only", "ingest", expect=None)
        equal((received(n), n.states("acme")), (("ingested", 0, ""), {"accepted": 1}), "in the end")


def test_worker_dies():
    with small.Small() as n:
        answered(n)
        p = n.start("--only", "ingest")
        died = 0
        for worker in workers(p):
            os.kill(worker, signal.SIGKILL)
            died += 1
        night.no_report(p.communicate(timeout=60)[1])
        equal((died, received(n)[0], received(n)[2]), (LIMIT, "quarantined", "INGEST-CRASH"), "in the end")
        n.program("retry", "r-1", expect=0)
        n.run("--only", "ingest", expect=None)
        equal(n.states("acme"), {"accepted": 1}, "read again")


def test_no_worker():
    """No process can be made."""
    if not calls.can_fail():
        night.skip("this kernel filters no calls")
    with small.Small() as n:
        answered(n)
        for _ in range(LIMIT):
            done = subprocess.run([night.GRIDSPOOL, "run", "--only", "ingest", "--env", n.env], capture_output=True,
                                  text=True, timeout=60, preexec_fn=calls.failing("clone", errno.EAGAIN))
            check("start a worker" in done.stderr, done)
            equal(received(n), ("stored", 0, ""), "without a process")
        n.run("--only", "ingest", expect=None)
        equal(n.states("acme"), {"accepted": 1}, "in the end")


if __name__ == "__main__":
    night.main(test_cut_runs, test_worker_dies, test_no_worker)
