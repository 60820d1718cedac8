"""Files on their way through inbox/ and the spool."""
import contextlib
import ctypes
import errno
import gzip
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
import zipfile

import night
import parts
import sample
import scene
import small
from night import check, equal


def F2():
    """The writer goes on after its file was picked up: it is looked at again by the next run, and what is sent is its last content."""
    with small.Small(kind="events") as n:
        n.items("a.json", *[("SKU-%d" % i, "Mug") for i in range(3)])
        path = n.path("inbox/products/a.json")
        with open(path, "ab", buffering=0) as f:
            for i in range(3, 33):      # large enough to be read for a while
                f.write(b'{"sku": "SKU-%d", "name": "Mug", "much": "%s"}\n' % (i, b"x" * 1000000))
            run, more = n.start(), 33
            while run.poll() is None:
                f.write(b'{"sku": "SKU-%d", "name": "Cup"}\n' % more)
                more += 1
                time.sleep(0.001)
            night.no_report(run.communicate()[1])
            equal(n.mail("acme"), [], "what was sent while it was written")
            told = "".join(n.text(os.path.join("log", name)) for name in n.files("log"))
            check("still-written" in told, told)
            whole = os.fstat(f.fileno()).st_size
        n.run(expect=0)
        equal(n.one("SELECT size FROM input"), whole, "its size")
        equal(n.one("SELECT items FROM interchange"), more, "items sent")
        n.check_sound()


def F3():
    """An empty file is put away as EMPTY, and others go on."""
    with small.Small(kind="events") as n:
        n.drop("products", "a.json", b"")
        n.items("b.json", ("SKU-1", "Mug"))
        ran = n.run(expect=1)
        check("EMPTY" in ran.err and "a.json" in ran.err, ran)
        equal([r["reason"] for r in n.rows("SELECT reason FROM input WHERE state = 'quarantined'")], ["EMPTY"], "reason")
        equal(len(n.mail("acme")), 1, "what was sent")
        check("EMPTY: a.json from products" in n.program("status").out, "status does not name it")
        check("a.json" in n.reason("quarantine/in-000001.products"), "nor does its reason")
        n.check_sound()


def F4():
    """A file larger than its source takes: TOO-BIG, without being read."""
    with small.Small(kind="events") as n:
        n.write("bundle/routes.xml", n.text("bundle/routes.xml").replace('name="products"', 'name="products" max-size="64"'))
        n.drop("products", "a.json", b'{"sku": "SKU-1", "name": "%s"}\n' % (b"x" * 100))
        n.items("b.json", ("SKU-2", "Mug"))
        ran = n.run(expect=1)
        check("TOO-BIG" in ran.err and "a.json" in ran.err, ran)
        equal(len(n.mail("acme")), 1, "what was sent")
        n.check_sound()


def F5():
    """The same name again with other content: both are sent, nothing is written over."""
    with small.Small(kind="events") as n:
        for sku in "SKU-1", "SKU-2":
            n.items("a.json", (sku, "Mug"))
            n.run(expect=0)
        equal(len(n.mail("acme")), 2, "what was sent")
        n.check_sound()


def F6():
    """The same content under a new name: held as DUPLICATE-SUSPECT and told; release sends it."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        n.items("b.json", ("SKU-1", "Mug"))
        ran = n.run(expect=1)
        check("DUPLICATE-SUSPECT" in ran.err and "b.json" in ran.err, ran)
        equal(len(n.mail("acme")), 1, "what was sent")
        n.program("release", "in-2", "--reason", "it is meant", expect=0)
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "what was sent after release")
        n.check_sound()


def F7():
    """Names with a newline, an escape, quotes, blanks, a dash first, 240 bytes, or no UTF-8: taken like any other, and
    printed so that no terminal obeys them."""
    names = (b"a\nb.json", b"c\x1b[31m.json", b"d'\"$(x).json", b"  e .json", b"-f.json", b"g" * 235 + b".json", b"h\xff\xfe.json",
             "i\u202e.json".encode())
    with small.Small(kind="events") as n:
        for k, name in enumerate(names):
            n.drop_bytes("products", name, b'{"sku": "SKU-%d", "name": "Mug"}\n' % k)
        ran = n.run(expect=0)
        equal(len(n.mail("acme")), len(names), "what was sent")
        said = ran.out + ran.err + n.program("status").out + "".join(n.program("show", "in-%d" % (k + 1)).out for k in range(len(names)))
        check(not any(c in said for c in "\x1b\u202e\x00"), repr(said))
        n.check_sound()


def F15():
    """Hundreds of files at once: each is sent once."""
    with small.Small(kind="events") as n:
        for k in range(300):
            n.items("%04d.json" % k, ("SKU-%d" % k, "Mug"))
        n.run(expect=0)
        equal(len(n.mail("acme")), 300, "what was sent")
        n.check_sound()


def F12():
    """The folder of a source is gone, or in its place is another one, as the mount point of a disk that is not mounted:
    INBOX-GONE, told by each run, and nothing is taken from there; with the right folder all goes on."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        inbox = n.path("inbox", "products")
        os.rename(inbox, inbox + ".away")
        for there in False, True, True:
            if there and not os.path.exists(inbox):
                n.items("b.json", ("SKU-2", "Cup"))     # makes the folder
            ran = n.run(expect=1)
            check("INBOX-GONE" in ran.err and "inbox/products" in ran.err and n.env in ran.err, there, ran)
            check("INBOX-GONE" in n.program("status").out, "status is silent")
        equal(len(n.mail("acme")), 1, "mail: something was taken from another folder")
        os.rename(os.path.join(inbox, "b.json"), os.path.join(inbox + ".away", "b.json"))
        os.rmdir(inbox)
        os.rename(inbox + ".away", inbox)
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "mail with the right folder")
        check("INBOX-GONE" not in n.program("status").out, "status still says so")
        n.check_sound()


def F13():
    """A file without its marker or manifest, or one of these without its file, for longer than pair-within: MISSING-PAIR,
    told once and by status until it is mended; nothing of it is sent."""
    parts.build(parts.BUILD)
    for ready, end in ("marker", ".ready"), ("manifest", ".manifest"):
        with small.Small(kind="events", ready=ready) as n:
            n.write("bundle/routes.xml", n.text("bundle/routes.xml").replace("ready=", 'pair-within="1h" ready='))
            n.items("a.json", ("SKU-1", "Mug"))
            n.drop("products", "b.json" + end, b"")
            n.run(expect=0)
            ran = scene.two_hours_later(n)
            equal(ran.code, 1, ran)
            for name in "a.json", "b.json" + end:
                check(ran.err.count("MISSING-PAIR") == 2 and "inbox/products/%s " % name in ran.err, name, ran)
                check("inbox/products/%s: MISSING-PAIR" % name in n.program("status").out, name, "is not in status")
            equal((scene.two_hours_later(n).err, n.mail("acme")), ("", []), "told again, and mail")
            data = open(n.inbox("products", "a.json"), "rb").read()
            n.drop("products", "a.json" + end, b"%s %d" % (hashlib.sha256(data).hexdigest().encode(), len(data)))
            os.unlink(n.inbox("products", "b.json" + end))
            equal(scene.two_hours_later(n).code, 0, "with its pair")
            equal(len(n.mail("acme")), 1, "mail when it is complete")
            check("MISSING-PAIR" not in n.program("status").out, "status still says so")
            n.check_sound()


def F23():
    """Others may look into keys/ or the spool, or may change the configuration: no run starts (78, LOOSE-RIGHTS), and each
    name is told with its mode and the chmod that mends it; check says the same. There is no way around it."""
    with small.Small(kind="events") as n:
        n.run(expect=0)
        n.items("a.json", ("SKU-1", "Mug"))
        for name, wrong in (("keys", 0o750), ("environment.xml", 0o664), ("partners/acme.xml", 0o666), ("bundle", 0o770),
                            ("bundle/maps/acme.xml", 0o620), ("bundle/routes.xml", 0o664), ("bundle/agreements", 0o777),
                            ("outbox", 0o757), ("outbox", 0o755), ("ledger.db", 0o644)):
            before = os.stat(n.path(name)).st_mode & 0o7777
            os.chmod(n.path(name), wrong)
            os.chmod(n.env, 0o751)
            for command in ("run", 78), ("check", 78):
                ran = n.program(command[0], expect=command[1])
                line = [x for x in (ran.err + ran.out).splitlines() if x.startswith(name + ": ")]
                check(len(line) == 1 and "%04o" % wrong in line[0], name, oct(wrong), ran)
                check(re.search("chmod [-a-z0-9]+ %s$" % re.escape(n.path(name)), line[0]), "no whole command", ran)
            check("LOOSE-RIGHTS" in n.program("run").err, "no code")
            os.chmod(n.path(name), before)
        os.chmod(n.env, 0o771)      # whoever may rename there exchanges the whole configuration
        for command in "run", "check":
            ran = n.program(command, expect=78)
            check(".: others may write in the environment's folder (mode 0771)" in ran.err + ran.out, ran)
        equal(n.one("SELECT COUNT(*) FROM run"), 1, "runs that started")
        os.chmod(n.env, 0o750)
        if os.geteuid() == 0:
            os.chown(n.path("partners/acme.xml"), 65534, -1)
            check("partners/acme.xml: WRONG-USER: it belongs to user nobody" in n.program("run", expect=78).err, "a stranger's configuration")
            os.chown(n.path("partners/acme.xml"), 0, -1)
        os.chmod(n.path("outbox"), 0o755)       # nobody gets so far
        check("outbox: warning: everybody may look" in n.program("check", expect=0).out, "check is silent")
        n.run(expect=0)
        equal(len(n.mail("acme")), 1, "mail")


def folding_disk(n):
    """A folder on a disk that takes names of other case for the same; None where that cannot be had."""
    image, folder = os.path.join(n.top, "image"), os.path.join(n.top, "disk")
    os.makedirs(folder)
    with open(image, "wb") as f:
        f.truncate(16 << 20)
    for command in (["mkfs.ext4", "-q", "-O", "casefold", "-E", "encoding=utf8", image], ["mount", "-o", "loop", image, folder]):
        if not shutil.which(command[0]) or subprocess.run(command, capture_output=True, check=False).returncode != 0:
            return None
    os.makedirs(os.path.join(folder, "env"))
    subprocess.run(["chattr", "+F", os.path.join(folder, "env")], check=True)
    return os.path.join(folder, "env")


def F25():
    """A file system that takes names of other case for the same: init and run refuse it (78, FOLDED-NAMES). Where no such
    disk can be mounted, a second name of keys/ takes its part."""
    with small.Small(kind="events") as n:
        folder = folding_disk(n)
        try:
            if folder:
                ran = n.program("init", folder, env=False, expect=78)
                check("FOLDED-NAMES" in ran.err and folder in ran.err, ran)
                check(not os.path.exists(os.path.join(folder, "ledger.db")), "init went on")
        finally:
            if folder:
                subprocess.run(["umount", os.path.join(n.top, "disk")], check=True)
        os.mkdir(n.path("KEYS"))
        n.run(expect=0)                         # two folders are two folders
        os.rmdir(n.path("KEYS"))
        os.rename(n.path("keys"), n.path("KEYS"))
        with open(n.path("keys"), "wb"):        # one file with two names looks the same as one name for two
            pass
        os.rmdir(n.path("KEYS"))
        os.link(n.path("keys"), n.path("KEYS"))
        for command in "run", "check":
            ran = n.program(command, expect=78)
            check("FOLDED-NAMES" in ran.err + ran.out, ran)


def F8():
    """A manifest that names another file, by folders, from the root, or with a NUL: the file beside it is put away as BAD-NAME;
    no name of a manifest is ever opened. Names of sources that are paths are refused with the configuration."""
    data = b'{"sku": "SKU-1", "name": "Mug"}\n'
    sums = b"%s %d" % (hashlib.sha256(data).hexdigest().encode(), len(data))
    names = b"../../../../etc/passwd", b"/etc/passwd", b"b.json", b"a.json\0.xml", b"./a.json", b"a.json\nb.json", b"\x1b[2J"
    with small.Small(kind="events", ready="manifest") as n:
        for k, name in enumerate(names):
            n.drop("products", "a.json", data)
            n.drop("products", "a.json.manifest", sums + b" " + name + b"\n")
            ran = n.run(expect=1)
            row = n.rows("SELECT state, reason, place FROM input ORDER BY id")[-1]
            equal(tuple(row)[:2], ("quarantined", "BAD-NAME"), repr(name))
            check("BAD-NAME" in ran.err and "a.json" in ran.err and "\x1b" not in ran.err + n.reason(row["place"]), ran)
            equal(n.files("inbox/products"), [], "left in the inbox")
        equal(n.mail("acme"), [], "mail")
        n.drop("products", "a.json", data)
        n.drop("products", "a.json.manifest", sums + b" a.json\n")
        n.run(expect=0)
        equal(len(n.mail("acme")), 1, "mail with its own name")
        n.check_sound()
        routes = n.text("bundle/routes.xml")
        for name in "../x", "/x", "a/b", "..", "":
            n.write("bundle/routes.xml", routes.replace('name="products"', 'name="%s"' % name))
            check("bundle/routes.xml:1:" in n.run(expect=78).err, name)


def killed_while_claiming(s):
    """The run dies when the row of its file is there and the file has not left the inbox."""
    for at in [at for at, name, _ in parts.recorded(s) if name == "renameat2" and at.startswith("0:")]:
        s.restore()
        parts.Struck(s, "--at", at, "--do", "kill-before")
        if [r[0] for r in s.n.rows("SELECT state FROM input")] == ["claiming"] and s.n.exists("inbox/products/a.json"):
            return
    check(False, "no file goes into work/:", parts.recorded(s))


def F16():
    """A file that is claimed and then taken away by its exporter: its row is abandoned as VANISHED, with a warning; others go
    on, and the same file again is taken."""
    with sample.scenario("pick-up-file") as s:
        killed_while_claiming(s)
        n = s.n
        data = scene.invariants.read(n.path("inbox/products/a.json"))
        os.unlink(n.path("inbox/products/a.json"))
        n.items("b.json", ("SKU-9", "Plate"))
        n.drop("products", "b.json.ready", b"")
        ran = n.run(expect=0)
        check("warn abandoned" in ran.err and "VANISHED: a.json" in ran.err, ran)
        equal([tuple(r) for r in n.rows("SELECT state, reason FROM input WHERE name = 'a.json'")], [("abandoned", "VANISHED")], "row")
        equal(len(n.mail("acme")), 1, "mail")
        n.drop("products", "a.json", data)
        n.drop("products", "a.json.ready", b"")
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "mail when it came again")
        n.check_sound()


def F19():
    """A rename of ours that fails, since the name is taken, the disk is another one or is broken: one sentence, no copy in its place,
    nothing lost or doubled; the next run goes on."""
    with sample.scenario("pick-up-file") as s:
        renames = [at for at, name, _ in parts.recorded(s, calls="io") if name == "renameat2" and at.startswith("0:")]
        check(len(renames) >= 5, renames)
        for at in renames:
            for error in errno.EEXIST, errno.EXDEV, errno.EIO:
                s.restore()
                done = parts.Struck(s, "--at", at, "--do", "errno=%d" % error, calls="io")
                check(done.struck, at, "was not met")
                wrong = done.wrong() + parts.unclear(done, at) + parts.recovered(s)
                check(not wrong, at, errno.errorcode[error], wrong, done.err)
                check(error != errno.EXDEV or "different file systems" in done.err or done.code == 0, at, done.code, done.err)


def F20():
    """Reads and writes that do half, or are interrupted: the rest is done, nobody notices."""
    sample.points("pick-up-file", "errno", lambda p: p.endswith("short") or "EINTR" in p, seconds=5, least=8)


def F21():
    """The power is cut, with the journal written and data lost, or with neither: nothing is lost or doubled (I1 to I5)."""
    sample.points("pick-up-file", "power", seconds=5, least=10)


def F24():
    """No inodes are left: one sentence about space, nothing half done; when there are some the next run goes on."""
    if os.geteuid() != 0:
        night.skip("only root can mount a disk")
    top = os.path.join(os.environ["TMPDIR"], "few")
    os.makedirs(top)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "nr_inodes=400,mode=755", "none", top], check=False).returncode != 0:
        night.skip("this machine cannot mount a file system in a file")
    try:
        few_inodes(top)
    finally:
        subprocess.run(["umount", top], check=True)


def few_inodes(top):
    with small.Small(kind="events", top=top) as n:
        n.run(expect=0)
        n.items("a.json", ("SKU-1", "Mug"))
        n.items("b.json", ("SKU-2", "Cup"))
        ballast, failed = os.path.join(top, "ballast"), 0
        for left in range(24):
            os.makedirs(ballast)
            for k in range(os.statvfs(top).f_favail - left):
                os.mknod(os.path.join(ballast, str(k)))
            ran = n.run(expect=None)
            shutil.rmtree(ballast)
            if ran.code == 0:
                break
            check(ran.code in (1, 74) and "space" in ran.err, "with", left, "inodes left:", ran)
            n.check_numbers()
            failed += 1
        check(failed >= 3, "it failed only", failed, "times")
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "mail with inodes again")
        n.check_sound()


def F11():
    """A file that may not be read, not be moved (immutable), or lies in a sticky folder of others: UNREADABLE, by each run and by
    status, its bytes stay, others go on; when it may be read it is taken."""
    mended = {"unreadable.json": lambda p: os.chmod(p, 0o644), "sticky.json": lambda p: os.chmod(os.path.dirname(p), 0o2770),
              "immutable.json": lambda p: subprocess.run(["chattr", "-i", p], check=True)}
    for name, mend in mended.items():
        with small.Small(kind="events") as n, contextlib.ExitStack() as after:
            n.run(expect=0)
            path = n.inbox("products", name)
            n.items(name, ("SKU-1", "Mug"))
            n.items("b.json", ("SKU-2", "Cup"))
            if not hinder(n, path, after):
                continue
            for _ in range(2):
                ran = plain_run(n)
                check(ran.code == 1 and name in ran.err and re.search("denied|not permitted", ran.err), name, ran)
                check("alarm inbox/products/%s: UNREADABLE" % name in n.program("status").out, name, "is not in status")
            equal(len(n.mail("acme")), 1, "mail without " + name)
            here = [p for p in ("work/in-000001", "work/in-000002", "inbox/products/" + name) if n.exists(p)]
            equal(len(here), 1, "where it lies")
            mend(n.path(here[0]))
            plain_run(n)
            equal(len(n.mail("acme")), 2, "mail when it may be read")
            check("UNREADABLE" not in n.program("status").out, "status still says so")
            n.check_sound()


def bound_by_rights():
    """In the child: root, too, may only what modes and owners say."""
    for right in 1, 2, 3:       # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
        if os.geteuid() == 0 and ctypes.CDLL(None).prctl(24, right, 0, 0, 0) != 0:      # PR_CAPBSET_DROP
            os._exit(99)


def plain_run(n):
    ran = night.Ran(subprocess.run([night.GRIDSPOOL, "run", "--env", n.env], stdin=subprocess.DEVNULL, capture_output=True,
                                   text=True, errors="replace", timeout=60, preexec_fn=bound_by_rights))
    if ran.code == 99:
        night.skip("capabilities cannot be dropped here")
    return ran


def hinder(n, path, after):
    """Makes the rights of a file as its name says; False where this machine cannot."""
    if "unreadable" in path:
        os.chmod(path, 0)
    elif os.geteuid() != 0:
        return False
    elif "sticky" in path:
        os.chown(path, 54321, -1)
        os.chown(os.path.dirname(path), 54321, -1)
        os.chmod(os.path.dirname(path), 0o3777)
        after.callback(os.chmod, os.path.dirname(path), 0o755)
        os.chmod(path, 0o644)
    elif subprocess.run(["chattr", "+i", path], capture_output=True, check=False).returncode != 0:
        return False
    else:
        after.callback(subprocess.run, ["chattr", "-i", path], capture_output=True, check=False)
    return True


class Swapped:
    """An exporter that keeps changing files for links to what is none of ours, and back, as fast as it can."""

    def __init__(self, folder, names, secret):
        self.folder = os.open(folder, os.O_RDONLY)
        pairs = [(name.encode(), b"link-" + name.encode()) for name in names]
        for _, link in pairs:
            os.symlink(secret, link, dir_fd=self.folder)
        self.child = os.fork()
        if self.child == 0:
            swap = ctypes.CDLL(None).renameat2
            while True:
                for name, link in pairs:
                    swap(self.folder, name, self.folder, link, 2)       # RENAME_EXCHANGE

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.folder)


def everything(n):
    """The bytes of all files below the environment and at partners, packed ones too."""
    for here, _, names in os.walk(n.top):
        for name in names:
            path = os.path.join(here, name)
            if os.path.islink(path) or not os.path.isfile(path) or name == "secret":
                continue
            data = scene.invariants.read(path)
            if data[:2] == b"PK":
                with zipfile.ZipFile(path) as z:
                    data = b"".join(z.read(m) for m in z.namelist())
            yield path, gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def F10():
    """A link that takes the place of a file between the look at it and its opening, alone or inside a tree, also when the tree has
    left the inbox: nothing from outside is ever read."""
    for tree in False, True:
        with small.Small(kind="events", top=night.MEMORY) as n:
            secret = os.path.join(n.top, "secret")
            with open(secret, "w", encoding="utf-8") as f:
                f.write('{"sku": "SKU-X-0", "name": "Mug"}\n')     # as long as what it replaces
            if tree:
                n.write("bundle/routes.xml", n.text("bundle/routes.xml").replace('format=', 'shape="tree" format='))
            n.run(expect=0)
            rounds, begun = 0, time.monotonic()
            while rounds < 3 or time.monotonic() - begun < (4.5 if tree else 1):
                folder = os.path.join(n.top, "export") if tree else n.path("inbox", "products")
                os.makedirs(folder, exist_ok=True)
                names = ["a%d.json" % k for k in range(20)]
                for name in names:
                    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                        f.write('{"sku": "SKU-%d-0", "name": "Mug"}\n' % (rounds % 10))
                with Swapped(folder, names, secret):
                    if tree:
                        os.rename(folder, n.inbox("products", "export"))
                    n.run(expect=None)
                rounds += 1
                if not tree:
                    for name in os.listdir(folder):
                        if name.endswith(".json"):
                            os.unlink(os.path.join(folder, name))
            for path, data in everything(n):
                check(b"SKU-X-0" not in data, path, "has what a link led to")
