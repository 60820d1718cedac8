#!/usr/bin/env python3
"""What people are told: files by their exporter's name, lists that say how long they are, refusals in words."""
import contextlib
import json
import os
import sqlite3
import time

import night
import small
from night import check, equal


def test_files_have_their_names():
    """Findings, .items, .reason, log, lineage and feedback say a.json, not the source's name."""
    with small.Small() as n:
        n.drop("products", "a.json", b'{"sku": "S1", "name": "Mug"}\n{"sku": "S2", "name": "Pot"}\n'
               b'{"sku": "S3"}\n{"sku": "X1", "a": 1, "a": 2}\n')
        ran = n.run(expect=1)
        check("a.json: 2 of 4 items" in ran.err, "the log:", ran)
        asides = n.rows("SELECT file, note FROM aside")
        equal({r["file"] for r in asides}, {"a.json"}, "files of items set aside")
        check(any(r["note"].startswith("a.json:4:24: ") for r in asides), [dict(r) for r in asides])
        items, = [f for f in n.files("quarantine") if f.endswith(".items")]
        with open(n.path("quarantine", items), encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        equal({x["file"] for x in lines} | {y["file"] for x in lines for y in x["findings"]}, {"a.json"}, ".items")
        check("2 of 4 items of a.json (in-000001)" in n.reason("quarantine/" + items), n.reason("quarantine/" + items))
        n.answer("acme", "--reject-item", "S1@LIN:3")
        n.run(expect=1)
        report, = [f for f in n.files("feedback") if f.endswith(".json")]
        with open(n.path("feedback", report), encoding="utf-8") as f:
            equal([(x["item"], x["file"]) for x in json.load(f)], [("S1", "a.json")], "feedback")


def test_long_lists():
    """A list of which only a part is told says so."""
    with small.Small() as n:
        n.items("a.json", *[("S%d" % i, "") for i in range(1001)])
        n.run(expect=1)
        ran = n.program("show", "u-1", expect=0)
        check("set-aside-items, the first 1000 of 1001:" in ran.out, ran.out[:2000])
        told = json.loads(n.program("show", "u-1", "--json", expect=0).out)
        equal((len(told["set-aside-items"]), told["totals"]), (1000, {"set-aside-items": 1001}), "--json")
        told = json.loads(n.program("show", "S7", "--json", expect=0).out)
        check("totals" not in told, told)


def test_status_lines_up():
    """Long names keep their columns; what was counted is said in words that fit any number."""
    name = "the-partner-with-a-long-name"
    with small.Small() as n:
        with open(n.path("partners/acme.xml"), encoding="utf-8") as f:
            n.write("partners/%s.xml" % name, f.read().replace('"acme"', '"%s"' % name).replace("ACME", "OTHER")
                    .replace('put="in" get="out"', 'put="more"'))
        lines = n.program("status", expect=0).out.split("\n")[:3]
        equal({line.index("0" if i else "sent") + (0 if i else 3) for i, line in enumerate(lines)},
              {lines[0].index("sent") + 3}, "end of the first column")
        os.rename(n.box("acme", "in"), n.box("acme", "in") + ".away")
        n.items("a.json", ("S1", "Mug"))
        n.run(expect=1)
        check("(1 waited)" in n.program("retry", "acme", expect=0).out, "retry")


def test_name_is_taken():
    """A file of our name is at the partner before ours is sent: the same bytes are ours, others are told of."""
    for change in (lambda data: data, lambda data: data.replace(b"Mug", b"Cup"), lambda data: data + b"x"):
        with small.Small() as n:
            os.rename(n.box("acme", "in"), n.box("acme", "in") + ".away")
            n.items("a.json", ("S1", "Mug"))
            n.run(expect=1)
            row = n.interchange("acme")
            equal((row["state"], row["receipt"]), ("sending", ""), "without a mailbox")
            os.rename(n.box("acme", "in") + ".away", n.box("acme", "in"))
            with open(n.path("outbox/acme", row["name"]), "rb") as f:
                ours = f.read()
            there = change(ours)
            with open(os.path.join(n.box("acme", "in"), row["name"]), "wb") as f:
                f.write(there)
            n.program("retry", "acme", expect=0)
            if there == ours:
                n.run(expect=0)
                row = n.interchange("acme")
                equal(row["state"], "sent", "the same bytes")
                check("same SHA-256" in row["evidence"], row["evidence"])
                continue
            n.run(expect=1)
            row = n.interchange("acme")
            equal((row["state"], row["reason"]), ("held", "COLLISION"), "other bytes")
            why = n.reason("hold/" + row["name"])
            check("gridspool release" in why, why)
            check("SHA-256" in why if len(there) == len(ours) else "%d bytes, ours" % len(there) in why, why)
            os.unlink(os.path.join(n.box("acme", "in"), row["name"]))
            n.program("release", str(row["id"]), "--reason", "it is gone", expect=0)
            n.run(expect=0)
            equal(n.interchange("acme")["state"], "sent", "released")


def test_preview():
    """A preview changes nothing, so it needs no reason."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run("--only", "collect,convert")
        for verb in ("close", "reissue"):
            check("would be" in n.program(verb, "1", "--dry-run", expect=0).out, verb)
            n.program(verb, "1", expect=64)
        equal(n.interchange("acme")["state"], "queued", "state")


def test_broken_configuration():
    """One partner's file is broken: nothing starts, but the others can be looked at and held."""
    with small.Small(partners=("acme", "nord")) as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run("--only", "collect,convert")
        for broken in ("partners/nord.xml", "bundle/routes.xml", "bundle/agreements/nord.xml"):
            n.write(broken, "<partner")
            n.run(expect=78)
            n.program("release", "1", "--reason", "x", expect=78)
            for command in (("status",), ("show", "1"), ("hold", "1", "--dry-run")):
                check(broken in n.program(*command, expect=0).err, command, "does not name", broken)
        n.program("hold", "acme", expect=0)
        check("BY-HAND" in n.program("status").out, "status")
        json.loads(n.program("status", "--json", expect=0).out)
        n.write("environment.xml", "<environment")
        n.program("status", expect=78)


def test_agreement_gone():
    """What was made for an agreement that left the bundle waits: told once, and by status until it is back."""
    with small.Small(partners=("acme", "nord")) as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run("--only", "collect,convert")
        os.unlink(n.path("bundle/agreements/acme.xml"))
        n.write_routes(agreements=("nord-832",))
        equal(n.run(expect=1).err.count("AGREEMENT-GONE"), 1, "notices")
        n.run(expect=0)
        check("AGREEMENT-GONE" in n.program("status").out, "status")
        check("put the agreement back" in n.program("show", "1").out, "show")
        n.write_agreement("acme")
        n.write_routes()
        n.run(expect=0)
        equal([len(n.mail(p)) for p in n.partners], [1, 1], "files at the partners")
        check("AGREEMENT-GONE" not in n.program("status").out, "status when it is back")


def test_clock_set_back():
    """Times of the ledger that are still to come make neither a partner wait for days nor a monitor content."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        with contextlib.closing(sqlite3.connect(n.path("ledger.db"))) as db, db:
            db.execute("INSERT INTO partner(name, failures, next_try, reason, note, at) VALUES('acme', 1, ?, 'DNS', '', 0)",
                       (int(time.time()) + 10 * 86400,))
        n.run(expect=0)
        equal(len(n.mail("acme")), 1, "files at the partner")
        n.program("status", "--max-age", "1h", expect=0)
        n.change("UPDATE run SET started = started + 864000, ended = ended + 864000")
        n.program("status", "--max-age", "1h", expect=1)


def test_why_a_run_ended():
    """Status says what stopped the newest run, not only its number."""
    with small.Small() as n:
        n.run(expect=None)
        n.change("UPDATE run SET status = 74, note = 'convert: no space is left'")
        out = n.program("status", expect=0).out
        check("with status 74: convert: no space is left" in out, out)


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
