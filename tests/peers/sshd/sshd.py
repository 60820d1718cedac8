#!/usr/bin/env python3
"""Starts and stops a real OpenSSH sshd on a loopback port, for the user who runs it.

    sshd.py start DIR [--root DIR] [--host-keys ed25519,ecdsa] [--config LINE ...]
    sshd.py stop DIR
    sshd.py info DIR

All keys, the configuration, the log and the pid are in DIR; see README.md.
"""
import argparse
import base64
import getpass
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

KINDS = ("ed25519", "ecdsa", "rsa")


class SshdError(Exception):
    """sshd is not there or did not start; the text says why."""


def find(name):
    """The path of an OpenSSH program; sbin is not on every user's path."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not path:
        raise SshdError("%s is not installed (Debian: openssh-server, openssh-client)" % name)
    return path


def make_key(path, kind):
    """Makes a key pair without passphrase, once."""
    if not os.path.exists(path):
        subprocess.run([find("ssh-keygen"), "-q", "-t", kind, "-N", "", "-C", "test", "-f", path],
                       check=True, stdin=subprocess.DEVNULL)


def fingerprints(public):
    """(SHA256:base64 as ssh-keygen prints it, hex) of a public key file."""
    with open(public, encoding="ascii") as f:
        digest = hashlib.sha256(base64.b64decode(f.read().split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("="), digest.hex()


def _config(folder, port, root, kinds, extra):
    lines = ["ListenAddress 127.0.0.1", "Port %d" % port,
             "PidFile %s/sshd.pid" % folder, "AuthorizedKeysFile %s/authorized_keys" % folder]
    lines += ["HostKey %s/host_%s" % (folder, kind) for kind in kinds]
    lines += ["StrictModes no", "UsePAM no", "PasswordAuthentication no",
              "KbdInteractiveAuthentication no", "PubkeyAuthentication yes",
              "PermitRootLogin prohibit-password", "LogLevel VERBOSE", "UseDNS no",
              "AllowTcpForwarding no", "AllowAgentForwarding no", "X11Forwarding no",
              "PermitTTY no", "PrintMotd no", "MaxStartups 100:30:200", "MaxSessions 100",
              "Subsystem sftp internal-sftp",
              "ForceCommand internal-sftp -d %s" % root]
    # The first value of a keyword counts, so what the caller wants goes first.
    return "\n".join(list(extra) + lines) + "\n"


def _answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as s:
            s.settimeout(2)
            return s.recv(4) == b"SSH-"
    except OSError:
        return False


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _try_start(folder, port, wait=10.0):
    """True when sshd listens on the port, False when the port was taken."""
    log = os.path.join(folder, "sshd.log")
    if os.path.exists(log):
        os.replace(log, log + ".old")
    child = subprocess.Popen([find("sshd"), "-D", "-f", os.path.join(folder, "sshd_config"),
                              "-E", log], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, start_new_session=True)
    end = time.monotonic() + wait
    while time.monotonic() < end:
        if child.poll() is not None:
            break
        if os.path.exists(os.path.join(folder, "sshd.pid")) and _answers(port):
            child.returncode = 0  # it outlives us; stop() ends and reaps it by its pid
            return True
        time.sleep(0.02)
    if child.poll() is None:
        child.kill()
    child.wait()
    with open(log, encoding="utf-8", errors="replace") as f:
        said = f.read()
    if "Address already in use" in said:
        return False
    raise SshdError("sshd did not start:\n" + said)


def start(folder, root=None, kinds=("ed25519", "ecdsa"), config=(), port=None):
    """Starts sshd with its files in `folder`; gives the dict that info() gives."""
    folder = os.path.abspath(folder)
    root = os.path.abspath(root or os.path.join(folder, "root"))
    if re.search(r'["%\s\\]', folder + root):
        raise SshdError("folder names must not hold blanks, quotes, percent signs or backslashes")
    for kind in kinds:
        if kind not in KINDS:
            raise SshdError("unknown kind of host key %r (%s)" % (kind, ", ".join(KINDS)))
    os.makedirs(folder, mode=0o700, exist_ok=True)
    os.makedirs(root, exist_ok=True)
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    stop(folder)
    for kind in kinds:
        make_key(os.path.join(folder, "host_" + kind), kind)
    authorized = ""
    for kind in ("ed25519", "ecdsa"):
        path = os.path.join(folder, "client_" + kind)
        make_key(path, kind)
        with open(path + ".pub", encoding="ascii") as f:
            authorized += f.read()
    with open(os.path.join(folder, "authorized_keys"), "w", encoding="ascii") as f:
        f.write(authorized)
    for _ in range(50):
        chosen = port or random.SystemRandom().randrange(20000, 32000)
        with open(os.path.join(folder, "sshd_config"), "w", encoding="utf-8") as f:
            f.write(_config(folder, chosen, root, kinds, config))
        if _try_start(folder, chosen):
            break
        if port:
            raise SshdError("port %d is taken" % port)
    else:
        raise SshdError("no free port found in 50 tries")
    return _write_info(folder, chosen, root, kinds)


def _write_info(folder, port, root, kinds):
    keys, known = {}, []
    for kind in kinds:
        public = os.path.join(folder, "host_%s.pub" % kind)
        text, digest = fingerprints(public)
        keys[kind] = {"sha256": text, "hex": digest, "public": public}
        with open(public, encoding="ascii") as f:
            known.append("[127.0.0.1]:%d %s" % (port, " ".join(f.read().split()[:2])))
    with open(os.path.join(folder, "known_hosts"), "w", encoding="ascii") as f:
        f.write("\n".join(known) + "\n")
    with open(os.path.join(folder, "sshd.pid"), encoding="ascii") as f:
        pid = int(f.read())
    data = {"host": "127.0.0.1", "port": port, "user": getpass.getuser(), "root": root,
            "pid": pid, "dir": folder, "host_key_sha256": keys[kinds[0]]["sha256"],
            "host_key_sha256_hex": keys[kinds[0]]["hex"], "host_keys": keys,
            "client_key": os.path.join(folder, "client_ed25519"),
            "client_keys": {k: os.path.join(folder, "client_" + k) for k in ("ed25519", "ecdsa")},
            "known_hosts": os.path.join(folder, "known_hosts"),
            "log": os.path.join(folder, "sshd.log")}
    with open(os.path.join(folder, "sshd.json"), "w", encoding="utf-8") as f:
        json.dump(data, f, indent=1)
    return data


def info(folder):
    """The dict of a started sshd."""
    try:
        with open(os.path.join(folder, "sshd.json"), encoding="utf-8") as f:
            return json.load(f)
    except OSError as e:
        raise SshdError("no sshd was started in %s: %s" % (folder, e))


def _ours(pid, folder):
    """True when the process is the sshd that this folder started."""
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            return os.path.join(folder, "sshd_config").encode() in f.read()
    except OSError:
        return False


def _sessions(pid):
    """The processes that serve connections: children of the listener, and theirs."""
    found, parents = [], {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, encoding="ascii", errors="replace") as f:
                    parents[int(name)] = int(f.read().rpartition(")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
    front = [pid]
    while front:
        front = [child for child, parent in parents.items() if parent in front]
        found += front
    return found


def stop(folder):
    """Ends the listener and every session of it; True when one was running."""
    folder = os.path.abspath(folder)
    pid_file = os.path.join(folder, "sshd.pid")
    try:
        with open(pid_file, encoding="ascii") as f:
            pid = int(f.read())
    except (OSError, ValueError):
        return False
    running = _ours(pid, folder)
    if running:
        sessions = _sessions(pid)
        os.kill(pid, signal.SIGTERM)
        for child in sessions:
            try:
                os.kill(child, signal.SIGTERM)
            except ProcessLookupError:
                pass
        _wait_gone([pid] + sessions)
    for name in ("sshd.pid", "sshd.json"):
        try:
            os.unlink(os.path.join(folder, name))
        except FileNotFoundError:
            pass
    return running


def _wait_gone(pids, wait=5.0):
    end = time.monotonic() + wait
    while pids:
        for pid in list(pids):
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass
            if not _alive(pid) or _zombie(pid):
                pids.remove(pid)
            elif time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _zombie(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as f:
            return f.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def main(argv=None):
    p = argparse.ArgumentParser(prog="sshd.py", description="a real sshd on a loopback port")
    p.add_argument("verb", choices=("start", "stop", "info"))
    p.add_argument("dir", help="folder for keys, configuration, log and pid")
    p.add_argument("--root", help="where a client starts (default DIR/root)")
    p.add_argument("--host-keys", default="ed25519,ecdsa", help="of ed25519, ecdsa, rsa")
    p.add_argument("--port", type=int, help="this port, not one of our choice")
    p.add_argument("--config", action="append", default=[], metavar="LINE",
                   help="a further line of sshd_config, before ours")
    o = p.parse_args(argv)
    try:
        if o.verb == "stop":
            stop(o.dir)
            return 0
        data = info(o.dir) if o.verb == "info" else \
            start(o.dir, o.root, tuple(o.host_keys.split(",")), o.config, o.port)
    except SshdError as e:
        print("sshd: %s" % e, file=sys.stderr)
        return 69
    print(json.dumps(data, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
