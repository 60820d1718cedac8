#!/usr/bin/env python3
"""A run purges the archive of what was kept long enough; killed in the midst of it, the next run finishes.

The clock cannot be moved for the program, so the ledger's times are moved back, and its events chained anew.
"""
import contextlib
import hashlib
import os
import signal
import sqlite3
import time

import night
import small
from night import check, equal

ANSWERED = 6


def old_archive(n):
    """Events sent, each answered and archived, all of it two days ago."""
    n.write_environment('<retention archive="1d"/>')
    for i in range(ANSWERED):
        n.items("%02d.json" % i, ("SKU-%d" % i, "Mug"))
    n.run()
    n.answer("acme")
    n.run()
    states = {r[0] for r in n.rows("SELECT state FROM interchange")}
    equal(states, {"archived"}, "states")
    before = [f for f in n.files("archive") if not f.startswith("bundles")]
    check(len(before) >= 3 * ANSWERED, before)
    with contextlib.closing(sqlite3.connect(n.path("ledger.db"))) as db, db:
        for table, column in (("interchange", "at"), ("interchange", "sent_at"), ("input", "at"), ("received", "at"),
                              ("unit", "at"), ("event", "at"), ("run", "ended"), ("ack", "at")):
            db.execute("UPDATE %s SET %s = %s - 172800" % (table, column, column))
        last = ""
        for seq, *texts in db.execute("SELECT seq, at, run, actor, what, subject, detail FROM event ORDER BY seq").fetchall():
            last = hashlib.sha256("\n".join((last, *map(str, texts))).encode("utf-8", "surrogateescape")).hexdigest()
            db.execute("UPDATE event SET hash = ? WHERE seq = ?", (last, seq))
        db.execute("DELETE FROM meta WHERE key = 'audit-log'")  # that it was written before
    os.unlink(n.path("audit.log"))      # the next run writes it anew
    return before


def gone(n):
    equal([f for f in n.files("archive") if not f.startswith("bundles")], [], "files in the archive")
    for table in "interchange", "input", "received":
        equal(n.one("SELECT COUNT(*) FROM %s WHERE place LIKE 'archive/%%'" % table), 0, table)
    equal(n.one("SELECT COUNT(*) FROM meta WHERE key LIKE 'purge:%'"), 0, "intents")
    equal(n.one("SELECT COUNT(*) FROM event WHERE what = 'purged'"), n.one(
        "SELECT COUNT(*) FROM event WHERE what = 'purging'"), "purged")


def test_purge():
    with small.Small(kind="events") as n:
        old_archive(n)
        n.run("--only", "receive,ingest,collect,convert,transfer,report")
        check(n.files("archive"), "another stage purged")
        n.run()
        gone(n)
        n.run()
        ran = n.program("explain", "1", "3")
        check(ran.code != 0 and "<retention>" in ran.err, ran)
        n.program("status", expect=None)
        check("purged" in n.program("show", "1", expect=0).out, "show does not tell")


def test_killed():
    for delay in (0.03, 0.05, 0.08, 0.12):
        with small.Small(kind="events") as n:
            before = old_archive(n)
            child = n.start("--only", "purge")
            time.sleep(delay)
            child.send_signal(signal.SIGKILL)
            child.communicate()
            named = {r[0].rsplit("/", 1)[-1] for t in ("input", "received") for r in n.rows(
                "SELECT place FROM %s WHERE place LIKE 'archive/%%'" % t)}
            here = {f.rsplit("/", 1)[-1].removesuffix(".gz") for f in n.files("archive")}
            with_intent = {r[0] for r in n.rows("SELECT key FROM meta WHERE key LIKE 'purge:%'")}
            check(named <= here or with_intent, "a place without its file:", named - here, before)
            n.run()
            gone(n)
            n.check_chain()


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
