#!/usr/bin/env python3
"""Tests of the trading partner itself: what it accepts, what it finds, where it points."""
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import grid  # noqa: E402
import gridrules  # noqa: E402
import x12  # noqa: E402
import x12ack  # noqa: E402

ISA = "ISA*00*          *00*          *ZZ*HEARTHLOOM     *ZZ*ACME           " \
      "*261123*0210*U*00401*%09d*1*T*>~"


def item(n, sku):
    return ["LIN*%d*EN*9521010449531*SK*%s" % (n, sku), "DTM*007*20261123",
            "REF*ZZ*R-%s" % sku, "PID*F*08***Towel", "PID*F*08***Handtuch",
            "MEA*WT*N*0.35*KG", "PO4*12*1*EA", "CTP**RTL*199.90*1*EA", "CUR*SE*EUR"]


def catalogue(skus=("A1", "A2", "A3"), control=1, st02="0001"):
    """Segments of one 832, ST to SE."""
    body = ["ST*832*" + st02, "BCT*PC*CAT1", "CUR*SE*EUR", "N1*SU*Hearth & Loom*ZZ*HL"]
    for n, sku in enumerate(skus, 1):
        body += item(n, sku)
    body.append("CTT*%d" % len(skus))
    return body + ["SE*%d*%s" % (len(body) + 1, st02)]


def wrap(sets, isa13=1, gs06=1, gs08="004010", gs01="SC"):
    """An interchange with one group that has these sets."""
    segs = ["GS*%s*HEARTHLOOM*ACME*20261123*0210*%d*X*%s" % (gs01, gs06, gs08)]
    for one in sets:
        segs += one
    segs += ["GE*%d*%d" % (len(sets), gs06), "IEA*1*%09d" % isa13]
    return (ISA % isa13) + "".join(s + "~" for s in segs)


def parse(text):
    return x12.parse(text.encode("latin-1"), ("ZZ", "ACME"))


def set_faults(segments):
    """The segment faults of one 832 made of these segments (SE01 put right)."""
    segments = list(segments)
    segments[-1] = "SE*%d*0001" % len(segments)
    one = parse(wrap([segments])).interchanges[0].groups[0].sets[0]
    return [(f.tag, f.position, f.code,
             [(e.element, e.component, e.code) for e in f.elements]) for f in one.faults]


def changed(old, new):
    segs = catalogue(("A1",))
    assert old in segs, old
    return [new if s == old else s for s in segs]


class Reading(unittest.TestCase):
    def test_good(self):
        parsed = parse(wrap([catalogue(), catalogue(("B1",), st02="0002")]))
        self.assertTrue(parsed.good(), parsed.as_dict())
        self.assertEqual([s.id for s in parsed.interchanges[0].groups[0].sets], ["832", "832"])

    def test_other_separators_and_line_ends(self):
        text = wrap([catalogue()]).replace("~", "\n").replace("*", "|")
        self.assertTrue(parse(text).good())
        self.assertTrue(parse(wrap([catalogue()]).replace("~", "~\r\n")).good())

    def test_two_interchanges_each_with_own_separators(self):
        text = wrap([catalogue()]) + wrap([catalogue()], 2).replace("*", "|")
        parsed = parse(text)
        self.assertTrue(parsed.good())
        self.assertEqual([i.control for i in parsed.interchanges], ["000000001", "000000002"])

    def test_envelope_damage(self):
        good = wrap([catalogue()])
        cases = [
            ("023", good[:50]),
            ("023", good[:-18]),
            ("023", good[:-5]),
            ("001", good.replace("IEA*1*000000001", "IEA*1*000000002")),
            ("021", good.replace("IEA*1*", "IEA*2*")),
            ("022", good + "rest"),
            ("022", good.replace("BCT*PC", "~BCT*PC")),
            ("022", good.replace("HEARTHLOOM     *ZZ", "HEARTHLOOM    *ZZ ", 1)),
            ("026", good.replace("*", "A")),
            ("004", good.replace("~", "X", 1)),
            ("027", good.replace("*>~", "*A~", 1)),
            ("010", good.replace("ISA*00", "ISA*77")),
            ("012", good.replace("          *00*", "          *77*", 1)),
            ("005", good.replace("*ZZ*HEARTH", "*Q9*HEARTH")),
            ("006", good.replace("*HEARTHLOOM     *ZZ", "*               *ZZ")),
            ("007", good.replace("*ZZ*ACME", "*01*ACME")),
            ("009", good.replace("ACME  ", "OTHER ", 1)),
            ("014", good.replace("*261123*", "*261323*")),
            ("015", good.replace("*0210*U", "*2510*U")),
            ("016", good.replace("*U*00401", "*^*00401")),
            ("003", good.replace("*00401*", "*00200*")),
            ("017", good.replace("*00401*", "*4010 *")),
            ("018", good.replace("*000000001*1*T", "*00000000A*1*T")),
            ("019", good.replace("*1*T*>", "*7*T*>")),
            ("020", good.replace("*1*T*>", "*1*X*>")),
            ("024", good.replace("*X*004010", "*T*004010")),
            ("024", good.replace("ST*832", "REF*ZZ*1~ST*832")),
            ("022", good.replace("GE*1*1~", "GE*1*1~REF*ZZ*1~")),
        ]
        for code, text in cases:
            parsed = parse(text)
            found = [f.code for f in parsed.interchanges[0].faults]
            self.assertEqual(found[:1], [code], (code, text[:110], parsed.as_dict()))

    def test_what_is_no_interchange(self):
        for data in (b"", b"PK\x03\x04 zip", b"\xef\xbb\xbfISA*00*", b"ST*832*0001~"):
            parsed = x12.parse(data)
            self.assertTrue(parsed.unreadable)
            self.assertFalse(parsed.good())

    def test_group_damage(self):
        good = wrap([catalogue()])
        for code, text in (
                ("1", good.replace("GS*SC", "GS*IB")), ("2", good.replace("004010", "005010")),
                ("3", good.replace("GE*1*1~", "")), ("4", good.replace("GE*1*1~", "GE*1*9~")),
                ("5", good.replace("GE*1*1~", "GE*2*1~")),
                ("6", good.replace("*0210*1*X", "*0210*A*X"))):
            group = parse(text).interchanges[0].groups[0]
            self.assertIn(code, [c.code for c in group.codes], text[:160])

    def test_set_damage(self):
        good = wrap([catalogue(("A1",))])
        for code, text in (
                ("1", good.replace("ST*832", "ST*123")), ("6", good.replace("ST*832", "ST*846")),
                ("2", good.replace("SE*15*0001~", "")), ("3", good.replace("SE*15*0001",
                                                                          "SE*15*0002")),
                ("4", good.replace("SE*15*", "SE*16*")), ("4", good.replace("SE*15*", "SE*015*")),
                ("7", good.replace("*0001", "*01")),
                ("23", wrap([catalogue(), catalogue()]))):
            self.assertNotEqual(text, good)
            codes = [c.code for s in parse(text).interchanges[0].groups[0].sets for c in s.codes]
            self.assertIn(code, codes, text)

    def test_order(self):
        segs = catalogue(("A1",))
        self.assertEqual(set_faults(segs), [])
        self.assertEqual(set_faults(segs[:1] + segs[2:]), [("BCT", 2, "3", [])])
        self.assertEqual(set_faults(segs[:6] + ["XX9*1"] + segs[6:]), [("XX9", 7, "1", [])])
        self.assertEqual(set_faults(segs[:6] + ["HL*1**S"] + segs[6:]), [("HL", 7, "6", [])])
        self.assertEqual(set_faults(segs[:2] + ["PID*F****x"] + segs[2:]), [("PID", 3, "2", [])])
        self.assertEqual(set_faults(segs[:2] + ["BCT*PC"] + segs[2:]), [("BCT", 3, "5", [])])
        self.assertEqual(set_faults(segs[:-2] + ["MEA*WT*N*1*KG"] + segs[-2:]),
                         [("MEA", 14, "7", [])])
        pos = segs.index("CUR*SE*EUR", 5)
        self.assertEqual(set_faults(segs[:pos] + ["CUR*SE*EUR"] * 5 + segs[pos:]),
                         [("CUR", pos + 6, "5", [])])

    def test_elements(self):
        for old, new, want in (
                ("BCT*PC*CAT1", "BCT**CAT1", (1, 0, "1")),
                ("BCT*PC*CAT1", "BCT*PCX*CAT1", (1, 0, "5")),
                ("BCT*PC*CAT1", "BCT*P*CAT1", (1, 0, "4")),
                ("BCT*PC*CAT1", "BCT*PC*CAT1*", (3, 0, "3")),
                ("DTM*007*20261123", "DTM*007*20260231", (2, 0, "8")),
                ("DTM*007*20261123", "DTM*007*20261123*2561", (3, 0, "9")),
                ("DTM*007*20261123", "DTM*007", (2, 0, "2")),
                ("PID*F*08***Towel", "PID*F*08***" + "x" * 81, (5, 0, "5")),
                ("PID*F*08***Towel", "PID*Q*08***Towel", (1, 0, "7")),
                ("PID*F*08***Towel", "PID*F*08***To\x07wel", (5, 0, "6")),
                ("PID*F*08***Towel", "PID*F*08**CODE*Towel", (3, 0, "2")),
                ("MEA*WT*N*0.35*KG", "MEA*WT*N*0,35*KG", (3, 0, "6")),
                ("MEA*WT*N*0.35*KG", "MEA*WT*N*0.35*KG>1>2>", (4, 4, "3")),
                ("MEA*WT*N*0.35*KG", "MEA*WT*N*0.35*KGG>1", (4, 1, "5")),
                ("PO4*12*1*EA", "PO4*1.5*1*EA", (1, 0, "6")),
                ("CTP**RTL*199.90*1*EA", "CTP**RTL*199.90*1", (5, 0, "2")),
                ("REF*ZZ*R-A1", "REF*ZZ", (2, 0, "2")),
                ("CTT*1", "CTT*2", (1, 0, "7"))):
            faults = set_faults(changed(old, new))
            self.assertEqual(len(faults), 1, (new, faults))
            self.assertEqual(faults[0][2], "8", new)
            self.assertIn(want, faults[0][3], new)
        self.assertEqual(set_faults(changed("LIN*1*EN*9521010449531*SK*A1", "LIN*1*EN*1*SK"))[0],
                         ("LIN", 5, "8", [(5, 0, "2")]))


class Mailbox(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)
        self.box, self.out = (os.path.join(self.home.name, n) for n in ("in", "out"))
        os.mkdir(self.box)

    def put(self, name, text):
        with open(os.path.join(self.box, name), "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode("latin-1"))

    def run_grid(self, *flags, rules=None):
        state = os.path.join(self.home.name, "state.json")
        argv = ["--mailbox", self.box, "--answers", self.out, "--state", state, "--id", "ACME",
                "--once", "--quiet", "--now", "2026-11-23T02:30:00Z", *flags]
        if rules is not None:
            path = os.path.join(self.home.name, "rules.json")
            with open(path, "w", encoding="utf-8") as f:
                json.dump(rules, f)
            argv += ["--rules", path]
        before = set(os.listdir(self.out)) if os.path.isdir(self.out) else set()
        with contextlib.redirect_stderr(io.StringIO()) as said:
            status = grid.main(argv)
        self.said = said.getvalue()
        self.assertEqual(status, 0, self.said)
        return sorted(set(os.listdir(self.out)) - before)

    def answers(self, names):
        """Answers read back by the strict reader; all must be good X12."""
        out = {"ta1": [], "997": []}
        for name in names:
            with open(os.path.join(self.out, name), "rb") as f:
                got = x12ack.read(f.read())
            self.assertTrue(got["good"], (name, got))
            out["ta1"] += got["ta1"]
            out["997"] += got["997"]
        return out

    def journal(self):
        with open(os.path.join(self.home.name, "state", "received.ndjson"),
                  encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def one(self, *flags, rules=None, text=None):
        self.put("a.x12", text or wrap([catalogue()]))
        return self.answers(self.run_grid(*flags, rules=rules))

    def test_accept(self):
        got = self.one()
        self.assertEqual([(t["isa13"], t["status"], t["code"]) for t in got["ta1"]],
                         [("000000001", "A", "000")])
        ack = got["997"][0]
        self.assertEqual((ack["status"], ack["stated"], ack["received"], ack["accepted"]),
                         ("A", 1, 1, 1))
        self.assertEqual((ack["gs01"], ack["gs06"], ack["gs08"]), ("SC", "1", "004010"))
        self.assertEqual((ack["from"], ack["to"]), (["ZZ", "ACME"], ["ZZ", "HEARTHLOOM"]))
        self.assertEqual((ack["gs02"], ack["gs03"]), ("ACME", "HEARTHLOOM"))
        line = self.journal()[0]
        self.assertEqual((line["isa13"], line["gs06"], line["st02"], line["good"]),
                         (["000000001"], ["1"], ["0001"], True))
        with open(os.path.join(self.home.name, "state", "taken", line["taken"]), "rb") as f:
            self.assertEqual(f.read().decode("latin-1"), wrap([catalogue()]))
        self.assertEqual(os.listdir(self.box), [])

    def test_ta1_only_when_asked(self):
        text = wrap([catalogue()]).replace("*1*T*>", "*0*T*>")
        self.assertEqual(self.one(text=text)["ta1"], [])
        self.put("b.x12", text.replace("000000001", "000000002"))
        self.assertEqual(len(self.answers(self.run_grid("--ta1", "always"))["ta1"]), 1)

    def test_one_997_a_group_and_none_for_fa(self):
        text = wrap([catalogue()])
        text = text.replace("GE*1*1~IEA*1", "GE*1*1~" + wrap([catalogue(("B1",))], gs06=2)
                            [106:].split("IEA")[0] + "IEA*2")
        got = self.one(text=text)
        self.assertEqual([a["gs06"] for a in got["997"]], ["1", "2"])
        self.assertEqual(len({a["own_isa13"] for a in got["997"] + got["ta1"]}), 3)
        ack = wrap([["ST*997*0001", "AK1*SC*1", "AK9*A*1*1*1", "SE*4*0001"]], 7, 7, gs01="FA")
        self.put("fa.x12", ack)
        self.assertEqual(self.answers(self.run_grid())["997"], [])

    def test_layouts(self):
        for layout, count in (("one-file", 1), ("one-interchange", 1), ("separate", 2)):
            n = {"one-file": 1, "one-interchange": 2, "separate": 3}[layout]
            self.put("l.x12", wrap([catalogue()], n, n))
            names = self.run_grid("--layout", layout)
            self.assertEqual(len(names), count)
            got = self.answers(names)
            self.assertEqual((len(got["ta1"]), len(got["997"])), (1, 1))

    def test_own_fault_is_found_and_pointed_at(self):
        text = wrap([changed("MEA*WT*N*0.35*KG", "MEA*WT*N*0,35*KG")])
        ack = self.one(text=text)["997"][0]
        self.assertEqual((ack["status"], ack["sets"][0]["status"], ack["sets"][0]["codes"]),
                         ("R", "R", ["5"]))
        self.assertEqual(ack["sets"][0]["segments"], [
            {"segment": "MEA", "position": 10, "code": "8", "elements": [
                {"element": 3, "component": 0, "ref": "739", "code": "6", "value": "0,35"}]}])

    def test_own_fault_may_be_noted_only(self):
        text = wrap([changed("MEA*WT*N*0.35*KG", "MEA*WT*N*0,35*KG")])
        ack = self.one(text=text, rules={"on_errors": "note"})["997"][0]
        self.assertEqual((ack["status"], ack["accepted"], ack["sets"][0]["status"]), ("E", 1, "E"))

    def test_accept_with_errors(self):
        ack = self.one("--errors", "CTP:3")["997"][0]
        self.assertEqual((ack["status"], ack["accepted"], ack["sets"][0]["status"]), ("E", 1, "E"))
        self.assertEqual(ack["sets"][0]["segments"], [
            {"segment": "CTP", "position": 12, "code": "8", "elements": [
                {"element": 3, "component": 0, "ref": "212", "code": "7", "value": "199.90"}]}])

    def test_reject_set_of_two(self):
        text = wrap([catalogue(), catalogue(("B1",), st02="0002")])
        ack = self.one(text=text, rules={"rules": [
            {"do": "reject-set", "match": {"st02": "0002"}, "segment": "PID", "occurrence": 2,
             "element": 5, "code": "5"}]})["997"][0]
        self.assertEqual((ack["status"], ack["received"], ack["accepted"]), ("P", 2, 1))
        self.assertEqual([s["status"] for s in ack["sets"]], ["A", "R"])
        self.assertEqual(ack["sets"][1]["segments"][0]["position"], 9)
        self.assertEqual(ack["sets"][1]["segments"][0]["elements"][0]["value"], "Handtuch")

    def test_reject_item_computes_positions(self):
        segs = catalogue()
        for sku, segment, occurrence, element in (
                ("A2", None, 1, None), ("A3", "PID", 2, 5), ("A1", "CTP", 1, 3)):
            rule = {"do": "reject-item", "item": sku, "occurrence": occurrence}
            rule.update({k: v for k, v in (("segment", segment), ("element", element)) if v})
            n = {"A1": 1, "A2": 2, "A3": 3}[sku]
            self.put("i.x12", wrap([catalogue()], n, n))
            got = self.answers(self.run_grid(rules={"rules": [rule]}))
            cited = got["997"][0]["sets"][0]["segments"]
            self.assertEqual(len(cited), 1)
            start = [i for i, s in enumerate(segs) if s.endswith("*SK*" + sku)][0]
            if segment:
                start = [i for i in range(start, len(segs))
                         if segs[i].startswith(segment)][occurrence - 1]
            self.assertEqual(cited[0]["position"], start + 1)
            where = cited[0]["elements"][0]
            self.assertEqual(where["element"], element or 5)
            self.assertEqual(where["value"], segs[start].split("*")[where["element"]])

    def test_reject_item_by_gtin_and_not_there(self):
        self.assertEqual(self.one("--reject-item", "ZZZ")["997"][0]["status"], "A")
        self.put("b.x12", wrap([catalogue()], 2, 2))
        ack = self.answers(self.run_grid("--reject-item", "09521010449531"))["997"][0]
        self.assertEqual(ack["sets"][0]["segments"][0]["position"], 5)
        self.assertEqual(ack["sets"][0]["segments"][0]["elements"][0]["element"], 3)

    def test_reject_group(self):
        text = wrap([catalogue(), catalogue(("B1", "B2"), st02="0002")])
        ack = self.one("--reject-group", "B2@PID:5", text=text)["997"][0]
        self.assertEqual((ack["status"], ack["stated"], ack["received"], ack["accepted"]),
                         ("R", 2, 2, 0))
        self.assertEqual([s["st02"] for s in ack["sets"]], ["0002"])
        self.assertEqual(ack["sets"][0]["segments"][0]["position"], 17)

    def test_ta1_reject_means_no_997(self):
        got = self.one("--reject-ta1", "019")
        self.assertEqual([(t["status"], t["code"]) for t in got["ta1"]], [("R", "019")])
        self.assertEqual(got["997"], [])

    def test_damage_is_refused_by_ta1(self):
        got = self.one(text=wrap([catalogue()])[:-5])
        self.assertEqual([(t["status"], t["code"]) for t in got["ta1"]], [("R", "023")])
        self.assertEqual(got["997"], [])

    def test_repeated_number(self):
        self.one()
        self.put("again.x12", wrap([catalogue()]))
        got = self.answers(self.run_grid())
        self.assertEqual([(t["status"], t["code"]) for t in got["ta1"]], [("R", "025")])
        self.assertEqual([j["duplicate"] for j in self.journal()], [False, True])
        self.put("third.x12", wrap([catalogue()]))
        self.assertEqual(self.run_grid("--on-duplicate", "silent"), [])
        self.assertEqual(len(self.journal()), 3)
        self.put("fourth.x12", wrap([catalogue()]))
        self.assertEqual(len(self.run_grid("--on-duplicate", "accept")), 2)

    def test_twice(self):
        got = self.one("--twice")
        self.assertEqual(len(got["997"]), 2)
        self.assertEqual(got["997"][0], got["997"][1])
        self.put("b.x12", wrap([catalogue()], 2, 2))
        got = self.answers(self.run_grid(rules={"rules": [
            {"do": "twice", "what": "997", "new_number": True}]}))
        self.assertEqual((len(got["ta1"]), len({a["own_isa13"] for a in got["997"]})), (1, 2))

    def test_late(self):
        self.put("a.x12", wrap([catalogue()]))
        self.assertEqual(self.run_grid("--late", "2"), [])
        self.assertEqual(self.run_grid(), [])
        got = self.answers(self.run_grid())
        self.assertEqual((len(got["ta1"]), len(got["997"])), (1, 1))
        self.assertEqual(self.run_grid(), [])

    def test_unknown_number(self):
        got = self.one(rules={"rules": [
            {"do": "unknown", "isa13": 777, "gs06": 778, "instead": True}]})
        self.assertEqual([t["isa13"] for t in got["ta1"]], ["000000777"])
        self.assertEqual([a["gs06"] for a in got["997"]], ["778"])

    def test_garbage_half_silent(self):
        for n, kind in enumerate(("text", "binary", "cut", "empty"), 1):
            self.put("g.x12", wrap([catalogue()], n, n))
            for name in self.run_grid("--garbage", kind):
                with open(os.path.join(self.out, name), "rb") as f:
                    self.assertFalse(x12.parse(f.read()).good(), kind)
        self.put("h.x12", wrap([catalogue()], 8, 8))
        self.assertTrue(all(n.endswith(".tmp") for n in self.run_grid("--half")))
        self.put("s.x12", wrap([catalogue()], 9, 9))
        self.assertEqual(self.run_grid("--silent"), [])

    def test_times(self):
        rules = {"rules": [{"do": "reject-item", "item": "A1", "times": 1}]}
        self.assertEqual(self.one(rules=rules)["997"][0]["status"], "R")
        self.put("b.x12", wrap([catalogue()], 2, 2))
        self.assertEqual(self.answers(self.run_grid(rules=rules))["997"][0]["status"], "A")

    def test_incomplete_names_stay(self):
        for name in ("a.tmp", "b.part", ".c.x12"):
            self.put(name, wrap([catalogue()]))
        self.assertEqual(self.run_grid(), [])
        self.assertEqual(sorted(os.listdir(self.box)), [".c.x12", "a.tmp", "b.part"])

    def test_unreadable_is_recorded(self):
        self.put("a.x12", b"PK\x03\x04")
        self.assertEqual(self.run_grid(), [])
        self.assertIn("not an ISA", self.journal()[0]["unreadable"])

    def test_rules_with_a_typo_are_refused(self):
        for bad in ({"rulez": []}, {"rules": [{"do": "explode"}]}, {"ta1": "maybe"},
                    {"rules": [{"do": "silent", "passes": 1}]}, {"rules": [{"do": "reject-item"}]},
                    {"rules": [{"do": "twice", "match": {"nmae": "x"}}]}):
            with self.assertRaises(gridrules.RulesError):
                gridrules.check(bad)

    def test_bad_value_is_copied_without_separators(self):
        ack = self.one(rules={"rules": [{"do": "reject-item", "item": "A1", "segment": "PID",
                                         "element": 5, "value": "a*b~c>d\x01" + "x" * 200}]})
        value = ack["997"][0]["sets"][0]["segments"][0]["elements"][0]["value"]
        self.assertEqual(len(value), 99)
        self.assertTrue(value.startswith("a b c d"))


if __name__ == "__main__":
    unittest.main()
