#!/usr/bin/env python3
"""The checker of the proof sees what it is for: what is lost, left or changed after a night in which all went well."""
import glob
import os
import sys

import night
from night import check

sys.path[:0] = [os.path.join(night.ROOT, "tests", "fault"), os.path.join(night.ROOT, "tests", "fault", "catalogue")]
import parts  # noqa: E402  (the folder has to be known first)
import sample  # noqa: E402


def archived(n, end):
    return sorted(glob.glob(n.path("archive/[0-9]*/*/*/*" + end)))[0]


def touch(path):
    with open(path, "wb"):
        pass


def cut(path):
    os.truncate(path, os.path.getsize(path) // 2)


# What is done to it, and how the line begins that must tell it.
DEEDS = (
    ("SPOOL archive/", lambda n: os.unlink(archived(n, ".x12.gz"))),
    ("SPOOL archive/", lambda n: cut(archived(n, ".lineage.gz"))),
    ("SPOOL archive/", lambda n: touch(archived(n, ".x12.gz") + ".more")),
    ("LOST ", lambda n: os.unlink(archived(n, "r-000001.gz"))),
    ("SPOOL work/", lambda n: touch(n.path("work/in-000099"))),
    ("WRONG items ", lambda n: n.change("UPDATE item SET state = 'pending' WHERE key = 'SKU-1' AND agreement = 'acme-832'")),
    ("I8 event 3 ", lambda n: n.change("UPDATE event SET detail = 'x' WHERE seq = 3")),
    ("I8 audit.log ", lambda n: cut(n.path("audit.log"))),
    ("I6 control number ", lambda n: n.change("INSERT INTO drawn SELECT 99, request, scope, number FROM drawn LIMIT 1")),
    ("LEFT acme ", lambda n: touch(os.path.join(n.box("acme", "in"), ".x.tmp"))),
    ("I5 acme ", lambda n: touch(os.path.join(n.box("acme", "in"), "x.x12"))),
    ("STUCK ", lambda n: n.change("UPDATE received SET state = 'stored' WHERE id = 1")),
)


def test_each():
    with sample.scenario("answers") as s:
        for begins, deed in DEEDS:
            s.restore()
            parts.plain(s)
            s.settle()
            check(s.wrong() == [], s.wrong())
            deed(s.n)
            check(any(line.startswith(begins) for line in s.wrong()), "not seen:", begins, s.wrong())


def test_mail():
    """What did not come, what came twice, bytes that are not the ledger's, and a half: of each kind of file."""
    for scenario in "send-directory", "files-of-kinds":
        with sample.scenario(scenario) as s:
            for partner in s.n.partners:
                for begins in "LOST ", "DOUBLED ", "I6 ", "I5 ":
                    look_at_mail(s, partner, begins)


def look_at_mail(s, partner, begins):
    s.restore()
    parts.plain(s)
    s.settle()
    check(s.wrong() == [], s.wrong())
    path = os.path.join(s.n.box(partner, "in"), s.n.mail(partner)[0])
    with open(path, "rb") as f:
        data = f.read()
    os.unlink(path)
    came = {"LOST ": [], "DOUBLED ": [data, data], "I6 ": [data.replace(b"Mug", b"Jug")], "I5 ": [data[:len(data) // 2]]}[begins]
    for k, content in enumerate(came):
        with open(path + str(k), "wb") as f:
            f.write(content)
    check(any(line.startswith(begins) for line in s.wrong()), "not seen:", partner, begins, s.wrong())


if __name__ == "__main__":
    night.main(test_each, test_mail)
