#!/usr/bin/env python3
"""Answers of SFTP servers that are allowed, and odd: each has its reason or is passed over, and the next try mends it.

Beside rows V5 to V13 of the catalogue of faults, which are about what partners notice."""
import faulty
import night
from night import check, equal

TEMP, FINAL = "*.tmp", "2*.x12"
# What the server does, and the reason that must be told; None: all is well.
SENDING = (
    ("no size is told", "SIZE-DIFFERS", ({"on": "lstat", "name": TEMP, "attrs": {"size": None}},)),
    ("gone after it was written", "SIZE-DIFFERS", ({"on": "lstat", "name": TEMP, "answer": 2},)),
    ("gone, with its folder", "SIZE-DIFFERS", ({"on": "lstat", "name": TEMP, "answer": 10},)),
    ("not to be looked at", "REMOTE-DENIED", ({"on": "lstat", "name": TEMP, "answer": 3},)),
    ("no rename, and no look at what is there", "REMOTE-DENIED",
     ({"on": "rename", "answer": 4}, {"on": "lstat", "name": FINAL, "nth": 2, "answer": 3})),
    ("it is there, and no look at the old name", "REMOTE-DENIED",
     ({"on": "rename", "answer": 11}, {"on": "lstat", "name": TEMP, "nth": 2, "answer": 3})),
    ("the folder may not be looked at", None, ({"on": "lstat", "name": "in", "answer": 3},)),
    ("the folder is not there, says the look at it", "REMOTE-NO-FOLDER", ({"on": "lstat", "name": "in", "answer": 10},)),
    ("nothing is known of the folder", None, ({"on": "lstat", "name": "in", "attrs": {"mode": None, "mtime": None}},)),
    ("the temporary name goes before the rename", "REMOTE-FAILURE", ({"on": "rename", "answer": 2},)),
)
FETCHING = (
    ("an open file is not looked at", None, ({"on": "fstat", "answer": 3},)),
    ("nor the second time", None, ({"on": "fstat", "nth": 2, "answer": 3},)),
    ("an open file has no size", None, ({"on": "fstat", "attrs": {"size": None}},)),
    ("it has no time and no mode", None, ({"on": "fstat", "attrs": {"mode": None, "mtime": None}},)),
    ("it is a link by now", "SPECIAL-FILE", ({"on": "fstat", "attrs": {"mode": 0o120777}},)),
    ("it cannot be opened", "REMOTE-DENIED", ({"on": "open", "answer": 3},)),
    ("the listing is not closed", None, ({"on": "close", "name": "out", "answer": 4},)),
    ("the file is not closed", None, ({"on": "close", "name": "letter*", "answer": 4},)),
    ("it was removed already", None, ({"on": "remove", "answer": 2, "done": True},)),
    ("it may not be removed", "REMOTE-DENIED", ({"on": "remove", "answer": 3},)),
)


def told(ran, reason, what):
    if reason:
        check(reason + ": " in ran.err, what, "is not told as", reason, ran)
    else:
        check(": " not in ran.err.replace("not-compared", ""), what, "is told:", ran)


def test_sending():
    with faulty.Faulty() as n:
        for k, (what, reason, faults) in enumerate(SENDING):
            n.items("s%d.json" % k, ("SKU-%d" % k, "Mug"))
            n.faults(*faults)
            ran = n.retry(expect=1 if reason else 0)
            told(ran, reason, what)
            n.faults()
            n.retry(expect=None)
            equal(n.interchange("acme")["state"], "sent", what)
            equal(len(n.mail("acme")), k + 1, "files there after " + what)
        n.check_sound()


def test_two_in_one_session():
    """A server without fsync is asked once a session, and said so of both files."""
    with faulty.Faulty() as n:
        n.faults({"on": "lstat", "answer": 3})
        for k in (1, 2):
            n.items("t%d.json" % k, ("SKU-%d" % k, "Cup"))
            n.retry(expect=1)
        n.faults({"on": "extended", "answer": 8})
        n.retry(expect=0)
        equal(n.one("SELECT COUNT(*) FROM interchange WHERE evidence LIKE '%not fsynced%'"), 2, "not fsynced")
        equal(len(n.asked("extended")), 1, "asked for fsync")


def test_read_back():
    """A file found on reconnect grows or cannot be read while it is compared: its size and the old name decide."""
    with faulty.Faulty() as n:
        for k, fault in enumerate(({"on": "read", "grow": 10}, {"on": "open", "name": FINAL, "answer": 3})):
            n.items("r%d.json" % k, ("SKU-%d" % k, "Plate"))
            n.faults({"on": "rename", "done": True, "answer": "end"})
            n.retry(expect=1)
            n.faults(fault)
            ran = n.retry(expect=1)
            check("not-compared" in ran.err and "size only, not read back" in ran.err, ran)
            equal(n.interchange("acme")["state"], "sent", "state")


def test_fetching():
    with faulty.Faulty() as n:
        for k, (what, reason, faults) in enumerate(FETCHING):
            n.letter("letter%d" % k, b"hello %d" % k)
            n.faults(*faults)
            ran = n.retry(expect=None)
            if reason:
                told(ran, reason, what)
            n.faults()
            n.retry(expect=None)
            equal(n.one("SELECT COUNT(*) FROM received WHERE sha <> ''"), k + 1, "letters after " + what)


def test_kept_after_removal():
    """A server that says a letter was removed and keeps it: fetched once a run, and said."""
    with faulty.Faulty() as n:
        n.letter("letter", b"hello")
        n.faults({"on": "remove", "answer": 0})
        told(n.retry(expect=1), "PROTOCOL-ERROR", "a letter that stays")
        equal(n.one("SELECT COUNT(*) FROM received"), 1, "times it was fetched")


def test_another_of_its_name():
    """A partner who writes the next letter under the name of the one that was removed: no fault of its server, and not lost."""
    with faulty.Faulty() as n:
        n.letter("letter", b"hello")
        n.faults({"on": "remove", "then": "another", "times": 1})
        ran = n.retry(expect=1)
        check("PROTOCOL-ERROR" not in ran.out + ran.err, ran)
        n.run(expect=1)
        equal(n.one("SELECT COUNT(*) FROM received WHERE sha <> ''"), 2, "letters")


if __name__ == "__main__":
    night.main(test_sending, test_two_in_one_session, test_read_back, test_fetching, test_kept_after_removal,
               test_another_of_its_name)
