#!/usr/bin/env python3
"""What a bundle version is: also the maps and definitions of the program, and what was sent with an older one."""
import os
import shutil

import night
from night import check, equal

REAL = night.GRIDSPOOL
MAP = "ampliance-product-to-832.xml"


def night_of_acme():
    """A night of the program as it was built."""
    night.GRIDSPOOL = REAL
    return night.Night(partners=("acme",))


def own_program(n):
    """The program with a maps/ of its own, so that a test can change it; gives that folder."""
    top = os.path.join(n.top, "program")
    shutil.copytree(os.path.join(night.ROOT, "maps"), os.path.join(top, "maps"))
    os.mkdir(os.path.join(top, "build"))
    shutil.copy2(REAL, os.path.join(top, "build", "gridspool"))
    night.GRIDSPOOL = os.path.join(top, "build", "gridspool")
    return os.path.join(top, "maps")


def put(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.write(text)


def get(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as f:
        return f.read()


def counts(n):
    """Units of work ever made, and bundle versions kept."""
    return n.one("SELECT COUNT(*) FROM unit"), len(n.files("archive/bundles"))


def later(text):
    """A map whose lines all moved, but which makes the same."""
    at = text.index("<map")
    return text[:at] + "<!--" + "\n" * 7 + "-->" + text[at:]


def test_program_maps():
    with night_of_acme() as n:
        maps = own_program(n)
        n.drop_all(night.catalogue(os.path.join(n.top, "catalogue"), "--items", "8"))
        n.run(expect=0)
        equal(counts(n), (1, 1), "a first night")
        put(maps, "README.md", "other words\n")
        n.run(expect=0)
        equal(counts(n), (1, 1), "texts for people are no part of a map")
        put(os.path.join(maps, "x12", "004010"), "850.xml", get(maps, "x12/004010/832.xml").replace('"832"', '"850"'))
        n.run(expect=0)
        equal(counts(n), (1, 2), "another message makes a version, and no work")
        put(maps, MAP, later(get(maps, MAP)))
        n.run(expect=0)
        equal(counts(n), (2, 3), "a changed map of the program is converted with, once")
        put(os.path.join(maps, "x12", "004010"), "codes.xml", get(maps, "x12/004010/codes.xml") + "<!-- -->\n")
        n.run(expect=0)
        n.run(expect=0)
        equal(counts(n), (3, 4), "so is a changed dictionary")
        n.check_sound()


def explained(n):
    row = n.interchange("acme", 0)
    return n.program("explain", str(row["id"]), "8:5", expect=0).out


def test_older_bundle():
    with night_of_acme() as n:
        maps = own_program(n)
        n.drop_all(night.catalogue(os.path.join(n.top, "catalogue"), "--items", "8"))
        n.run(expect=0)
        before = explained(n)
        check("field" in before and "map line" in before, before)
        for position, word in (("8:99", "has no element 99"), ("8:1-7", "has no 01-7"), ("9999", "has no segment 9999")):
            check(word in n.program("explain", "1", position, expect=65).err, position)
        header = n.program("explain", "1", "2:2", expect=0).out
        for word in ("agreed   acme-832", "segment  BCT", "sent as  AUTUMN", "map      maps/", "map line"):
            check(word in header, word, header)
        check("maps/" in n.program("explain", "1", "1", expect=0).out, "the map of ST is named")
        key = n.rows("SELECT key FROM item ORDER BY key")[3][0]
        n.answer("acme", rules={"rules": [{"do": "accept-with-errors", "item": key, "segment": "CTP",
                                           "element": 3, "times": 1}]})
        put(maps, MAP, later(get(maps, MAP)).replace("$price/amount", "$price/amount "))
        agreement = get(n.path("bundle/agreements"), "acme.xml")
        n.write("bundle/agreements/acme.xml", agreement.replace('name="catalog" value="AUTUMN"',
                                                                'name="catalog" value="WINTER"'))
        equal(explained(n), before, "explained as of that night")
        n.run(expect=None)
        fed = n.rows("SELECT * FROM feedback")
        equal([(r["key"], r["segment"]) for r in fed], [(key, "CTP")], "feedback")
        check(fed[0]["map_line"] > 0, "no map line", dict(fed[0]))
        text = get(maps, MAP).split("\n")
        check("CTP" in text[fed[0]["map_line"] - 1 + 7], "line", fed[0]["map_line"], "of that night is no CTP")
        equal([f for f in n.files("work")], [], "left in work")
        n.check_sound()
        os.remove(n.path("archive/bundles", n.one("SELECT bundle FROM unit WHERE id = 1") + ".zip"))
        gone = explained(n)
        check("item" in gone and "note" in gone and "map line" not in gone, gone)
        check("LOST-FILE: archive/bundles/" in n.program("fsck", expect=1).out, "fsck does not miss it")


if __name__ == "__main__":
    night.main(test_program_maps, test_older_bundle)
