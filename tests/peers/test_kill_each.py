#!/usr/bin/env python3
"""Kill -9 of the supervisor at its n-th rename, removal, commit or fsync, one n after the other.

One night in which everything happens: answers, a damaged answer, a new price list, an export that
is unchanged, an empty file and one that is not what its source says, markers beside the files. strace
kills; the run after it must leave what a night that nobody disturbed leaves.
GRIDSPOOL_EACH (4) says how many points of each kind are tried, evenly spread; 0 is all.
"""
import os
import shutil
import subprocess

import night
from night import check, equal

EACH = int(os.environ.get("GRIDSPOOL_EACH", "4"))
# strace counts each system call for itself; SQLite commits by unlink of its journal.
CALLS = ("renameat2", "unlinkat", "unlink", "fsync")
ONLY = int(os.environ.get("GRIDSPOOL_POINT", "0"))   # one point, to look into it
ITEMS = 10


def prepare(n):
    """The evening before: a night behind us, its answers and tonight's files waiting."""
    folder = night.catalogue(os.path.join(n.top, "catalogue"), "--items", str(ITEMS))
    n.drop_all(folder)
    n.run(expect=0)
    n.answer("acme")
    n.answer("nord", rules={"rules": [{"do": "garbage", "what": "ta1", "kind": "text"}]})
    key = n.rows("SELECT key FROM item ORDER BY key")[0][0]
    n.drop("erp-prices", "prices.csv", night.price_change(folder, key)[0])
    n.drop("erp-products", "empty.csv", b"")
    n.drop_content(folder)
    os.rename(n.env, n.env + ".saved")
    for partner in n.partners:
        os.rename(os.path.join(n.top, partner), os.path.join(n.top, partner + ".saved"))


def restore(n):
    for name in ("env",) + n.partners:
        path = os.path.join(n.top, name)
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(path + ".saved", path, symlinks=True)


def strace(n, *flags):
    log = os.path.join(n.top, "strace.log")
    # The leak checker cannot look at a process that strace holds.
    env = dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")
    done = subprocess.run(["strace", "-qq", "-o", log, *flags, night.GRIDSPOOL, "run", "--env", n.env],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, env=env)
    night.no_report(done.stderr)
    with open(log, encoding="utf-8", errors="replace") as f:
        return done, f.read().splitlines()


def outcome(n):
    """What a night leaves, without what differs by design (names, times, numbers)."""
    return {
        "input": [tuple(r) for r in n.rows("SELECT source, state, reason FROM input ORDER BY id")],
        "received": [tuple(r) for r in n.rows("SELECT partner, state, reason FROM received "
                                              "WHERE state <> 'abandoned' ORDER BY partner, remote")],
        "interchange": [tuple(r) for r in n.rows("SELECT partner, state, items, ta1, syntax, sha <> '' FROM "
                                                 "interchange WHERE state <> 'closed' ORDER BY id")],
        "items": [n.states(p) for p in n.partners],
        "mail": [len(n.mail(p)) for p in n.partners],
        "left": n.files("inbox"),
    }


def check_mail(n):
    for partner in n.partners:
        for name in n.mail(partner):
            row, = n.rows("SELECT * FROM interchange WHERE name = ?", name)
            check(row["state"] in ("sent", "in-doubt"), name, "is there and", row["state"])
            equal(night.sha256(os.path.join(n.box(partner, "in"), name)), row["sha"], name)


def one_point(n, calls, at, want, doubts):
    restore(n)
    done, _ = strace(n, "-e", "trace=" + calls, "-e", "inject=%s:signal=KILL:when=%d" % (calls, at))
    if done.returncode not in (-9, 137):    # workers end in any order, so nights differ by a call or two
        check(done.returncode in (0, 1), "point", at, done.stderr)
        return False
    ran = n.run(expect=None)
    check(ran.code in (0, 1), "recovery:", ran)
    n.run(expect=None)
    n.check_sound()
    check_mail(n)
    doubt = n.one("SELECT COUNT(*) FROM interchange WHERE state = 'in-doubt'")
    doubts.append(doubt)
    if doubt == 0:
        found = outcome(n)
        for part, value in want.items():
            equal(found[part], value, part)
    return True


def each(call):
    with night.Night(top=night.MEMORY) as n:
        prepare(n)
        restore(n)
        done, lines = strace(n, "-e", "trace=" + call)
        check(done.returncode in (0, 1), "the undisturbed night:", done.stderr)
        n.run(expect=None)
        n.check_sound()
        want = outcome(n)
        lines = [line for line in lines if line.startswith(call + "(")]
        step = max(1, len(lines) // EACH) if EACH else 1
        tried = range(ONLY or 1, ONLY + 1 if ONLY else len(lines) + 1, step)
        doubts, wrong, reached = [], [], 0
        for at in tried:
            try:
                reached += one_point(n, call, at, want, doubts)
            except AssertionError as e:
                wrong.append("at %d (%s): %s" % (at, lines[at - 1][:150], e))
                if ONLY:
                    raise
        print("%s: killed at %d of %d, %d in doubt, %d wrong" % (call, reached, len(lines), sum(doubts), len(wrong)))
        check(not wrong, "\n" + "\n".join(wrong))
        check(ONLY or reached >= len(tried) - 5, "only", reached, "of", len(tried), "points were reached")


def test_renameat2():
    each("renameat2")


def test_unlinkat():
    each("unlinkat")


def test_unlink():
    each("unlink")


def test_fsync():
    each("fsync")


if __name__ == "__main__":
    if not shutil.which("strace"):
        night.skip("strace is not installed (scripts/install-deps)")
    night.main(test_renameat2, test_unlinkat, test_unlink, test_fsync)
