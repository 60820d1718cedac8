#!/usr/bin/env python3
"""The inbox is the exporters' group's to write into, nothing else is; check names wrong rights."""
import os
import stat

import night
import small
from night import check, equal

GROUP, USER = 54321, 54322


def as_exporter(work):
    """Runs work as a user of the group, with a strict umask: 0 done, 13 refused, 1 anything else."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([GROUP])
            os.setgid(USER)
            os.setuid(USER)
            os.umask(0o077)
            work()
        except PermissionError:
            os._exit(13)
        except BaseException as e:
            print(repr(e), flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_exporters():
    if os.geteuid() != 0:
        night.skip("only root may act for another user")
    with small.Small(kind="events") as n:
        os.chmod(n.top, 0o755)
        os.chmod(os.path.dirname(n.top), 0o755)
        equal(mode(n.path("inbox")), 0o2750, "inbox as init makes it")
        os.chown(n.path("inbox"), -1, GROUP)
        os.chmod(n.path("inbox"), 0o2750)
        n.run()
        inbox = n.path("inbox", "products")
        equal((mode(inbox), os.stat(inbox).st_gid), (0o2770, GROUP), "inbox/products")
        ran = n.program("check")
        check("may not pass through" in ran.out, ran)
        os.chmod(n.env, 0o751)
        ran = n.program("check")
        check("warning: its group" not in ran.out and "(0 warnings)" in ran.out, ran)

        os.chmod(n.top, 0o750)
        ran = n.program("check")
        check("its group %d may not pass through %s (mode 0750)" % (GROUP, n.top) in ran.out and "(1 warnings)" in ran.out, ran)
        os.chmod(n.top, 0o755)

        def drop():
            with open(inbox + "/a.json.part", "w", encoding="utf-8") as f:
                f.write('{"sku": "SKU-1", "name": "Mug"}\n')
            os.rename(inbox + "/a.json.part", inbox + "/a.json")

        equal(as_exporter(drop), 0, "an exporter drops a file")
        check(mode(inbox + "/a.json") & 0o060 == 0o060, "not for others to read:", oct(mode(inbox + "/a.json")))
        for folder in ("work", "outbox", "hold", "inbox", "keys", "current", "archive"):
            equal(as_exporter(lambda f=folder: os.mkdir(n.path(f, "x"))), 13, "an exporter in " + folder)
        n.run()
        equal(len(n.mail("acme")), 1, "mail")


def test_check():
    with small.Small(kind="events") as n:
        n.run()
        for name, wrong, said in (("inbox/products", 0o750, "chmod 2770"), ("inbox/products", 0o770, "chmod 2770"),
                                  ("inbox", 0o750, "chmod 2750"), ("outbox", 0o770, "chmod g-w"),
                                  ("ledger.db", 0o660, "chmod g-w")):
            before = mode(n.path(name))
            os.chmod(n.path(name), wrong)
            ran = n.program("check", expect=0)
            check(name + ": warning: " in ran.out and said in ran.out, name, oct(wrong), ran)
            os.chmod(n.path(name), before)
        check("(0 warnings)" in n.program("check", expect=0).out)
        os.removexattr(n.path("inbox/products"), "system.posix_acl_default")
        check("setfacl" in n.program("check", expect=0).out)


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
