#!/usr/bin/env python3
"""After a cut at the rename: what lies at the partner under our name is ours only if it is ours."""
import os

import night
import small
from night import check, equal


def cut(n):
    """An interchange whose rename was asked for when the run was cut; its name and bytes."""
    n.items("a.json", ("SKU-1", "Mug"))
    n.run("--only", "collect,convert")
    n.change("UPDATE interchange SET state = 'sending', receipt = 'renaming', attempts = 1")
    name = n.one("SELECT name FROM interchange")
    with open(n.path("outbox", "acme", name), "rb") as f:
        return name, f.read()


def there(n, name, data):
    with open(os.path.join(n.box("acme", "in"), name), "wb") as f:
        f.write(data)


def read_back(n, value):
    with open(n.path("partners/acme.xml"), encoding="utf-8") as f:
        text = f.read()
    n.write("partners/acme.xml", text.replace(' put="in"', ' read-back="%s" put="in"' % value))


def ways():
    yield small.Small()
    yield small.Small(sftp=("acme",))


def test_ours():
    for way in ways():
        with way as n:
            name, data = cut(n)
            there(n, name, data)
            n.run("--only", "transfer")
            equal(n.interchange("acme")["state"], "sent", "state")
            check("same SHA-256" in n.interchange("acme")["evidence"], n.interchange("acme")["evidence"])
            equal(n.mail("acme"), [name], "mail")


def test_another_of_that_size():
    """It is not taken for ours: held, and what is there is left alone."""
    for way in ways():
        with way as n:
            name, data = cut(n)
            other = data.replace(b"SKU-1", b"SKU-2")
            equal(len(other), len(data), "length")
            there(n, name, other)
            n.run("--only", "transfer", expect=1)
            equal((n.interchange("acme")["state"], n.interchange("acme")["reason"]), ("held", "COLLISION"), "state")
            check("SHA-256" in n.interchange("acme")["note"], n.interchange("acme")["note"])
            with open(os.path.join(n.box("acme", "in"), name), "rb") as f:
                equal(f.read(), other, "what was there")


def test_not_to_be_read():
    """Where the partner's folder must not be read its size decides, and somebody is told."""
    with small.Small() as n:
        name, data = cut(n)
        read_back(n, "no")
        there(n, name, data)
        ran = n.run("--only", "transfer", expect=1)
        check("size only" in ran.err, ran)
        equal(n.interchange("acme")["state"], "sent", "state")


def test_not_to_be_read_and_not_ours():
    """Our temporary file is still there: the rename cannot have happened."""
    with small.Small() as n:
        name, data = cut(n)
        read_back(n, "no")
        there(n, name, data.replace(b"SKU-1", b"SKU-2"))
        there(n, "." + name + ".tmp", data)
        n.run("--only", "transfer", expect=1)
        equal((n.interchange("acme")["state"], n.interchange("acme")["reason"]), ("held", "COLLISION"), "state")


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
