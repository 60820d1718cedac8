"""Partners' SFTP servers, and the line to them. What servers do wrong is done by tests/peers/sshd/sftp_faulty.py."""
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time

import faulty
import night
import parts
import scene
import small
from night import check, equal

FAULT = os.path.join(night.ROOT, "tests", "fault", "run")


def V4():
    """The connection is cut, stalls or garbles at any byte: what was on its way comes once, and no cut is taken for a
    refusal of our key (CONNECTION-LOST, not AUTH-REFUSED). `make proof P=bytes` does all bytes, this a sample."""
    done = subprocess.run([sys.executable, FAULT, "--points", "60", "--seed", "V4", "--jobs", "1", "bytes"],
                          capture_output=True, text=True)
    check(done.returncode == 0, done.stdout + done.stderr)


# --- sending ---

SEND = ("--only", "collect,convert,transfer")

def export(n):
    """One more file to send."""
    n.items("%d.json" % time.monotonic_ns(), ("SKU-%d" % time.monotonic_ns(), "Mug"))


def fails(n, code, *faults):
    """A run with these faults tells that code, and what waits does not count as sent, nor has it its final name over there."""
    mail = n.mail("acme")
    n.faults(*faults)
    ran = n.retry(*SEND, expect=1)
    check(code + ": " in ran.err, faults, ran)
    equal(n.interchange("acme")["state"], "sending", "state after %s" % (faults,))
    equal(n.mail("acme"), mail, "mail after %s" % (faults,))
    check(code in n.program("status").out, code, "is not in status")


def mended(n):
    """With a good server it comes whole, once, and nothing is left under a temporary name."""
    n.faults()
    n.retry(*SEND)
    row = n.interchange("acme")
    equal(row["state"], "sent", "state")
    equal([night.sha256(os.path.join(n.box("acme", "in"), m)) for m in n.there() if m == row["name"]], [row["sha"]], "what came")
    check(not [m for m in n.there() if m.startswith(".")], "left over there:", list(n.there()))


def V5():
    """The server's disk is full or its quota used up while we write, or it says so when the file is closed: not sent
    (REMOTE-FULL, REMOTE-FAILURE), and the next try writes over what is there under the temporary name."""
    big = [("SKU-%05d" % k, "Mug") for k in range(8000)]
    with faulty.Faulty() as n:
        n.items("big.json", *big)
        fails(n, "REMOTE-FAILURE", {"on": "write", "nth": 5, "answer": 4})
        check(0 < len(n.there()[n.asked("open")[0][1][3:]]) < n.interchange("acme")["size"], "no half file lies there")
        for code, fault in (("REMOTE-FULL", {"on": "write", "nth": 5, "answer": 15}),
                            ("REMOTE-FULL", {"on": "write", "answer": 14}),
                            ("REMOTE-FAILURE", {"on": "close", "answer": 4, "done": True})):
            fails(n, code, fault)
            equal(n.asked("rename"), [], "renames")
        mended(n)
        n.check_sound()


def V6():
    """The server says that all was written, and has less: SIZE-DIFFERS, and a new try; the third time it is held, and
    others are sent. A lie that is told after the rename, too, cannot be seen by us: the acknowledgment is for that."""
    drop, lie = {"on": "write", "name": "*000001*", "drop": 5}, {"on": "lstat", "name": "*000001*.tmp", "attrs": {"size": 3}}
    with faulty.Faulty() as n:
        export(n)
        fails(n, "SIZE-DIFFERS", drop)
        fails(n, "SIZE-DIFFERS", lie)
        n.faults(drop)
        export(n)
        ran = n.retry(*SEND, expect=1)
        check("SIZE-DIFFERS: " in ran.err, ran)
        equal([(r["state"], r["reason"]) for r in n.rows("SELECT * FROM interchange ORDER BY id")],
              [("held", "SIZE-DIFFERS"), ("sent", "")], "the one, and the other")
        check("release 000001" in n.reason("hold/" + n.one("SELECT name FROM interchange WHERE id = 1")), "no way out is named")
        n.faults()
        n.program("release", "1", "--reason", "they mended it", expect=0)
        n.run(*SEND, expect=0)
        equal((len(n.mail("acme")), len(n.there())), (2, 2), "mail")
        n.check_sound()


def V7():
    """The answer to the rename is lost: the next try looks, and finds it (same SHA-256), does it again, or is in doubt
    (IN-DOUBT); a name that is taken is COLLISION; a server that cannot rename is REMOTE-UNSUPPORTED; one that says yes and
    does nothing is not believed (REMOTE-FAILURE). Nothing comes twice, and nothing is replaced."""
    with faulty.Faulty() as n:
        for fault in ({"answer": "never"}, {"answer": "end"}, {"answer": 4}, {"packet": "kind"}):
            export(n)
            n.faults({"on": "rename", "done": True, **fault})
            check("partner-failed" in n.retry(*SEND, expect=1).err, "nobody is told")
            n.faults()
            n.retry(*SEND)
            check("same SHA-256" in n.interchange("acme")["evidence"], n.interchange("acme")["evidence"])
            equal(n.asked("write"), [], "what was written again")
        export(n)
        for code, answer in (("REMOTE-TIMEOUT", "never"), ("REMOTE-UNSUPPORTED", 8), ("REMOTE-FAILURE", 0)):
            fails(n, code, {"on": "rename", "answer": answer})
        mended(n)
        export(n)
        n.faults({"on": "rename", "answer": "end", "done": True, "then": "remove"})
        n.retry(*SEND, expect=1)
        n.faults()
        check("IN-DOUBT: " in n.retry(*SEND, expect=1).err, "no doubt")
        equal((n.interchange("acme")["state"], len(n.mail("acme"))), ("in-doubt", 5), "state, mail")
        export(n)
        n.faults({"on": "rename", "answer": 11})
        check("COLLISION: " in n.run(*SEND, expect=1).err, "no collision")
        equal((n.interchange("acme")["state"], len(n.mail("acme"))), ("held", 5), "state, mail")
        n.check_sound()


def V8():
    """The partner takes the file the moment it has its name: sent, since the server said yes to the rename, and the
    evidence tells that it was gone at once. Where that answer is lost too it is IN-DOUBT (row V7)."""
    with faulty.Faulty() as n:
        export(n)
        n.faults({"on": "rename", "then": "remove"})
        n.run(*SEND, expect=0)
        equal((n.interchange("acme")["state"], n.there()), ("sent", {}), "state, mail")
        check("took it" in n.interchange("acme")["evidence"], n.interchange("acme")["evidence"])
        n.run(*SEND, expect=0)
        equal((len(n.rows("SELECT * FROM interchange")), n.asked("write")[1:]), (1, []), "sent again")
        n.faults({"on": "rename", "then": "remove"}, {"on": "lstat", "nth": 4, "answer": "end"})
        export(n)
        n.run(*SEND, expect=0)
        equal((n.interchange("acme")["state"], len(n.asked("lstat"))), ("sent", 4), "state when the look after the rename is cut")


# --- receiving ---

BAD_NAMES = ("../x", "/etc/x", "a/b", "nul\0x", "line\nx", "\x1b[31mx", "no-utf8\udcff", "x" * 300, "y" * 5000, "z" * 100000)


def V9():
    """A listing of a million names (LISTING-TOO-LONG), and names with folders, control characters, no UTF-8, twice, or
    of any length: only plain names are opened, in their folder; what is no plain file is passed over; a size that cannot be
    is TOO-BIG; sending goes on."""
    with faulty.Faulty() as n:
        n.letter("good.txt", b"hello")
        n.faults({"on": "readdir", "names": [{"name": x} for x in BAD_NAMES + ("..", ".", "good.txt", "twice", "twice")] +
                  [{"name": "link", "mode": 0o120777}, {"name": "folder", "mode": 0o40755}, {"name": "pipe", "mode": 0o10644},
                   {"name": "less", "size": -1}, {"name": "more", "size": 1 << 62}]})
        export(n)
        ran = n.run(expect=1)
        equal(sorted(set(n.asked("open") + n.asked("remove"))),
              [("open", "in/.%s.tmp" % n.mail("acme")[0]), ("open", "out/good.txt"), ("open", "out/twice"),
               ("remove", "out/good.txt")], "asked")
        equal(ran.err.count("%d names" % (len(BAD_NAMES) + 2)), 1, "how often it tells of names: %s" % ran)
        equal(ran.err.count("TOO-BIG: "), 2, "TOO-BIG, of two letters, in two rounds: %s" % ran)
        check("\x1b[31m" not in ran.err, "an escape is printed")
        equal(n.one("SELECT place FROM received WHERE sha <> ''"), "quarantine/r-000001.acme", "what came")
        n.faults({"on": "readdir", "count": 1000000})
        export(n)
        ran = n.run(expect=1)
        check("LISTING-TOO-LONG: " in ran.err, ran)
        equal((len(n.mail("acme")), n.interchange("acme")["state"]), (2, "sent"), "what was sent all the same")
        check("LISTING-TOO-LONG" in n.program("status").out, "status")
        n.check_sound()


def answer_letter(n):
    """The partner's answer to what was sent: name to bytes, taken out of its folder."""
    n.answer("acme")
    box = n.box("acme", "out")
    found = {}
    for name in sorted(os.listdir(box)):
        with open(os.path.join(box, name), "rb") as f:
            found[name] = f.read()
        os.unlink(os.path.join(box, name))
    return found


def V10():
    """A letter grows or changes while it is fetched, or has another size than the listing says: FILE-CHANGING, told, and
    not read; whole it is. One with a temporary name is left alone, and one that is younger than ready= waits."""
    with faulty.Faulty() as n:
        export(n)
        n.run(expect=0)
        letters = answer_letter(n)
        for fault in ({"on": "read", "nth": 1, "grow": 10}, {"on": "fstat", "nth": 2, "attrs": {"mtime": 1}},
                      {"on": "fstat", "nth": 2, "attrs": {"size": 7}}, {"on": "readdir", "attrs": {"size": 7}}):
            n.faults(fault)
            n.letter("a.x12", list(letters.values())[0])
            ran = n.retry(expect=1)
            equal(ran.err.count("FILE-CHANGING: a.x12: "), 1, "how often it is told with %s: %s" % (fault, ran))
            equal(n.one("SELECT COUNT(*) FROM received WHERE state <> 'abandoned'"), 0, "letters that were read")
        n.faults()
        os.unlink(os.path.join(n.box("acme", "out"), "a.x12"))
        n.write_partner("acme", more='ready="1h"')
        for name, data in letters.items():
            n.letter(name, data)
            n.letter(name + ".part", data[:30], 1700000000)
        n.run(expect=0)
        equal(n.asked("open"), [], "young, or temporary")
        for name in letters:
            os.utime(os.path.join(n.box("acme", "out"), name), (1700000000, 1700000000))
        n.run(expect=0)
        equal(n.states("acme"), {"accepted": 1}, "items")
        n.check_sound()


def V13():
    """A server without fsync@openssh.com: sent, and the evidence says that the guarantee is weaker. One whose fsync fails:
    not sent (REMOTE-FAILURE). Nothing but version 3 and that extension is ever asked for."""
    with faulty.Faulty() as n:
        export(n)
        n.run(*SEND, expect=0)
        check("not fsynced" not in n.interchange("acme")["evidence"], n.interchange("acme")["evidence"])
        equal(len(n.asked("extended")), 1, "fsyncs")
        n.faults({"on": "init", "extensions": []})
        export(n)
        n.run(*SEND, expect=0)
        check("not fsynced" in n.interchange("acme")["evidence"], n.interchange("acme")["evidence"])
        check("not fsynced" in n.program("show", "2").out, "show does not tell")
        export(n)
        for k, answer in enumerate((4, 3)):
            fails(n, ("REMOTE-FAILURE", "REMOTE-DENIED")[k], {"on": "extended", "answer": answer})
        mended(n)
        equal(n.asked("unknown"), [], "other requests")


def V15():
    """The server's clock is wrong. A time that cannot be right makes no letter wait for ever, where ready= asks for an age:
    it is taken once it looks the same as that long ago by our own clock. No letter is new by its time alone, nor old."""
    far = 2208988800     # 2040
    parts.build(parts.BUILD)
    with faulty.Faulty() as n:
        n.write_partner("acme", more='ready="1h" after="remember"')
        export(n)
        n.run(expect=0)
        letters = list(answer_letter(n).items())
        for (name, data), mtime in zip(letters, (far, 0)):
            n.letter(name, data, mtime)
        n.faults()
        n.run(expect=0)
        equal(n.asked("open"), [], "what is taken at first sight")
        ran = scene.two_hours_later(n)
        equal((ran.code, sorted(n.asked("open"))), (0, sorted(("open", "out/" + name) for name, _ in letters)), "taken then")
        equal(n.states("acme"), {"accepted": 1}, "items")
        os.utime(os.path.join(n.box("acme", "out"), letters[0][0]), (1600000000, 1600000000))
        n.letter("older.txt", b"another", 1500000000)
        equal(scene.two_hours_later(n).code, 1, "with a letter that nobody understands")
        came = [r["remote"] for r in n.rows("SELECT remote FROM received WHERE sha <> '' ORDER BY id")]
        equal(came[2:], [letters[0][0], "older.txt"], "the same with another time, and an old one that is new")
        equal(n.one("SELECT COUNT(*) FROM ack"), 2, "answers that counted")
        equal(n.states("acme"), {"accepted": 1}, "items")
        n.check_sound()


# --- the SSH layer ---

class Rubbish:
    """A server that says its banner, and then what it is given, over and over when told."""

    def __init__(self, data, forever=False, banner=b"SSH-2.0-OpenSSH_9.2\r\n"):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port, self.data, self.forever, self.banner = self.listening.getsockname()[1], data, forever, banner
        self.open = True
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while self.open:
            try:
                s, _ = self.listening.accept()
                threading.Thread(target=self._talk, args=(s,), daemon=True).start()
            except OSError:
                return

    def _talk(self, s):
        try:
            s.sendall(self.banner + self.data)
            while self.forever:
                s.sendall(self.data)
            while s.recv(4096):
                pass
        except OSError:
            pass
        s.close()

    def close(self):
        self.open = False
        self.listening.close()


def packet(body, size=None, padding=None):
    """An SSH packet before there are keys; size and padding when they are lies."""
    pad = 8 - (5 + len(body)) % 8
    pad += 8 if pad < 4 else 0
    head = struct.pack(">IB", 1 + len(body) + pad if size is None else size, pad if padding is None else padding)
    return head + body + bytes(pad)


def kexinit(*lists):
    names = lists or ("curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256",
                      "none", "none", "", "")
    return packet(b"\x14" + bytes(16) + b"".join(struct.pack(">I", len(x)) + x.encode() for x in names) + bytes(5))


# what comes after the banner, and whether it comes without end
MALFORMED = {
    "random bytes": (bytes(range(256)) * 64, False),
    "a packet of 4 GB": (packet(b"\x14", size=0xfffffff0), False),
    "a packet of nothing": (packet(b"", size=0), False),
    "a packet shorter than its padding": (packet(b"\x14" + bytes(30), padding=255), False),
    "key exchange lists that end nowhere": (packet(b"\x14" + bytes(16) + b"\xff\xff\xff\xff"), False),
    "a reply with a host key of 4 GB": (kexinit() + packet(b"\x1f\xff\xff\xff\xff"), False),
    "a reply with an empty host key": (kexinit() + packet(b"\x1f" + bytes(12)), False),
    "key exchanges for ever": (kexinit(), True),
    "packets that mean nothing for ever": (kexinit() + packet(b"\x02\0\0\0\x04none"), True),
    "lines before the banner for ever": (b"hello\r\n" * 500, True),
}


GIVEN_UP = ("CONNECTION-LOST", "REMOTE-TIMEOUT", "PROTOCOL-ERROR", "NO-COMMON-ALGORITHM")


def V12():
    """A server whose packets of SSH or SFTP are malformed, or never come to an end: the connection is given up in time
    (CONNECTION-LOST, REMOTE-TIMEOUT, PROTOCOL-ERROR, NO-COMMON-ALGORITHM), and other partners have their files. Should the
    library crash or turn in a circle on a packet of another kind, it ends the worker alone (TRANSFER-CRASH, TRANSFER-HUNG)."""
    partners = {"p%02d" % k: what for k, what in enumerate(MALFORMED)}
    with small.Small(kind="events", partners=("zz-good", *partners)) as n:
        servers = {}
        night.sshd.make_key(n.path("keys", "k"), "ed25519")
        os.chmod(n.path("keys", "k"), 0o400)
        for p, what in partners.items():
            data, forever = MALFORMED[what]
            servers[p] = Rubbish(data, forever, b"" if "before the banner" in what else b"SSH-2.0-OpenSSH_9.2\r\n")
            n.write_partner(p, 'protocol="sftp" host="127.0.0.1" port="%d" user="u" credential="k" put="in" connect-timeout="1s" '
                            'idle-timeout="1s"><host-key sha256="SHA256:%s"/></endpoint>' % (servers[p].port, "A" * 43))
        export(n)
        ran = n.run(expect=1)
        for s in servers.values():
            s.close()
        equal(len(n.mail("zz-good")), 1, "what the good one has")
        for p, what in partners.items():
            reason = [r["reason"] for r in n.rows("SELECT reason FROM partner WHERE name = ?", p)]
            check(reason and reason[0] in GIVEN_UP, what, reason, ran)
        n.check_sound()
    with faulty.Faulty() as n:
        export(n)
        for on, bad in (("init", "string"), ("init", "empty"), ("lstat", "short"), ("lstat", "huge"), ("lstat", "cut"),
                        ("open", "kind"), ("write", "kind")):
            n.faults({"on": on, "packet": bad})
            ran = n.retry(*SEND, expect=1)
            check(re.search("%s: " % "|".join(GIVEN_UP), ran.err), on, bad, ran)
            equal(n.mail("acme"), [], "mail after %s %s" % (on, bad))
        mended(n)
        n.check_sound()


WEAK = (("KexAlgorithms", "diffie-hellman-group1-sha1,diffie-hellman-group14-sha1"),
        ("Ciphers", "aes128-cbc,aes256-cbc,3des-cbc"),
        ("MACs", "hmac-sha1,hmac-md5,hmac-sha1-96"), ("HostKeyAlgorithms", "ssh-rsa"))


def V14():
    """A server that has weak algorithms only, of one kind or another: refused (NO-COMMON-ALGORITHM), and the login is not
    tried. No endpoint can be told otherwise: there is no exception to set. A kind of algorithm that this sshd no longer
    has at all is left out."""
    tried = 0
    for name, weak in WEAK:
        with small.Small(kind="events") as n:
            folder = os.path.join(n.top, "sshd")
            try:
                server = night.sshd.start(folder, root=os.path.join(n.top, "acme"), kinds=("rsa", "ed25519"),
                                          config=("%s %s" % (name, weak),))
            except night.sshd.SshdError as e:
                check("Bad" in str(e) or "Unsupported" in str(e), e)
                continue
            n.servers["acme"] = folder
            tried += 1
            export(n)
            n.write_partner("acme", n._sftp("acme", server["host_keys"]["ed25519"]["sha256"]))
            ran = n.run(expect=1)
            check("NO-COMMON-ALGORITHM: " in ran.err, name, ran)
            equal(n.mail("acme"), [], "mail")
            with open(server["log"], encoding="utf-8", errors="replace") as f:
                said = f.read()
            check("no matching" in said and "publickey" not in said, name, said)
    if tried == 0:
        night.skip("this sshd has no weak algorithms")
