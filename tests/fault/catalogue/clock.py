"""Clocks that are wrong or set, and times that no run came to."""
import datetime
import functools
import os
import re
import shutil
import zoneinfo

from night import check, equal
from timed import Timed, seconds, when

DAY = 86400


def implausible(n, now, told=True):
    ran = n.night(now, expect=1 if told else 0)
    check(("CLOCK-IMPLAUSIBLE" in ran.err) == told, now, ran)


def T1():
    """A clock that is set back or jumps: no time of a <when> is done twice or lost, other agreements go on; CLOCK-IMPLAUSIBLE."""
    with Timed("2026-11-25T12:00", {"acme": when()}, partners=("acme", "nord")) as n:
        n.night("2026-11-26T02:00")
        equal(n.sent(), {"acme": 1, "nord": 1}, "first night")
        n.night("2026-11-26T01:00")                 # an hour back: what was done stays done
        n.night("2026-11-26T02:00")
        equal(n.sent(), {"acme": 1, "nord": 3}, "set back by an hour")
        by = n.one("SELECT detail FROM event WHERE what = 'clock-jumped'")
        check(3500 < int(re.match("by=-([0-9]+) s", by).group(1)) < 3700, by)
        implausible(n, "2027-11-26T02:00")          # a year ahead: told, and nothing is begun by the hour
        equal(n.sent(), {"acme": 1, "nord": 4}, "a year ahead")
        n.night("2027-11-26T02:01", expect=1)       # nobody set it right: believed, and what was missed is done once
        equal(n.sent(), {"acme": 2, "nord": 5}, "still a year ahead")
        implausible(n, "2026-11-27T02:00")          # right again
        n.night("2026-11-27T02:05")                 # that night is not lost
        equal(n.sent(), {"acme": 3, "nord": 7}, "right again")
        for now in ("1970-01-01T00:10", "1970-01-02T02:10"):
            implausible(n, now)                     # never believed
        equal(n.sent(), {"acme": 3, "nord": 9}, "in 1970")
        implausible(n, "2026-11-28T02:00")
        n.night("2026-11-28T02:10")
        equal(n.sent(), {"acme": 4, "nord": 11}, "right again")
        implausible(n, "2038-01-19T03:14")          # the last minute of 32 bits
        n.night("2038-01-19T03:15", expect=1)
        n.night("2038-01-20T02:00")
        equal(n.sent(), {"acme": 6, "nord": 14}, "in 2038")
        n.check_sound()


def first_instant(zone, local):
    """The first minute in which the zone's clock shows local or more, by Python's reader of zones."""
    utc = local.replace(tzinfo=datetime.timezone.utc) - datetime.timedelta(hours=15)
    while utc.astimezone(zone).replace(tzinfo=None) < local:
        utc += datetime.timedelta(minutes=1)
    return int(utc.timestamp())


@functools.lru_cache(None)
def slots(name, ats, day):
    """The instants of one local day of a zone."""
    zone = zoneinfo.ZoneInfo(name)
    return {first_instant(zone, datetime.datetime.fromisoformat("%sT%s" % (day, at))) for at in ats.split()}


# Zone, times, the days on which the clock is set (forward, back).
ZONES = {
    "rabat": ("Africa/Casablanca", "02:30", ("2027-03-14", "2027-02-07")),
    "york": ("America/New_York", "01:30 02:30", ("2027-03-14", "2027-11-07")),
    "berlin": ("Europe/Berlin", "02:30", ("2027-03-28", "2027-10-31")),
    "howe": ("Australia/Lord_Howe", "01:45 02:15", ("2027-10-03", "2027-04-04")),
    "chatham": ("Pacific/Chatham", "03:00", ("2027-09-26", "2027-04-04")),
}


def T2():
    """Each time of a <when> is done exactly once where the clock is set forward or back, in five zones, as Python counts them."""
    agreements = {p: when(zone, ats) for p, (zone, ats, _) in ZONES.items()}
    with Timed("2027-02-05T12:00", agreements, partners=tuple(ZONES)) as n:
        made, runs, done = seconds("2027-02-05T12:00"), set(), {p: set() for p in ZONES}
        for zone, ats, days in ZONES.values():
            forward, back = (slots(zone, ats, day) for day in days)
            runs |= {at - 120 for at in forward} | forward | back | {at + 3600 for at in back}
        last = made
        for now in sorted(runs):
            if now - last > 31 * DAY:
                n.set(now - 600)
                n.run(expect=1)                     # CLOCK-IMPLAUSIBLE: half a year without a run
            last = now
            ran = n.night(now, expect=None)
            check(ran.code in (0, 1), ran)
            for p, (zone, ats, _) in ZONES.items():
                today = datetime.datetime.fromtimestamp(now, zoneinfo.ZoneInfo(zone)).date()
                near = set().union(*(slots(zone, ats, today - datetime.timedelta(days=k)) for k in (0, 1, 2)))
                done[p] |= {max(s for s in near if s <= now)} - {s for s in near if s <= made}
            equal(n.sent(), {p: len(s) for p, s in done.items()}, datetime.datetime.utcfromtimestamp(now))




def T3():
    """A snapshot of the machine is restored, disk and clock: the answers to what this ledger never gave tell, ACK-ORPHAN, and
    their control numbers are not given again. Nothing else is known of the lost night: what it sent goes once more, with
    another number."""
    with Timed("2026-11-25T12:00") as n:
        n.night("2026-11-26T02:00")
        saved = os.path.join(n.top, "saved")
        shutil.copytree(n.env, saved, symlinks=True)
        n.night("2026-11-27T02:00")
        equal(len(n.mail("acme")), 2, "files at the partner")
        n.answer("acme")
        shutil.rmtree(n.env)
        os.rename(saved, n.env)                     # the night before, and nobody knows
        n.change("CREATE TRIGGER cut BEFORE INSERT ON ack BEGIN SELECT RAISE(ABORT, 'cut'); END")
        n.set("2026-11-26T11:00")
        n.run("--only", "receive,ingest", expect=None)
        equal(n.one("SELECT COUNT(*) FROM event WHERE what = 'number-set'"), 0, "numbers without the answer that moves them")
        n.change("DROP TRIGGER cut")
        ran = n.night("2026-11-26T12:00", expect=1)
        check("was an older one put back?" in ran.err, ran)
        equal(len(n.rows("SELECT 1 FROM received WHERE reason = 'ACK-ORPHAN'")), 2, "answers to what nobody knows")
        equal([r["isa"] for r in n.rows("SELECT isa FROM interchange ORDER BY id")], [1, 3], "2 is known to the partner")
        check("older one" in n.program("status").out, "status says nothing")
        n.check_sound()


def T4():
    """Ten nights without a run: done once, SLOT-MISSED says how many; with catch-up="none" none of them."""
    agreements = {"acme": when("Europe/Berlin"), "nord": when("Europe/Berlin", more=' catch-up="none" within="30m"')}
    for kind in ("snapshot", "events"):
        with Timed("2026-11-25T12:00", agreements, partners=tuple(agreements), kind=kind) as n:
            n.night("2026-11-26T01:00")
            equal(n.sent(), {"acme": 1, "nord": 1}, "in time")
            for k in range(10):
                n.items("late-%d.json" % k, ("SKU-%d" % k, "Mug"))
            ran = n.night("2026-12-06T12:00", expect=1)
            check(ran.err.count("SLOT-MISSED") == 2 and "not caught up" in ran.err and "nor were 9 before it" in ran.err
                  and "done for 9 before that of 2026-12-06T02:00 Europe/Berlin" in ran.err, ran)
            missed = "agreement nord-832: SLOT-MISSED: it was not begun within 1800 s of 2026-12-06T02:00 Europe/Berlin"
            check(missed in n.program("status").out, n.program("status"))
            sent = {"acme": 2 if kind == "snapshot" else 12, "nord": 1}
            equal(n.sent(), sent, "ten nights later: what waited, once")
            n.night("2026-12-06T12:10")
            equal(n.sent(), sent, "no stampede afterwards")
            n.night("2026-12-07T01:20")
            equal(n.sent()["nord"], 2 if kind == "snapshot" else 14, "in its time: all that waits")
            check("SLOT-MISSED" not in n.program("status").out, n.program("status"))
            n.check_sound()
