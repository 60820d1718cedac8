"""Maps and definitions with faults."""
import json
import os
import re

import small
from night import check, equal

MAP = "bundle/maps/acme.xml"


def refused(n, old, new, *words):
    """What check says of the map with one change: one fault, with its line."""
    good = n.text(MAP)
    n.write(MAP, good.replace(old, new))
    ran = n.program("check", expect=78, timeout=10)
    n.write(MAP, good)
    check("acme.xml:" in ran.out and " 1 wrong" in ran.out and all(w in ran.out for w in words), new[:200], ran)


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


def M3():
    """A map that includes itself, calls itself or leads in circles: there is no way to write one, and what looks like one is an
    error with its line; elements and conditions nest at most 64 deep."""
    with small.Small() as n:
        for element in ("include", "template", "use", "import", "call"):
            refused(n, "<message>", '<%s name="a" href="acme.xml"/><message>' % element, "<%s>" % element)
        refused(n, "<message>", '<let name="a" value="concat($a, name)"/><message>', "no $a above")
        refused(n, "<message>", '<let name="a" value="$b"/><let name="b" value="$a"/><message>', "no $b above")
        refused(n, "<map ", '<!DOCTYPE map [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><map ', "DOCTYPE")
        refused(n, "<item>", "<item>" + "<loop>" * 100 + "</loop>" * 100, "64")
        refused(n, '"name"', '"' + "(" * 5000 + "name" + ")" * 5000 + '"', "64")
        equal(n.program("check").code, 0, "the map as it was")


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


def M6():
    """A map that would compute for ever on an item, or blow up a text, and a pattern that goes back and forth: MAP-LIMIT and
    REGEX-LIMIT set that item aside by a count of steps, with the line of the map; the other items are sent."""
    lets = '<let name="l0" value="name"/>' + "".join(
        '<let name="l%d" value="concat(%s)"/>' % (i, ", ".join(["$l%d" % (i - 1)] * 8)) for i in range(1, 30))
    big = {"sku": "BIG", "name": "a" * 40 + "b", "xs": [{"a": i} for i in range(20000)]}
    for old, new, code in (
            ('"name"', '"count(xs[a = ../xs/a])"', "MAP-LIMIT"), ('"name"', '"count(xs[count(../xs[a = 1]) = 1])"', "MAP-LIMIT"),
            ("<key ", '<select if="not(xs[a = ../xs/a + 90000])"/><key ', "MAP-LIMIT"),
            ('"name"', '"substring(name, 1 + matches(name, \'^(a+)+$\'))"', "REGEX-LIMIT"),
            ("<message>", lets + '<require test="string-length(name) &lt; 9 or $l29" field="name" code="X-Y">no</require><message>',
             "MAP-LIMIT")):
        with small.Small(kind="events") as n:
            n.write(MAP, n.text(MAP).replace(old, new))
            n.drop("products", "a.json", b"".join(json.dumps(i).encode() + b"\n" for i in (
                {"sku": "SKU-1", "name": "Mug"}, big, {"sku": "SKU-2", "name": "Cup"})))
            n.run(expect=1)
            row, = n.rows("SELECT key, codes, note FROM aside")
            check(row["key"] == "BIG" and row["codes"] == code and "of the map" in row["note"], dict(row))
            equal(n.interchange("acme")["items"], 2, "items sent")
            n.check_sound()


def M7():
    """Values that a code table lacks: each table says what becomes of them, a default, nothing (default=""), or by itself
    LOOKUP-MISSING; then all missing values of all items are told at once, with their fields, not the first only."""
    with small.Small(kind="events") as n:
        os.makedirs(n.path("bundle/tables"), exist_ok=True)
        n.write("bundle/tables/colour.csv", "name,code\nred,RD\n")
        n.write("bundle/tables/size.csv", "name,code\nS,01\n")
        tables = "".join('<table name="%s" file="tables/%s.csv" key="name" value="code"%s/>' % t for t in (
            ("colour", "colour", ""), ("size", "size", ""), ("any", "colour", ' default="XX"'), ("none", "colour", ' default=""')))
        n.write(MAP, n.text(MAP).replace(
            '"name"', '"concat(lookup(\'colour\', colour), \'/\', lookup(\'size\', size), \'/\', lookup(\'any\', name), \'/\','
                      ' lookup(\'none\', name))"').replace("<message>", tables + "<message>"))
        made = [("SKU-1", "red", "S"), ("SKU-2", "mauve", "XXL"), ("SKU-3", "teal", "S"), ("SKU-4", "red", "XS"), ("SKU-5", "red", "S")]
        n.drop("products", "a.json", b"".join(json.dumps({"sku": s, "name": "Mug", "colour": c, "size": z}).encode() + b"\n"
                                              for s, c, z in made))
        n.run(expect=1)
        name, = (f for f in n.files("quarantine") if f.endswith(".items"))
        told = {(i["key"], f["code"], f["field"], f["found"]) for line in n.text("quarantine/" + name).splitlines()
                for i in [json.loads(line)] for f in i["findings"]}
        equal(told, {(s, "LOOKUP-MISSING", f, v) for s, f, v in (
            ("SKU-2", "colour", "mauve"), ("SKU-2", "size", "XXL"), ("SKU-3", "colour", "teal"), ("SKU-4", "size", "XS"))}, "told")
        notes = {r["key"]: "and 1 more" in r["note"] for r in n.rows("SELECT key, note FROM aside")}
        equal(notes, {"SKU-2": True, "SKU-3": False, "SKU-4": False}, "that there is more")
        with open(os.path.join(n.box("acme", "in"), n.mail("acme")[0]), encoding="latin-1") as f:
            equal(re.findall(r"PID\*F\*08\*\*\*(.*)~", f.read()), ["RD/01/XX/"] * 2, "sent")
        n.check_sound()


def M8():
    """Two agreements would send the same items to the same endpoint with the same map: AMBIGUOUS names both. A file that no
    agreement takes, since its source has no route, its folder no source, or it lies beside the folders: it stays where it is, as
    NO-MAP, told once, and by status as long as it lies there."""
    with small.Small(kind="events", partners=("acme", "nord")) as n:
        routes = n.text("bundle/routes.xml")
        n.write_agreement("acme", more="main")
        n.write_routes(agreements=("acme-832", "acme-more", "nord-832"))
        ran = n.run(expect=78)
        check("AMBIGUOUS" in ran.err and "acme-832" in ran.err and "acme-more" in ran.err and "acme.xml:1" in ran.err, ran)
        n.write("bundle/agreements/acme.xml", n.text("bundle/agreements/acme.xml").replace(
            'within="24h"/></agreement></agr', 'within="24h"/><set name="only" value="shoes"/></agreement></agr'))
        equal(n.program("check").code, 0, "the same map with other values")
        n.write_agreement("acme")
        n.write("bundle/routes.xml", routes.replace("</routes>", '<source name="lonely" kind="events" format="json"/></routes>'))
        ran = n.program("check", expect=0)
        check("lonely" in ran.out and "NO-MAP" in ran.out, ran)
        for source in ("lonely", "nowhere"):
            n.drop(source, "a.json", b'{"sku": "SKU-9", "name": "Hat"}\n')
        n.write("inbox/c.json", "{}")
        n.items("b.json", ("SKU-1", "Mug"))
        ran = n.run(expect=1)
        for source in ("lonely", "nowhere"):
            check(any("NO-MAP" in line and source in line and "a.json" in line for line in ran.err.splitlines()), source, ran)
            check(n.exists("inbox", source, "a.json"), source, "does not have its file any more")
        equal((len(n.mail("acme")), len(n.mail("nord"))), (1, 1), "the others are sent")
        check("c.json" in ran.err and n.exists("inbox", "c.json"), ran)
        check("NO-MAP" in n.run(expect=0).err, "it is still there")
        ran = n.program("status", expect=0)
        for place in ("inbox", "inbox/lonely", "inbox/nowhere"):
            check("alarm %s: NO-MAP: 1 " % place in ran.out, place, ran)
        n.write("bundle/routes.xml", n.text("bundle/routes.xml").replace("</routes>", '<route source="lonely" agreement="acme-832"/>'
                '</routes>').replace('<route source="products" agreement="acme-832"/>', ""))
        n.write("bundle/agreements/acme.xml", n.text("bundle/agreements/acme.xml").replace('source="products"', 'source="lonely"'))
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "with a route it is sent")
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


def M10():
    """A map that wants a file, the network or a program: there is no such function or element, check proves it with the line;
    files that a map names lie below its bundle; DOCTYPE, document() and XInclude are refused."""
    with small.Small() as n:
        for call in ("document('/etc/passwd')", "unparsed-text('/etc/passwd')", "system('id')", "doc('http://example.com/')",
                     "environment-variable('HOME')", "read('x')", "exec('id')"):
            refused(n, '"name"', '"%s"' % call, "there is no function " + call.split("(")[0])
        for element in ("include", "fallback"):
            refused(n, "<message>", '<x:%s xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd"/><message>' % element,
                    "<%s>" % element)
        refused(n, "<map ", '<!DOCTYPE map SYSTEM "/etc/passwd"><map ', "DOCTYPE")
        for path in ("../../../../../etc/passwd", "/etc/passwd", "../../environment.xml"):
            refused(n, "<message>", '<table name="t" file="%s" key="a" value="b"/><message>' % path, "out of its folder")
            refused(n, 'message="832"', 'message="832" guide="%s"' % path, "guide")
        os.makedirs(n.path("bundle/tables"), exist_ok=True)
        os.symlink("/etc/passwd", n.path("bundle/tables/t.csv"))
        refused(n, "<message>", '<table name="t" file="tables/t.csv" key="a" value="b"/><message>', "symbolic link")
