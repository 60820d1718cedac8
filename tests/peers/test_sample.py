#!/usr/bin/env python3
"""The autumn catalogue: each of its 400 products does what expected-832.json says, night by night."""
import collections
import json
import os
import re
import subprocess

import night
from night import check, equal

# What the planted faults must be called. A kind may be found in more than one way.
CODES = {
    "gtin-check-digit": {"GTIN-CHECK-DIGIT"},
    "gtin-notation": {"GTIN-CHECK-DIGIT"},
    "price-missing": {"PRICE-MISSING"},
    "price-as-text": {"VALUE-NOT-NUMBER"},
    "uom-unknown": {"UOM-UNKNOWN"},
    "sku-duplicate": {"KEY-DUPLICATE"},
    "name-missing": {"NAME-MISSING"},
    "separator-in-text": {"VALUE-SEPARATOR"},
    "outside-unoc": {"VALUE-REPERTOIRE"},
    "sku-too-long": {"SKU-LENGTH"},
    "link-dangling": {"LINK-DANGLING"},
    "erp-row-missing": {"JOIN-ROW-MISSING"},
    "empty-null-absent": {"COUNTRY-MISSING", "DESCRIPTION-MISSING"},
    "date-in-past": {"PRICE-MISSING"},
}


def load(name):
    with open(os.path.join(night.SAMPLE, name), encoding="utf-8") as f:
        return json.load(f)


def check_outcomes(n, partner):
    """Sent, set aside and not selected, item by item, with the findings that were planted."""
    expected = load("expected-832.json")
    faults = load("FINDINGS.json")
    kinds = {f["id"]: f["kind"] for f in faults["findings"]}
    files = {i["id"]: i["file"] for f in faults["findings"] for i in f.get("items", ())}
    agreement = partner + "-832"
    sent = {r[0] for r in n.rows("SELECT key FROM item WHERE agreement = ?", agreement)}
    equal(sent, {i["sku"] for i in expected["items"] if i["outcome"] == "sent"}, "sent to " + partner)
    aside = collections.defaultdict(set)
    by_file = collections.defaultdict(set)
    for r in n.rows("SELECT key, file, codes FROM aside WHERE agreement = ? AND closed = 0", agreement):
        aside[r["key"]] |= set(r["codes"].split())
        by_file[os.path.basename(r["file"])] |= set(r["codes"].split())
    wrong = []
    for item in expected["items"]:
        if item["outcome"] != "set-aside":
            continue
        codes = by_file.get(os.path.basename(files.get(item["id"], "")), set()) or aside[item["sku"]]
        for fault in item["findings"]:
            want = CODES[kinds[fault]]
            if not codes & want:
                wrong.append((item["sku"], kinds[fault], sorted(codes)))
    check(not wrong, "set aside for another reason:", *wrong)
    unit = n.unit(partner)
    counts = expected["counts"]
    equal((unit["n_items"], unit["n_out"], unit["n_unselected"], unit["n_aside"]),
          (len(expected["items"]), counts["sent"], counts["not-selected"], counts["set-aside"]), "counts")
    orphans = {r[0] for r in n.rows("SELECT key FROM aside WHERE agreement = ? AND codes = "
                                    "'JOIN-ROW-ORPHAN'", agreement)}
    named = {f["sku"] for f in faults["findings"] if f["id"] in expected["reported_without_item"]}
    check(named <= orphans, "orphans not reported:", named - orphans)


def check_foreign_readers(n, partner):
    """The partner took it, our own validate and node-x12 accept it."""
    line, = n.answer(partner)
    check(line["good"] and not line["unreadable"], "grid.py:", line["interchanges"])
    taken = os.path.join(n.top, partner, "state", "taken")
    path = os.path.join(taken, sorted(os.listdir(taken))[-1])
    equal(night.sha256(path), n.interchange(partner)["sha"], "bytes at the partner")
    if n.has_verb("validate"):
        n.program("validate", path, env=False, expect=0)
    npm = os.path.join(night.HERE, "npm")
    if subprocess.run([os.path.join(npm, "install")], capture_output=True).returncode != 0:
        print("node-x12 is not installed: its reading is left out")
        return
    seen = json.loads(subprocess.run(["node", os.path.join(npm, "envelopes.js"), path], check=True,
                                     capture_output=True, text=True).stdout)
    one, = seen["interchanges"]
    check(len(one["groups"]) == 1, "node-x12 sees", one)


def test_nights(send, third):
    with night.Night(partners=("acme",), send=send) as n:
        n.drop_all(night.SAMPLE)
        first = n.run(expect=1)     # 48 items set aside are news
        check("48 of 400 items are set aside" in first.err, "no word of them:", first)
        check_outcomes(n, "acme")
        check_foreign_readers(n, "acme")

        n.drop_all(night.SAMPLE)
        again = n.run(expect=0)
        equal(again.out + again.err, "", "output of a night without news")
        equal(n.mail("acme"), [], "mail of a night without changes")
        equal(n.files("hold"), [], "held")
        equal(n.states("acme"), {"accepted": 220}, "catalog state")
        equal(n.one("SELECT COUNT(*) FROM input WHERE state = 'unchanged'"), 4, "unchanged inputs")

        sku = n.rows("SELECT key FROM item ORDER BY key")[7][0]
        changed, _ = night.price_change(night.SAMPLE, sku)
        n.drop("erp-prices", "prices.csv", changed)
        n.run(expect=0)
        equal(len(n.mail("acme")), 1, "mail after a price change")
        row = n.interchange("acme")
        equal(row["items"], third, "items of the third night")
        line, = n.answer("acme")
        check(line["good"], "grid.py:", line["interchanges"])
        n.run(expect=0)
        equal(n.states("acme"), {"accepted": 220}, "catalog state")
        equal(n.one("SELECT interchange FROM item WHERE key = ?", sku), row["id"], "where the change went")
        n.check_sound()


def test_changes():
    test_nights("changes", 1)


def test_all():
    test_nights("all", 220)


def test_example():
    """spool/example as it is, but for its ledger's instance and where the partners are reached."""
    example = os.path.join(night.ROOT, "spool", "example")
    with night.Night(ready="marker") as n:
        subprocess.run(["cp", "-r", os.path.join(example, "bundle"), n.env], check=True)   # modes by the umask
        with open(os.path.join(example, "environment.xml"), encoding="utf-8") as f:
            n.write("environment.xml", re.sub('instance="[0-9a-f]+"', 'instance="%s"' % n.instance, f.read()))
        with open(os.path.join(example, "partners", "nord.xml"), encoding="utf-8") as f:
            n.write("partners/nord.xml", f.read().replace("/srv/partners", n.top))
        n.program("check", expect=0)
        n.drop_all(night.SAMPLE)
        check("SOURCE-MISSING" in n.run(expect=1).err, "nothing is said of files without a marker")
        equal(n.mail("acme"), [], "mail before the files are said to be complete")
        for source in night.SOURCES:
            for name in os.listdir(n.path("inbox", source)):
                n.drop(source, name + ".ready", b"")
        n.run(expect=1)
        for partner in ("acme", "nord"):
            check_outcomes(n, partner)


if __name__ == "__main__":
    night.need_sample()
    night.main(test_changes, test_all, test_example)
