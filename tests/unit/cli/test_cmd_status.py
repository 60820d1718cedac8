#!/usr/bin/env python3
"""gridspool status: an answer that does not fit is none, and says so."""
import sqlite3
import sys

from program import gridspool

if gridspool("init", "dev", "--quiet", limit=100)[0] != 0:
    sys.exit("init failed")
code, out, err = gridspool("status", "--json", "--env", "dev", limit=100)
if code != 0 or not out.startswith("{") or err:
    sys.exit(f"an empty status: {code} {out} {err}")
with sqlite3.connect("dev/ledger.db") as db:
    db.executemany("INSERT INTO interchange(unit, agreement, partner, message, name, place, state, note, at) "
                   "VALUES(1, 'a', 'acme', '832', ?, 'hold', 'held', ?, 1)",
                   ((f"n{i}.x12", "why " * 250) for i in range(20000)))
code, out, err = gridspool("status", "--json", "--env", "dev", limit=100)
if code == 0 or out or "the status is longer than" not in err:
    sys.exit(f"20 MB of status: left with {code}, {len(out)} bytes, {err}")
