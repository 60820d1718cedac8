"""X12 that is not whole, or does not say what it seems to."""
import json
import os
import subprocess

import night
import small
from night import check, equal


def sent(n):
    """An interchange of ours."""
    n.items("a.json", ("SKU-1", "Mug"), ("SKU-2", "Cup"))
    n.run(expect=0)
    name, = n.mail("acme")
    with open(os.path.join(n.box("acme", "in"), name), "rb") as f:
        return f.read()


def validate(n, data):
    path = os.path.join(n.top, "in.x12")
    with open(path, "wb") as f:
        f.write(data)
    return n.program("validate", path, env=False)


def E1():
    """An ISA of another length, with letters for separators, or with two alike: an error that says where."""
    with small.Small(kind="events") as n:
        data = sent(n)
        check(validate(n, data).code == 0, "our own")
        for bad in (data[:20] + data[21:], data[:20] + b" " + data[20:], data[:3] + b"A" + data[4:], data[:104] + b"*" + data[105:],
                    data[:105] + b"*" + data[106:]):
            ran = validate(n, bad)
            check(ran.code == 65 and "ISA" in ran.out + ran.err, bad[:110], ran)


class Names(small.Small):
    """A map that sends each name as it is, one that replaces what separates, and an agreement with other separators."""

    other = 'element="|" component=":" terminator="\'" newline="no" repertoire="extended"'

    def map_of(self, name):
        path = super().map_of(name)
        if name == "clean":
            text = self.text("bundle/" + path)
            self.write("bundle/" + path, text.replace('PID05="name"', """PID05="translate(name, '*~&gt;', '   ')\""""))
        return path

    def write_agreement(self, name, *args, **more):
        super().write_agreement(name, *args, **more)
        if name == "other":
            path = "bundle/agreements/other.xml"
            before, after = self.text(path).split("<envelope ")
            self.write(path, before + "<envelope " + self.other + after[after.index("/>"):])


def names_sent(n, partner):
    """SKU to name, cut by the separators that stand in ISA, and by nothing of ours."""
    name, = n.mail(partner)
    with open(os.path.join(n.box(partner, "in"), name), encoding="latin-1") as f:
        data = f.read()
    check(validate(n, data.encode("latin-1")).code == 0, data)
    sku, found = None, {}
    for segment in data.split(data[105]):
        values = segment.strip("\n").split(data[3])
        if values[0] == "LIN":
            sku = values[3]
        if values[0] == "PID":
            found[sku] = values[5]
    return found


def E2():
    """A separator inside data: that item is set aside, VALUE-SEPARATOR, unless the map replaces it; what is sent reads back as
    it was."""
    texts = {"PLAIN": "Mug", "STAR": "a*b", "TILDE": "~", "GREATER": "x>", "ALL": "*~>*", "PIPE": "p|q", "COLON": "c:d",
             "APOSTROPHE": "it's", "LINE": "two\nlines"}
    with Names(kind="events", partners=("plain", "clean", "other")) as n:
        n.items("a.json", *texts.items())
        n.run(expect=1)
        bad = {"plain": "STAR TILDE GREATER ALL LINE", "clean": "LINE", "other": "PIPE COLON APOSTROPHE LINE"}
        for partner, skus in bad.items():
            good = {s: t for s, t in texts.items() if s not in skus.split()}
            if partner == "clean":
                good = {s: t.translate(str.maketrans("*~>", "   ")).rstrip() for s, t in good.items()}
                good.pop("TILDE"), good.pop("ALL")      # nothing is left of them
            equal({s: t for s, t in names_sent(n, partner).items() if t}, good, partner)
            codes = {r["key"]: r["codes"] for r in n.rows("SELECT key, codes FROM aside WHERE agreement = ?", partner + "-832")}
            equal({s for s, c in codes.items() if "VALUE-SEPARATOR" in c} | {"LINE"}, set(skus.split()), codes)
            check("VALUE-LINE-END" in codes["LINE"], codes)
        n.check_sound()


def E3():
    """A count or control number of a trailer that does not fit: an error that names both."""
    with small.Small(kind="events") as n:
        data = sent(n)
        for old, new in ((b"IEA*1*", b"IEA*2*"), (b"GE*1*", b"GE*3*"), (b"CTT*2", b"CTT*7")):
            check(old in data, data)
            ran = validate(n, data.replace(old, new))
            check(ran.code == 65 and old[:2].decode() in ran.out + ran.err, new, ran)


def isa13(n):
    """Control numbers of what was sent, in order: ISA13, GS06."""
    found = []
    for name in n.mail("acme"):
        with open(os.path.join(n.box("acme", "in"), name), encoding="latin-1") as f:
            data = f.read()
        found.append((data[90:99], data[106:].lstrip().split("~", 1)[0].split("*")[6]))
    return found


def answered(n, *flags):
    """The partner answers: bytes of its answers by kind, which are still in its box."""
    n.answer("acme", *flags)
    found = {}
    for name in sorted(os.listdir(n.box("acme", "out"))):
        with open(os.path.join(n.box("acme", "out"), name), "rb") as f:
            found[name[:3]] = f.read()
    return found


def put_answer(n, name, data):
    with open(os.path.join(n.box("acme", "out"), name), "wb") as f:
        f.write(data)


def E4():
    """Control numbers: an answer that comes twice, or under a number that was used, is applied once; a gap is none; after
    999999999 comes 1."""
    with small.Small(kind="events") as n:
        for scope in ((), ("--group", "SC")):
            n.program("control", "set", "acme", "--next", "999999999", *scope, expect=0)
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        n.items("b.json", ("SKU-2", "Cup"))
        n.run()
        equal(isa13(n), [("999999999", "999999999"), ("000000001", "1")], "wrapped")
        answers = answered(n)
        n.run()
        equal([r[0] for r in n.rows("SELECT ta1 || ' ' || syntax FROM interchange ORDER BY id")], ["accepted accepted"] * 2,
              "answers")
        for kind, data in answers.items():
            put_answer(n, kind + "-again.x12", data)            # the same bytes
        n.run(expect=0)
        equal(n.one("SELECT COUNT(*) FROM received WHERE state = 'repeat' OR place LIKE 'archive%' AND note LIKE '%before%'"),
              len(answers), [dict(r) for r in n.rows("SELECT name, state, note FROM received")])
        check(b"AK5*A" in answers["997"] and b"AK9*A" in answers["997"], answers)
        put_answer(n, "other.x12", answers["997"].replace(b"AK5*A", b"AK5*R").replace(b"AK9*A*1*1*1", b"AK9*R*1*1*0"))
        ran = n.run(expect=1)                                   # the same control number, and it says something else
        check("contradiction" in ran.err, ran)
        equal([r[0] for r in n.rows("SELECT syntax FROM interchange ORDER BY id")], ["accepted"] * 2, "nothing changed")
        n.program("control", "set", "acme", "--next", "77", expect=0)
        n.items("c.json", ("SKU-3", "Jug"))
        n.run()
        equal(isa13(n)[-1][0], "000000077", "behind the gap")
        n.answer("acme")
        n.run()
        equal(n.rows("SELECT syntax FROM interchange ORDER BY id")[-1][0], "accepted", "its answer")
        n.check_sound()


def E8():
    """An interchange cut at any byte is never taken for whole."""
    with small.Small(kind="events") as n:
        data = sent(n)
        for at in range(1, len(data.rstrip()) - 1, 3):
            ran = validate(n, data[:at])
            check(ran.code == 65, at, ran)


def E9():
    """The length in BIN or BDS lies: never a byte behind the file is read, and the segment is named: X12-BINARY-LENGTH."""
    with small.Small(kind="events") as n:
        data = sent(n)
        trailer = data.index(b"CTT*")
        lies = {"too short": b"BIN*3*abcdefgh~", "shorter than the first separator": b"BDS*ASC*1*a*b*c~", "none": b"BIN*0*abc~",
                "a little too long": b"BIN*8*abc~", "over the trailers": b"BIN*60*abc~", "to the end": b"BIN*%d*abc~",
                "behind the end": b"BIN*5000*abc~", "far behind it": b"BIN*9999999*abc~", "longest": b"BDS*ASC*9999999*abc~",
                "too many digits": b"BIN*99999999999999999999*a~c~", "negative": b"BIN*-1*abc~", "no number": b"BDS*ASC*x*abc~"}
        for what, lie in lies.items():
            if b"%d" in lie:
                lie = lie % (len(data) - trailer + 4)
            ran = validate(n, data[:trailer] + lie + data[trailer:])
            check(ran.code == 65 and ("BIN" in ran.out or "BDS" in ran.out or "X12-TRUNCATED" in ran.out), what, ran)
            if "far" in what or what == "longest":
                check("X12-LIMIT" in ran.out, what, ran)
            if what in ("too short", "none", "a little too long", "shorter than the first separator"):
                check("X12-BINARY-LENGTH" in ran.out, what, ran)
        told = validate(n, data[:trailer] + b"BIN*3*a~*~" + data[trailer:])       # no lie: its tilde is data
        check("X12-BINARY-LENGTH" not in told.out and "X12-TAG" not in told.out, told)
        put_answer(n, "answer.x12", data[:trailer] + lies["too short"] + data[trailer:])
        n.run(expect=1)
        equal(n.one("SELECT state FROM received"), "quarantined", "what a partner sent")


def catalogue(path, items):
    """A valid 832 of so many items, four segments each."""
    with open(path, "w", encoding="ascii") as f:
        f.write(HEAD)
        for k in range(items):
            f.write("LIN*%d*VN*SKU-%d~PID*F*08***Mug %d~CTP**RES*%d.5~DTM*007*20261126~" % (k + 1, k, k, k))
        f.write("CTT*%d~SE*%d*0001~GE*1*1~IEA*1*000000001~" % (items, 4 * items + 4))


HEAD = ("ISA*00*          *00*          *ZZ*US             *ZZ*THEM           *261123*0200*U*00401*000000001*0*T*>~"
        "GS*SC*US*THEM*20261123*0200*1*X*004010~ST*832*0001~BCT*PC*A~")


def E10():
    """A million segments, and 250,000 loops: read through in the memory of a tenth of them."""
    with small.Small(kind="events") as n:
        path, memory = os.path.join(n.top, "big.x12"), []
        for items in (25_000, 250_000):
            catalogue(path, items)
            child = subprocess.Popen([night.GRIDSPOOL, "validate", path], stdout=subprocess.PIPE, text=True)
            out = child.stdout.read()
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            check(child.returncode == 0 and "%d segments" % (4 * items + 8) in out, child.returncode, out)
            memory.append(used.ru_maxrss)
        check(memory[1] < memory[0] + 2048, "KB that were used:", memory)


# A segment of an item, and what is wrong with it: nothing, or the finding.
EDGES = (
    # R: a point of its own, a sign, no exponent, no groups, and digits only count
    ("CTP**RES*0", ""), ("CTP**RES*12.50", ""), ("CTP**RES*.5", ""), ("CTP**RES*-0.5", ""), ("CTP**RES*0012", ""),
    ("CTP**RES*99999999999999999", ""), ("CTP**RES*-9999999999999999.9", ""), ("CTP**RES*999999999999999999", "X12-ELEMENT-LONG"),
    ("CTP**RES*12,50", "X12-ELEMENT-TYPE"), ("CTP**RES*1.234.5", "X12-ELEMENT-TYPE"), ("CTP**RES*1E3", "X12-ELEMENT-TYPE"),
    ("CTP**RES*+1", "X12-ELEMENT-TYPE"), ("CTP**RES*-", "X12-ELEMENT-TYPE"), ("CTP**RES*.", "X12-ELEMENT-TYPE"),
    ("CTP**RES* 1", "X12-ELEMENT-TYPE"), ("CTP**RES*1 ", "X12-ELEMENT-TYPE"), ("CTP**RES*0x1F", "X12-ELEMENT-TYPE"),
    # N2: the point is implied, so one that is written is wrong
    ("SAC*A*D240***1250", ""), ("SAC*A*D240***-5", ""), ("SAC*A*D240***12.50", "X12-ELEMENT-TYPE"),
    ("SAC*A*D240***1234567890123456", "X12-ELEMENT-LONG"),
    # packaging: whole counts, and sizes that are R
    ("PO4*12*1.5*EA", ""), ("PO4*12.5*1.5*EA", "X12-ELEMENT-TYPE"), ("PO4*1234567*1.5*EA", "X12-ELEMENT-LONG"),
    ("PO4*12*1.5", "X12-NOTE-PAIRED"),
    # dates: with their century, that exist
    ("DTM*007*20261126", ""), ("DTM*007*20280229", ""), ("DTM*007*20000229", ""), ("DTM*007*19991231", ""),
    ("DTM*007*99991231", ""), ("DTM*007*20270229", "X12-ELEMENT-DATE"), ("DTM*007*21000229", "X12-ELEMENT-DATE"),
    ("DTM*007*20261301", "X12-ELEMENT-DATE"), ("DTM*007*20260431", "X12-ELEMENT-DATE"), ("DTM*007*20260100", "X12-ELEMENT-DATE"),
    ("DTM*007*00000101", "X12-ELEMENT-DATE"), ("DTM*007*261126", "X12-ELEMENT-SHORT"), ("DTM*007*2026-11-26", "X12-ELEMENT-DATE"),
    # times: a day ends at 2359, and there is no leap second
    ("DTM*007*20261126*0000", ""), ("DTM*007*20261126*2359", ""), ("DTM*007*20261126*235959", ""),
    ("DTM*007*20261126*23595999", ""), ("DTM*007*20261126*2400", "X12-ELEMENT-TIME"),
    ("DTM*007*20261126*240000", "X12-ELEMENT-TIME"), ("DTM*007*20261126*2360", "X12-ELEMENT-TIME"),
    ("DTM*007*20161231*235960", "X12-ELEMENT-TIME"), ("DTM*007*20261126*23595", "X12-ELEMENT-TIME"),
    ("DTM*007*20261126*9:30", "X12-ELEMENT-TIME"),
)


def E12():
    """Numbers, dates, times and packs at their edges: each is right or has its finding, as the table says."""
    with small.Small(kind="events") as n:
        path = os.path.join(n.top, "edges.x12")
        with open(path, "w", encoding="ascii") as f:
            for k, (segment, _) in enumerate(EDGES, 1):
                f.write(HEAD.replace("000000001", "%09d" % k) +
                        "LIN*1*VN*SKU~%s~CTT*1~SE*6*0001~GE*1*1~IEA*1*%09d~" % (segment, k))
        ran = n.program("validate", path, "--json", env=False, expect=65)
        size = len(HEAD) + len("LIN*1*VN*SKU~") + len("~CTT*1~SE*6*0001~GE*1*1~IEA*1*000000001~")
        found, at = {}, 0
        for finding in json.loads(ran.out)["files"][0]["findings"]:
            found.setdefault(finding["offset"], []).append(finding["code"])
        for segment, code in EDGES:
            codes = [c for offset, cs in found.items() if at <= offset < at + size + len(segment) for c in cs]
            equal(codes, [code] if code else [], segment)
            at += size + len(segment)
