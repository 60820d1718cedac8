#!/usr/bin/env python3
"""An SFTP server that misbehaves as it is told: version 3 of draft-ietf-secsh-filexfer-02 on standard input and output.

    sftp_faulty.py ROOT [SCRIPT]

Serves the folder ROOT, and nothing above it, as a server should, but for the faults of SCRIPT: a JSON array of objects,
read when a session starts. README.md lists their fields. Each request is written to SCRIPT.log, one JSON array a line:
[request, path], and how often a fault that has "times" happened is kept in SCRIPT.used.
"""
import fnmatch
import json
import os
import stat
import struct
import sys
import time

OK, EOF, NO_SUCH_FILE, DENIED, FAILURE, UNSUPPORTED = 0, 1, 2, 3, 4, 8
VERSION, STATUS, HANDLE, DATA, NAME, ATTRS = 2, 101, 102, 103, 104, 105
REQUESTS = {1: "init", 3: "open", 4: "close", 5: "read", 6: "write", 7: "lstat", 8: "fstat", 9: "setstat", 10: "fsetstat",
            11: "opendir", 12: "readdir", 13: "remove", 14: "mkdir", 15: "rmdir", 16: "realpath", 17: "stat", 18: "rename",
            200: "extended"}
READ, WRITE, APPEND, CREAT, TRUNC, EXCL = 1, 2, 4, 8, 16, 32
HAS_SIZE, HAS_OWNER, HAS_MODE, HAS_TIMES = 1, 2, 4, 8
ENTRIES = 200       # of one answer to readdir
MESSAGE_MAX = 256 << 10


def string(data):
    return struct.pack(">I", len(data)) + data


def wire(text):
    """Names of a script are text; bytes that are no UTF-8 are written as JSON's \\udcXX."""
    return text.encode("utf-8", "surrogateescape")


def attributes(st):
    """A stat result, or what a script says, as a dict of what is told."""
    return {"size": st.st_size, "owner": (st.st_uid, st.st_gid), "mode": st.st_mode, "mtime": int(st.st_mtime)}


def pack_attributes(a):
    """A value of None is left out, with its flag."""
    flags, out = 0, b""
    if a.get("size") is not None:
        flags, out = flags | HAS_SIZE, out + struct.pack(">Q", a["size"] % (1 << 64))
    if a.get("owner") is not None:
        flags, out = flags | HAS_OWNER, out + struct.pack(">II", *a["owner"])
    if a.get("mode") is not None:
        flags, out = flags | HAS_MODE, out + struct.pack(">I", a["mode"])
    if a.get("mtime") is not None:
        flags, out = flags | HAS_TIMES, out + struct.pack(">II", a["mtime"] % (1 << 32), a["mtime"] % (1 << 32))
    return struct.pack(">I", flags) + out


def long_name(name, a):
    """For people, as ls -l has it."""
    return b"%s 1 0 0 %d Jan 1 00:00 %s" % (stat.filemode(a.get("mode") or 0).encode(), a.get("size") or 0, name)


class Refused(Exception):
    """The answer is a status other than OK."""


class Fields:
    """What a request holds, read from its start."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form=">I"):
        value, = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return value

    def string(self):
        n = self.number()
        self.at += n
        return self.data[self.at - n:self.at]


class Script:
    """The faults, and what became of them."""

    def __init__(self, path):
        self.path, self.faults, self.seen, self.log = path, [], {}, None
        if path:
            with open(path, encoding="utf-8") as f:
                self.faults = json.load(f)
            self.log = open(path + ".log", "a", encoding="utf-8")

    def note(self, request, path):
        if self.log:
            self.log.write(json.dumps([request, path]) + "\n")
            self.log.flush()

    def fault(self, request, path):
        """The first fault that is due for this request, or {}."""
        for k, f in enumerate(self.faults):
            if request not in f["on"].split() or not fnmatch.fnmatchcase(os.path.basename(path), f.get("name", "*")):
                continue
            self.seen[k] = self.seen.get(k, 0) + 1
            if f.get("nth", self.seen[k]) == self.seen[k] and self._left(k, f):
                return f
        return {}

    def _left(self, k, fault):
        if "times" not in fault:
            return True
        used = {}
        if os.path.exists(self.path + ".used"):
            with open(self.path + ".used", encoding="utf-8") as f:
                used = json.load(f)
        if used.get(str(k), 0) >= fault["times"]:
            return False
        used[str(k)] = used.get(str(k), 0) + 1
        with open(self.path + ".used", "w", encoding="utf-8") as f:
            json.dump(used, f)
        return True


class Server:
    def __init__(self, root, script):
        self.root, self.script = os.path.realpath(root), script
        self.open, self.next, self.offered = {}, 0, []

    # --- packets ---

    def serve(self):
        while True:
            head = self._take(4)
            if head is None:
                return
            body = self._take(struct.unpack(">I", head)[0])
            if body is None:
                return
            self._answer(body[0], Fields(body[1:]))

    def _take(self, n):
        data = sys.stdin.buffer.read(n)
        return data if len(data) == n else None

    def _answer(self, kind, fields):
        request = REQUESTS.get(kind, "unknown")
        ident = b"" if request == "init" else fields.data[:4]
        fields.at = len(ident)
        path = self._path_of(request, fields)
        self.fault = self.script.fault(request, path)
        answer, done = self.fault.get("answer"), None
        if self.fault.get("done", answer is None):
            done = self._do(request, fields)
        self.script.note(request, path)
        if self.fault.get("then") == "remove":
            os.unlink(self._last)
        elif self.fault.get("then") == "another":
            with open(self._last, "wb") as f:
                f.write(b"another of this name")
        if answer == "never":
            while True:
                time.sleep(60)
        if answer == "end":
            os._exit(0)
        self._send(*(done if answer is None else self._status(answer)), ident)

    def _send(self, kind, body, ident):
        packet = bytes([kind]) + ident + body
        bad = self.fault.get("packet")
        size = len(packet) + {"long": 1000, "short": -2, "huge": 1 << 31}.get(bad, 0)
        if bad == "id":
            packet = bytes([kind]) + b"\x7f\xff\xff\xfe" + body
        elif bad == "kind":
            packet = bytes([250]) + packet[1:]
        elif bad == "string":
            packet = packet[:5] + b"\xff\xff\xff\xf0" + packet[9:]
        elif bad == "empty":
            packet, size = b"", 0
        elif bad == "rubbish":
            packet = os.urandom(len(packet))
        data = struct.pack(">I", size) + packet
        sys.stdout.buffer.write(data[:len(data) // 2] if bad == "cut" else data)
        sys.stdout.buffer.flush()
        if bad == "cut":
            os._exit(0)

    # --- requests ---

    def _path_of(self, request, fields):
        """What the request is about, for the script: a path, or that of a handle."""
        if request in ("init", "unknown", "extended"):
            return ""
        at, name = fields.at, fields.string()
        fields.at = at
        if request in ("close", "read", "write", "fstat", "fsetstat", "readdir"):
            return self.open[name]["path"] if name in self.open else ""
        return name.decode("utf-8", "surrogateescape")

    def _do(self, request, fields):
        try:
            return getattr(self, "_do_" + request)(fields)
        except Refused as e:
            return self._status(e.args[0])
        except FileNotFoundError:
            return self._status(NO_SUCH_FILE)
        except PermissionError:
            return self._status(DENIED)
        except OSError:
            return self._status(FAILURE)

    @staticmethod
    def _status(code):
        return STATUS, struct.pack(">I", code) + string(b"") + string(b"")

    def _local(self, name):
        """Below the root, whatever the name says."""
        clean = os.path.normpath(b"/" + name)
        self._last = os.fsencode(self.root) + clean
        return self._last

    def _handle(self, fields):
        name = fields.string()
        if name not in self.open:
            raise Refused(FAILURE)
        self._last = self.open[name]["local"]
        return self.open[name]

    def _new_handle(self, name, **what):
        self.next += 1
        handle = b"h%d" % self.next
        self.open[handle] = dict(what, path=name.decode("utf-8", "surrogateescape"), local=self._last, handle=handle)
        return HANDLE, string(handle)

    def _do_init(self, _):
        self.offered = self.fault.get("extensions", ["fsync@openssh.com"])
        pairs = b"".join(string(wire(x)) + string(b"1") for x in self.offered)
        return VERSION, struct.pack(">I", self.fault.get("version", 3)) + pairs

    def _do_open(self, fields):
        name, flags = fields.string(), fields.number()
        how = (os.O_RDWR if flags & WRITE and flags & READ else os.O_WRONLY if flags & WRITE else os.O_RDONLY) | \
            (os.O_CREAT if flags & CREAT else 0) | (os.O_TRUNC if flags & TRUNC else 0) | (os.O_EXCL if flags & EXCL else 0)
        return self._new_handle(name, fd=os.open(self._local(name), how, 0o644))

    def _do_close(self, fields):
        h = self._handle(fields)
        if "fd" in h:
            os.close(h["fd"])
        del self.open[h["handle"]]
        return self._status(OK)

    def _do_read(self, fields):
        h = self._handle(fields)
        offset, n = fields.number(">Q"), fields.number()
        data = os.pread(h["fd"], min(n, MESSAGE_MAX - 1024), offset)
        if self.fault.get("grow"):
            with open(h["local"], "ab") as f:
                f.write(b"x" * self.fault["grow"])
        return (DATA, string(data)) if data else self._status(EOF)

    def _do_write(self, fields):
        h = self._handle(fields)
        offset, data = fields.number(">Q"), fields.string()
        os.pwrite(h["fd"], data[:len(data) - self.fault.get("drop", 0)], offset)
        return self._status(OK)

    def _attrs(self, st):
        return ATTRS, pack_attributes({**attributes(st), **self.fault.get("attrs", {})})

    def _do_lstat(self, fields):
        return self._attrs(os.lstat(self._local(fields.string())))

    def _do_stat(self, fields):
        return self._attrs(os.stat(self._local(fields.string())))

    def _do_fstat(self, fields):
        return self._attrs(os.fstat(self._handle(fields)["fd"]))

    def _do_setstat(self, fields):
        os.lstat(self._local(fields.string()))
        return self._status(OK)

    def _do_fsetstat(self, fields):
        self._handle(fields)
        return self._status(OK)

    def _do_opendir(self, fields):
        name = fields.string()
        local = self._local(name)
        listed = [(n, attributes(os.lstat(os.path.join(local, n)))) for n in sorted(os.listdir(local))]
        return self._new_handle(name, left=iter(listed), more=None)

    def _more(self):
        """What a script adds to a folder."""
        usual = {"size": 4, "mode": stat.S_IFREG | 0o644, "mtime": 1700000000}
        for entry in self.fault.get("names", []):
            yield wire(entry["name"]), {**usual, **entry}
        for k in range(self.fault.get("count", 0)):
            yield wire(self.fault.get("form", "n%07d") % k), {**usual, **self.fault.get("attrs", {})}

    def _do_readdir(self, fields):
        h = self._handle(fields)
        if h["more"] is None:
            h["more"] = self._more()
        entries = []
        for name, a in h["left"]:
            entries.append((name, {**a, **self.fault.get("attrs", {})}))
        for name, a in h["more"]:
            entries.append((name, a))
            if len(entries) >= ENTRIES:
                break
        body = b"".join(string(n) + string(long_name(n, a)) + pack_attributes(a) for n, a in entries)
        return (NAME, struct.pack(">I", len(entries)) + body) if entries else self._status(EOF)

    def _do_remove(self, fields):
        os.unlink(self._local(fields.string()))
        return self._status(OK)

    def _do_mkdir(self, fields):
        os.mkdir(self._local(fields.string()))
        return self._status(OK)

    def _do_rmdir(self, fields):
        os.rmdir(self._local(fields.string()))
        return self._status(OK)

    def _do_realpath(self, fields):
        name = os.path.normpath(b"/" + fields.string())
        return NAME, struct.pack(">I", 1) + string(name) + string(name) + struct.pack(">I", 0)

    def _do_rename(self, fields):
        old, new = fields.string(), fields.string()
        os.link(self._local(old), self._local(new))     # never over what is there
        os.unlink(self._local(old))
        self._local(new)
        return self._status(OK)

    def _do_extended(self, fields):
        name = fields.string()
        if name != b"fsync@openssh.com" or name.decode() not in self.offered:
            raise Refused(UNSUPPORTED)
        os.fsync(self._handle(fields)["fd"])
        return self._status(OK)

    def _do_unknown(self, _):
        raise Refused(UNSUPPORTED)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    Server(sys.argv[1], Script(sys.argv[2] if len(sys.argv) == 3 else None)).serve()
