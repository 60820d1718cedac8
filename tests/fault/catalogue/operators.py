"""What operators do by mistake."""
import os

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
