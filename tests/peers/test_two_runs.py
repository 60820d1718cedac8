#!/usr/bin/env python3
"""Two runs at once, operators' commands during a run, and an end by SIGTERM or SIGHUP."""
import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import tempfile
import time

import night
import small
from night import check, equal

ITEMS = int(os.environ.get("GRIDSPOOL_ITEMS", "3000"))  # so that converting takes long enough to meet the run in it
MADE = tempfile.TemporaryDirectory()    # the catalogue, once for all tests


def drop(n):
    folder = os.path.join(MADE.name, "catalogue")
    if not os.path.exists(folder):
        night.catalogue(folder, "--items", str(ITEMS))
    n.drop_all(folder)


def begin(n):
    """A run that is under way; it has committed its start."""
    drop(n)
    child = n.start()
    wait(n, child, "SELECT COUNT(*) FROM event WHERE what = 'converting'")
    return child


def wait(n, child, sql):
    """Until the query gives more than 0, while the run is still there."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        check(child.poll() is None, "the run was over before", sql)
        try:
            if n.one(sql) > 0:
                return
        except Exception as e:      # the ledger is locked for a moment
            check("locked" in str(e), e)
        time.sleep(0.002)
    raise AssertionError("not seen in 30 s: " + sql)


def finish(n, child, codes):
    """Waits for the end of the run and returns what it left with, one of codes."""
    out, err = child.communicate(timeout=60)
    night.no_report(err)
    check(child.returncode in codes, "the run ended with", child.returncode, err.decode())
    return child.returncode


def test_second_leaves():
    with night.Night() as n:
        child = begin(n)
        second = n.run(expect=75)
        said = re.search(r"host (\S+) pid (\d+) since (\S+)", second.err)
        check(said, "the first is not named:", second)
        equal((said.group(1), int(said.group(2))), (os.uname().nodename, child.pid), "the first")
        check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said.group(3)), second)
        finish(n, child, (0,))
        equal([len(n.mail(p)) for p in n.partners], [1, 1], "mail")
        equal(n.one("SELECT COUNT(*) FROM run"), 1, "runs")
        n.check_sound()


def test_status_and_hold():
    """What is held during a run counts from the next effect on; the rest goes."""
    with night.Night() as n:
        if not n.has_verb("hold") or not n.has_verb("status"):
            night.skip("there are no verbs yet")
        child = begin(n)
        status = n.program("status")
        check(status.code in (0, 1) and "acme" in status.out, "status during a run:", status)
        held = []
        end = time.monotonic() + 30
        while not held and child.poll() is None and time.monotonic() < end:
            queued = n.rows("SELECT id FROM interchange WHERE partner = 'nord' AND state = 'queued'")
            for row in queued:
                ran = n.program("hold", "%06d" % row["id"], "--reason", "asked by phone")
                if ran.code == 0:
                    held.append(row["id"])
        finish(n, child, (0, 1))
        state = n.interchange("nord")["state"]
        if held:
            equal((state, n.mail("nord")), ("held", []), "what was held")
        else:       # the run was faster; hold says so and nothing is half done
            equal((state, len(n.mail("nord"))), ("sent", 1), "what was not held")
        equal(len(n.mail("acme")), 1, "mail of the other")
        n.check_sound()


def test_terminated():
    """Sending is the last thing a run does: a signal then may come when nothing is left to stop."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)    # a run under nohup goes on
    for at, sent, codes in (("claiming", signal.SIGTERM, (75,)), ("converting", signal.SIGTERM, (75,)),
                            ("converting", signal.SIGHUP, (75,)), ("sending", signal.SIGTERM, (75, 0))):
        with night.Night() as n:
            drop(n)
            child = n.start()
            wait(n, child, f"SELECT COUNT(*) FROM event WHERE what = '{at}'")
            begun = time.monotonic()
            child.send_signal(sent)
            code = finish(n, child, codes)
            took = time.monotonic() - begun
            check(took < 20, "it took", took, "seconds")
            ended = n.rows("SELECT ended, status FROM run")
            check(ended[0]["ended"], "the run has no end in the ledger:", [dict(r) for r in ended])
            equal(ended[0]["status"], code, "the status of a run that was stopped")
            n.program("status", "--max-age", "26h", expect=1 if code else 0)
            equal(n.one("SELECT COUNT(*) FROM unit WHERE attempts > 1"), 0, "attempts counted")
            n.run(expect=None)
            n.run(expect=None)
            equal([len(n.mail(p)) for p in n.partners], [1, 1], "mail after the next run")
            equal([n.states(p) for p in n.partners], [{"pending": ITEMS}] * 2, "items")
            n.check_sound()


def test_run_spares_what_commands_write():
    """A run that starts removes what cut ones left under .tmp, not what a command is writing there."""
    with small.Small() as n:
        other = subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL)
        try:
            for folder in ("work", "hold", "archive/bundles"):
                os.makedirs(n.path(folder, ".tmp"), exist_ok=True)
                with open(n.path(folder, ".tmp", "%d-0a" % other.pid), "w"):
                    pass
            os.makedirs(n.path("work", ".tmp", "%d-bundle" % other.pid, "maps"))
            n.run(expect=None)
            equal(sorted(os.listdir(n.path("work", ".tmp"))), ["%d-%s" % (other.pid, x) for x in ("0a", "bundle")], "work")
            equal(os.listdir(n.path("hold", ".tmp")), ["%d-0a" % other.pid], "hold")
        finally:
            other.kill()
            other.wait()
        n.run(expect=None)
        for folder in ("work", "hold", "archive/bundles"):
            equal(os.listdir(n.path(folder, ".tmp")), [], folder)


def test_control_set_meets_a_run():
    """Numbers that a run draws while the command waits for it are not given again."""
    with small.Small() as n:
        n.program("control", "set", "acme", "--next", "100", expect=0)
        with contextlib.closing(sqlite3.connect(n.path("ledger.db"), isolation_level=None, timeout=60)) as run:
            run.execute("BEGIN IMMEDIATE")
            run.execute("UPDATE number SET next = 200")
            command = subprocess.Popen([night.GRIDSPOOL, "control", "set", "acme", "--next", "150", "--env", n.env],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(1)       # it has read what it reads without the lock, and waits
            check(command.poll() is None, "it does not wait for the other writer")
            run.execute("COMMIT")
        out, err = command.communicate(timeout=60)
        night.no_report(err)
        equal(n.one("SELECT next FROM number"), 200, "the next number")
        equal((command.returncode, "is 200; starting at 150 would use numbers again" in err), (65, True), out + err)


if __name__ == "__main__":
    night.main(test_second_leaves, test_status_and_hold, test_terminated,
               test_run_spares_what_commands_write, test_control_set_meets_a_run)
