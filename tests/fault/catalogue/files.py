"""Files on their way through inbox/ and the spool."""
import small
from night import check, equal


def F3():
    """An empty file is put away as EMPTY, and others go on."""
    with small.Small(kind="events") as n:
        n.drop("products", "a.json", b"")
        n.items("b.json", ("SKU-1", "Mug"))
        ran = n.run(expect=1)
        check("EMPTY" in ran.err and "a.json" in ran.err, ran)
        equal([r["reason"] for r in n.rows("SELECT reason FROM input WHERE state = 'quarantined'")], ["EMPTY"], "reason")
        equal(len(n.mail("acme")), 1, "what was sent")
        check("EMPTY: a.json from products" in n.program("status").out, "status does not name it")
        check("a.json" in n.reason("quarantine/in-000001.products"), "nor does its reason")
        n.check_sound()
