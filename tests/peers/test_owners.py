#!/usr/bin/env python3
"""What a command of root left behind, or its owner may not use, is told with its code and the whole command, once for each
cause, by check and by the run that cannot be; and so is a folder of temporary files that is none."""
import os
import subprocess

import night
import small
from night import check, equal

NOBODY = 65534


class Nobodys(small.Small):
    """An environment of user nobody, who works in it."""

    def __init__(self, kind="events"):
        if os.geteuid() != 0:
            night.skip("only root may act for another user")
        super().__init__(kind=kind)
        os.chmod(self.top, 0o755)
        os.chmod(os.path.dirname(self.top), 0o755)

    def give(self):
        subprocess.run(["chown", "-R", "%d:%d" % (NOBODY, NOBODY), self.env, self.box("acme", "in"), self.box("acme", "out")],
                       check=True)

    def as_nobody(self, *args, expect, **environment):
        done = subprocess.run([night.GRIDSPOOL, *args, "--env", self.env], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120, cwd="/", user=NOBODY, group=NOBODY, extra_groups=[], env=dict(os.environ, **environment))
        ran = night.Ran(done)
        equal(ran.code, expect, "exit of %s: %s" % (args, ran))
        return ran.out + ran.err

    def refused(self, *lines):
        """check and run say these lines, each once, and no others of that code."""
        for command in "check", "run":
            said = self.as_nobody(command, expect=78)
            for line in lines:
                equal(said.count(line), 1, "%s: %r in %s" % (command, line, said))
            code = lines[0].split(": ")[1]
            equal(said.count(code), 1 if command == "check" else 2, "%s: how often %s is told in %s" % (command, code, said))


def test_strangers():
    with Nobodys() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        n.give()
        n.as_nobody("run", expect=0)
        for names, line in (
                (("outbox", "sent", "sent/acme", "archive"),
                 "outbox: WRONG-USER: it and 2 more (sent, archive) belong to user root, expected nobody, whose the "
                 "environment is: chown -R nobody {0}/outbox {0}/sent {0}/archive\n"),
                (("sent/acme/.tmp",), "sent/acme/.tmp: WRONG-USER: it belongs to user root, expected nobody, whose the environment "
                                      "is: chown -R nobody {0}/sent\n"),
                ((".tmp",), ".tmp: WRONG-USER: it belongs to user root, expected nobody, whose the environment is: chown -R nobody "
                            "{0}/.tmp\n")):
            for name in names:
                os.makedirs(n.path(name), exist_ok=True)
                os.chown(n.path(name), 0, 0)
                os.chmod(n.path(name), 0o700)
            n.refused(line.format(n.env))
            n.give()
        os.chown(n.path("ledger.db"), 0, NOBODY)
        os.chmod(n.path("ledger.db"), 0o640)
        for command in ("check",), ("run",), ("hold", "acme"):
            said = n.as_nobody(*command, expect=78)
            check("WRONG-USER: ledger.db belongs to user root, and this is user nobody, who may not read and write it (mode 0640): "
                  "chown nobody %s/ledger.db\n" % n.env in said, said)
        n.as_nobody("status", expect=0)
        n.give()
        with open(n.path("ledger.db-journal"), "wb"):
            os.chmod(n.path("ledger.db-journal"), 0o600)
        for command in ("check",), ("run",), ("hold", "acme"):
            said = n.as_nobody(*command, expect=78)
            check("WRONG-USER: ledger.db-journal belongs to user root, and this is user nobody, who may not read and write it "
                  "(mode 0600): chown nobody %s/ledger.db-journal\n" % n.env in said, said)
        n.give()
        n.as_nobody("run", expect=0)


def test_rights():
    with Nobodys() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.give()
        n.as_nobody("run", expect=0)
        os.chmod(n.path("outbox"), 0o500)
        os.chmod(n.path("hold"), 0o000)
        n.refused("hold: UNREADABLE: its owner may not use it (mode 0000) and 1 more (outbox): chmod -R u+rwX "
                  "{0}/hold {0}/outbox\n".format(n.env))
        os.chmod(n.path("outbox"), 0o750)
        os.chmod(n.path("hold"), 0o750)
        os.chmod(n.path("ledger.db"), 0o400)
        for command in ("check",), ("run",), ("hold", "acme"):
            said = n.as_nobody(*command, expect=78)
            check("UNREADABLE: its owner may not read and write ledger.db (mode 0400): chmod u+rw %s/ledger.db\n" % n.env in said, said)
        n.as_nobody("status", expect=0)
        os.chmod(n.path("ledger.db"), 0)
        check("UNREADABLE: its owner may not read ledger.db" in n.as_nobody("status", expect=78), "status")
        os.chmod(n.path("ledger.db"), 0o640)
        os.chmod(n.path("inbox/products"), 0)
        check("inbox/products: warning: INBOX-GONE" in n.as_nobody("check", expect=0), "an inbox that cannot be read")
        os.chmod(n.path("inbox/products"), 0o2770)
        n.as_nobody("run", expect=0)
        os.chmod(n.path("sent/acme"), 0)
        said = n.as_nobody("fsck", expect=1)
        check("UNREADABLE: sent/acme: " in said and "UNREADABLE 1\n" in said, "what lies in a folder that is closed:", said)
        os.chmod(n.path("sent/acme"), 0o750)
        os.chmod(n.path("archive"), 0)
        os.chown(n.path("archive"), 0, 0)
        check("UNREADABLE: archive: " in n.as_nobody("fsck", expect=1), "fsck")
        said = n.as_nobody("fsck", "--repair", "--reason", "x", expect=74)
        check("archive: " in said and "Permission denied" in said, said)


def test_temporary_files():
    """fsck unpacks what is archived: that it cannot is one finding, however many files there are."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        n.answer("acme")
        n.run()
        check(sum(f.endswith(".gz") for f in n.files("archive")) > 1, "nothing is archived")
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = os.path.join(n.top, "nowhere")
        try:
            ran = n.program("fsck", expect=1)
        finally:
            os.environ.pop("TMPDIR")
            if before is not None:
                os.environ["TMPDIR"] = before
        check("UNREADABLE" not in ran.out and ran.out.count("TMPDIR-UNUSABLE: ") == 1 and n.top + "/nowhere: No such file" in ran.out, ran)
        n.program("fsck", expect=0)


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
