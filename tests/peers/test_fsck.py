#!/usr/bin/env python3
"""fsck beside a night: it finds nothing while files move, changes nothing, and keeps nobody waiting."""
import json
import os
import shutil

import night
import small
from night import check, equal


def test_beside_a_night():
    """While a run collects, converts, sends, receives and archives, fsck of any level finds that all fits."""
    with small.Small(kind="events", partners=("acme", "nord")) as n:
        for k in range(20):
            n.items("a%03d.json" % k, ("SKU-%d" % k, "Mug"))
        n.run(expect=0)
        n.answer("acme")
        for k in range(60):
            n.items("b%03d.json" % k, ("SKU-%d" % k, "Cup"))
        run, looked = n.start(), 0
        while run.poll() is None:
            ran = n.program("fsck", "--level", str(1 + looked % 3))
            check(ran.code == 0, "fsck", looked, ran)
            looked += 1
        out, err = run.communicate()
        night.no_report(err)
        equal((run.returncode, out, err), (0, b"", b""), "the run")
        check(looked > 3, "fsck looked", looked, "times")
        equal(len(n.mail("nord")), 80, "what was sent")
        n.check_sound()


def test_first_faults():
    """Each kind of fault by its code, with the file; a folder that is gone, a link, a file cut short, one put elsewhere."""
    with small.Small(kind="events") as n:
        for sku in ("SKU-1", "SKU-2", "SKU-3"):
            n.items(sku + ".json", (sku, "Mug"))
        n.run(expect=0)
        names = [r["name"] for r in n.rows("SELECT name FROM interchange ORDER BY id")]
        os.rename(n.path("sent/acme", names[0]), n.path("hold", names[0]))
        os.truncate(n.path("sent/acme", names[1]), 20)
        os.unlink(n.path("sent/acme", names[2] + ".lineage"))
        os.symlink("/etc/passwd", n.path("sent/acme", names[2] + ".lineage"))
        os.mkdir(n.path("current/strange"))
        os.mkdir(n.path("work/strange"))
        os.rename(n.path("received"), n.path("gone"))
        ran = n.program("fsck", "--level", "1", expect=1)
        for line in ("MISPLACED-FILE: hold/%s: found a file of what is sent, expected sent/acme/%s" % (names[0], names[0]),
                     "CHANGED-BY-HAND: sent/acme/%s (interchange 000002): found 20 bytes, expected" % names[1],
                     "CHANGED-BY-HAND: sent/acme/%s.lineage (interchange 000003): found a folder, link or device" % names[2],
                     "UNKNOWN-FILE: work/strange", "LOST-FILE: received: found nothing of this name"):
            check(line in ran.out, line, "is not in", ran)
        check("UNKNOWN-FILE: current/strange" not in ran.out, "a folder of a source:", ran)


def test_numbers_set_back():
    """Counters that were set back in ledger.db: the run sends nothing with such a number, it and fsck say what to type."""
    with small.Small(kind="events") as n:
        for sku in ("SKU-1", "SKU-2"):
            n.items(sku + ".json", (sku, "Mug"))
        n.run(expect=0)
        n.change("UPDATE number SET next = 1")
        n.items("SKU-3.json", ("SKU-3", "Mug"))
        for command in ("control set acme --next 3", "control set acme --next 3 --group SC"):
            check("gridspool %s; ask" % command in n.program("fsck", expect=1).out, command)
            ran = n.run(expect=1)
            check("gridspool %s, then gridspool retry u-3" % command in ran.err, command, "is not in", ran)
            n.program(*command.split(), expect=0)
            n.program("retry", "u-3", expect=0)
        n.run(expect=0)
        equal(sorted((r["isa"], r["gs"]) for r in n.rows("SELECT isa, gs FROM interchange")), [(1, 1), (2, 2), (3, 3)], "numbers")
        n.program("fsck", expect=0)


def test_lost_and_given_up():
    """What was sent and lost its file or its lineage, then was reissued or given up, is told once and leaves nothing that does not fit."""
    for verb in ("reissue", "close"):
        for end in ("", ".lineage"):
            with small.Small(kind="events") as n:
                n.items("a.json", ("SKU-1", "Mug"))
                n.run(expect=0)
                os.unlink(n.path("sent/acme", n.one("SELECT name FROM interchange") + end))
                ran = n.program("fsck", expect=1)
                check("only when the partner says that it has nothing: gridspool reissue 000001 --reason TEXT" in ran.out, ran)
                n.program(verb, "1", "--reason", "lost", expect=0)
                check("LOST-FILE" in n.run(expect=1).err, "the run that meets it")
                n.run(expect=0)
                n.program("fsck", expect=0)


def test_known_loss():
    """What is lost of the archive, and has no backup, is accepted with a reason: then it is named as known and is no fault."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        n.answer("acme")
        n.run(expect=0)
        lost = sorted(p for p in n.files("archive") if "bundles" not in p and ".lineage" not in p)
        for name in lost:
            os.unlink(n.path("archive", name))
        ran = n.program("fsck", expect=1)
        equal(ran.out.count("gridspool fsck --repair --reason TEXT accepts the loss"), len(lost), "told")
        os.rename(n.path("archive"), n.path("elsewhere"))
        check("archive/ is not there: mount it" in n.program("fsck", "--repair", "--reason", "x", expect=65).err, "an archive that is gone")
        os.rename(n.path("elsewhere"), n.path("archive"))
        for flags in (("--dry-run",), ("--reason", "the disk failed")):
            told = json.loads(n.program("fsck", "--repair", "--json", *flags, expect=0).out)
            equal((told["mended"], told["count"], told["dry_run"]), ("repair", len(lost), flags[0] == "--dry-run"), "repaired")
        ran = n.program("fsck", expect=0)
        check("all fits, known losses %d" % len(lost) in ran.out and ran.out.count("known: LOST-") == len(lost), ran)
        told = json.loads(n.program("fsck", "--json", expect=0).out)
        equal((told["ok"], told["known"], [x["known"] for x in told["faults"]]), (True, len(lost), [True] * len(lost)), "as JSON")
        check("the disk failed" in n.program("show", "1", expect=0).out, "show")
        equal(json.loads(n.program("fsck", "--repair", "--json", "--reason", "again", expect=0).out)["count"], 0, "what is left to accept")


def test_misplaced():
    """What lies elsewhere is named with what is to be done: nothing for what a run brings, a command for what it does not, a copy."""
    with small.Small(kind="events", partners=("acme", "nord")) as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        n.answer("acme")
        n.run(expect=0)
        day, gone = (n.one("SELECT %s FROM interchange WHERE state = 'archived'" % c) for c in ("place", "name"))
        sent = n.one("SELECT name FROM interchange WHERE state = 'sent'")
        os.rename(n.path(day, gone + ".gz"), n.path("hold", gone + ".gz"))
        os.rename(n.path("sent/nord", sent + ".lineage"), n.path("hold", sent + ".lineage"))
        shutil.copy(n.path("sent/nord", sent), n.path("hold", sent))
        told = {x["place"]: x["command"] for x in json.loads(n.program("fsck", "--json", expect=1).out)["faults"] if x["code"] == "MISPLACED-FILE"}
        moved = "mv %s %s" % (n.path("hold", gone + ".gz"), n.path(day, gone + ".gz"))
        equal(told, {"hold/%s.gz" % gone: moved, "hold/%s" % sent: "it is a copy, its place has the file: move it away",
                     "hold/%s.lineage" % sent: "the next gridspool run brings it to its place"}, "commands")
        os.system(moved)
        os.unlink(n.path("hold", sent))
        n.run(expect=0)
        n.program("fsck", expect=0)


def test_arguments():
    """What it cannot mean is refused; --quiet says nothing when all fits."""
    with small.Small() as n:
        for wrong in (("--level", "0"), ("--level", "4"), ("--level", "x"), ("--reason", "x"), ("--dry-run",), ("--repair",),
                      ("--repair", "--adopt", "--reason", "x"), ("--repair", "--reason", " ")):
            n.program("fsck", *wrong, expect=64)
        equal(n.program("fsck", "--quiet", expect=0).out, "", "--quiet")
        run = n.start()
        run.communicate()
        n.program("fsck", "--reconcile", "--reason", "all was put back from a backup", expect=0)
        equal(n.one("SELECT COUNT(*) FROM meta WHERE key LIKE 'restored:%'"), 1, "agreements that wait for a release")


def accepted(n, place, code):
    """Named with a way out, and with --repair known from then on."""
    ran = n.program("fsck", expect=1)
    check(any(line.startswith(code + ": " + place) and "--repair --reason TEXT accepts the loss" in line
              for line in ran.out.splitlines()), code, place, ran)
    said = n.program("fsck", "--repair", "--reason", "no backup has it", expect=0).out
    check("accepted as lost from archive/: 1" in said, said)
    check("known: " + code + ": " + place in n.program("fsck", expect=0).out, "fsck, after it was accepted")


def test_archive_changed():
    """A file of the archive that is another one, and a bundle that is cut or gone: found, and no dead end."""
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        n.items("b.json", ("SKU-1", "Cup"))
        n.run(expect=0)
        place = n.one("SELECT place FROM input WHERE id = 1")
        os.chmod(n.path(place), 0o600)
        with open(n.path(place), "r+b") as f:
            f.write(b"[")
        accepted(n, place, "CHANGED-BY-HAND")
        bundles = sorted(os.listdir(n.path("archive/bundles")))
        bundle = "archive/bundles/" + [b for b in bundles if b.endswith(".zip")][0]
        os.truncate(n.path(bundle), os.path.getsize(n.path(bundle)) // 2)
        check("CHANGED-BY-HAND: " + bundle in n.program("fsck", expect=1).out, "a bundle that is cut")
        os.unlink(n.path(bundle))
        accepted(n, bundle, "LOST-FILE")
        check("nothing that it mends" in n.program("fsck", "--repair", "--reason", "x", expect=0).out, "nothing left to mend")


if __name__ == "__main__":
    night.main(test_beside_a_night, test_first_faults, test_numbers_set_back, test_lost_and_given_up,
               test_known_loss, test_misplaced, test_arguments)
