"""What operators do by mistake."""
import os

import night
import small
from night import check, equal


def O5():
    """A file dropped into outbox/ by hand is never sent."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        n.write("outbox/acme/20261123T0200Z-000099.acme.832.x12", "ISA*00*")
        n.items("b.json", ("SKU-2", "Cup"))
        n.run(expect=None)
        equal(len(n.mail("acme")), 2, "what was sent")
        check(not any("000099" in m for m in n.mail("acme")), n.mail("acme"))


def O6():
    """resend says what it would do, and wants a reason before it does it."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        ran = n.program("resend", "1", "--dry-run", expect=0)
        check("000001" in ran.out, ran)
        n.program("resend", "1", expect=64)
        equal(n.one("SELECT state FROM interchange"), "sent", "nothing was done")
        n.program("resend", "1", "--reason", "they lost it", expect=0)
        n.check_chain()


def O2():
    """A run or a verb by another user than the owner of the environment, root too: refused (78, WRONG-USER) with both
    names and the command that does it; nothing is made. Looking is for whoever can. In its own environment root may work."""
    if os.geteuid() != 0:
        night.skip("only root may act for another user")
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        for here, folders, names in os.walk(n.env):
            for name in [here] + [os.path.join(here, x) for x in folders + names]:
                os.chown(name, 65534, 65534)
        n.items("b.json", ("SKU-2", "Cup"))
        before = sorted((p, os.stat(n.path(p)).st_size) for p in n.files("."))
        for command in (("run",), ("hold", "acme"), ("resend", "1", "--reason", "x"), ("init", n.env),
                        ("control", "set", "acme", "--next", "9")):
            ran = n.program(*command, env=command[0] != "init")
            check(ran.code == 78 and "WRONG-USER" in ran.err and "sudo -u 'nobody'" in ran.err and "root" in ran.err, command, ran)
        equal(sorted((p, os.stat(n.path(p)).st_size) for p in n.files(".")), before, "what is there")
        check("acme" in n.program("status", expect=0).out, "status")
        ran = n.program("check", expect=78)
        check("WRONG-USER" in ran.out, ran)
        roots = [p for p in n.files(".") if os.stat(n.path(p)).st_uid == 0 and not p.startswith("inbox/")]
        equal(roots, [], "files of root")
