"""Too little of something."""
import contextlib
import os
import re
import resource
import signal
import subprocess
import time

import night
import sample
import small
from night import check, equal


def R1():
    """An allocation fails, once or from there on, ours or a library's: 71 and one sentence, no crash; the next run goes on."""
    sample.points("pick-up-file", "alloc", seconds=5, least=20)


def limited(n, *flags, **limits):
    """A run in a process that may use so much."""
    def limit():
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
    return night.Ran(subprocess.run([night.GRIDSPOOL, "run", *flags, "--env", n.env], stdin=subprocess.DEVNULL,
                                    capture_output=True, text=True, errors="replace", timeout=60, preexec_fn=limit))


def R2():
    """Sixteen descriptors are too few: a message that says so, and the next run goes on."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        ran = n.program("status")
        check(ran.code == 0, ran)
        few = os.path.join(n.top, "few.sh")
        with open(few, "w", encoding="utf-8") as f:
            f.write('ulimit -n 16\nexec "$@"\n')
        done = subprocess.run(["bash", few, night.GRIDSPOOL, "run", "--env", n.env], capture_output=True, text=True, timeout=60)
        check(done.returncode in (0, 1, 74), done)
        check(done.returncode == 0 or "open files" in done.stderr or "descriptors" in done.stderr, done)
        n.run(expect=None)
        n.run(expect=None)
        equal(len(n.mail("acme")), 1, "what was sent")
        n.check_sound()


def R6():
    """Standard output and error are closed, or nobody reads them: the run does its work."""
    with small.Small(kind="events") as n:
        for k, end in enumerate((">&- 2>&-", "| true", "2>&1 | true")):
            n.items("%d.json" % k, ("SKU-%d" % k, "Mug"))
            subprocess.run(["bash", "-c", '"$0" run --env "$1" ' + end, night.GRIDSPOOL, n.env], timeout=60, check=False)
        equal(len(n.mail("acme")), 3, "what was sent")
        n.check_sound()


def R4():
    """A file may not become as large as it must (RLIMIT_FSIZE): one sentence, nothing half done, the next run goes on. A worker
    whose processor time is up is counted; after three its work is put away as CONVERTER-CRASH, and others go on."""
    with small.Small(kind="events") as n:
        n.run(expect=0)
        n.items("a.json", *[("SKU-%d" % k, "Mug") for k in range(2000)])
        for size in 0, 4096, 65536, os.stat(n.path("ledger.db")).st_size:
            ran = limited(n, FSIZE=size)
            check(ran.code in (1, 74) and re.search("large|space|disk I/O error", ran.err), size, ran)
            equal(n.mail("acme"), [], "mail with %d bytes" % size)
        n.run(expect=0)
        equal(len(n.mail("acme")), 1, "mail")
        n.check_sound()
        n.items("b.json", *[("NEW-%d" % k, "Mug") for k in range(20000)])
        n.run("--only", "collect")
        run, ended = n.start("--only", "convert"), 0
        while run.poll() is None:
            for pid in night.workers(run.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGXCPU)        # as the kernel does
                    ended += 1
            time.sleep(0.002)
        night.no_report(run.communicate()[1])
        equal(n.one("SELECT reason FROM unit WHERE state = 'quarantined'"), "CONVERTER-CRASH", "%d workers ended" % ended)
        n.items("c.json", ("SKU-C", "Cup"))
        n.run(expect=None)
        equal(len(n.mail("acme")), 2, "mail of the other file")
        n.check_chain()


def R5():
    """The machine has a fiftieth of its time for a run: nothing times out into a wrong state, each file is sent once."""
    with small.Small(kind="events", partners=("acme", "nord")) as n:
        n.write_environment('')
        n.items("a.json", *[("SKU-%d" % k, "Mug") for k in range(200)])
        run, begun = n.start(), time.monotonic()
        while run.poll() is None and time.monotonic() - begun < 60:
            pids = [run.pid] + night.workers(run.pid)
            for pause, stop in ((0.098, signal.SIGSTOP), (0.002, signal.SIGCONT)):
                for pid in pids:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, stop)
                time.sleep(pause)
            if time.monotonic() - begun > 6:       # long enough: to its end
                break
        out, err = run.communicate(timeout=60)
        equal((run.returncode, err), (0, b""), "the run")
        for partner in n.partners:
            equal(len(n.mail(partner)), 1, "mail of " + partner)
        equal(n.one("SELECT SUM(attempts) FROM interchange"), 2, "attempts")
        equal(n.run(expect=0).err, "", "the run after it")
        n.check_sound()


def watched(n):
    """A run to its end: (the most memory that it or a worker of it had, in KB; the most descriptors that it had open, which
    only root sees)."""
    run, most = n.start(), 0
    fds = "/proc/%d/fd" % run.pid
    while True:
        ended, status, used = os.wait4(run.pid, os.WNOHANG)
        if ended:
            break
        with contextlib.suppress(FileNotFoundError, PermissionError):
            most = max(most, len(os.listdir(fds)))
        time.sleep(0.002)
    run.returncode = status
    equal((status, run.stderr.read()), (0, b""), "the run")
    return used.ru_maxrss, most


def R7():
    """Many files, over many runs of one environment: memory and descriptors of a run stay what they were, however many went
    before and however many come at once. Here a thousand or so; a million is for a long night by hand."""
    with small.Small(kind="events", top=night.MEMORY) as n:
        made, begun, first, last = 0, time.monotonic(), None, None
        while last is None or time.monotonic() - begun < 5:
            for k in range(40 if first is None else 160):
                n.items("%06d.json" % made, ("SKU-%d" % made, "Mug"))
                made += 1
            last = watched(n)
            first = first or last
            for name in n.mail("acme"):
                os.unlink(os.path.join(n.box("acme", "in"), name))
        equal(n.one("SELECT COUNT(*) FROM interchange WHERE state IN ('sent', 'archived')"), made, "sent")
        check(last[0] <= 1.1 * first[0], "memory went from", first[0], "to", last[0], "KB with", made, "files")
        check(last[1] <= first[1] + 2, "descriptors went from", first[1], "to", last[1])
