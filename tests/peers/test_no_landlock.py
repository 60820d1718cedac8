#!/usr/bin/env python3
"""On a kernel without Landlock: the work is done all the same, and each kind of worker has it told, once a run."""
import errno
import subprocess

import calls
import night
import small
from night import check, equal


def program(n, *args):
    done = subprocess.run([night.GRIDSPOOL, *args, "--env", n.env], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", timeout=120, cwd=n.top,
                          preexec_fn=calls.failing("landlock_create_ruleset", errno.ENOSYS))
    ran = night.Ran(done)
    check(ran.code in (0, 1), *args, "gave", ran)
    return ran


def told(ran):
    return [line for line in ran.err.splitlines() if " sandbox " in line and "Landlock" in line]


def test_told():
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        equal(len(told(program(n, "run", "--only", "collect,convert"))), 1, "converter and reading through")
        n.run()
        equal(n.answer("acme")[0]["good"], True, "the interchange")
        n.run("--only", "receive")
        equal(n.one("SELECT COUNT(*) FROM received"), 2, "two files to ingest")
        equal(len(told(program(n, "run", "--only", "ingest"))), 1, "ingest worker")
        equal(n.states("acme"), {"accepted": 1}, "items")
        ran = program(n, "explain", "1", "3:3")
        equal((len(told(ran)), "sku" in ran.out), (1, True), "tracing worker: %s" % ran)


if __name__ == "__main__":
    if not calls.can_fail():
        night.skip("this kernel filters no calls")
    night.main(test_told)
