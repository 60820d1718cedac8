"""Keys and other secrets, and random numbers."""
import base64
import gzip
import os
import pty
import re
import resource
import signal
import subprocess
import threading
import time
import zipfile

import faulty
import night
import parts
import scene
import small
from night import check, equal


def K4():
    """A key that others may read, that belongs to somebody else, is a link or is empty: refused before anybody is called
    (CREDENTIAL), with its mode or owner and what to do, by check and by the run; put right, it is used. Whether keys/ is on a
    disk of another machine is not looked at."""
    with small.Small(kind="events", sftp=("acme",)) as n:
        key, aside = n.path("keys/acme-key"), n.path("keys/aside")
        n.items("a.json", ("SKU-1", "Mug"))
        n.run("--only", "collect,convert", expect=0)
        for mode in (0o644, 0o440, 0o660, 0o4400):
            os.chmod(key, mode)
            refused(n, "%04o" % mode)
        os.chmod(key, 0o400)
        if os.geteuid() == 0:
            os.chown(key, 65534, -1)
            refused(n, "65534")
            os.chown(key, 0, -1)
        os.rename(key, aside)
        refused(n, "no such credential")
        os.symlink("aside", key)
        refused(n, "link")
        os.unlink(key)
        with open(os.open(key, os.O_CREAT | os.O_WRONLY, 0o400), "wb"):
            pass
        refused(n, "empty")
        os.rename(aside, key)
        n.program("check", expect=0)
        n.program("retry", "acme", "--reason", "its mode is right now", expect=0)
        n.run(expect=0)
        equal(len(n.mail("acme")), 1, "what was sent")


def refused(n, why):
    """check and a run name the file and why, and the server was not called."""
    with open(os.path.join(n.servers["acme"], "sshd.log"), encoding="utf-8") as f:
        before = f.read().count("Connection from")
    n.program("retry", "acme", expect=None)
    for ran in (n.program("check", expect=78), n.run(expect=1)):
        check("keys/acme-key" in ran.out + ran.err and why in ran.out + ran.err, why, ran)
    check("CREDENTIAL: " in ran.err and n.one("SELECT reason FROM partner WHERE name = 'acme'") == "CREDENTIAL", ran)
    with open(os.path.join(n.servers["acme"], "sshd.log"), encoding="utf-8") as f:
        equal(f.read().count("Connection from"), before, "calls of the server")
    equal(n.mail("acme"), [], "what was sent")


# --- canaries ---

def needles(secret):
    """The forms in which a secret could come out."""
    forms = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    for skip in range(3):       # base64, wherever it begins in what is around it
        forms.add(base64.b64encode(bytes(skip) + secret)[(0, 4, 4)[skip]:-4])
    return forms


def key_needles(path):
    """Of an ed25519 key as ssh-keygen writes it: its 32 secret bytes, and what of the file's lines holds nothing else."""
    with open(path, "rb") as f:
        lines = f.read().split(b"\n")[1:-2]
    raw = base64.b64decode(b"".join(lines))
    at = raw.rindex(b"\0\0\0\x40") + 4
    width, first, last = len(lines[0]), (at * 4 + 2) // 3 + 1, (at + 32) * 4 // 3 - 1
    pieces = {line[max(first - k * width, 0):max(last - k * width, 0)] for k, line in enumerate(lines)}
    return needles(raw[at:at + 32]) | {p for p in pieces if len(p) >= 12}


def contents(path):
    """The bytes of a file, and what is packed in it."""
    with open(path, "rb") as f:
        yield f.read()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as z:
            for name in z.namelist():
                yield z.read(name)
    elif path.endswith(".gz"):
        with gzip.open(path) as f:
            yield f.read()


def found(folder, secrets, leave=()):
    """Files below folder that hold a form of a secret."""
    hits = []
    for here, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if os.path.join(here, f) not in leave]
        for name in names:
            path = os.path.join(here, name)
            if os.path.isfile(path) and any(s in data for data in contents(path) for s in secrets):
                hits.append(path)
    return hits


class Watch:
    """What others can see in /proc of a process and all that it starts, until it ends."""

    def __init__(self, pid):
        self.seen, self.pid, self.open = set(), pid, True
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self):
        while self.open:
            front = [self.pid]
            while front:
                pid = front.pop()
                for name in ("cmdline", "environ", "comm", "limits"):
                    self._read(pid, name)
                front += night.workers(pid)
            time.sleep(0.005)

    def _read(self, pid, name):
        try:
            with open("/proc/%d/%s" % (pid, name), "rb") as f:
                data = f.read()
        except OSError:
            return      # it is gone, or does not let us look
        if data:
            self.seen.add(("worker's " * (pid != self.pid) + name, data))

    def close(self):
        self.open = False
        self.thread.join()


def allow_cores():
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def run_watched(n, *flags, terminal=False, meanwhile=None):
    """A run that may leave cores: (exit status, all that it said and that /proc showed of it)."""
    master, slave = pty.openpty() if terminal else (None, None)
    said = os.path.join(n.top, "said")
    with open(said, "wb+") as f:
        child = subprocess.Popen([night.GRIDSPOOL, "run", *flags, "--env", n.env], stdin=subprocess.DEVNULL, stdout=f,
                                 stderr=slave or f, cwd=n.top, preexec_fn=allow_cores)
        watch = Watch(child.pid)
        if meanwhile:
            meanwhile(child.pid)
        shown = b""
        if terminal:
            os.close(slave)
            try:
                while more := os.read(master, 65536):
                    shown += more
            except OSError:
                pass        # nobody writes there any more
            os.close(master)
        child.wait(timeout=60)
        watch.close()
        f.seek(0)
        return child.returncode, shown + f.read(), watch.seen


class Canaries(faulty.Faulty):
    """One partner with a good key, and others whose secrets the program reads and cannot use."""

    def server_config(self, name):
        return (*super().server_config(name), "PasswordAuthentication yes")

    def add(self, name, secret, auth):
        """A partner of acme's server; secret: a file's bytes."""
        with open(os.open(self.path("keys", name), os.O_CREAT | os.O_WRONLY, 0o400), "wb") as f:
            f.write(secret)
        os.makedirs(self.box(name, "in"), exist_ok=True)
        text = re.search(r"<endpoint.*</endpoint>", self.text("partners/acme.xml"), re.S).group(0)
        for old, new in (("acme-key", name), ('auth="key"', 'auth="%s"' % auth), ('"in"', '"in-%s"' % name),
                         ('"out"', '"out-%s"' % name)):
            text = text.replace(old, new)
        self.write_partner(name, text.replace('<endpoint name="main" usage="test" ', ""))


def abort_worker(n, pid):
    """The worker that has logged in, and waits for an answer, leaves a core, if it may."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        workers = night.workers(pid)
        if workers and n.asked("init"):
            for worker in workers:
                os.kill(worker, signal.SIGABRT)
            return
        time.sleep(0.01)
    raise AssertionError("no worker was there")


def every_way(n):
    """Runs in which all goes well, logins fail, and the worker that has a key dies: what run_watched gives of each."""
    shown = []
    for flags, terminal in (((), False), (("--quiet",), False), ((), True)):
        n.items("%d.json" % len(shown), ("SKU-%d" % len(shown), "Mug"))
        for p in ("pass", "text", "strange"):
            n.program("retry", p, expect=None)
        shown.append(run_watched(n, *flags, terminal=terminal))
    n.faults({"on": "init", "answer": "never"})
    n.items("b.json", ("SKU-B", "Mug"))
    shown.append(run_watched(n, meanwhile=lambda pid: abort_worker(n, pid)))
    equal({r["name"].split("/")[0]: r["reason"] for r in n.rows("SELECT * FROM partner")},
          {"acme": "TRANSFER-CRASH", "pass": "AUTH-REFUSED", "strange": "AUTH-REFUSED", "text": "KEY-UNUSABLE"}, "how it went")
    equal(len(n.mail("acme")), 3, "what was sent")
    return shown


COMMANDS = (("check",), ("check", "--json"), ("status",), ("status", "--json"), ("show", "acme"), ("show", "pass"),
            ("show", "1", "--json"))


def K7():
    """Secrets, a key and a password, and files that are taken for keys, are nowhere but in keys/: not in arguments, the
    environment, /proc, what is printed with and without a terminal, logs, ledger, spool, archive or cores; while all goes
    well, while logins fail, and when the worker that has them is killed with a signal that leaves cores."""
    password, text = b"canary-" + os.urandom(16).hex().encode(), b"canary-" + os.urandom(30).hex().encode()
    with Canaries() as n:
        made = os.path.join(n.top, "made")
        night.sshd.make_key(made, "ed25519")
        with open(made, "rb") as f:
            n.add("strange", f.read(), "key")
        os.unlink(made)
        n.add("pass", password + b"\n", "password")
        n.add("text", text + b"\n", "key")
        secrets = needles(password) | needles(text) | key_needles(n.path("keys/acme-key")) | key_needles(n.path("keys/strange"))
        equal(sorted(found(n.env, secrets)), [n.path("keys", k) for k in ("acme-key", "pass", "strange", "text")], "the search")
        shown = every_way(n)
        said = [n.program(*c, expect=None) for c in COMMANDS]
        seen = {(name, data) for _, _, proc in shown for name, data in proc}
        printed = {("printed", out) for _, out, _ in shown} | {("printed", (r.out + r.err).encode()) for r in said}
        check(any(b"gridspool\0run" in data for _, data in seen) and shown[2][1], "nothing was watched")
        equal([pair for pair in seen | printed if any(s in pair[1] for s in secrets)], [], "what could be seen")
        limits = [data for name, data in seen if name == "worker's limits"]
        check(limits and all(re.search(rb"Max core file size +0 +0 ", data) for data in limits), "a worker may leave a core")
        equal(found(n.top, secrets, leave=(n.path("keys"), n.servers["acme"])), [], "files")
        equal(found(n.servers["acme"], needles(password) | needles(text)), [], "what the server was told and wrote down")
        n.check_sound()


def K8():
    """The kernel gives no random numbers: init and run stop with one sentence (74) and no weak name or identity comes of it;
    a worker that has none makes no key for its connection. With random numbers again all goes on."""
    parts.build(parts.BUILD)
    with small.Small(kind="events", sftp=("acme",)) as n:
        fresh = os.path.join(n.top, "fresh")
        none, of_workers = ({"FAULT_RANDOM": k, "FAULT_COUNTS": os.path.join(n.top, "counts" + k)} for k in "01")
        for what in ("temporary name", "random numbers"):      # of the first file; of the identity, when all else is there
            ran = scene.program(n, "init", fresh, **none)
            check(ran.code == 74 and what in ran.err and not os.path.exists(os.path.join(fresh, "environment.xml")), ran)
            equal(n.program("init", fresh, env=False).code, 0, "init, with random numbers")
            for name in ("environment.xml", "ledger.db", "audit.log"):
                os.unlink(os.path.join(fresh, name))
        n.items("a.json", ("SKU-1", "Mug"))
        ran = scene.program(n, "run", "--env", n.env, **none)
        check(ran.code == 74 and "random" in ran.err, ran)
        n.run("--only", "collect,convert", expect=0)
        ran = scene.program(n, "run", "--env", n.env, **of_workers)
        equal((ran.code, n.mail("acme"), "handshake" in ran.err), (1, [], True), "without a key of its own: %s" % ran)
        n.program("retry", "acme", expect=None)
        n.run(expect=0)
        equal(len(n.mail("acme")), 1, "what was sent")
        n.check_sound()
