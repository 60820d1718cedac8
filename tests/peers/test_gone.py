#!/usr/bin/env python3
"""Items that are withdrawn: their partners are told once, where the map says what is to be done. Of items that are gone from a
complete source, and by other maps, nobody is told, and check says so."""
import json
import os

import night
import small
from night import check, equal

G53 = """<LIN LIN01="item-number()" LIN02="'VN'" LIN03="sku"/>
			<G53>
				<e ref="G5301" if="$action = 'add'" value="'021'"/>
				<e ref="G5301" if="$action = 'change'" value="'001'"/>
				<e ref="G5301" if="$action = 'delete'" value="'002'"/>
			</G53>
"""


class Withdrawing(small.Small):
    """The map withdraws items that are archived; the source is complete, unless told."""

    def map_of(self, name):
        self.write("bundle/maps/%s.xml" % name, (small.MAP % "").replace(
            '<key ', '<withdraw if="state = \'ARCHIVED\'"/>\n\t<key '))
        return "maps/%s.xml" % name

    def write_routes(self, ready=None, complete="yes", agreements=()):
        self.write("bundle/routes.xml", "<routes %s>"
                   '<source name="products" kind="snapshot" format="json" ready="renamed" complete="%s"/>'
                   '<route source="products" agreement="acme-832"/></routes>\n' % (night.NS, complete))

    def night(self, name, *items, expect=0):
        """(sku, name) or (sku, name, state) of each item; gives the lines and actions of what was sent, if anything was."""
        before = len(self.rows("SELECT id FROM interchange WHERE state <> 'closed'"))
        self.drop("products", name, "".join(json.dumps(dict(zip(("sku", "name", "state"), i))) + "\n" for i in items).encode())
        self.run(expect=expect)
        if len(self.rows("SELECT id FROM interchange WHERE state <> 'closed'")) == before:
            return None
        name, = self.mail("acme")
        with open(os.path.join(self.box("acme", "in"), name), "rb") as f:
            segments = [s.strip().split("*") for s in f.read().decode().split("~")]
        return [(s[3], t[1]) for s, t in zip(segments, segments[1:]) if s[0] == "LIN"]


class Telling(Withdrawing):
    """And says what is to be done, by G53."""

    def map_of(self, name):
        path = super().map_of(name)
        self.write("bundle/" + path, self.text("bundle/" + path).replace(
            """<LIN LIN01="item-number()" LIN02="'VN'" LIN03="sku"/>\n""", G53).replace(
            "<PID ", """<PID if="$action != 'delete'" """).replace(
            "<message>", '<require test="name" field="name" code="NAME-MISSING">No name.</require>\n\t<message>'))
        return path

    def write_routes(self, ready=None, complete="no", agreements=()):
        super().write_routes(ready, complete, agreements)


def test_not_told():
    with Withdrawing() as n:
        ran = n.program("check", expect=0)
        for words in ('bundle/routes.xml:1:', 'complete="yes": deletes are not sent yet',
                      "maps/acme.xml:4:", "<withdraw>: nothing says $action", "(2 warnings)"):
            check(words in ran.out, words, "is not told:", ran)
        equal(n.night("a.json", ("S1", "One"), ("S2", "Two"), ("S3", "Three", "ARCHIVED")) and n.states("acme"),
              {"pending": 2}, "items of the first night")
        n.answer("acme")
        equal(n.night("b.json", ("S1", "One", "ARCHIVED")), None, "interchanges")
        equal(n.states("acme"), {"accepted": 2}, "what the partner is known to hold")
        n.write_routes(complete="no")
        ran = n.program("check", expect=0)
        check("complete" not in ran.out, "a warning of what is not said:", ran)


def test_told_once():
    """What the partner holds and is withdrawn is told, once; what it never had is not; what comes again is new."""
    with Telling() as n:
        check("withdraw" not in n.program("check", expect=0).out, "a warning")
        equal(n.night("a.json", ("S1", "One"), ("S2", "Two"), ("S3", "Three", "ARCHIVED"), ("S4", "Four")),
              [("S1", "021"), ("S2", "021"), ("S4", "021")], "the first night")
        n.answer("acme")
        second = ("S1", "", "ARCHIVED"), ("S2", "Two, blue"), ("S3", "Three", "ARCHIVED"), ("S4", "Four")
        equal(n.night("b.json", *second), [("S2", "001"), ("S1", "002")], "withdrawn, without its name")
        found = json.loads(n.program("explain", "--json", "2", "6:3", expect=0).out)
        equal((found["item"], found["field"], found["line"]), ("S1", "sku", 1), found)
        found = json.loads(n.program("explain", "--json", "2", "7:1", expect=0).out)
        equal((found["item"], found["found"]), ("S1", "002"), found)
        n.answer("acme")
        equal(n.night("c.json", *second, ("S5", "Five")), [("S5", "021")], "once")
        n.answer("acme")
        equal(n.states("acme"), {"accepted": 3, "pending": 1}, "what the partner was told")
        equal(n.night("d.json", ("S1", "One"), *second[1:]), [("S1", "021")], "it comes again")
        n.answer("acme")
        equal(n.night("e.json", ("S1", "One"), ("S1", "One", "ARCHIVED"), *second[1:]), None, "an archived copy")
        n.check_sound()


def test_not_answered():
    """It may have come: what was not answered yet is withdrawn as well, and the other way round."""
    with Telling() as n:
        equal(n.night("a.json", ("S1", "One")), [("S1", "021")], "the first night")
        os.remove(os.path.join(n.box("acme", "in"), n.mail("acme")[0]))
        equal(n.night("b.json", ("S1", "One", "ARCHIVED")), [("S1", "002")], "withdrawn")
        os.remove(os.path.join(n.box("acme", "in"), n.mail("acme")[0]))
        equal(n.night("c.json", ("S1", "One, red", "ARCHIVED")), None, "once")
        equal(n.night("d.json", ("S1", "One")), [("S1", "021")], "it comes again")


def test_refused():
    """A delete that is refused is fed back and waits; the partner still holds the item, so what comes again is a change. One
    whose add was refused is not withdrawn."""
    with Telling() as n:
        n.night("a.json", ("S1", "One"), ("S2", "Two"))
        n.answer("acme", "--reject-item", "S2@LIN:3")
        n.run(expect=1)
        equal(n.rows("SELECT state FROM item WHERE key = 'S2'")[0][0], "rejected", "the add")
        n.answer("acme")  # S1 once more, alone
        gone = ("S1", "One", "ARCHIVED"), ("S2", "Two", "ARCHIVED")
        sent = n.night("b.json", *gone, ("S3", "Three"))
        equal(sent, [("S3", "021"), ("S1", "002")], "withdrawn")
        n.answer("acme", "--reject-item", "S1@LIN:3")
        ran = n.run(expect=1)
        equal([(r["key"], r["segment"], r["field"]) for r in n.rows("SELECT * FROM feedback WHERE key = 'S1'")],
              [("S1", "LIN", "sku")], ran.err)
        equal(n.rows("SELECT state FROM item WHERE key = 'S1'")[0][0], "rejected", "the delete")
        n.answer("acme")
        sent = n.night("c.json", *gone, ("S3", "Three"), ("S4", "Four"))
        check(sent and "S1" not in dict(sent) and "S2" not in dict(sent), "it waits:", sent)
        n.answer("acme")
        equal(n.night("d.json", ("S1", "One"), ("S2", "Two, blue"), ("S3", "Three"), ("S4", "Four")),
              [("S1", "001"), ("S2", "021")], "they come again")
        n.check_sound()


def test_limited():
    """Deletes that an interchange has no room for go in the next ones of the same run."""
    with Telling() as n:
        n.night("a.json", ("S1", "One"), ("S2", "Two"), ("S3", "Three"))
        n.answer("acme")
        text = n.text("bundle/agreements/acme.xml").replace("<expect", '<limits items="1"/><expect', 1)
        n.write("bundle/agreements/acme.xml", text)
        n.drop("products", "b.json", b"".join(b'{"sku": "S%d", "state": "ARCHIVED"}\n' % i for i in (1, 2, 3)))
        n.run()
        equal([(r["items"], r["state"]) for r in n.rows("SELECT * FROM interchange ORDER BY id")][1:],
              [(1, "sent")] * 3, "interchanges")
        equal(n.rows("SELECT COUNT(*) FROM item WHERE hash = 'delete:' AND state = 'pending'")[0][0], 3, "items")
        n.answer("acme")
        n.run()
        equal(n.states("acme"), {"accepted": 3}, "what the partner was told")
        check("told to delete it" in n.program("show", "S2", expect=0).out, "show")
        n.check_sound()


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
