#!/usr/bin/env python3
"""The sshd helper: keys are right, files go through, two run at once, stop leaves nothing."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "sshd"))
import sshd  # noqa: E402

try:
    sshd.find("sshd")
    sshd.find("sftp")
except sshd.SshdError as e:
    print("skipped: %s" % e)
    sys.exit(77)


class Sshd(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.home)

    def start(self, name, **more):
        folder = os.path.join(self.home, name)
        data = sshd.start(folder, **more)
        self.addCleanup(sshd.stop, folder)
        return data

    def sftp(self, data, batch, key=None):
        return subprocess.run(
            [sshd.find("sftp"), "-b", "-", "-P", str(data["port"]), "-i",
             key or data["client_key"], "-o", "IdentitiesOnly=yes", "-o",
             "UserKnownHostsFile=" + data["known_hosts"], "-o", "StrictHostKeyChecking=yes",
             "%s@127.0.0.1" % data["user"]], input=batch, text=True, capture_output=True)

    def test_both_client_keys_reach_the_root(self):
        data = self.start("a")
        up = os.path.join(self.home, "up")
        with open(up, "w", encoding="ascii") as f:
            f.write("hello")
        for kind, key in data["client_keys"].items():
            done = self.sftp(data, "put %s %s.tmp\nrename %s.tmp %s\n" % (up, kind, kind, kind),
                             key)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(os.listdir(data["root"])), ["ecdsa", "ed25519"])

    def test_a_foreign_key_is_refused(self):
        data, other = self.start("a"), os.path.join(self.home, "other")
        sshd.make_key(other, "ed25519")
        done = self.sftp(data, "ls\n", other)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Permission denied", done.stderr)

    def test_fingerprint_is_what_ssh_keygen_prints(self):
        data = self.start("a", kinds=("ecdsa",))
        self.assertEqual(list(data["host_keys"]), ["ecdsa"])
        said = subprocess.run([sshd.find("ssh-keygen"), "-lf", data["host_keys"]["ecdsa"]["public"]],
                              text=True, capture_output=True, check=True).stdout
        self.assertIn(" %s " % data["host_key_sha256"], said)
        self.assertEqual(len(bytes.fromhex(data["host_key_sha256_hex"])), 32)

    def test_two_at_once_and_same_identity_again(self):
        one, two = self.start("a"), self.start("b")
        self.assertNotEqual(one["port"], two["port"])
        self.assertNotEqual(one["host_key_sha256"], two["host_key_sha256"])
        self.assertTrue(sshd.stop(one["dir"]))
        again = self.start("a")
        self.assertEqual(again["host_key_sha256"], one["host_key_sha256"])
        self.assertEqual(self.sftp(two, "ls\n").returncode, 0)

    def test_a_taken_port_is_said(self):
        data = self.start("a")
        with self.assertRaisesRegex(sshd.SshdError, "taken"):
            sshd.start(os.path.join(self.home, "b"), port=data["port"])

    def test_stop_ends_open_sessions(self):
        data = self.start("a")
        client = subprocess.Popen(
            [sshd.find("sftp"), "-q", "-P", str(data["port"]), "-i", data["client_key"], "-o",
             "UserKnownHostsFile=" + data["known_hosts"], "%s@127.0.0.1" % data["user"]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        client.stdin.write(b"pwd\n")
        client.stdin.flush()
        while b"root" not in client.stdout.readline():
            self.assertIsNone(client.poll())
        sessions = sshd._sessions(data["pid"])
        self.assertTrue(sessions)
        self.assertTrue(sshd.stop(data["dir"]))
        for pid in [data["pid"]] + sessions:
            self.assertTrue(not sshd._alive(pid) or sshd._zombie(pid))
        client.stdin.close()
        client.wait(timeout=20)
        client.stdout.close()
        self.assertFalse(sshd.stop(data["dir"]))


if __name__ == "__main__":
    unittest.main()
