#!/usr/bin/env python3
"""Workers that hang, slow lines, and an end by a signal while a worker is waited for."""
import contextlib
import errno
import os
import re
import signal
import socket
import sqlite3
import threading
import time

import calls
import night
import small
from night import check, equal

PATIENCE = 60       # only what hangs takes so long


def freeze_worker(child):
    """The next worker of a run stops where it is. None: the run was over before one was met."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and child.poll() is None:
        for pid in night.workers(child.pid):
            try:
                os.kill(pid, signal.SIGSTOP)
                return pid
            except ProcessLookupError:
                pass
    return None


def ends(child, seconds):
    out, err = child.communicate(timeout=seconds)
    night.no_report(err)
    return child.returncode, (out + err).decode(errors="replace")


def many(n, count=20000):
    n.items("a.json", *[("SKU-%05d" % i, "Mug %d" % i) for i in range(count)])


def impatient(n, run='no-progress="1s"', extra=""):
    n.write("environment.xml", '<environment %s name="dev" usage="test" instance="%s">'
            '<identity qualifier="%s" id="%s" group="HEARTHLOOM"/><run workers="2" %s/>%s'
            '</environment>\n' % ((night.NS, n.instance) + night.US + (run, extra)))


def test_converter_hangs():
    """It is ended each time, an attempt counted each time; the third puts its unit away by name."""
    with small.Small() as n:
        impatient(n)
        many(n)
        n.run("--only", "collect")
        child = n.start("--only", "convert")
        while (pid := freeze_worker(child)) is not None:
            end = time.monotonic() + PATIENCE
            while os.path.exists("/proc/%d" % pid) and time.monotonic() < end:
                time.sleep(0.005)
        code, said = ends(child, PATIENCE)
        equal(code, 1, "exit of the run: " + said)
        equal(tuple(n.rows("SELECT state, reason, attempts FROM unit")[0]), ("quarantined", "CONVERTER-HUNG", 3), "unit")
        check("no progress for 1 s" in said, said)
        n.check_chain()


def test_only_deaths_count():
    """Runs that end while a converter works cost its unit nothing, however many; a death costs one attempt."""
    with small.Small() as n:
        many(n)
        n.run("--only", "collect")
        for _ in range(3):
            child = n.start("--only", "convert")
            check(freeze_worker(child), "the converter was not met")
            child.kill()
            ends(child, PATIENCE)
        child = n.start("--only", "convert")
        pid = freeze_worker(child)
        check(pid, "the converter was not met")
        os.kill(pid, signal.SIGKILL)
        _, said = ends(child, PATIENCE)
        equal(tuple(n.rows("SELECT state, attempts FROM unit")[0]), ("done", 1), "unit: " + said)
        n.check_sound()


def test_death_before_its_number():
    """A converter dies while its control number is committed: one attempt, and the others go on."""
    check(any(dies_before_its_number() for _ in range(30)), "no converter was met before its number")


def dies_before_its_number():
    """False: the converter was met too late, which a busy machine makes likely."""
    with small.Small(partners=("acme", "nord")) as n:
        many(n)
        n.run("--only", "collect")
        child = n.start("--only", "convert")
        pid = freeze_worker(child)
        if not pid or n.one("SELECT COUNT(*) FROM drawn") > 0:
            child.kill()
            ends(child, PATIENCE)
            return False
        with contextlib.closing(sqlite3.connect(n.path("ledger.db"), isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            os.kill(pid, signal.SIGCONT)
            time.sleep(1)   # it asks, and the run waits for the ledger
            os.kill(pid, signal.SIGKILL)
            db.execute("ROLLBACK")
        _, said = ends(child, PATIENCE)
        equal(sorted(tuple(r) for r in n.rows("SELECT state, attempts FROM unit")), [("done", 0), ("done", 1)], said)
        n.check_sound()
        return True


def test_reading_hangs():
    """A new file whose reading hangs three times is put away by name; what is there stays in use."""
    with small.Small() as n:
        impatient(n)
        n.items("a.json", ("SKU-1", "Mug"))
        n.run("--only", "collect")
        many(n, 400000)
        child = n.start("--only", "collect")
        while (pid := freeze_worker(child)) is not None:
            end = time.monotonic() + PATIENCE
            while os.path.exists("/proc/%d" % pid) and time.monotonic() < end:
                time.sleep(0.005)
        code, said = ends(child, PATIENCE)
        equal(code, 1, "exit of the run: " + said)
        equal([tuple(r) for r in n.rows("SELECT state, reason FROM input ORDER BY id")],
              [("current", ""), ("quarantined", "CONVERTER-HUNG")], "inputs")
        n.check_sound()


def letter(n, sets=150000):
    """An answer that takes a while to read."""
    n.items("a.json", ("SKU-1", "Mug"))
    n.run()
    body = ["AK1*SC*1"] + ["AK2*832*%04d~AK5*A" % (i % 9999 + 1) for i in range(sets)] + ["AK9*A*1*1*1"]
    text = "~\n".join(body)
    text = ("ISA*00*          *00*          *ZZ*ACME           *14*9521010000003  *261123*0200*U*00401*000000777*0*T*>~\n"
            "GS*FA*ACME*HEARTHLOOM*20261123*0200*777*X*004010~\nST*997*0001~\n%s~\nSE*%d*0001~\nGE*1*777~\n"
            "IEA*1*000000777~\n" % (text, 2 * sets + 4))
    with open(os.path.join(n.box("acme", "out"), "997.x12"), "w", encoding="ascii") as f:
        f.write(text)
    n.run("--only", "receive")


def test_ingest_hangs():
    """One attempt is counted, the reason is there, and the answer is read in the end."""
    with small.Small() as n:
        impatient(n)
        letter(n)
        child = n.start("--only", "ingest")
        check(freeze_worker(child), "the ingest worker was not met")
        _, said = ends(child, PATIENCE)
        check("INGEST-HUNG" in said, said)
        equal(n.one("SELECT attempts FROM received"), 1, "attempts that came to nothing")
        check(n.one("SELECT state FROM received") != "stored", n.rows("SELECT * FROM received"))


def test_ledger_busy_while_ingesting():
    """An answer that was read, but could not be recorded: that was no crash of the reading. The run's turns of waiting for the
    ledger, of 30 s in all, take no time here."""
    if not calls.can_fail():
        night.skip("this kernel filters no calls")
    with small.Small() as n:
        letter(n)
        child = n.start("--only", "ingest", preexec_fn=calls.failing("clock_nanosleep", errno.EINTR))
        pid = freeze_worker(child)
        check(pid, "the ingest worker was not met")
        with contextlib.closing(sqlite3.connect(n.path("ledger.db"), isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            os.kill(pid, signal.SIGCONT)
            code, said = ends(child, PATIENCE)
            db.execute("ROLLBACK")
        equal(code, 75, said)
        check("somebody else has been writing for 30 s" in said, said)
        equal(tuple(n.rows("SELECT state, attempts FROM received")[0]), ("stored", 0), "the answer")


def test_signal_while_ingesting():
    """SIGTERM during the wait for an ingest worker ends the run at once; no attempt is counted."""
    with small.Small() as n:
        letter(n)
        child = n.start("--only", "ingest")
        check(freeze_worker(child), "the ingest worker was not met")
        child.send_signal(signal.SIGTERM)
        code, said = ends(child, PATIENCE)      # a worker may be silent for 600 s
        equal(code, 75, said)
        equal(tuple(n.rows("SELECT state, attempts FROM received")[0]), ("stored", 0), "the answer")
        check(n.one("SELECT ended FROM run ORDER BY started DESC, id DESC LIMIT 1"), "the end of the run is not recorded")
        n.run("--only", "ingest", expect=None)
        check(n.one("SELECT state FROM received") != "stored", "it was not read by the next run")


def test_transfer_hangs():
    """The worker that talks to a partner stops: it is ended, the partner is tried later, the file is sent once."""
    with small.Small() as n:
        impatient(n)
        n.items("a.json", ("SKU-1", "Mug"))
        n.run("--only", "collect,convert")
        child = n.start("--only", "transfer")
        check(freeze_worker(child), "the transfer worker was not met")
        code, said = ends(child, PATIENCE)
        equal(code, 1, said)
        equal(n.one("SELECT reason FROM partner"), "TRANSFER-HUNG", "reason")
        n.change("UPDATE partner SET next_try = 0")
        n.run("--only", "transfer")
        equal(len(n.mail("acme")), 1, "mail")
        n.check_chain()


class SlowLine(threading.Thread):
    """Forwards one port to another, with a limit of bytes a second towards the server; 0 is none."""

    def __init__(self, to, rate):
        super().__init__(daemon=True)
        self.to, self.rate = to, rate
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self):
        while True:
            near, _ = self.listener.accept()
            far = socket.create_connection(("127.0.0.1", self.to))
            if self.rate:
                near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
            threading.Thread(target=self.pump, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(far, near, False), daemon=True).start()

    def pump(self, here, there, up):
        try:
            while data := here.recv(4096):
                there.sendall(data)
                if up and self.rate:
                    time.sleep(len(data) / self.rate)
        except OSError:
            pass
        for s in here, there:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def slow(n, rate, idle):
    """Partner acme behind a slow line, which is given; what is about 1 MB waits for it."""
    many(n)
    n.run("--only", "collect,convert")
    text = n.text("partners/acme.xml")
    port = int(re.search(r'port="(\d+)"', text).group(1))
    line = SlowLine(port, rate)
    line.start()
    text = text.replace('port="%d"' % port, 'port="%d"' % line.port)
    n.write("partners/acme.xml", text.replace('connect-timeout="5s"', 'connect-timeout="20s" idle-timeout="%ds"' % idle))
    size = n.one("SELECT size FROM interchange")
    check(size > 850000, "the file has only", size)
    return line


def test_slow_line():
    """An upload that takes far longer than a worker may be silent goes on while bytes move."""
    with small.Small(sftp=("acme",)) as n:
        impatient(n, 'no-progress="2s"')
        slow(n, 130000, idle=2)
        start = time.monotonic()
        n.run("--only", "transfer")
        check(time.monotonic() - start > 7, "too fast to prove anything:", time.monotonic() - start)
        equal(len(n.mail("acme")), 1, "mail")


def test_run_time_ends_upload():
    """The run's own end stops an upload by name; nothing of it is under its final name; the next run sends it."""
    with small.Small(sftp=("acme",)) as n:
        line = slow(n, 20000, idle=20)      # the upload would take 40 s
        impatient(n, 'time="3s"')
        ran = n.run("--only", "transfer", expect=1)
        check("time is up" in ran.err and "the next run" in ran.err, ran)
        equal(n.mail("acme"), [], "mail")
        equal(n.one("SELECT COUNT(*) FROM partner WHERE failures > 0"), 0, "partners that failed")
        line.rate = 0
        impatient(n, "")
        n.run("--only", "transfer")
        equal(len(n.mail("acme")), 1, "mail")


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
