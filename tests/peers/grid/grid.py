#!/usr/bin/env python3
"""An independent trading partner: takes X12 from a mailbox folder, answers with TA1 and 997.

It is told in a rules file how to judge and how to misbehave; README.md describes both. Nothing
in it comes from the program it tests.
"""
import argparse
import datetime
import fcntl
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gridrules  # noqa: E402
import x12  # noqa: E402
import x12ack  # noqa: E402


def utc(now):
    return now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sync_dir(path):
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_whole(path, data):
    """Writes under a temporary name, syncs, renames: nobody sees half of it."""
    folder, name = os.path.split(path)
    temp = os.path.join(folder, ".%s.%d.tmp" % (name, os.getpid()))
    with open(temp, "wb") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
    os.rename(temp, path)
    sync_dir(folder or ".")


class State:
    """Counters and what was seen, in one JSON file; the journal and the bytes are beside it."""

    def __init__(self, path):
        self.path = os.path.abspath(path)
        self.folder = self.path[:-5] if self.path.endswith(".json") else self.path + ".d"
        self.taken = os.path.join(self.folder, "taken")
        self.journal = os.path.join(self.folder, "received.ndjson")
        os.makedirs(self.taken, exist_ok=True)
        self.lock = open(os.path.join(self.folder, "lock"), "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.data = {"isa": 1, "gs": 1, "passes": 0, "seen": {}, "uses": {}, "late": []}
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as f:
                self.data.update(json.load(f))

    def take(self, kind):
        number = self.data[kind]
        self.data[kind] = number % 999999999 + 1
        return number

    def save(self):
        write_whole(self.path, json.dumps(self.data, indent=1, sort_keys=True).encode())

    def record(self, receipt):
        """One line for each receipt, on disk before anything else happens."""
        with open(self.journal, "ab") as f:
            f.write(json.dumps(receipt, sort_keys=True).encode() + b"\n")
            f.flush()
            os.fsync(f.fileno())

    def journalled(self):
        """Names in taken/ that have their line; a torn last line is cut off."""
        if not os.path.exists(self.journal):
            return []
        with open(self.journal, "rb") as f:
            data = f.read()
        whole = data[:data.rfind(b"\n") + 1]
        if len(whole) != len(data):
            os.truncate(self.journal, len(whole))
        return [json.loads(line)["taken"] for line in whole.splitlines()]


class Grid:
    """The partner: one pass() takes all that lies in the mailbox and answers."""

    def __init__(self, options, rules):
        self.o, self.rules = options, rules
        self.own = (options.id_qual, options.id)
        self.state = State(options.state)
        os.makedirs(options.mailbox, exist_ok=True)
        os.makedirs(options.answers, exist_ok=True)

    def now(self):
        if self.o.now:
            return datetime.datetime.strptime(self.o.now, "%Y-%m-%dT%H:%M:%SZ")
        return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)

    def say(self, text):
        if not self.o.quiet:
            print(text, flush=True)

    # -- taking ------------------------------------------------------------------------------

    def one_pass(self):
        """Sends what is late and now due, then takes and answers all files; gives their number."""
        self.state.data["passes"] += 1
        self._send_due()
        done = self.state.journalled()
        names = [n for n in sorted(os.listdir(self.state.taken)) if n not in set(done)]
        sequence = len(done) + len(names)
        for name in sorted(os.listdir(self.o.mailbox)):
            path = os.path.join(self.o.mailbox, name)
            if not self._complete(name, path):
                continue
            sequence += 1
            taken = "%06d-%s" % (sequence, name)
            shutil.move(path, os.path.join(self.state.taken, taken))
            names.append(taken)
        if names:
            sync_dir(self.state.taken)
            sync_dir(self.o.mailbox)
        for nth, taken in enumerate(names, len(done) + 1):
            self._receive(taken, nth)
        self.state.save()
        return len(names)

    def _complete(self, name, path):
        if name.startswith(".") or name.endswith((".tmp", ".part")) or not os.path.isfile(path):
            return False
        return not self.o.min_age or time.time() - os.stat(path).st_mtime >= self.o.min_age

    def _receive(self, taken, nth):
        with open(os.path.join(self.state.taken, taken), "rb") as f:
            data = f.read()
        name = taken.split("-", 1)[1]
        parsed = x12.parse(data, self.own, self.rules["usage"])
        receipt = {"name": name, "taken": taken, "nth": nth, "bytes": len(data),
                   "sha256": hashlib.sha256(data).hexdigest(), "received": utc(self.now()),
                   "duplicate": False, "good": parsed.good(), "answers": []}
        receipt.update(parsed.as_dict())
        for inter, told in zip(parsed.interchanges, receipt["interchanges"]):
            told["duplicate"] = self._seen_before(inter, taken)
            receipt["duplicate"] = receipt["duplicate"] or told["duplicate"]
        receipt["isa13"] = [i["isa13"] for i in receipt["interchanges"]]
        receipt["gs06"] = [g["gs06"] for i in receipt["interchanges"] for g in i["groups"]]
        receipt["st02"] = [s["st02"] for i in receipt["interchanges"] for g in i["groups"]
                           for s in g["sets"]]
        for inter, told in zip(parsed.interchanges, receipt["interchanges"]):
            receipt["duplicate"] = told["duplicate"]
            applied = gridrules.Applied(self.rules, self.state.data["uses"], receipt)
            told["answers"] = self._answer(inter, told, applied)
            receipt["answers"] += told["answers"]
        receipt["duplicate"] = any(i["duplicate"] for i in receipt["interchanges"])
        self.state.save()
        self.state.record(receipt)
        self.say("took %s (%s): %s; answers: %s" % (
            name, ", ".join(receipt["isa13"]) or "no interchange", parsed.unreadable or
            ("duplicate" if receipt["duplicate"] else "good" if receipt["good"] else "faults"),
            ", ".join("%s %s" % (a["kind"], a["verdict"]) for a in receipt["answers"]) or "none"))

    def _seen_before(self, inter, taken):
        """True for a control number that the same sender used before; remembers a new one."""
        if not inter.control.isdigit() or inter.terminator == "":
            return False
        key = "%s/%s>%s/%s:%d" % (inter.sender + inter.receiver + (int(inter.control),))
        first = self.state.data["seen"].setdefault(key, "%s@%d" % (taken, inter.offset))
        return first != "%s@%d" % (taken, inter.offset)

    # -- answering ---------------------------------------------------------------------------

    def _answer(self, inter, told, applied):
        """Makes and delivers the answers to one interchange; gives their journal entries."""
        duplicate = told["duplicate"] and self.rules["on_duplicate"] != "accept"
        if duplicate and self.rules["on_duplicate"] == "silent":
            return [{"kind": "none", "verdict": "silent on a repeated number"}]
        status, code = ("R", inter.faults[0].code) if inter.faults else ("A", "000")
        if duplicate:
            status, code = "R", "025"
        status, code = applied.ta1(inter, status, code)
        writer = x12ack.Writer(inter, self.own, self.state.take, self.now())
        plan = []
        if self._ta1_due(inter, status):
            plan.append(("ta1", status + " " + code, writer, inter, status, code))
        if status != "R" and self.rules["ack"] == "997":
            for group in inter.groups:
                if group.functional_id == "FA":
                    continue
                verdict = x12ack.verdict_of(group, self.rules["on_errors"])
                applied.change(inter, verdict)
                plan.append(("997", verdict.status()[0], writer, verdict))
        return self._deliver(inter, plan, applied)

    def _ta1_due(self, inter, status):
        if not inter.groups and inter.ta1s and not inter.faults:
            return False
        mode = self.rules["ta1"]
        asked = len(inter.isa) > 14 and inter.isa[14] == "1"
        return mode == "always" or (mode == "asked" and (asked or status == "R"))

    def _deliver(self, inter, plan, applied):
        layout, entries, joined, inside = self.rules["layout"], [], b"", []
        for step in plan:
            kind, verdict = step[0], step[1]
            rule = applied.behaviour(inter, kind)
            if layout == "one-interchange" and not rule:
                inside.append(step)
                continue
            number, text = self._text(step)
            data = text.encode("latin-1")
            if layout == "one-file" and not rule:
                joined += data
                entries.append({"kind": kind, "verdict": verdict, "isa13": number})
                continue
            entries += self._put(step, number, data, rule)
        if joined:
            self._file("answers", entries[0]["isa13"], joined)
        if inside:
            entries += self._put_inside(inside)
        return entries

    def _text(self, step, isa13=None, gs06=None):
        """(own control number, text) of one answer; isa13 and gs06 replace the right numbers."""
        writer = step[2]
        if step[0] == "ta1":
            return writer.envelope(writer.ta1(step[4], step[5], isa13),
                                   int(self.rules["ta1_iea"]))
        return writer.envelope(writer.group(step[3], gs06), 1)

    def _put_inside(self, steps):
        writer, body, groups = steps[0][2], "", 0
        for step in steps:
            if step[0] == "ta1":
                body = writer.ta1(step[4], step[5]) + body
            else:
                body += writer.group(step[3])
                groups += 1
        number, text = writer.envelope(body, groups or int(self.rules["ta1_iea"]))
        name = self._file("answers", number, text.encode("latin-1"))
        return [{"kind": s[0], "verdict": s[1], "isa13": number, "file": name} for s in steps]

    def _file(self, kind, number, data):
        name = "%s_%s%s" % (kind, number, self.o.suffix)
        write_whole(os.path.join(self.o.answers, name), data)
        return name

    def _put(self, step, number, data, rule):
        """Delivers one answer, well or as the rule says; gives its journal entries."""
        kind = step[0]
        entry = {"kind": kind, "verdict": step[1], "isa13": number}
        do = rule["do"] if rule else None
        if do:
            entry["behaviour"] = do
        if do == "silent":
            return [entry]
        if do == "late":
            self.state.data["late"].append({
                "pass": self.state.data["passes"] + rule.get("passes", 1), "kind": kind,
                "isa13": number, "data": data.decode("latin-1")})
            return [entry]
        if do == "half":
            entry["file"] = "%s_%s%s.tmp" % (kind, number, self.o.suffix)
            with open(os.path.join(self.o.answers, entry["file"]), "wb") as f:
                f.write(data[:len(data) // 2])
            return [entry]
        if do == "garbage":
            data = garbage(rule.get("kind", "text"), data)
        if do == "unknown" and rule.get("instead"):
            return self._put_unknown(step, rule)
        entry["file"] = self._file(kind, number, data)
        entries = [entry]
        if do == "twice":
            again = dict(entry)
            if rule.get("new_number"):
                again["isa13"], text = self._text(step)
                data = text.encode("latin-1")
            again["file"] = self._file(kind, again["isa13"] + "_again", data)
            entries.append(again)
        elif do == "unknown":
            entries += self._put_unknown(step, rule)
        return entries

    def _put_unknown(self, step, rule):
        isa13 = "%09d" % int(rule.get("isa13", 999000001))
        number, text = self._text(step, isa13, str(rule.get("gs06", 999000001)))
        name = self._file(step[0], number, text.encode("latin-1"))
        return [{"kind": step[0], "verdict": step[1], "isa13": number, "file": name,
                 "behaviour": "unknown"}]

    def _send_due(self):
        late, keep = self.state.data["late"], []
        for answer in late:
            if answer["pass"] > self.state.data["passes"]:
                keep.append(answer)
                continue
            name = self._file(answer["kind"], answer["isa13"], answer["data"].encode("latin-1"))
            self.say("sent late: %s" % name)
        self.state.data["late"] = keep


def garbage(kind, data):
    """What a broken partner puts into the mailbox in place of an answer."""
    if kind == "empty":
        return b""
    if kind == "cut":
        return data[:len(data) * 2 // 3]
    if kind == "binary":
        return random.Random(len(data)).randbytes(997)
    return b"<html><head><title>502 Bad Gateway</title></head><body>ISA GS ST</body></html>\n"


def arguments(argv):
    p = argparse.ArgumentParser(prog="grid.py", description="an independent X12 trading partner")
    p.add_argument("--mailbox", required=True, help="folder where interchanges arrive")
    p.add_argument("--answers", required=True, help="folder for TA1 and 997")
    p.add_argument("--state", required=True, help="FILE.json; its folder FILE/ keeps the rest")
    p.add_argument("--id-qual", default="ZZ")
    p.add_argument("--id", required=True)
    p.add_argument("--rules", help="rules file, see README.md")
    p.add_argument("--once", action="store_true", help="one pass, then leave")
    p.add_argument("--poll", type=float, default=0.5, help="seconds between passes")
    p.add_argument("--min-age", type=float, default=0, help="take only files this old (seconds)")
    p.add_argument("--suffix", default=".x12", help="how the names of answers end")
    p.add_argument("--now", help="the time to write, as 2026-11-23T02:10:00Z")
    p.add_argument("--quiet", action="store_true")
    p.add_argument("--ta1", choices=gridrules.TOP["ta1"], help="when a TA1 is sent")
    p.add_argument("--on-duplicate", choices=gridrules.TOP["on_duplicate"])
    p.add_argument("--layout", choices=gridrules.TOP["layout"])
    p.add_argument("--reject-item", action="append", default=[], metavar="VALUE[@SEG[:ELEMENT]]")
    p.add_argument("--reject-set", action="append", default=[], metavar="SEG[:ELEMENT]")
    p.add_argument("--reject-group", action="append", default=[], metavar="ITEM[@SEG[:ELEMENT]]")
    p.add_argument("--errors", action="append", default=[], metavar="SEG[:ELEMENT]")
    p.add_argument("--reject-ta1", metavar="CODE", help="refuse every interchange with TA1")
    p.add_argument("--silent", action="store_true")
    p.add_argument("--twice", action="store_true")
    p.add_argument("--late", type=int, metavar="PASSES")
    p.add_argument("--unknown", action="store_true")
    p.add_argument("--garbage", choices=("text", "binary", "cut", "empty"))
    p.add_argument("--half", action="store_true")
    p.add_argument("--times", type=int, help="the rules made from flags act so often")
    return p.parse_args(argv)


def place(text):
    """SEG or SEG:ELEMENT as words of a rule."""
    tag, _, element = text.partition(":")
    out = {"segment": tag} if tag else {}
    if element:
        out["element"] = int(element)
    return out


def rules_of(o):
    """The rules file, then what the flags add to it."""
    data = gridrules.load(o.rules) if o.rules else gridrules.check({})
    for key in ("ta1", "on_duplicate", "layout"):
        if getattr(o, key):
            data[key] = getattr(o, key)
    more = []
    for do, values in (("reject-item", o.reject_item), ("reject-group", o.reject_group)):
        for value in values:
            item, _, rest = value.partition("@")
            more.append(dict(place(rest), do=do, item=item))
    for do, values in (("reject-set", o.reject_set), ("accept-with-errors", o.errors)):
        more += [dict(place(v), do=do) for v in values]
    if o.reject_ta1:
        more.append({"do": "ta1", "status": "R", "code": o.reject_ta1})
    for do in ("silent", "twice", "unknown", "half"):
        if getattr(o, do):
            more.append({"do": do})
    if o.late is not None:
        more.append({"do": "late", "passes": o.late})
    if o.garbage:
        more.append({"do": "garbage", "kind": o.garbage})
    for rule in more:
        if o.times is not None:
            rule["times"] = o.times
    return gridrules.check(dict(data, rules=data["rules"] + more))


def main(argv=None):
    o = arguments(argv)
    try:
        grid = Grid(o, rules_of(o))
    except gridrules.RulesError as e:
        print("grid: %s" % e, file=sys.stderr)
        return 64
    if o.once:
        grid.one_pass()
        return 0
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    signal.signal(signal.SIGINT, lambda *_: stop.append(1))
    while not stop:
        grid.one_pass()
        if not stop:
            time.sleep(o.poll)
    return 0


if __name__ == "__main__":
    sys.exit(main())
