"""The ledger: calls that fail, power that goes, files that are not what they were."""
import contextlib
import os
import shutil
import sqlite3
import subprocess

import night
import parts
import scene
import small
from night import check, equal

ADDED_IN_2 = ("interchange_place", "interchange_sent", "interchange_queued", "received_at", "ack_received",
              "feedback_interchange", "feedback_received", "aside_unit", "aside_key", "run_started", "run_ended")


HOLD = scene.scenarios(("hold",))["hold"]     # a command that writes the ledger once


def one_night(n, sku="SKU-1"):
    n.items(sku + ".json", (sku, "Mug"))
    n.run(expect=0)


def bytes_of(n, *names):
    found = {}
    for name in names or ("ledger.db", "audit.log"):
        with open(n.path(name), "rb") as f:
            found[name] = f.read()
    return found


def put(n, name, data):
    with open(n.path(name), "wb") as f:
        f.write(data)


def back_to_1(n):
    """As a gridspool before this one left it."""
    n.change(*["DROP INDEX " + name for name in ADDED_IN_2], "DROP TABLE slot", "UPDATE meta SET value = '1' WHERE key = 'schema'")


def version(n):
    return n.one("SELECT value FROM meta WHERE key = 'schema'")


def refused(n, code, says, status=78, commands=(("run",), ("resend", "1", "--reason", "x"))):
    """Whoever would change something leaves with the code, and nothing has changed."""
    before = bytes_of(n)
    for command in commands:
        ran = n.program(*command, expect=status)
        check(code + ": " in ran.err and says in ran.err, command, ran)
    ran = n.program("check", expect=78)
    check(code in ran.out, "check:", ran)
    equal(bytes_of(n) == before, True, "ledger and log are as they were")


class Migrate(scene.Scenario):
    """A run of a new gridspool, with an item on its way."""

    whole = False

    def world(self, top):
        return small.Small(kind="events", top=top)

    def prepare(self, n):
        one_night(n)
        n.items("b.json", ("SKU-2", "Cup"))
        back_to_1(n)


def some(points, n):
    """n of them, from the first to the last."""
    step = max(1, len(points) // n)
    return points[::step]


@contextlib.contextmanager
def scenario(part, cls, top=None):
    parts.build(parts.BUILD)
    s = parts.opened(part, cls, top)
    s.name = cls.__name__.lower()
    try:
        s.undisturbed()
        yield s
    finally:
        s.close()


def of_ledger(calls):
    return [at for at, _, what in calls if "ledger.db" in what]


def all_well(part, s, points):
    check(len(points) > 3, "points:", points)
    for point in points:
        wrong, call = parts.one(part, s, point)
        equal(wrong, [], "%s (%s)" % (point, call))


def L1():
    """A call of SQLite to the disk fails once, at any place of a command: it is done, or it is not and says so with a status and a
    sentence; the next one goes on, nothing is lost or sent twice. A sample; make fault does more."""
    with scenario("errno", HOLD, night.MEMORY) as s:
        with parts.Counts(s) as counts:
            at = set(of_ledger(parts.recorded(s, calls="io", env=counts.env)))
        all_well("errno", s, some([p for p in parts.errno_points(s) if p.split(" ")[0] in at], 16))


def L2():
    """The power goes before any write or fsync of the ledger, with its journal written and with nothing: what was committed is
    there, what was not never was. A sample; make fault does more."""
    why = parts.cannot("power")
    if why:
        night.skip(why)
    with scenario("power", HOLD) as s:
        at = set(of_ledger(parts.recorded(s)))
        all_well("power", s, some([p for p in parts.power_points(s) if p.split(" ")[0] in at], 8))


def L3():
    """The ledger is gone, is that of another environment, or an older copy: LEDGER-GONE, LEDGER-FOREIGN, LEDGER-OLDER, nothing
    starts and nothing is changed; with the right one back all goes on."""
    with small.Small(kind="events") as n, small.Small(kind="events") as other:
        one_night(n)
        one_night(other)
        old = bytes_of(n)["ledger.db"]
        one_night(n, "SKU-2")
        whole = bytes_of(n)["ledger.db"]
        os.unlink(n.path("ledger.db"))
        for command in ("run", "status", "fsck"):
            check("LEDGER-GONE" in n.program(command, expect=78).err, command)
        check(not n.exists("ledger.db"), "one was made")
        shutil.copy(other.path("ledger.db"), n.path("ledger.db"))
        refused(n, "LEDGER-FOREIGN", other.instance)
        put(n, "ledger.db", old)
        refused(n, "LEDGER-OLDER", "audit.log goes on to event")
        put(n, "ledger.db", whole)
        one_night(n, "SKU-3")
        equal(len(n.mail("acme")), 3, "what was sent")
        n.check_sound()


def damaged(n, whole, data, what):
    """Nothing works with it, nothing is changed, and the way out is named."""
    put(n, "ledger.db", data)
    for command in (("run",), ("fsck",), ("close", "1", "--reason", "x")):
        ran = n.program(*command, expect=74)
        check("LEDGER-DAMAGED" in ran.err and "backup" in ran.err, what, command, ran)
    check("LEDGER-DAMAGED" in n.program("check", expect=78).out, what, "check")
    check(n.program("status").code in (0, 74), what, "status")
    check(bytes_of(n, "ledger.db")["ledger.db"] == data, what, "was written to")
    put(n, "ledger.db", whole)


def L4():
    """A page of the ledger is overwritten, it is cut off, a WAL or the journal of another database lies beside it, that of the
    ledger before a backup was put back too, its own is missing: LEDGER-DAMAGED (or AUDIT-BROKEN, where SQLite cannot tell) with the
    way back, files stay as they are; with the right ones all goes on."""
    with small.Small(kind="events") as n, small.Small(kind="events") as other:
        one_night(n)
        whole = bytes_of(n, "ledger.db")["ledger.db"]
        for page in (1, 3, 9, len(whole) // 4096 - 1):
            damaged(n, whole, whole[:page * 4096] + b"z" * 4096 + whole[(page + 1) * 4096:], "page %d" % page)
        damaged(n, whole, whole[:len(whole) // 2 // 4096 * 4096], "half of it")
        foreign_wal(n, other)
        lost_journal(n, whole)
        kept_journal(n, whole)
        one_night(n, "SKU-2")
        equal(len(n.mail("acme")), 2, "what was sent")
        n.check_sound()


def foreign_wal(n, other):
    """SQLite would take in what it holds; a part of one is no better."""
    copy = os.path.join(n.top, "wal.db")
    shutil.copy(other.path("ledger.db"), copy)
    with contextlib.closing(sqlite3.connect(copy)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("UPDATE meta SET value = 'x' WHERE key = 'environment'")
        db.commit()
        with open(copy + "-wal", "rb") as f:
            wal = f.read()
    before = bytes_of(n)
    for data in (wal, wal[:len(wal) // 2], b""):
        put(n, "ledger.db-wal", data)
        for command in ("run", "status", "fsck"):
            ran = n.program(command, expect=74)
            check("LEDGER-DAMAGED" in ran.err and "ledger.db-wal lies beside ledger.db" in ran.err, command, ran)
        os.unlink(n.path("ledger.db-wal"))
    equal(bytes_of(n) == before, True, "ledger and log are as they were")


def lost_journal(n, whole):
    """Half of a transaction is in the ledger, and who could take it back is gone."""
    n.cut_transaction()
    os.unlink(n.path("ledger.db-journal"))
    for command, statuses in (("fsck", (1, 74)), ("check", (1, 78))):
        ran = n.program(command)
        check(ran.code in statuses and ("LEDGER-DAMAGED" in ran.out + ran.err or "AUDIT-BROKEN" in ran.out), command, ran)
    put(n, "ledger.db", whole)


def kept_journal(n, whole):
    """The journal of a commit that was cut stays while a backup is put in the place of its ledger: it is not written into that."""
    with contextlib.closing(sqlite3.connect(n.path("ledger.db"))) as db:
        db.execute("VACUUM INTO ?", (os.path.join(n.top, "backup.db"),))
    n.cut_transaction()
    os.replace(os.path.join(n.top, "backup.db"), n.path("ledger.db"))
    refused(n, "LEDGER-DAMAGED", "move ledger.db-journal away", status=74)
    os.unlink(n.path("ledger.db-journal"))
    n.program("check", expect=0)
    put(n, "ledger.db", whole)
    os.mkdir(n.path("ledger.db-journal"))
    refused(n, "LEDGER-DAMAGED", "ledger.db-journal lies beside ledger.db and is no plain file", status=74)
    os.rmdir(n.path("ledger.db-journal"))


def L5():
    """A newer ledger is refused, naming both versions. An older one is brought up to date by a run in one transaction and kept as a
    copy; other commands say so; killed at any step it is the one or the other, and the next run goes on."""
    with small.Small(kind="events") as n:
        one_night(n)
        n.change("UPDATE meta SET value = '7' WHERE key = 'schema'")
        refused(n, "LEDGER-VERSION", "of version '7', this gridspool writes version 2")
        back_to_1(n)
        ran = n.program("resend", "1", "--reason", "x", expect=78)
        check("LEDGER-VERSION" in ran.err and "gridspool run brings it up to date" in ran.err, ran)
        agreements = n.text("bundle/agreements/acme.xml")
        n.write("bundle/agreements/acme.xml", agreements.replace(
            "<envelope", '<when zone="Europe/Berlin"><at time="02:00"/></when><envelope', 1))
        n.program("status", expect=0)
        n.write("bundle/agreements/acme.xml", agreements)
        equal(version(n), "1", "version after looking")
        one_night(n, "SKU-2")
        equal(version(n), "2", "version after a run")
        with contextlib.closing(sqlite3.connect(n.path("ledger-v1.db"))) as db:
            equal(db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0], "1", "version of the copy")
            equal(db.execute("PRAGMA integrity_check").fetchone()[0], "ok", "the copy")
        equal(len(n.mail("acme")), 2, "what was sent")
        n.check_sound()
    with scenario("kill", Migrate, night.MEMORY) as s:
        at = [a for a, _, what in parts.recorded(s) if "ledger" in what]
        migrating = ["%s %s" % (a, deed) for a in at[:30] for deed in ("kill-before", "kill-after")]
        all_well("kill", s, some(migrating, 7))


def on_network(n, magic, *command):
    """A command that is told by fstatfs that its disk has this number."""
    poke = "".join("%02x" % b for b in magic.to_bytes(8, "little"))
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fstatfs", "-e",
                           "inject=fstatfs:poke_exit=@arg2=" + poke, night.GRIDSPOOL, *command, "--env", n.env],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
                          env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))
    return night.Ran(done)


def L8():
    """The ledger lies on NFS, SMB or FUSE: nothing starts, LEDGER-NETWORK; not by name but by what the disk says of itself. (All of
    them: tests/unit/store/test_db_sqlite.c.)"""
    if not shutil.which("strace"):
        night.skip("strace is not installed (scripts/install-deps)")
    with small.Small(kind="events") as n:
        one_night(n)
        before = bytes_of(n)
        for magic, name in ((0x6969, "NFS"), (0xFF534D42, "CIFS"), (0xFE534D42, "SMB2"), (0x65735546, "FUSE")):
            for command in ("run", "fsck"):
                ran = on_network(n, magic, command)
                check(ran.code == 78 and "LEDGER-NETWORK: ledger: the environment is on " + name in ran.err, command, name, ran)
        equal(bytes_of(n) == before, True, "ledger and log are as they were")
        equal(on_network(n, 0xEF53, "status").code, 0, "on ext4")


def L11():
    """The ledger says sent and the file is gone; a file lies there that no row has: fsck names both and mends neither by itself;
    told to, it moves the unknown aside, with user and reason in the ledger."""
    with small.Small(kind="events") as n:
        one_night(n)
        row = n.interchange("acme")
        gone, strange = row["place"] + "/" + row["name"], "outbox/acme/20261123T0200Z-000099.acme.832.x12"
        os.rename(n.path(gone), os.path.join(n.top, "kept"))
        n.write(strange, "ISA*00*")
        for _ in range(2):
            ran = n.program("fsck", "--level", "1", expect=1)
            check("LOST-FILE: %s (interchange 000001)" % gone in ran.out and "gridspool reissue 000001" in ran.out, ran)
            check("UNKNOWN-FILE: " + strange in ran.out, ran)
        n.program("fsck", "--repair", expect=64)
        check("1 files" in n.program("fsck", "--repair", "--dry-run", expect=0).out and n.exists(strange), "a preview moves")
        n.program("fsck", "--repair", "--reason", "left by a test", expect=0)
        check(not n.exists(strange) and n.text("quarantine/unknown/" + os.path.basename(strange)) == "ISA*00*", "it is not moved")
        check("left by a test" in n.one("SELECT detail FROM event WHERE what = 'unknown-file' AND actor LIKE 'user:%'"), "event")
        os.rename(os.path.join(n.top, "kept"), n.path(gone))
        n.program("fsck", expect=0)
        n.check_chain()


def L12():
    """An event row, or the state of an interchange, was edited with sqlite3: fsck names the first bad event (AUDIT-BROKEN) and the
    row that is not in the state its events say (HISTORY-DIFFERS); a run tells of the chain when it starts."""
    with small.Small(kind="events") as n:
        one_night(n)
        n.program("fsck", expect=0)
        n.change("UPDATE interchange SET state = 'queued', place = 'outbox/acme' WHERE id = 1")
        ran = n.program("fsck", expect=1)
        check("HISTORY-DIFFERS: outbox/acme" in ran.out and "its last event: sent" in ran.out, ran)
        n.change("UPDATE interchange SET state = 'sent', place = 'sent/acme' WHERE id = 1",
                 "UPDATE event SET detail = 'nothing' WHERE seq IN (5, 9)")
        ran = n.program("fsck", expect=1)
        check("AUDIT-BROKEN: ledger.db: found ledger.db: event row 5" in ran.out and "rows like that: 2" in ran.out, ran)
        check("AUDIT-BROKEN" not in n.program("fsck", "--level", "2").out, "level 2 walks the events")
        ran = n.run(expect=1)
        check("AUDIT-BROKEN" in ran.err and "event row 5" in ran.err, ran)


def measured(n, *command):
    """How often a command reads of the ledger, and its kilobytes."""
    report = os.path.join(n.top, "calls")
    child = subprocess.Popen([parts.STRIKE, "--report", report, "--calls", "io", "--", night.GRIDSPOOL, *command, "--env", n.env],
                             stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    equal(child.returncode, 0, command)
    with open(report, encoding="utf-8") as f:
        return sum("pread64 " in line and "/ledger.db" in line for line in f), usage.ru_maxrss


def L13():
    """A ledger of a million rows: status reads no more of it than with a few, show no more than the table of interchanges (which
    replaced this one?), and fsck needs no more memory. (That no query of a run reads a whole table:
    tests/unit/store/test_plans.py.)"""
    parts.build(parts.BUILD)
    with small.Small(kind="events") as n:
        one_night(n)
        few = {c: measured(n, *c) for c in (("status",), ("show", "1"), ("fsck", "--level", "1"))}
        with contextlib.closing(sqlite3.connect(n.path("ledger.db"))) as db, db:
            db.execute("PRAGMA journal_mode=OFF")
            last = db.execute("SELECT MAX(seq) FROM event").fetchone()[0]
            count = "WITH RECURSIVE c(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM c WHERE i < %d) "
            db.execute(count % 150000 + "INSERT INTO interchange(id, unit, agreement, partner, message, name, place, state, sha, "
                       "queued_at, sent_at, isa, at) SELECT i, i, 'acme-832', 'acme', '832', 'n-' || i, '', 'archived', 'x', "
                       "1700000000 + i, 1700000000 + i, i, 1 FROM c")
            db.execute(count % 850000 + "INSERT INTO event SELECT %d + i, 1, 'r', 'run', 'archived', 'interchange ' || i, '', 'x' "
                       "FROM c" % last)
        many = {c: measured(n, *c) for c in few}
        pages = os.stat(n.path("ledger.db")).st_size // 4096
        for c, most in (("status",), 4 * few[("status",)][0]), (("show", "1"), pages // 5):
            check(0 < few[c][0] and many[c][0] < most, c, "read", many[c][0], "times, with few rows", few[c][0], "of pages", pages)
        for c, (_, kilobytes) in many.items():
            check(kilobytes < few[c][1] + 12000, c, "took", kilobytes, "KB, with few rows", few[c][1])
