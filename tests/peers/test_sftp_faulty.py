#!/usr/bin/env python3
"""The SFTP server that misbehaves as told: a good one for OpenSSH's client when told nothing, and each fault is seen there."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "sshd"))
import sshd  # noqa: E402

try:
    sshd.find("sftp")
except sshd.SshdError as e:
    print("skipped: %s" % e)
    sys.exit(77)

SERVER = os.path.join(HERE, "sshd", "sftp_faulty.py")


class Faulty(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.home)
        self.root, self.script = os.path.join(self.home, "root"), os.path.join(self.home, "script")
        os.mkdir(self.root)
        with open(os.path.join(self.home, "up"), "wb") as f:
            f.write(os.urandom(300000))

    def sftp(self, batch, *faults):
        """OpenSSH's client, straight on the server: what it said, after `batch`, which may fail."""
        with open(self.script, "w", encoding="utf-8") as f:
            json.dump(faults, f)
        server = "%s -B %s %s %s" % (sys.executable, SERVER, self.root, self.script)
        done = subprocess.run([sshd.find("sftp"), "-b", "-", "-D", server],
                              input=batch, text=True, capture_output=True, cwd=self.home, timeout=30)
        return done.returncode, done.stdout + done.stderr

    def read(self, *name):
        with open(os.path.join(self.home, *name), "rb") as f:
            return f.read()

    def good(self, batch, *faults):
        code, said = self.sftp(batch, *faults)
        self.assertEqual(code, 0, said)
        return said

    def bad(self, batch, what, *faults):
        code, said = self.sftp(batch, *faults)
        self.assertNotEqual(code, 0, said)
        self.assertIn(what, said)

    def test_serves(self):
        self.good("mkdir d\nput up d/a\nput up b\nrename b d/c\nget d/c down\nrm d/c\n")
        self.assertEqual(self.read("up"), self.read("root", "d", "a"))
        self.assertEqual(self.read("up"), self.read("down"))
        self.assertEqual(os.listdir(os.path.join(self.root, "d")), ["a"])
        self.assertIn("300000", self.good("ls -l d\n"))
        self.bad("get d/none\n", "not found")
        self.bad("get ../script\n", "not found")
        self.bad("rm ../script\n", "o such file")

    def test_refuses(self):
        self.bad("put up a\n", "ailure", {"on": "write", "nth": 10, "answer": 4})
        self.assertLess(os.path.getsize(os.path.join(self.root, "a")), 300000)
        self.bad("rm a\n", "ermission denied", {"on": "remove", "name": "a", "answer": 3})
        self.good("rename a b\n", {"on": "rename", "answer": 0}, {"on": "extended", "answer": 0})
        self.assertEqual(os.listdir(self.root), ["a"])

    def test_once(self):
        self.bad("put up a\nrm a\n", "denied", {"on": "remove", "times": 1, "answer": 3})
        self.good("rm a\n", {"on": "remove", "times": 1, "answer": 3})

    def test_lies(self):
        self.good("put up a\n", {"on": "write", "drop": 7})
        self.assertEqual(os.path.getsize(os.path.join(self.root, "a")), 300000 - 7)
        self.assertIn(" 5 ", self.good("ls -l a\n", {"on": "lstat stat readdir", "attrs": {"size": 5}}))
        said = self.good("ls -1\n", {"on": "readdir", "names": [{"name": "odd"}], "count": 3})
        self.assertEqual([x for x in said.split("\n")[1:] if x], ["a", "n0000000", "n0000001", "n0000002", "odd"])
        self.good("get a down\n", {"on": "read", "nth": 1, "grow": 10})
        self.assertEqual(os.path.getsize(os.path.join(self.root, "a")), 300000 + 3)

    def test_breaks(self):
        for packet in ("huge", "empty", "id", "string", "cut"):
            self.bad("ls\n", "", {"on": "opendir", "packet": packet})
        self.bad("ls\n", "", {"on": "opendir", "answer": "end"})


if __name__ == "__main__":
    unittest.main()
