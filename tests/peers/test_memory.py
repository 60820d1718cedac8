#!/usr/bin/env python3
"""Memory runs out under the worker that reads an answer."""
import os
import resource

import night
import small
import test_attempts as attempts
from night import check, equal

RUNS = 5


def answered_at_length(n):
    """By a 997 with so many faults that they need memory."""
    faults = [s for i in range(50000) for s in ("AK3*LIN*%d**8" % (i + 3), "AK4*3*234*7*VALUE%06d" % i)]
    attempts.answer(n, 1, attempts.of_997("AK2*832*0001", *faults, "AK5*E*5", "AK9*E*1*1*1"))


def test_memory_runs_out():
    """Memory runs out under the worker: no attempt is counted and the run ends; after five such runs a person has to look."""
    if os.environ.get("TEST_FLAVOUR"):
        night.skip("sanitizers take memory of their own")
    with small.Small() as n:
        answered_at_length(n)
        for run in range(RUNS):
            p = n.start("--only", "ingest")
            died = 0
            for worker in attempts.workers(p):
                resource.prlimit(worker, resource.RLIMIT_AS, (1 << 20, 1 << 20))
                died += 1
            said = p.communicate(timeout=60)[1].decode()
            check("out of memory" in said, said)
            last = run == RUNS - 1
            equal((died, p.returncode), (1, int(last)), "workers, and how run %d ended" % run)
            equal(attempts.received(n), ("quarantined", 0, "INGEST-MEMORY") if last else ("stored", 0, ""), "after run %d" % run)
        equal(n.run("--only", "ingest", expect=0).err, "", "put away, it is told once")
        n.program("retry", "r-1", expect=0)
        n.run("--only", "ingest", expect=None)
        equal((attempts.received(n), n.states("acme")), (("ingested", 0, ""), {"accepted": 1}), "read again")


if __name__ == "__main__":
    night.main(test_memory_runs_out)
