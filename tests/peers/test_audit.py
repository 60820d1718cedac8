#!/usr/bin/env python3
"""The chain of events and audit.log: what was changed is found and told, what only looks changes nothing."""
import json
import os

import night
import small
from night import check, equal


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def one_night(n):
    n.items("a.json", ("SKU-1", "Mug"))
    n.run()


def test_changed_event():
    """A row that was changed is news of one run, a warning of the next ones, and named by check until it is mended."""
    with small.Small() as n:
        one_night(n)
        detail = n.one("SELECT detail FROM event WHERE seq = 4")
        n.change("UPDATE event SET detail = 'nothing' WHERE seq = 4")
        for flags in ((), ("--json",)):
            ran = n.program("check", *flags, expect=1)
            check("AUDIT-BROKEN" in ran.out and "event row 4 does not continue the chain" in ran.out, ran)
        told = json.loads(ran.out)
        equal((told["ok"], told["errors"], told["warnings"] > 0), (False, 0, True), "check --json")
        check("audit.log says otherwise from event 4 on: compare the two" in ran.out and "AUDIT-CHANGED" not in ran.out, ran)
        ran = n.run(expect=1)
        check("error audit-broken" in ran.err and "AUDIT-BROKEN: ledger.db: event row 4" in ran.err, ran)
        with open(n.path("audit.log"), encoding="utf-8") as f:
            check(detail in f.read(), "the log has what was written")
        ran = n.run(expect=0)
        check("warn audit-broken" in ran.err, "the next night:", ran)
        equal(n.one("SELECT COUNT(*) FROM event WHERE what = 'audit-broken'"), 1, "events about it")
        n.program("check", expect=1)
        n.change("DELETE FROM event WHERE seq = 6")
        check("rows like that: 2" in n.run(expect=1).err, "another one is news")
        n.change("UPDATE event SET detail = '%s' WHERE seq = 4" % detail)
        n.change("INSERT INTO event SELECT 6, at, run, actor, what, subject, detail, hash FROM event WHERE seq = 1")
        n.run(expect=1)


def test_changed_log():
    """check names the first line that differs and leaves the log as it is; the run keeps it aside (by_hand)."""
    with small.Small() as n:
        one_night(n)
        n.program("check", expect=0)
        with open(n.path("audit.log"), "rb") as f:
            lines = f.readlines()
        for changed, first in ((lines[:3] + lines[4:], 4), (lines[:2] + [lines[2].replace(b"=", b":", 1)] + lines[3:], 3),
                               (lines + [b"99 at=1\n"], len(lines) + 1)):
            write(n.path("audit.log"), b"".join(changed))
            ran = n.program("check", expect=1)
            check("audit.log: warning: AUDIT-CHANGED: from event %d on" % first in ran.out, ran)
            with open(n.path("audit.log"), "rb") as f:
                equal(f.readlines(), changed, "the log after check")
        write(n.path("audit.log"), b"".join(lines[:-1]) + lines[-1][:20])   # as a cut leaves it
        n.program("check", expect=0)
        n.run(expect=0)
        n.check_chain()


def test_emptied_log():
    """What was in audit.log before and is gone is told by check, fsck and the next run, whatever verb comes between; once."""
    with small.Small() as n:
        one_night(n)
        with open(n.path("audit.log"), "rb") as f:
            whole = f.read()
        for left in (b"", whole[:whole.index(b"\n") + 1], None):
            if left is None:
                os.unlink(n.path("audit.log"))
            else:
                write(n.path("audit.log"), left)
                for command in ("check", "fsck"):
                    ran = n.program(command, expect=1)
                    check("AUDIT-CHANGED: " in ran.out and "was in it and is no more: it was emptied or cut" in ran.out, ran)
            ran = n.program("retry", "acme", expect=0)
            check("warning: AUDIT-LOG: audit.log: event" in ran.err, ran)
            ran = n.run(expect=1)
            check("error audit-changed" in ran.err and "it was emptied or cut" in ran.err, ran)
            n.run(expect=0)
            n.check_chain()
        equal(n.one("SELECT COUNT(*) FROM event WHERE what = 'audit-changed'"), 3, "events")


def test_log_that_cannot_be_written():
    """It stops nothing; runs, commands and check say so until it can."""
    with small.Small() as n:
        one_night(n)
        os.unlink(n.path("audit.log"))
        os.mkdir(n.path("audit.log"))
        for _ in range(2):
            ran = n.run(expect=1)
            check("warn audit-log" in ran.err and "AUDIT-LOG: audit.log" in ran.err, ran)
        ran = n.program("check", expect=1)
        check("audit.log: warning: AUDIT-LOG: audit.log" in ran.out, ran)
        ran = n.program("close", "1", "--reason", "asked by phone", expect=0)
        check("warning: AUDIT-LOG: audit.log" in ran.err, ran)
        ran = n.program("control", "set", "acme", "--next", "99", expect=0)
        check("warning: AUDIT-LOG: audit.log" in ran.err, ran)
        os.rmdir(n.path("audit.log"))
        check("audit.log" in n.program("check", expect=1).out, "one that is not there")
        check("AUDIT" not in n.run(expect=None).err, "the run that can write it")
        n.check_chain()
        n.program("check", expect=0)


def tree(n):
    """All that is in the environment: path to what it is, when it was changed, what it holds."""
    found = {}
    for here, folders, names in os.walk(n.env):
        for name in folders + names:
            path = os.path.join(here, name)
            st = os.lstat(path)
            data = night.sha256(path) if name in names else ""
            found[os.path.relpath(path, n.env)] = (st.st_mode, st.st_mtime_ns, st.st_ino, data)
    return found


def looks(n):
    for command in (("status",), ("show", "1"), ("show", "acme"), ("explain", "1", "1"), ("check",)):
        check(n.program(*command).code in (0, 1), command)


def test_looking_changes_nothing():
    """status, show, explain and check make and change no file, whatever is missing beside the ledger."""
    with small.Small() as n:
        one_night(n)
        n.items("b.json", ("SKU-2", "Cup"))
        with open(n.path("audit.log"), "rb") as f:
            log = f.read()
        for left in (log, log[:-30], None):
            if left is None:
                os.unlink(n.path("audit.log"))
            else:
                write(n.path("audit.log"), left)
            before = tree(n)
            looks(n)
            after = tree(n)
            equal({k: v for k, v in after.items() if before.get(k) != v and not k.startswith("work")}, {}, "changed")
            equal(sorted(set(before) ^ set(after)), [], "made or gone")
        check("AUDIT-CHANGED" in n.run(expect=1).err, "a log that is gone")
        n.check_sound()


def test_looking_after_a_cut():
    """Whoever comes first after a kill puts the ledger back, also one that only looks."""
    with small.Small() as n:
        one_night(n)
        n.cut_transaction()
        check(os.path.getsize(n.path("ledger.db-journal")) > 0, "there is no journal")
        n.program("status", expect=0)
        check(not n.exists("ledger.db-journal"), "the journal is still there")
        equal(n.one("SELECT COUNT(*) FROM meta WHERE key LIKE 'lost%'"), 0, "rows of the cut")
        n.program("check", expect=0)
        n.check_sound()


if __name__ == "__main__":
    night.main(test_changed_event, test_changed_log, test_emptied_log, test_log_that_cannot_be_written, test_looking_changes_nothing,
               test_looking_after_a_cut)
