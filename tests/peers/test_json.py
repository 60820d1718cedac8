#!/usr/bin/env python3
"""What spool/JSON.md says of the JSON of commands, and what they print: the same members, all of them."""
import contextlib
import json
import os
import re

import night
import small
import test_files as files_night
from night import check, equal

GOLDEN = os.path.join(night.ROOT, "tests", "golden")
COUNTED = ("types", "totals", "codes")   # objects whose members are data


def sections():
    """Title to text of spool/JSON.md."""
    with open(os.path.join(night.ROOT, "spool", "JSON.md"), encoding="utf-8") as f:
        return {part.split("\n", 1)[0]: part for part in f.read().split("\n## ")[1:]}


def tables(text):
    """(header cells, rows of cells) of each table."""
    for block in re.findall(r"(?m)^\|.*(?:\n\|.*)*", text):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.split("\n")]
        yield rows[0], rows[2:]


def words(cell):
    return [w for part in re.findall(r"`([^`]+)`", cell) for w in part.split()]


def documented(*titles):
    """Pairs (container, member) of the tables of these sections; container "" is the top."""
    found = set()
    for title in titles:
        for header, rows in tables(sections()[title]):
            if not header[0].startswith("member"):
                continue
            of = (words(header[0]) or [""])[0]
            found |= {(of, w) for row in rows for w in words(row[0])}
    return found


def printed(value, of=""):
    """The same of a value: its members by the name of what holds them."""
    if isinstance(value, list):
        return set().union(*(printed(v, of) for v in value))
    if not isinstance(value, dict):
        return set()
    return {(of, k) for k in value} | set().union(
        *(printed(v, k) for k, v in value.items() if k not in COUNTED))


def same(found, expected, what):
    equal((sorted(found - expected), sorted(expected - found)), ([], []), what + ": not documented, never printed")


def outside(n, *command):
    """A command without an environment, from the top of the project."""
    ran = n.program(*command, "--json", env=False)
    check(ran.out.startswith(("{", "[")), ran)
    return json.loads(ran.out)


@contextlib.contextmanager
def told():
    """An environment in which something of every kind happened; what no partner of these tests does is written down."""
    with small.Small(partners=("acme", "nord"), joins={"nord": "extra"}) as n:
        n.write("bundle/maps/acme.xml", n.text("bundle/maps/acme.xml").replace('="name"', '="transliterate(name)"'))
        n.items("a.json", ("S1", "Mug–"), ("S2", "Pot"), ("S3", ""))
        n.run(expect=1)
        n.answer("acme", "--reject-item", "S1@LIN:3")
        n.run(expect=1)
        n.drop("products", "b.json", b'[{"sku": "S1"')
        n.run(expect=1)
        n.program("reissue", "1", "--reason", "asked for", expect=0)
        n.items("c.json", ("S1", "Mug–"), ("S2", "Pot"), ("S4", "Jug"))
        os.rename(n.box("acme", "in"), n.box("acme", "in") + ".away")
        n.run(expect=1)
        n.change("UPDATE run SET note = 'stopped' WHERE ended = (SELECT MAX(ended) FROM run)",
                 "UPDATE unit SET state = 'failed', reason = 'CONVERSION', note = 'why' WHERE id = (SELECT MAX(id) FROM unit)")
        path = "bundle/agreements/acme.xml"
        n.write(path, n.text(path).replace("</agreement>", '<when zone="UTC"><at time="02:00"/></when></agreement>', 1))
        yield n


def test_status():
    with told() as n:
        n.change("UPDATE interchange SET state = 'held', reason = 'BY-HAND', note = 'asked' WHERE id = 1",
                 "INSERT INTO meta(key, value) VALUES('alarm:INBOX-GONE:inbox/products', 'it is not there')",
                 "INSERT INTO event(at, run, actor, what, subject, detail, hash) VALUES(1, '', '', 'slot-missed', 'acme-832', 'why', '')")
        same(printed(json.loads(n.program("status", "--json", expect=0).out)), documented("gridspool status --json"),
             "status")


def test_show():
    text = sections()["gridspool show ID --json"]
    kinds, lists = ({row[0].strip("`"): row[1:] for row in rows} for header, rows in tables(text)
                    if header[0] in ("kind", "list"))
    with told() as n:
        n.change("UPDATE interchange SET receipt = 'accepted', ta1 = 'accepted', application = 'accepted', load = 'accepted', "
                 "overdue_at = 1, resent = 1, reason = 'R', note = 'n', evidence = 'e', reissued_as = 2 WHERE id = 1",
                 "UPDATE interchange SET reissued_as = 1 WHERE id = 2",
                 "UPDATE interchange SET state = 'held' WHERE id = 2",
                 "UPDATE input SET reason = 'R', note = 'n', tree = 1 WHERE id = 1",
                 "UPDATE received SET reason = 'R', note = 'n' WHERE id = 1",
                 "UPDATE unit SET reason = 'R', note = 'n' WHERE id = 1",
                 "UPDATE item SET state = 'rejected', reason = 'R' WHERE key = 'S2'",
                 "UPDATE aside SET closed = 0",
                 "INSERT INTO aside SELECT agreement, 'S2', file, unit, name, codes, note, opened, 0 FROM aside LIMIT 1",
                 "INSERT INTO feedback SELECT NULL, agreement, partner, 'S2', interchange, received, segment, segment_at, "
                 "element, component, code, field, found, file, map_line, note, at, 0 FROM feedback LIMIT 1")
        ids = {"interchange": "1", "input": "in-1", "received": "r-1", "unit": "u-1", "partner": "acme",
               "agreement": "acme-832", "item": "S2"}
        equal(sorted(ids), sorted(kinds), "kinds")
        columns = {}
        for kind, ident in sorted(ids.items()):
            story = json.loads(n.program("show", ident, "--json", expect=0).out)
            equal(story["kind"], kind, "kind")
            if kind == "interchange":       # the other side of the link
                story["reissue-of"] = json.loads(n.program("show", "2", "--json", expect=0).out)["reissue-of"]
                story["reissued-as"] = json.loads(n.program("show", "1", "--json", expect=0).out)["reissued-as"]
            facts, its_lists = (words(cell) for cell in kinds[kind])
            same(set(story), {"kind", "id", "next", "verbs", *facts, *its_lists}, "show of " + kind)
            for name in its_lists:
                columns.setdefault(name, set()).update(*story[name])
        for name, cells in lists.items():
            same(columns[name.strip("`")], set(words(cells[0])), "list " + name)


def test_check():
    with small.Small() as n:
        os.rmdir(n.path("hold"))
        os.chmod(n.path("partners", "acme.xml"), 0o664)
        n.write("bundle/maps/acme.xml", small.MAP % "" + "<more/>")
        same(printed(json.loads(n.program("check", "--json", expect=78).out)), documented("gridspool check --json"), "check")


def test_fsck():
    with told() as n:
        os.unlink(n.path("archive", next(f for f in n.files("archive") if f.endswith(".x12.gz"))))
        n.program("fsck", "--repair", "--reason", "the disk failed", expect=0)
        n.write("outbox/acme/unknown", "")
        os.unlink(n.path("archive", next(f for f in n.files("archive") if "/r-" in f)))
        same(printed(json.loads(n.program("fsck", "--json", expect=1).out)), documented("gridspool fsck --json"), "fsck")


def test_files():
    with small.Small() as n:
        a_map, items, findings = (os.path.join(n.top, name) for name in ("m.xml", "items.json", "findings"))
        for path, text in ((a_map, small.MAP % ""), (items, '{"sku": "S1", "name": ""}\n{"sku": "S2"\n')):
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        units = os.path.join(n.top, "units.edi")
        with open(os.path.join(GOLDEN, "validate-good.edi"), encoding="utf-8") as f, open(units, "w", encoding="utf-8") as g:
            g.write(f.read().replace("*1*EA~", "*1*EAxx~"))     # a component that is too long
        validated = outside(n, "validate", os.path.join(GOLDEN, "validate-broken.edi"), units)
        inspected = [outside(n, "inspect", os.path.join(GOLDEN, name)) for name in ("inspect-names.json", "validate-good.edi")]
        same(printed(inspected), documented("gridspool inspect --json"), "inspect")
        n.program("convert", "--map", a_map, items, "--findings", findings, "--output", os.path.join(n.top, "out.x12"),
                  env=False)
        with open(findings, encoding="utf-8") as f:
            converted = [json.loads(line) for line in f]
        same(printed(validated) | printed(converted, "findings"), documented("gridspool validate --json", "A finding"),
             "validate and convert")


def test_explain():
    with told() as n:
        found = set()
        for position in ("1:1", "3:3", "4:5", "7:1"):
            found |= printed(json.loads(n.program("explain", "1", position, "--json", expect=0).out))
        n.change("UPDATE unit SET bundle = '0'")
        found |= printed(json.loads(n.program("explain", "1", "3:3", "--json", expect=0).out))
    with files_night.Files() as n:    # an item that is a file of its own has lines
        n.drop_all(night.catalogue(os.path.join(n.top, "catalogue"), "--items", "5"))
        n.run()
        for segment in range(3, 12):
            found |= printed(json.loads(n.program("explain", "1", "%d" % segment, "--json", expect=0).out))
        found |= printed(n.explained(n.got("nord")[0], "2:price"))
    same(found, documented("gridspool explain --json"), "explain")


def test_codes():
    with small.Small() as n:
        expected = documented("gridspool codes --json")
        same(printed(outside(n, "codes")), expected, "codes")
        for code, of in (("X12-COUNT", "findings"), ("IN-DOUBT", "reasons")):
            one = outside(n, "codes", code)
            equal(len(one), 1, code)
            same({(of, k) for k in one[0]}, {x for x in expected if x[0] == of}, code)


if __name__ == "__main__":
    night.main(test_status, test_show, test_check, test_fsck, test_files, test_explain, test_codes)
