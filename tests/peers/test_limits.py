#!/usr/bin/env python3
"""<limits> of an agreement: what is more than one interchange or file may have goes in further ones of the same run."""
import csv
import io
import os
import random
import re
import shutil
import time

import night
import small
from night import NS, check, equal

KILLS = int(os.environ.get("GRIDSPOOL_KILLS", "12"))
CSV = """<map xmlns="urn:gridspool:map:1" name="rows">
	<source format="json"/>
	<key value="sku" unique="yes"/>
	<target format="csv" definition="names"/>
	<item><row><col name="sku" value="sku"/><col name="name" value="name"/></row></item>
</map>
"""
NAMES = ('<layout xmlns="urn:gridspool:definition:1" format="csv" name="names" title="Names">'
         '<column name="sku" title="Article" use="M" max="35"/><column name="name" title="Name" max="%d"/></layout>\n')


class Limits(small.Small):
    """acme gets X12, of three items an interchange, nord CSV of four a file."""

    def __init__(self, **more):
        super().__init__(partners=("acme", "nord"), **more)

    def write_agreement(self, name, send=None, extra="", endpoint="main", more=""):
        if name == "acme":
            super().write_agreement(name, send, extra, endpoint, more)
            text = self.text("bundle/agreements/acme.xml")
            self.write("bundle/agreements/acme.xml", text.replace("</agreement>", '<limits items="3"/></agreement>'))
            return
        os.makedirs(self.path("bundle/definitions/csv"), exist_ok=True)
        self.write("bundle/definitions/csv/names.xml", NAMES % 20)
        self.write("bundle/maps/rows.xml", CSV)
        self.write("bundle/agreements/nord.xml", '<agreements %s partner="nord"><agreement name="nord-832" format="csv" '
                   'message="names" map="maps/rows.xml" source="products" endpoint="main" send="%s"><limits items="4"/>'
                   '</agreement></agreements>\n' % (NS, send or self.send))

    def got(self, partner):
        """Article numbers in each file of a partner, in the order of the names."""
        found = []
        for name in self.mail(partner):
            with open(os.path.join(self.box(partner, "in"), name), "rb") as f:
                text = f.read().decode()
            found.append(re.findall(r"VN\*(SKU-\d+)", text) if partner == "acme" else
                         [r[0] for r in list(csv.reader(io.StringIO(text)))[1:]])
        return found

    def drop_items(self, name, keys, text="Mug"):
        self.items(name, *[("SKU-%d" % k, text + ("!" * 30 if k == 5 else "")) for k in keys])


def parts(keys, size):
    keys = ["SKU-%d" % k for k in keys]
    return [keys[i:i + size] for i in range(0, len(keys), size)]


ALL = range(1, 12)
GOOD = [k for k in ALL if k != 5]     # its name is too long for nord


def check_night(n):
    equal(n.got("acme"), parts(ALL, 3), "acme")
    equal(n.got("nord"), parts(GOOD, 4), "nord")
    equal([r["isa"] for r in n.rows("SELECT isa FROM interchange WHERE partner = 'acme' AND state <> 'closed' ORDER BY id")],
          [1, 2, 3, 4], "control numbers")
    equal([(r["key"], r["codes"]) for r in n.rows("SELECT * FROM aside WHERE agreement = 'nord-832'")],
          [("SKU-5", "VALUE-TOO-LONG")], "set aside once")
    equal((n.states("acme"), n.states("nord")), ({"pending": 11}, {"accepted": 10}), "states")
    n.check_sound()


def test_snapshot():
    """Then only what changed, in as few as it needs; each part is answered for itself."""
    with Limits() as n:
        n.drop_items("a.json", ALL)
        n.run(expect=1)
        check_night(n)
        n.answer("acme")
        n.run()
        equal(n.states("acme"), {"accepted": 11}, "answered")
        for name in n.mail("nord"):
            os.unlink(os.path.join(n.box("nord", "in"), name))
        n.items("b.json", *[("SKU-%d" % k, "Cup") for k in ALL])
        n.run()
        equal((n.got("nord"), n.states("nord")), (parts(ALL, 4), {"accepted": 11}), "the next night")
        n.run()
        equal(len(n.mail("nord")), 3, "nothing more")
        n.check_sound()


def test_events():
    with Limits(kind="events") as n:
        n.drop_items("a.json", ALL)
        n.run(expect=1)
        check_night(n)
        equal([r["state"] for r in n.rows("SELECT state FROM input")], ["archived"], "the file")


def test_segments_and_bytes():
    with Limits() as n:
        text = n.text("bundle/agreements/acme.xml")
        n.write("bundle/agreements/acme.xml", text.replace('<limits items="3"/>', '<limits segments="14" bytes="2000"/>'))
        n.drop_items("a.json", ALL)
        n.run(expect=1)
        equal(n.got("acme"), parts(ALL, 2), "acme")
        for name in n.mail("acme"):
            with open(os.path.join(n.box("acme", "in"), name), "rb") as f:
                data = f.read()
            check(data.count(b"~") <= 14 and len(data) <= 2000, name, data)


def test_killed():
    """Killed at any moment: the same parts, each once."""
    chance = random.Random(int(os.environ.get("KILL_SEED", "20261127")))
    with Limits(top=night.MEMORY) as n:
        n.drop_items("a.json", ALL)
        for name in ("env",) + n.partners:
            shutil.copytree(os.path.join(n.top, name), os.path.join(n.top, name + ".saved"), symlinks=True)
        begun = time.monotonic()
        n.run(expect=1)
        whole = time.monotonic() - begun
        for _ in range(KILLS):
            for name in ("env",) + n.partners:
                shutil.rmtree(os.path.join(n.top, name), ignore_errors=True)
                shutil.copytree(os.path.join(n.top, name + ".saved"), os.path.join(n.top, name), symlinks=True)
            while n.kill(chance.uniform(0, whole)) and chance.random() < 0.6:
                pass
            for _ in range(3):
                n.run(expect=None)
            check_night(n)


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
