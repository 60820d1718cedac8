"""Writes TA1 and 997, and reads them back into plain words for tests.

A Verdict per group says what is answered; verdict_of() makes the honest one from what the reader
found, plan changes come from gridrules.
"""
import x12
import x12defs as defs


class SetVerdict:
    """AK2 to AK5: status A, E or R, codes of AK502, segment faults."""

    def __init__(self, one):
        self.set = one
        self.status = "A"
        self.codes, self.faults = [], []

    def cite(self, fault):
        """Adds a segment fault; one on the same segment is joined with it."""
        for known in self.faults:
            if (known.tag, known.position) == (fault.tag, fault.position):
                known.elements += fault.elements
                return
        self.faults.append(fault)
        self.faults.sort(key=lambda f: f.position)


class GroupVerdict:
    """AK1 to AK9; `whole` is True when the group is refused as one."""

    def __init__(self, group):
        self.group = group
        self.sets = [SetVerdict(s) for s in group.sets]
        self.codes, self.whole = [], False

    def status(self):
        """(AK901, AK904): the verdict of the group and the number of sets accepted."""
        taken = [s for s in self.sets if s.status in "AE"]
        if self.whole:
            return "R", 0
        if len(taken) < len(self.sets):
            return ("P", len(taken)) if taken else ("R", 0)
        return ("E" if any(s.status == "E" for s in self.sets) else "A"), len(taken)


def verdict_of(group, on_errors="reject"):
    """What the reader's faults come to: errors in a set reject it, or are noted (E)."""
    v = GroupVerdict(group)
    v.codes = [c.code for c in group.codes]
    v.whole = bool(v.codes)
    for s in v.sets:
        s.faults = list(s.set.faults)
        s.codes = [c.code for c in s.set.codes]
        if s.codes:
            s.status = "E" if on_errors == "note" and s.codes == ["5"] else "R"
    return v


class Writer:
    """Builds the answers to one interchange; numbers come from `take(kind)`, time from `now`."""

    def __init__(self, inter, own, take, now):
        self.inter, self.own, self.take, self.now = inter, own, take, now
        self.sep = inter.element_sep or "*"
        self.comp = inter.component_sep or ">"
        self.term = inter.terminator or "~"
        if len({self.sep, self.comp, self.term}) < 3 or self.term.isalnum() or \
                self.sep.isalnum() or self.comp.isalnum():
            self.sep, self.comp, self.term = "*", ">", "~"

    def line(self, *elements):
        elements = list(elements)
        while elements and elements[-1] == "":
            elements.pop()
        return self.sep.join(elements) + self.term

    def clean(self, value):
        """A copy of a bad value that is safe to send: no separators, no controls, 99 long."""
        bad = (self.sep, self.comp, self.term)
        out = "".join(" " if c in bad or not c.isprintable() else c for c in value)
        return out[:99].strip()

    def envelope(self, body, count):
        """(number, text): `body` in an ISA of ours, back to the sender."""
        number = "%09d" % self.take("isa")
        version = self.inter.isa[12] if self.inter.isa[12] in defs.ISA_VERSIONS else "00401"
        usage = self.inter.isa[15] if self.inter.isa[15] in ("P", "T", "I") else "T"
        rep = self.inter.repetition_sep or ("^" if version >= "00402" else "U")
        back = (self.inter.sender[0] or "ZZ")[:2].ljust(2), self.inter.sender[1][:15].ljust(15)
        isa = self.sep.join([
            "ISA", "00", " " * 10, "00", " " * 10, self.own[0], self.own[1].ljust(15), back[0],
            back[1], self.now.strftime("%y%m%d"), self.now.strftime("%H%M"), rep, version,
            number, "0", usage, self.comp]) + self.term
        return number, isa + body + self.line("IEA", str(count), number)

    def ta1(self, status, code, control=None):
        """The TA1 segment for the interchange, or for another number."""
        isa = self.inter.isa
        control = control or isa[13]
        control = control if control.isdigit() and len(control) == 9 else "000000000"
        return self.line("TA1", control,
                         isa[9] if x12.is_date(isa[9], 6) else self.now.strftime("%y%m%d"),
                         isa[10] if x12.is_time(isa[10]) else self.now.strftime("%H%M"),
                         status, code)

    def group(self, verdict, control=None):
        """GS FA to GE with one 997 for one group, in the version of that group."""
        gs = verdict.group.gs
        number = str(self.take("gs"))
        version = gs.get(8) if gs.get(8) in defs.GROUP_VERSIONS else "004010"
        lines = [self.line("ST", "997", "0001"),
                 self.line("AK1", gs.get(1), control or gs.get(6))]
        lines += self.sets(verdict)
        status, taken = verdict.status()
        lines.append(self.line("AK9", status, str(verdict.group.stated_sets()),
                               str(len(verdict.sets)), str(taken), *verdict.codes[:5]))
        lines.append(self.line("SE", str(len(lines) + 1), "0001"))
        return (self.line("GS", "FA", gs.get(3), gs.get(2), self.now.strftime("%Y%m%d"),
                          self.now.strftime("%H%M"), number, "X", version) +
                "".join(lines) + self.line("GE", "1", number))

    def sets(self, verdict):
        out = []
        for s in verdict.sets:
            if verdict.whole and not s.faults and not s.codes:
                continue
            out.append(self.line("AK2", s.set.id, s.set.control))
            for f in s.faults:
                out += self.fault(f)
            out.append(self.line("AK5", s.status, *s.codes[:5]))
        return out

    def fault(self, fault):
        tag = fault.tag if 2 <= len(fault.tag) <= 3 and fault.tag.isalnum() else "ZZZ"
        out = [self.line("AK3", tag.upper(), str(fault.position), "", fault.code)]
        for e in fault.elements[:99]:
            place = str(e.element) + (self.comp + str(e.component) if e.component else "")
            out.append(self.line("AK4", place, e.ref, e.code, self.clean(e.value)))
        return out


def read(data):
    """The answers in `data` (bytes), for tests: {"good", "ta1": [...], "997": [...]}."""
    parsed = x12.parse(data)
    out = {"good": parsed.good(), "ta1": [], "997": []}
    for inter in parsed.interchanges:
        for t in inter.ta1s:
            out["ta1"].append({"isa13": t.get(1), "status": t.get(4), "code": t.get(5),
                               "from": list(inter.sender), "to": list(inter.receiver),
                               "own_isa13": inter.control})
        for group in inter.groups:
            for one in group.sets:
                out["997"].append(_read_997(inter, group, one))
    return out


def _read_997(inter, group, one):
    found = {"from": list(inter.sender), "to": list(inter.receiver), "own_isa13": inter.control,
             "gs02": group.gs.get(2), "gs03": group.gs.get(3), "gs08": group.version, "sets": []}
    for seg in one.segments:
        e = seg.get
        if seg.tag == "AK1":
            found["gs01"], found["gs06"] = e(1), e(2)
        elif seg.tag == "AK2":
            found["sets"].append({"st01": e(1), "st02": e(2), "segments": []})
        elif seg.tag == "AK3":
            found["sets"][-1]["segments"].append(
                {"segment": e(1), "position": int(e(2)), "code": e(4), "elements": []})
        elif seg.tag == "AK4":
            place = e(1).split(inter.component_sep)
            found["sets"][-1]["segments"][-1]["elements"].append(
                {"element": int(place[0]), "component": int(place[1]) if place[1:] else 0,
                 "ref": e(2), "code": e(3), "value": e(4)})
        elif seg.tag == "AK5":
            found["sets"][-1]["status"], found["sets"][-1]["codes"] = e(1), seg.e[2:]
        elif seg.tag == "AK9":
            found.update(status=e(1), stated=int(e(2)), received=int(e(3)), accepted=int(e(4)),
                         codes=seg.e[5:])
    return found
