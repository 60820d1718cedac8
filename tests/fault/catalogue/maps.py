"""Maps and definitions with faults."""
import small
from night import check


def M2():
    """An unknown element, attribute, function or name in a map is an error with line, column and what was meant."""
    with small.Small() as n:
        good = n.text("bundle/maps/acme.xml")
        for old, new, meant in (("<key ", "<kye ", "key"), ("unique=", "uniqe=", "unique"), ("item-number()", "item-nubmer()", "item-number"),
                                ("<PID ", "<PDI ", "PID"), ("item-count()", "itemcount()", "item-count")):
            n.write("bundle/maps/acme.xml", good.replace(old, new))
            ran = n.program("check", expect=78)
            said = ran.out + ran.err
            check("acme.xml:" in said and "did you mean" in said and meant in said, new, ran)


def M5():
    """A map that is half written stops the run before anything is started; whole again it goes on."""
    with small.Small(kind="events") as n:
        good = n.text("bundle/maps/acme.xml")
        n.items("a.json", ("SKU-1", "Mug"))
        n.write("bundle/maps/acme.xml", good[:len(good) // 2])
        ran = n.run(expect=78)
        check("acme.xml:" in ran.err, ran)
        check(n.exists("inbox/products/a.json"), "the file was taken")
        n.write("bundle/maps/acme.xml", good)
        n.run(expect=0)
        check(len(n.mail("acme")) == 1, n.mail("acme"))
        n.check_sound()


def M9():
    """A value that the standard does not allow is found before it is sent, with item, field and element."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"), ("S" * 60, "Cup"))
        ran = n.run(expect=1)
        with open(n.path("quarantine", next(f for f in n.files("quarantine") if f.endswith(".items"))), encoding="utf-8") as f:
            told = f.read()
        check("X12-ELEMENT-LONG" in told and "LIN" in told and '"field":"sku"' in told.replace(": ", ":"), told, ran)
        check(b"SSSSSS" not in b"".join(open(n.box("acme", "in") + "/" + m, "rb").read() for m in n.mail("acme")), "it was sent")
        n.check_sound()
