#!/usr/bin/env python3
"""What SQLite does for each query of the program: none that a night or status asks reads a whole table that grows."""
import os
import re
import sqlite3
import subprocess
import sys

TOP = os.environ["TEST_TOP"]
FOLDERS = ("store", "stage", "cli")
LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*')
# What somebody asks for once in a while.
SELDOM = {"story.c": "show of one thing", "story_interchange.c": "the same", "story_item.c": "the same",
          "subject.c": "what a typed name means", "fsck.c": "fsck", "ledger_walk.c": "the same",
          "fsck_bundles.c": "the same"}
# Beginning of a query to why it may.
ALLOWED = {
    "SELECT hash FROM event ORDER BY seq DESC LIMIT 1": "from the end, and one row only",
    "SELECT at FROM event WHERE what IN": "from the end, as far as the run before",
    "SELECT name, failures": "as many rows as partners",
    "DELETE FROM partner": "as many rows as partners",
    "SELECT id, agreement, partner, key, interchange, segment": "feedback/ in the order of an index: to sort takes memory",
    "SELECT u.inputs FROM unit u": "retention: once a night, what the units of work still need",
}


def literals(path):
    """The SQL of a source file, its macros put in and its pieces put together."""
    done = subprocess.run([os.environ.get("CC", "gcc"), "-E", "-P", "-std=c11", "-D_GNU_SOURCE", "-I", TOP + "/src", path],
                          capture_output=True, text=True, check=True)
    for found in LITERAL.finditer(done.stdout):
        text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found.group(0)))
        if re.match(r"(SELECT|UPDATE|DELETE|INSERT) ", text):
            yield text


def scans(db, sql):
    """Tables that are read from end to end."""
    values = [None] * max([0] + [int(n) for n in re.findall(r"\?(\d+)", sql)])
    return [row[3] for row in db.execute("EXPLAIN QUERY PLAN " + sql, values) if re.match(r"SCAN (?!CONSTANT)", row[3])]


def main():
    env = os.path.join(os.getcwd(), "env")
    subprocess.run([os.environ["GRIDSPOOL"], "init", env], check=True, stdout=subprocess.DEVNULL)
    db = sqlite3.connect(os.path.join(env, "ledger.db"))
    faults, seen, used = [], 0, set()
    for folder in FOLDERS:
        for name in sorted(os.listdir(os.path.join(TOP, "src", folder))):
            if not name.endswith(".c") or name in SELDOM:
                continue
            for sql in literals(os.path.join(TOP, "src", folder, name)):
                seen += 1
                why = next((k for k in ALLOWED if sql.startswith(k)), None)
                found = scans(db, sql)
                if found and why:
                    used.add(why)
                elif found:
                    faults.append("%s/%s: %s: %s" % (folder, name, "; ".join(found), sql))
    if seen < 100:
        faults.append("only %d queries were found" % seen)
    faults += ["allowed, and not needed: " + k for k in set(ALLOWED) - used]
    db.execute("DROP INDEX interchange_state")
    db.execute("DROP INDEX interchange_place")
    if not scans(db, "SELECT COUNT(*) FROM interchange WHERE state = 'sent'"):
        faults.append("a query without its index is not told")
    sys.exit("\n".join(faults) or 0)


main()
