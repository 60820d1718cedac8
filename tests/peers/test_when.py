#!/usr/bin/env python3
"""Agreements that begin at times of their own: what is told, what waits, what zones may do meanwhile."""
import json
import os
import shutil
import time

import night
from night import check, equal
from timed import Timed, when

BERLIN = "2026-11-27T02:00 Europe/Berlin (2026-11-27T01:00:00Z)"


def test_told():
    """The next time stands in status, show, check and the log, in the zone and in UTC."""
    with Timed("2026-11-26T00:00", {"acme": when("Europe/Berlin")}, partners=("acme", "nord")) as n:
        n.night("2026-11-26T00:50")
        equal(n.sent(), {"acme": 0, "nord": 1}, "before its time")
        n.set("2026-11-26T01:30")
        check("agreement acme-832: begins now, by the next run" in n.program("status").out, n.program("status"))
        n.night("2026-11-26T01:40")
        equal(n.sent(), {"acme": 1, "nord": 2}, "in its time")
        n.night("2026-11-26T01:50")
        check("agreement acme-832: begins %s\n" % BERLIN in n.program("status").out, n.program("status"))
        equal([(a["agreement"], a.get("next")) for a in json.loads(n.program("status", "--json").out)["agreements"]],
              [("acme-832", BERLIN), ("nord-832", None)], "status --json")
        check(BERLIN in n.program("show", "acme-832").out, n.program("show", "acme-832"))
        check("agreement acme-832: its next time is %s\n" % BERLIN in n.program("check").out, n.program("check"))
        check('not-due run=20261126T0150Z item=acme-832 note="next at %s"' % BERLIN in n.text("log/gridspool-20261126.log"), "log")


def test_source_that_waits():
    """A time stays open until the source is there; a run of another day does it once."""
    with Timed("2026-11-26T00:00", {"acme": when()}) as n:
        for now in ("2026-11-26T02:00", "2026-11-26T03:00"):
            n.set(now)
            n.run(expect=None)
        check("waits: SOURCE-MISSING" in n.program("status").out, n.program("status"))
        n.night("2026-11-26T14:00")
        n.night("2026-11-26T15:00")
        equal(n.sent(), {"acme": 1}, "when the source came")
        n.set("2026-11-27T02:00")
        n.run(expect=0)                     # the second of yesterday's
        n.set("2026-11-28T02:00")
        n.run(expect=0)                     # nothing new, and the time is done all the same
        equal([r[0] for r in n.rows("SELECT detail FROM event WHERE what = 'slot' ORDER BY seq")],
              ["at=2026-11-%d" % d + "T02:00 UTC (2026-11-%d" % d + "T02:00:00Z) missed=0" for d in (26, 27, 28)], "times")
        n.check_sound()


def begins(n, at):
    """status and check say the same."""
    check("agreement acme-832: begins %s\n" % at in n.program("status").out, n.program("status"))
    check("agreement acme-832: its next time is %s\n" % at in n.program("check").out, n.program("check"))


def test_new_when():
    """A <when> that is new counts from the run before: the time that comes next is the first."""
    with Timed("2026-11-26T00:00", partners=("acme",)) as n:
        n.night("2026-11-26T02:30")
        n.when["acme"] = when()
        n.write_agreement("acme")
        n.set("2026-11-26T15:00")
        begins(n, "2026-11-27T02:00 UTC (2026-11-27T02:00:00Z)")
        n.night("2026-11-26T15:00")
        equal(n.sent(), {"acme": 1}, "yesterday's time was before it")
        n.night("2026-11-27T04:00")
        equal(n.sent(), {"acme": 2}, "the first night")
        n.set("2026-11-27T01:30")                   # set back
        begins(n, "2026-11-28T02:00 UTC (2026-11-28T02:00:00Z)")
    with Timed("2026-11-26T00:00", partners=("acme",)) as n:
        n.night("2026-11-26T01:50")
        n.when["acme"] = when()
        n.write_agreement("acme")
        n.set("2026-11-26T02:10")
        begins(n, "now, by the next run")
        n.night("2026-11-26T02:20")
        equal(n.sent(), {"acme": 2}, "a time that came between two runs")
        begins(n, "2026-11-27T02:00 UTC (2026-11-27T02:00:00Z)")


def test_failed():
    """What fails at its time does not wait for the next one when it is corrected; what goes well does."""
    with Timed("2026-11-26T00:00", {"acme": when()}, joins={"acme": "prices"}) as n:
        n.drop("prices", "p.csv", b"article,amount\nSKU-1,2\n")
        n.night("2026-11-26T02:10", expect=None)
        equal(n.one("SELECT state FROM unit"), "failed", "the unit with a column that is called otherwise")
        n.set("2026-11-26T02:20")
        n.run(expect=None)
        equal(n.one("SELECT COUNT(*) FROM unit"), 1, "units while nothing was corrected")
        n.drop("prices", "p.csv", b"sku,amount\nSKU-1,2\n")
        n.set("2026-11-26T03:00")
        n.run(expect=0)
        equal(n.sent(), {"acme": 1}, "when it was corrected")
        n.night("2026-11-26T04:00")
        equal(n.sent(), {"acme": 1}, "in its time no more")
        n.night("2026-11-27T02:00")
        equal(n.sent(), {"acme": 2}, "at the next time")
        equal(n.one("SELECT COUNT(*) FROM event WHERE what = 'slot'"), 2, "times")
        n.check_sound()


def test_damaged():
    """What came for its time is damaged: the time stays open for the correction, with catch-up="none" as long as it would."""
    with Timed("2026-11-26T00:00", {"acme": when()}) as n:
        n.night("2026-11-26T02:00")
        n.drop("products", "2.json", b'{"sku": "SKU-1", "na')
        n.set("2026-11-27T02:00")
        n.run(expect=1)
        n.run(expect=0)
        status = n.program("status").out
        check("begins now" in status and "waits: INPUT-DAMAGED what came last was put away: source products" in status, status)
        n.night("2026-11-27T03:00")
        equal(n.sent(), {"acme": 2}, "corrected")
        check("waits" not in n.program("status").out, n.program("status"))
        n.night("2026-11-27T04:00")
        equal(n.sent(), {"acme": 2}, "once")
        n.drop("products", "3.json", b'{"sku": "SKU-1", "na')
        n.night("2026-11-28T02:00", expect=1)
        equal(n.sent(), {"acme": 3}, "a good one behind it")
        n.drop("products", "4.json", b'{"sku": "SKU-1", "na')
        n.set("2026-11-29T02:00")
        n.run(expect=1)
        n.program("close", n.one("SELECT 'in-' || MAX(id) FROM input"), "--reason", "nothing new today", expect=0)
        n.run(expect=0)
        n.night("2026-11-29T03:00")
        equal(n.sent(), {"acme": 3}, "given up, so the time is done")
        equal(n.one("SELECT COUNT(*) FROM event WHERE what = 'slot'"), 4, "times")
        n.check_sound()
    with Timed("2026-11-26T00:00", {"acme": when(more=' catch-up="none" within="30m"')}) as n:
        n.night("2026-11-26T02:00")
        n.drop("products", "2.json", b'{"sku": "SKU-1", "na')
        n.set("2026-11-27T02:20")
        n.run(expect=1)
        ran = n.night("2026-11-27T02:40", expect=1)
        check("SLOT-MISSED" in ran.err, ran)
        equal(n.sent(), {"acme": 1}, "too late")
        n.night("2026-11-28T02:00")
        equal(n.sent(), {"acme": 2}, "the next time")


def texts(n):
    """What acme got, in order."""
    for name in n.mail("acme"):
        with open(os.path.join(n.box("acme", "in"), name), encoding="latin-1") as f:
            yield f.read()


def test_reissue():
    """What an operator has reissued goes with the next run; what has changed meanwhile goes at its time."""
    for kind in ("snapshot", "events"):
        with Timed("2026-11-26T00:00", {"acme": when()}, kind=kind) as n:
            n.night("2026-11-26T02:00")
            n.night("2026-11-26T03:00")
            n.program("reissue", "1", "--reason", "lost over there", expect=0)
            n.set("2026-11-26T03:10")
            n.run(expect=0)
            n.run(expect=0)
            equal([("Mug 1" in text, "Mug 2" in text) for text in texts(n)], [(True, False)] * 2, kind)
            n.night("2026-11-27T02:00")
            equal(["Mug 3" in text for text in texts(n)][2:], [True] if kind == "snapshot" else [False, True], kind)
            n.check_sound()


def test_poll():
    """A run of other stages takes no time away."""
    with Timed("2026-11-26T00:00", {"acme": when()}) as n:
        n.night("2026-11-26T01:00")
        n.set("2026-11-26T02:00")
        n.run("--only", "receive,ingest,transfer")
        equal(n.sent(), {"acme": 0}, "polled")
        n.set("2026-11-26T02:01")
        n.run()
        equal(n.sent(), {"acme": 1}, "converted")


def test_killed():
    """A run that dies at its time, whenever: the next one does what is left, once."""
    with Timed("2026-11-26T00:00", {"acme": when()}) as n:
        n.night("2026-11-26T01:00")
        for k in range(20):
            n.set("2026-11-%d" % (27 + k // 10) + "T02:%02d" % (k % 10))
            n.items("%d.json" % k, ("SKU-1", "Cup %d" % (k // 10)))
            run = n.start()
            time.sleep(0.01 * k)
            run.kill()
            night.no_report(run.communicate()[1])
            n.run(expect=None)
        equal(n.sent(), {"acme": 2}, "two nights")
        equal(n.one("SELECT COUNT(*) FROM slot WHERE name <> ''"), 2, "two times")
        n.check_sound()


def zones(n):
    """Zone files of the test's own."""
    folder = os.path.join(n.top, "zoneinfo")
    os.makedirs(os.path.join(folder, "Here"))
    os.environ["TZDIR"] = folder

    def put(zone):
        shutil.copyfile(os.path.join("/usr/share/zoneinfo", zone), os.path.join(folder, "Here", "Town"))
    return put


def test_zone_files():
    """A zone file that is updated does no night twice; without it nothing starts, and what is missing is named."""
    try:
        with Timed("2026-11-26T00:00", {"acme": when("Here/Town")}) as n:
            put = zones(n)
            put("Europe/Berlin")
            n.night("2026-11-26T01:00")
            put("America/New_York")                     # the same night's two o'clock is six hours later now
            n.night("2026-11-26T07:00")
            equal(n.sent(), {"acme": 1}, "that night")
            n.night("2026-11-27T07:00")
            equal(n.sent(), {"acme": 2}, "the next night")
            os.rename(os.path.join(n.top, "zoneinfo", "Here", "Town"), os.path.join(n.top, "zoneinfo", "Here", "Tawn"))
            ran = n.night("2026-11-28T07:00", expect=78)
            check('zone="Here/Town": no such zone is among those of tzdata; did you mean \'Here/Tawn\'?' in ran.err, ran)
            check("acme.xml:1:" in ran.err, ran)
            with open(os.path.join(n.top, "zoneinfo", "Here", "Town"), "wb") as f:
                f.write(b"TZif2")
            check("the zone file ends within its header" in n.program("check", expect=78).out, n.program("check"))
            shutil.rmtree(os.path.join(n.top, "zoneinfo"))
            check("install the package tzdata" in n.program("check", expect=78).out, n.program("check"))
            check("accepted" in n.program("status").out, "status works all the same")
            zones(n)("Europe/Berlin")
            n.run()                                     # begun by Berlin's clock again, hours late
            n.run()
            equal(n.sent(), {"acme": 3}, "what waited")
            n.check_sound()
    finally:
        os.environ.pop("TZDIR", None)


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
