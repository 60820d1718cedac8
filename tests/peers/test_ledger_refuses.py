#!/usr/bin/env python3
"""The ledger refuses one statement, in the middle of a transaction: the run ends with a sentence, nothing is lost.

The scenarios of tests/fault, each once undisturbed, to know what it writes: which tables, in which state, which events.
Then each of these writes is refused by a trigger in ledger.db; the trigger goes, and the runs after it must leave what a
night that nobody disturbed leaves. A full disk or a broken one cannot do this: SQLite writes when it commits.
GRIDSPOOL_REFUSED (3) says how many writes of each scenario are tried, evenly spread; 0 is all.
"""
import concurrent.futures
import os
import subprocess
import sys
import tempfile

import night
from night import check

sys.path.insert(0, os.path.join(night.ROOT, "tests", "fault"))
import parts  # noqa: E402  (the folder has to be known first)
import scene  # noqa: E402

EACH = int(os.environ.get("GRIDSPOOL_REFUSED", "3"))
ONLY = os.environ.get("GRIDSPOOL_SCENARIO", "").split()
JOBS = int(os.environ.get("TEST_JOBS") or os.cpu_count())
# They type a verb of their own while they are prepared, or start no run.
LEFT_OUT = ("init", "check", "beside", "resolve")
# The column that says what a row is about, beside its table's name.
TELLING = {"event": "what", "meta": "key"}


def tables(s):
    """Table to its columns."""
    env = scene.invariants.Environment(s.n.env)
    names = [r[0] for r in env.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
    return {t: [r[1] for r in env.rows("PRAGMA table_info(%s)" % t)] for t in names}


def written(s):
    """(table, operation, state) of each kind of write that the command makes, nobody disturbing."""
    s.restore()
    watch = ["CREATE TABLE seen(at INTEGER PRIMARY KEY, name TEXT, op TEXT, state TEXT)"]
    for table, columns in tables(s).items():
        column = TELLING.get(table, "state" if "state" in columns else "")
        for op in ("INSERT", "UPDATE", "DELETE"):
            row = "old" if op == "DELETE" else "new"
            watch.append("CREATE TRIGGER seen_%s_%s AFTER %s ON %s BEGIN INSERT INTO seen(name, op, state) VALUES"
                         "('%s', '%s', %s); END" % (table, op, op, table, table, op, "%s.%s" % (row, column) if column
                                                    else "''"))
    s.n.change(*watch)
    run(s)
    return [tuple(r) for r in s.ledger("SELECT name, op, state FROM seen GROUP BY 1, 2, 3 ORDER BY MIN(at)")]


def refuse(s, table, op, state):
    columns = tables(s)[table]
    column = TELLING.get(table, "state" if "state" in columns else "")
    when = "WHEN %s.%s = '%s'" % ("old" if op == "DELETE" else "new", column, state) if column else ""
    s.n.change("CREATE TRIGGER refused BEFORE %s ON %s %s BEGIN SELECT RAISE(ABORT, 'refused by a test'); END" % (op, table, when))


def run(s):
    return night.Ran(subprocess.run(s.argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                                    cwd=s.n.top, timeout=60))


def one_write(s, write):
    """What is wrong after that write was refused."""
    s.restore()
    refuse(s, *write)
    ran = run(s)
    wrong = []
    if ran.code not in scene.STATUSES:
        wrong.append("UNCLEAR: %s" % ran)
    elif "refused by a test" not in ran.err:
        wrong.append("UNCLEAR: not said: %s" % ran)
    s.n.change("DROP TRIGGER refused")
    return wrong + parts.recovered(s)


def one_scenario(name):
    """(writes tried, what is wrong)"""
    with tempfile.TemporaryDirectory() as top:
        s = scene.scenarios([name])[name]()
        s.open(top)
        try:
            s.undisturbed()
            writes = written(s)
            some = writes[::max(1, len(writes) // EACH)] if EACH else writes
            wrong = ["%s: %s of %s '%s': %s" % (name, op, table, state, w)
                     for table, op, state in some for w in one_write(s, (table, op, state))]
        finally:
            s.close()
    return len(some), wrong


def test_each_write():
    parts.build(parts.BUILD)        # the clock of the nights afterwards
    names = [n for n in scene.scenarios() if n not in LEFT_OUT and (not ONLY or n in ONLY)]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        results = list(pool.map(one_scenario, names))
    tried, wrong = sum(r[0] for r in results), [w for r in results for w in r[1]]
    print("%d writes of %d scenarios were refused, %d wrong" % (tried, len(names), len(wrong)))
    check(not wrong, "\n" + "\n".join(wrong))
    check(ONLY or tried >= len(names), "only", tried, "writes of", len(names), "scenarios")


if __name__ == "__main__":
    night.main(test_each_write)
