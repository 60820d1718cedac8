#!/usr/bin/env python3
"""PRICAT out, CONTRL and APERAK back: what they refuse leads to the field it came from."""
import json
import os

import night
import small
from night import NS, check, equal

PRICAT = """<map xmlns="urn:gridspool:map:1" name="small">
	<source format="json"/>
	<target format="edifact" version="D01B" message="PRICAT"/>
	<key value="sku" unique="yes"/>
	<message items="%d">
		<BGM BGM01-1="'9'" BGM02-1="'AUTUMN'"/>
		<DTM DTM01-1="'137'" DTM01-2="format-date($run/date, 'CCYYMMDD')" DTM01-3="'102'"/>
		<item>
			<PGI PGI01="'11'"/>
			<loop>
				<LIN LIN01="item-number()" LIN03-1="sku" LIN03-2="'SA'"/>
				<IMD IMD01="'F'" IMD03-4="name"/>
			</loop>
		</item>
	</message>
</map>
"""
HERE = os.path.dirname(os.path.abspath(__file__))
ITEMS = (("SKU-1", "Mug"), ("SKU-2", "Cup"), ("SKU-3", "Jug"))


class Edifact(small.Small):
    """Three products, each message with as many as told."""

    def __init__(self, items=1000, envelope="", expect="contrl", **more):
        self.items_each, self.envelope, self.expect = items, envelope, expect
        super().__init__(**more)

    def write_agreement(self, name, send=None, extra="", endpoint="main", more=""):
        self.write("bundle/maps/pricat.xml", PRICAT % self.items_each)
        self.write("bundle/agreements/%s.xml" % name, '<agreements %s partner="%s"><agreement name="%s-832" '
                   'format="edifact" message="PRICAT" version="D01B" map="maps/pricat.xml" source="products" '
                   'endpoint="main" send="%s"><envelope ack="yes" %s/><expect ack="%s" within="24h"/></agreement>'
                   '</agreements>\n' % (NS, name, name, send or self.send, self.envelope, self.expect))

    def begin(self):
        """A first night; gives the interchange as the partner got it."""
        self.items("a.json", *ITEMS)
        self.run()
        name, = self.mail("acme")
        with open(os.path.join(self.box("acme", "in"), name), "rb") as f:
            return f.read().decode()

    def reply(self, name, message, *segments, usage="+++++1"):
        """A message of the partner's about what it got."""
        data = ("UNB+UNOC:3+ACME:ZZ+9521010000003:14+261123:0300+%s+%s'" % (name, usage) +
                "UNH+1+%s:UN'" % message + "".join(s + "'" for s in segments) +
                "UNT+%d+1'UNZ+1+%s'" % (len(segments) + 2, name))
        path = os.path.join(self.box("acme", "out"), name)
        with open(path + ".tmp", "w") as f:
            f.write(data)
        os.rename(path + ".tmp", path)

    def control(self, name, action, *segments):
        self.reply(name, "CONTRL:D:3", "UCI+1+9521010000003:14+ACME:ZZ+" + action, *segments)

    def outcomes(self):
        return [(r["kind"], r["outcome"]) for r in self.rows("SELECT kind, outcome FROM ack ORDER BY id")]

    def told(self):
        return [(r["key"], r["segment"], r["element"], r["component"], r["field"])
                for r in self.rows("SELECT * FROM feedback ORDER BY id")]


def test_refused_message():
    """CONTRL refuses one element of one item: that item waits, the others are due, feedback shows the field."""
    with Edifact() as n:
        sent = n.begin()
        check("IMD+F++:::Cup'" in sent, sent)
        n.control("1", "7", "UCM+1+PRICAT:D:01B:UN+4+18", "UCS+9", "UCD+39+4:4")
        n.run(expect=1)
        equal(n.told(), [("SKU-2", "IMD", 3, 4, "name")], "feedback")
        row = n.interchange("acme", 0)
        equal((row["state"], row["syntax"], row["ta1"]), ("archived", "rejected", ""), "axes")
        folder = n.path("feedback")
        text = "".join(open(os.path.join(folder, f)).read() for f in os.listdir(folder) if f.endswith(".json"))
        check("SKU-2" in text and "name" in text and "the value is too long" in text, text)
        equal(n.states("acme").get("rejected"), 1, "catalog state: %s" % n.states("acme"))
        n.check_sound()


class Capitals(Edifact):
    """UNOA with a decimal comma and a price for each product."""

    def __init__(self):
        super().__init__(envelope='syntax="UNOA:2" una="yes" decimal="," characters="replace"')

    def write(self, name, text):
        super().write(name, text.replace("</loop>", """<loop><PRI PRI01-1="'AAA'" PRI01-2="1.50"/></loop></loop>""", 1)
                      if name.startswith("bundle/maps/") else text)


def test_capitals():
    """What UNOA lacks is written otherwise and told; CONTRL in the same repertoire accepts it."""
    with Capitals() as n:
        n.items("a.json", ("SKU-1", "MUG"), ("SKU-2", "CUP \N{EURO SIGN} 5"), ("SKU-3", "JUG \N{GREEK CAPITAL LETTER OMEGA}"))
        n.run()
        name, = n.mail("acme")
        with open(os.path.join(n.box("acme", "in"), name), "rb") as f:
            sent = f.read().decode("ascii")
        check(sent.startswith("UNA:+,? 'UNB+UNOA:2+"), sent)
        check("IMD+F++:::MUG'" in sent and "IMD+F++:::CUP EUR 5'" in sent and "IMD+F++:::JUG ??'" in sent, sent)
        equal(sent.count("PRI+AAA:1,5"), 3, "prices")
        noted = json.loads(n.program("show", "--json", name, expect=0).out)
        check("VALUE-CHANGED" in str(noted) and "VALUE-REPLACED" in str(noted), noted)
        n.control("1", "7")
        n.run()
        equal(n.states("acme"), {"accepted": 3}, "accepted")
        n.check_sound()


def test_receipt_first():
    """r86, r91: asked for in UNB 0031; receipt (8), then acceptance (7) are two steps forward. The receipt once more is a
    repeat, a refusal then no step. Nothing answers an answer."""
    with Edifact() as n:
        check("+1++++1++1'" in n.begin(), "0031 and 0035:", n.mail("acme"))
        n.control("1", "8")
        n.run()
        row = n.interchange("acme")
        equal((row["state"], row["ta1"], row["syntax"], n.states("acme")),
              ("sent", "accepted", "", {"pending": 3}), "after the receipt")
        n.control("2", "7")
        n.run()
        row = n.interchange("acme")
        equal((row["state"], row["syntax"], n.states("acme")), ("archived", "accepted", {"accepted": 3}), "after it")
        n.control("3", "8")
        n.run()
        n.control("4", "4+12")
        ran = n.run(expect=1)
        equal(n.outcomes(), [("CONTRL-8", "applied"), ("CONTRL", "applied"), ("CONTRL-8", "repeat"),
                             ("CONTRL", "contradiction")], "acknowledgments")
        check("it says rejected, an earlier CONTRL said accepted" in ran.err, ran)
        equal((n.states("acme"), len(n.mail("acme"))), ({"accepted": 3}, 1), "unchanged")
        n.check_sound()


def test_whole_refused():
    with Edifact() as n:
        n.begin()
        n.control("1", "4+23+UNB+3:1")
        ran = n.run(expect=1)
        row = n.interchange("acme")
        equal((row["state"], row["reason"], n.states("acme")), ("held", "ACK-REJECTED", {"held": 3}), "interchange")
        check("UNB02-1" in n.reason("hold/" + row["name"]), n.reason("hold/" + row["name"]), ran)
        n.check_sound()


def test_messages_apart():
    """Of three messages in a group one is refused; what is not named was taken."""
    with Edifact(items=1, envelope='groups="yes"') as n:
        sent = n.begin()
        equal([sent.count(t) for t in ("UNG+", "UNH+", "UNE+3+")], [1, 3, 1], "envelopes")
        check("UNZ+1+1'" in sent, sent)
        n.control("1", "7", "UCM+2+PRICAT:D:01B:UN+4+29+UNT+2")
        n.run(expect=1)
        equal((n.interchange("acme")["syntax"], n.states("acme")), ("partial", {"accepted": 2, "held": 1}), "partial")
        n.check_sound()


def test_strangers():
    """Who sent what is answered; which of ours it is; test and production."""
    for body, said in ((("1", "UCI+1+OTHER:ZZ+ACME:ZZ+7"), "its UCI02 is ZZ/OTHER, expected 14/9521010000003"),
                       (("1", "UCI+77+9521010000003:14+ACME:ZZ+7"), "was an older one put back"),
                       (("1", "UCI+A1+9521010000003:14+ACME:ZZ+7"), "it names 'A1'"),
                       (("1", "UCI+1+ACME:ZZ+9521010000003:14+7"), "")):
        with Edifact() as n:
            n.begin()
            n.reply(body[0], "CONTRL:D:3", body[1])
            ran = n.run(expect=1 if said else 0)
            check(said in ran.err, body, ran)
            equal(n.states("acme"), {"pending": 3} if said else {"accepted": 3}, body[1])
    with Edifact() as n:
        n.begin()
        n.reply("1", "CONTRL:D:3", "UCI+1+9521010000003:14+ACME:ZZ+7", usage="")
        check("its usage (UNB11) is 'P', this environment's is 'T'" in n.run(expect=1).err, "usage")


def test_application():
    """CONTRL takes it, APERAK refuses one item by its key: the others are due again."""
    for directory in ("96A", "01B"):
        with Edifact(expect="aperak") as n:
            n.begin()
            n.control("1", "7")
            n.run()
            equal((n.interchange("acme")["state"], n.states("acme")), ("sent", {"accepted": 3}), "after the syntax")
            n.reply("2", "APERAK:D:" + directory, "BGM+313+A1+9+RE", "RFF+AGO:1", "RFF+ACW:1", "ERC+E10",
                    "FTX+AAO+++PRICE MISSING", "RFF+SA:SKU-2")
            ran = n.run(expect=1)
            row, = n.rows("SELECT * FROM feedback")
            equal((row["key"], row["code"], row["note"]),
                  ("SKU-2", "E10", "code E10 of the partner: PRICE MISSING"), "feedback")
            equal((n.interchange("acme", 0)["application"], n.states("acme").get("rejected")), ("rejected", 1), ran.err)
            n.check_sound()


def test_application_line():
    """APERAK names a line item by the number that its LIN has in what was sent, if only one has it."""
    for references, key in ((("RFF+LI:2",), "SKU-2"), (("RFF+LI::2",), "SKU-2"), (("RFF+LI:1",), ""), (("RFF+LI:7",), ""),
                            (("RFF+LI:2", "RFF+SA:SKU-3"), "SKU-2")):
        with Edifact(items=2, expect="aperak") as n:
            n.begin()
            n.control("1", "7")
            n.run()
            n.reply("2", "APERAK:D:01B", "BGM+313+A1+9+RE", "RFF+AGO:1", "ERC+E10", "FTX+AAO+++PRICE", *references)
            ran = n.run(expect=1)
            row, = n.rows("SELECT * FROM feedback")
            equal((row["key"], row["field"]), (key, ""), (references, ran.err))
            equal(n.states("acme").get("rejected", 0), 1 if key else 0, references)
            n.check_sound()


def test_application_which():
    """A reference that may be that of a message in another interchange is nobody's."""
    with Edifact() as n:
        n.begin()
        n.reply("1", "APERAK:D:96A", "BGM+++9+AP", "RFF+ACW:1")
        n.run()
        equal((n.interchange("acme")["application"], n.states("acme")), ("accepted", {"accepted": 3}), "the only one")
        n.items("b.json", ("SKU-1", "Mug, red"), *ITEMS[1:])
        n.run()
        n.reply("2", "APERAK:D:96A", "BGM+++9+AP", "RFF+ACW:1")
        ran = n.run(expect=1)
        check("RFF+AGO" in ran.err, ran)
        equal(n.outcomes()[-1], ("APERAK", "orphan"), "acknowledgments")
        n.reply("3", "APERAK:D:96A", "BGM+++9+AP", "RFF+AGO:2")
        n.run()
        equal(n.outcomes()[-1], ("APERAK", "applied"), "acknowledgments")
        n.check_sound()


def test_definitions():
    """A definition that the message takes from is part of what it was made with, another one is not."""
    with Edifact() as n:
        n.begin()
        for name, units in (("edifact/D01B/PRODAT.xml", 1), ("edifact/D96A/codes.xml", 1), ("x12/004010/codes.xml", 1),
                            ("edifact/syntax-4/CONTRL.xml", 1), ("edifact/D01B/PRICAT.EAN009.xml", 2),
                            ("edifact/D01B/codes.xml", 3), ("edifact/syntax-4/segments.xml", 4),
                            ("edifact/D01B/PRICAT.xml", 5)):
            with open(os.path.join(HERE, "../../maps", name), encoding="utf-8") as f:
                os.makedirs(os.path.dirname(n.path("bundle/definitions", name)), exist_ok=True)
                n.write("bundle/definitions/" + name, f.read() + "<!-- -->\n")
            n.run(expect=None)
            equal(n.one("SELECT COUNT(*) FROM unit"), units, name)


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
