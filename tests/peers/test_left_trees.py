#!/usr/bin/env python3
"""Trees that the run may not move out of the inbox: taken once where they lie, and again when they change."""
import contextlib
import ctypes
import os
import subprocess

import night
import small
from night import check, equal

DAC_OVERRIDE, DAC_READ_SEARCH, PR_CAPBSET_DROP = 1, 2, 24


def bound_by_modes():
    """In the child: root, too, may only what the modes of files say."""
    libc = ctypes.CDLL(None, use_errno=True)
    for cap in (DAC_OVERRIDE, DAC_READ_SEARCH):
        if os.geteuid() == 0 and libc.prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0:
            os._exit(99)


class Trees(small.Small):
    """Source products takes folders; one export lies in the inbox and its folder cannot be written to."""

    def write_routes(self, ready=None, complete="yes", agreements=()):
        self.write("bundle/routes.xml", "<routes %s>" % night.NS +
                   '<source name="products" kind="%s" shape="tree" format="json" ready="%s"/>'
                   '<route source="products" agreement="acme-832"/></routes>\n' % (self.kind, ready or self.ready))

    def tree(self, name="export"):
        return self.inbox("products", name)

    def member(self, data, file="a.json"):
        """A file of the export; written in place, as a careless exporter does."""
        os.makedirs(self.tree(), exist_ok=True)
        os.chmod(self.tree(), 0o755)
        with open(os.path.join(self.tree(), file), "wb") as f:
            f.write(data)
        os.chmod(self.tree(), 0o555)

    def close(self):
        with contextlib.suppress(FileNotFoundError):
            os.chmod(self.tree(), 0o755)
        super().close()

    def night(self):
        done = subprocess.run([night.GRIDSPOOL, "run", "--env", self.env], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", timeout=120, cwd=self.top, preexec_fn=bound_by_modes)
        ran = night.Ran(done)
        if ran.code == 99:
            night.skip("capabilities cannot be dropped here")
        return ran

    def inputs(self):
        return [tuple(r) for r in self.rows("SELECT state, reason FROM input ORDER BY id")]


GOOD = b'{"sku": "SKU-1", "name": "Mug"}'


def test_taken_once():
    """The same tree is not taken again: no repetition to hold, nothing to tell; another night's changes are."""
    for kind, ready in (("events", "renamed"), ("snapshot", "renamed"), ("snapshot", "stable:1s")):
        with Trees(kind=kind, ready=ready) as n:
            n.member(GOOD)
            os.utime(os.path.join(n.tree(), "a.json"), (1700000000, 1700000000))
            os.utime(n.tree(), (1700000000, 1700000000))
            ran = n.night()
            check("left-in-inbox" in ran.err, "it is not told that it stays:", ran)
            equal(len(n.mail("acme")), 1, "files at the partner")
            check(os.path.isdir(n.tree()), "the tree has left the inbox, so nothing is tested")
            taken = n.inputs()
            equal(len(taken), 1, "inputs")
            for _ in range(2):
                ran = n.night()
                equal((ran.code, ran.err), (0, ""), "a night without anything new")
            equal(n.inputs(), taken, "inputs")
            n.member(GOOD.replace(b"Mug", b"Cup"))
            os.utime(os.path.join(n.tree(), "a.json"), (1700000001, 1700000001))
            os.utime(n.tree(), (1700000000, 1700000000))
            n.night()
            equal(len(n.inputs()), 2, "inputs after a change within the tree")
            equal(len(n.mail("acme")), 2, "files at the partner")
            n.check_sound()


def test_bad_tree():
    """A bad one is put away once, where it lies; the night after is quiet, and a mended one is taken."""
    with Trees() as n:
        n.member(b"")
        os.chmod(n.tree(), 0o755)
        os.unlink(os.path.join(n.tree(), "a.json"))
        os.chmod(n.tree(), 0o555)
        ran = n.night()
        equal(ran.code, 1, ran)
        check("export of source products" in ran.err, "it is not named:", ran)
        equal(n.inputs(), [("quarantined", "EMPTY")], "inputs")
        equal(n.one("SELECT place FROM input"), "inbox/products/export", "place")
        equal(n.files("quarantine"), [], "a reason without its file")
        check("in-000001" in n.program("status").out, "status does not name it")
        ran = n.night()
        equal((ran.code, ran.err), (0, ""), "the night after")
        equal(len(n.inputs()), 1, "inputs")
        n.member(GOOD)
        n.night()
        equal(len(n.mail("acme")), 1, "files at the partner")
        n.check_sound()


def test_moved_when_allowed():
    """A tree that may be moved leaves the inbox; the same name with the same content is a new delivery."""
    with Trees() as n:
        for _ in range(2):
            os.makedirs(n.tree())
            with open(os.path.join(n.tree(), "a.json"), "wb") as f:
                f.write(GOOD)
            n.night()
            check(not os.path.exists(n.tree()), "it is still in the inbox")
        equal([s for s, _ in n.inputs()], ["current", "unchanged"], "inputs")
        n.check_sound()


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
