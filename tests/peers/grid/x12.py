"""A strict X12 reader, written from the standard: envelopes, order of segments, elements.

parse(data) takes bytes and gives a Parsed: its interchanges with all faults found, each at its
place and with the code that TA1 or 997 has for it. It never raises for bad data.
"""
import datetime
import re

import x12defs as defs

ISA_LENGTH = 106
ISA_SEPARATORS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_N0 = re.compile(r"-?[0-9]+\Z")
_R = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)\Z")
_ID = re.compile(r"[A-Z0-9]+ *\Z")
_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}\Z")


class Fault:
    """A fault of an interchange, a group or a set: the code of TA105, AK905 or AK502."""

    def __init__(self, code, text):
        self.code, self.text = code, text

    def as_dict(self):
        return {"code": self.code, "text": self.text}


class ElementFault:
    """What AK4 says: element position, component (0 = none), number, code, the bad value."""

    def __init__(self, element, component, ref, code, value, text):
        self.element, self.component, self.ref = element, component, ref
        self.code, self.value, self.text = code, value, text

    def as_dict(self):
        return {"element": self.element, "component": self.component, "ref": self.ref,
                "code": self.code, "value": self.value, "text": self.text}


class SegmentFault:
    """What AK3 says: tag, position in the set (ST is 1), code, and the faults of its elements."""

    def __init__(self, tag, position, code, text, elements=()):
        self.tag, self.position, self.code, self.text = tag, position, code, text
        self.elements = list(elements)

    def as_dict(self):
        return {"segment": self.tag, "position": self.position, "code": self.code,
                "text": self.text, "elements": [e.as_dict() for e in self.elements]}


class Segment:
    """One segment: e[0] is the tag, e[1] the first element; offset is that of its first byte."""
    __slots__ = ("e", "offset", "path")

    def __init__(self, elements, offset):
        self.e, self.offset, self.path = elements, offset, ""

    @property
    def tag(self):
        return self.e[0]

    def get(self, n):
        """Element n, or '' where the segment ends before it."""
        return self.e[n] if n < len(self.e) else ""


class Set:
    """ST to SE: segments with both; codes are AK502 faults, faults are segment faults."""

    def __init__(self, first):
        self.segments = [first]
        self.codes, self.faults = [], []
        self.id, self.control = first.get(1), first.get(2)

    def add_code(self, code, text):
        if code not in [c.code for c in self.codes]:
            self.codes.append(Fault(code, text))

    def loops(self, tag="LIN"):
        """(first, last) positions, ST = 1, of each loop that `tag` opens in the detail."""
        starts = [n for n, s in enumerate(self.segments, 1) if s.tag == tag]
        ends = [n for n, s in enumerate(self.segments, 1) if s.tag in ("CTT", "SE")]
        stop = ends[0] if ends else len(self.segments) + 1
        return [(a, b - 1) for a, b in zip(starts, starts[1:] + [stop])]

    def find_item(self, value):
        """(first, last) of the LIN loop that names `value` in LIN or in a REF, or None."""
        for first, last in self.loops():
            if any(same_id(v, value) for v in self.segments[first - 1].e[3::2]):
                return first, last
        for first, last in self.loops():
            for s in self.segments[first - 1:last]:
                if s.tag == "REF" and same_id(s.get(2), value):
                    return first, last
        return None


class Group:
    """GS to GE; codes are AK905 faults."""

    def __init__(self, gs):
        self.gs, self.ge = gs, None
        self.sets, self.codes = [], []

    functional_id = property(lambda self: self.gs.get(1))
    control = property(lambda self: self.gs.get(6))
    version = property(lambda self: self.gs.get(8))

    def stated_sets(self):
        """GE01, or the number of sets found when the trailer does not say it."""
        stated = self.ge.get(1) if self.ge else ""
        return int(stated) if re.match(r"[0-9]{1,6}\Z", stated) else len(self.sets)


class Interchange:
    """ISA to IEA; faults are TA105 faults, the first is the one that is answered."""

    def __init__(self, offset):
        self.offset, self.end = offset, offset
        self.isa = []
        self.element_sep = self.component_sep = self.repetition_sep = self.terminator = ""
        self.groups, self.ta1s, self.faults = [], [], []
        self.iea = None

    control = property(lambda self: self.isa[13] if len(self.isa) > 13 else "")
    sender = property(lambda self: (self.isa[5], self.isa[6].strip()) if self.isa else ("", ""))
    receiver = property(lambda self: (self.isa[7], self.isa[8].strip()) if self.isa else ("", ""))

    def fault(self, code, text):
        self.faults.append(Fault(code, text))

    def good(self):
        """True when nothing at all is wrong with it."""
        return not self.faults and all(
            not g.codes and all(not s.codes and not s.faults for s in g.sets)
            for g in self.groups)

    def as_dict(self):
        return {
            "sender": list(self.sender), "receiver": list(self.receiver),
            "isa13": self.control, "usage": self.isa[15] if self.isa else "",
            "faults": [f.as_dict() for f in self.faults],
            "groups": [{
                "gs01": g.functional_id, "gs06": g.control, "gs08": g.version,
                "faults": [f.as_dict() for f in g.codes],
                "sets": [{"st01": s.id, "st02": s.control, "segments": len(s.segments),
                          "items": len(s.loops()),
                          "faults": [f.as_dict() for f in s.codes],
                          "segment_faults": [f.as_dict() for f in s.faults]}
                         for s in g.sets]} for g in self.groups],
            "ta1": [s.e[1:] for s in self.ta1s],
        }


class Parsed:
    """The interchanges of a file; `unreadable` says why when there is no ISA to answer to."""

    def __init__(self):
        self.interchanges, self.unreadable = [], ""

    def good(self):
        return bool(self.interchanges) and not self.unreadable and \
            all(i.good() for i in self.interchanges)

    def as_dict(self):
        return {"unreadable": self.unreadable,
                "interchanges": [i.as_dict() for i in self.interchanges]}


def same_id(a, b):
    """Equal as text, or as numbers that differ only in leading zeros (GTIN)."""
    if a == b:
        return True
    return a.isdigit() and b.isdigit() and len(b) >= 8 and a.lstrip("0") == b.lstrip("0")


def parse(data, receiver=None, usage=None):
    """Reads all interchanges of `data`. receiver = (qualifier, id) that we answer to, or None."""
    text = data.decode("latin-1")
    parsed, at = Parsed(), 0
    while at < len(text):
        while at < len(text) and text[at] in "\r\n":
            at += 1
        if at == len(text):
            break
        if text[at:at + 3] != "ISA":
            what = "bytes that are not an ISA at offset %d: %r" % (at, text[at:at + 16])
            if parsed.interchanges:
                parsed.interchanges[-1].fault("022", what)
            else:
                parsed.unreadable = what
            break
        inter = Interchange(at)
        parsed.interchanges.append(inter)
        _read_interchange(inter, text, receiver, usage)
        if inter.end <= at:
            break
        at = inter.end
    if not text:
        parsed.unreadable = "the file is empty"
    return parsed


# ---- interchange -------------------------------------------------------------------------------

def _read_interchange(inter, text, receiver, usage):
    head = text[inter.offset:inter.offset + ISA_LENGTH]
    if not _read_isa(inter, head):
        inter.end = len(text)
        return
    _check_isa(inter, receiver, usage)
    segments = _cut(inter, text)
    _read_groups(inter, segments)
    for group in inter.groups:
        _check_group(inter, group)
        for one in group.sets:
            _check_set(inter, group, one)


def _read_isa(inter, head):
    sep = head[3:4]
    inter.isa = _loose_isa(head)
    if len(head) < ISA_LENGTH:
        inter.fault("023", "the file ends inside ISA after %d bytes" % len(head))
        return False
    if sep.isalnum() or sep == " " or any(head[n] != sep for n in ISA_SEPARATORS):
        inter.fault("026" if sep.isalnum() or sep == " " else "022",
                    "ISA does not have its separators at the fixed places")
        return False
    inter.isa = head[:ISA_LENGTH - 1].split(sep)
    inter.element_sep, inter.component_sep, inter.terminator = sep, head[104], head[105]
    if len(inter.isa) != 17:
        inter.fault("022", "ISA has %d elements, not 16" % (len(inter.isa) - 1))
        return False
    if inter.isa[12] >= "00402" and not (inter.isa[11].isalnum() or inter.isa[11] == " "):
        inter.repetition_sep = inter.isa[11]
    if inter.terminator.isalnum() or inter.terminator in (" ", sep, inter.component_sep):
        inter.fault("004", "%r cannot end a segment" % inter.terminator)
        return False
    if inter.component_sep.isalnum() or inter.component_sep in (" ", sep):
        inter.fault("027", "%r cannot separate components" % inter.component_sep)
    return True


def _loose_isa(head):
    """ISA as far as it can be read when it is damaged, so that somebody can be answered."""
    parts = head.split(head[3:4])[:17] if len(head) > 3 else [head]
    return parts + [""] * (17 - len(parts))


def _check_isa(inter, receiver, usage):
    isa = inter.isa
    for n, code in ((1, "010"), (3, "012"), (5, "005"), (7, "007")):
        allowed = defs.CODES[("I01", "I03", "I05", "I05")[(1, 3, 5, 7).index(n)]]
        if isa[n] not in allowed:
            inter.fault(code, "ISA%02d is %r" % (n, isa[n]))
    if not isa[6].strip():
        inter.fault("006", "ISA06 is blank")
    if not isa[8].strip():
        inter.fault("008", "ISA08 is blank")
    elif receiver and inter.receiver[1] != receiver[1]:
        inter.fault("009", "ISA08 is %r, we are %r" % (inter.receiver[1], receiver[1]))
    elif receiver and isa[7] != receiver[0]:
        inter.fault("007", "ISA07 is %r, ours is %r" % (isa[7], receiver[0]))
    if not is_date(isa[9], 6):
        inter.fault("014", "ISA09 is %r" % isa[9])
    if not is_time(isa[10]) or len(isa[10]) != 4:
        inter.fault("015", "ISA10 is %r" % isa[10])
    if isa[12] < "00402" and isa[11] != "U":
        inter.fault("016", "ISA11 is %r, %s has U here" % (isa[11], isa[12]))
    if not re.match(r"[0-9]{5}\Z", isa[12]):
        inter.fault("017", "ISA12 is %r" % isa[12])
    elif isa[12] not in defs.ISA_VERSIONS:
        inter.fault("003", "ISA12 %s is not supported" % isa[12])
    if not re.match(r"[0-9]{9}\Z", isa[13]) or int(isa[13]) == 0:
        inter.fault("018", "ISA13 is %r" % isa[13])
    if isa[14] not in defs.CODES["I13"]:
        inter.fault("019", "ISA14 is %r" % isa[14])
    if isa[15] not in defs.CODES["I14"]:
        inter.fault("020", "ISA15 is %r" % isa[15])
    elif usage and isa[15] != usage:
        inter.fault("020", "ISA15 is %r, this mailbox takes %r" % (isa[15], usage))


def _cut(inter, text):
    """The segments after ISA up to and with IEA."""
    at, out = inter.offset + ISA_LENGTH, []
    sep, term = inter.element_sep, inter.terminator
    while True:
        while at < len(text) and text[at] in "\r\n" and text[at] != term:
            at += 1
        if at >= len(text):
            break
        stop = text.find(term, at)
        if stop == -1:
            inter.fault("023", "the file ends inside a segment at offset %d" % at)
            at = len(text)
            break
        if stop == at:
            inter.fault("022", "an empty segment at offset %d" % at)
        else:
            out.append(Segment(text[at:stop].split(sep), at))
        at = stop + 1
        if out and out[-1].offset + 3 <= stop and out[-1].tag == "IEA":
            break
        if out and out[-1].tag == "ISA":
            at = out.pop().offset
            break
    inter.end = at
    return out


def _read_groups(inter, segments):
    group = one = None
    for seg in segments:
        tag = seg.tag
        if tag == "IEA":
            inter.iea = seg
            break
        if tag == "GS":
            group, one = Group(seg), None
            inter.groups.append(group)
        elif tag == "GE" and group is not None:
            group.ge, group, one = seg, None, None
        elif group is None:
            _outside(inter, seg)
        elif tag == "ST":
            one = Set(seg)
            group.sets.append(one)
        elif one is not None:
            one.segments.append(seg)
            one = None if tag == "SE" else one
        else:
            inter.fault("024", "%s at offset %d is in a group but in no set" % (tag, seg.offset))
    _check_iea(inter)


def _outside(inter, seg):
    if seg.tag == "TA1" and not inter.groups:
        inter.ta1s.append(seg)
        if check_elements(seg, inter):
            inter.fault("024", "TA1 at offset %d is not well made" % seg.offset)
    else:
        inter.fault("022", "%s at offset %d is outside of a group" % (seg.tag, seg.offset))


def _check_iea(inter):
    if inter.iea is None:
        inter.fault("023", "there is no IEA")
        return
    count, control = inter.iea.get(1), inter.iea.get(2)
    if not same_number(control, inter.control):
        inter.fault("001", "IEA02 is %r, ISA13 %r" % (control, inter.control))
    counts = {len(inter.groups)} | ({1} if inter.ta1s and not inter.groups else set())
    if not count.isdigit() or int(count) not in counts:
        inter.fault("021", "IEA01 is %r, there are %d groups" % (count, len(inter.groups)))
    if len(inter.iea.e) != 3 or len(control) != 9 or len(count) > 5:
        inter.fault("022", "IEA is not well made: %s" % "*".join(inter.iea.e))
    if not inter.groups and not inter.ta1s:
        inter.fault("024", "there is nothing in the interchange")


# ---- group and set -----------------------------------------------------------------------------

def _check_group(inter, group):
    gs = group.gs
    add = lambda code, text: group.codes.append(Fault(code, text))
    for f in check_elements(gs, inter):
        if f.element == 6:
            add("6", "GS06: " + f.text)
        else:
            inter.fault("024", "GS%02d: %s" % (f.element, f.text))
    if group.functional_id not in ("SC", "FA"):
        add("1", "GS01 is %r, this partner takes SC" % group.functional_id)
    if group.version not in defs.GROUP_VERSIONS:
        add("2", "GS08 is %r, this partner takes 004010" % group.version)
    if gs.get(7) != "X":
        inter.fault("024", "GS07 is %r, not X" % gs.get(7))
    if group.ge is None:
        add("3", "there is no GE")
        return
    if not same_number(group.ge.get(2), group.control):
        add("4", "GE02 is %r, GS06 %r" % (group.ge.get(2), group.control))
    if not group.ge.get(1).isdigit() or int(group.ge.get(1)) != len(group.sets):
        add("5", "GE01 is %r, there are %d sets" % (group.ge.get(1), len(group.sets)))
    for f in check_elements(group.ge, inter):
        inter.fault("024", "GE%02d: %s" % (f.element, f.text))


def _check_set(inter, group, one):
    segs = one.segments
    if defs.FUNCTIONAL_ID.get(one.id) != group.functional_id:
        one.add_code("6" if one.id in defs.FUNCTIONAL_ID or not re.match(r"[0-9]{3}\Z", one.id)
                     else "1", "ST01 %r does not belong in a group %r" %
                     (one.id, group.functional_id))
    elif one.id not in defs.GRAMMARS:
        one.add_code("1", "set %s is not supported" % one.id)
    if not 4 <= len(one.control) <= 9 or not one.control.strip():
        one.add_code("7", "ST02 is %r" % one.control)
    if any(s is not one and s.control == one.control for s in group.sets[:group.sets.index(one)]):
        one.add_code("23", "ST02 %r is twice in the group" % one.control)
    if segs[-1].tag != "SE":
        one.add_code("2", "there is no SE")
    else:
        if segs[-1].get(2) != one.control:
            one.add_code("3", "SE02 is %r, ST02 %r" % (segs[-1].get(2), one.control))
        if segs[-1].get(1) != str(len(segs)):
            one.add_code("4", "SE01 is %r, there are %d segments" % (segs[-1].get(1), len(segs)))
    if one.id in defs.GRAMMARS:
        one.faults = _walk(one, inter)
        _check_total(one)
    if one.faults:
        one.add_code("5", "%d segments in error" % len(one.faults))


def _check_total(one):
    for n, seg in enumerate(one.segments, 1):
        if one.id == "832" and seg.tag == "CTT" and seg.get(1).isdigit():
            lines = sum(1 for s in one.segments if s.tag == "LIN")
            if int(seg.get(1)) != lines and not any(f.position == n for f in one.faults):
                one.faults.append(SegmentFault("CTT", n, "8", "", [ElementFault(
                    1, 0, "354", "7", seg.get(1), "CTT01 is %s, there are %d LIN" %
                    (seg.get(1), lines))]))


# ---- order of segments -------------------------------------------------------------------------

class _Level:
    """One open loop: its places, how often each was used, and where we are."""

    def __init__(self, children):
        self.children, self.at = children, 0
        self.used = [0] * len(children)


def _walk(one, inter):
    """Checks order, loops, counts and elements; gives the segment faults in order."""
    known = defs.SET_TAGS[one.id]
    stack, faults = [_Level(defs.GRAMMARS[one.id].children)], []
    for position, seg in enumerate(one.segments, 1):
        tag = seg.tag
        found, over = _find(stack, tag)
        if found is None:
            faults.append(_misplaced(stack, tag, position, over, known))
            continue
        depth, index = found
        faults += _leave(stack, depth, index, position)
        level = stack[depth]
        level.at = index
        level.used[index] += 1
        node = level.children[index]
        seg.path = "/".join([lv.children[lv.at].tag for lv in stack])
        if node.children:
            stack.append(_Level(node.children))
        wrong = check_elements(seg, inter)
        if wrong:
            faults.append(SegmentFault(tag, position, "8", "data element errors", wrong))
    if one.segments[-1].tag == "SE":
        return faults
    return faults + _leave(stack, 0, len(stack[0].children) - 1, len(one.segments) + 1)


def _find(stack, tag):
    """((depth, index) of the place for `tag` or None, the code when it is over its maximum)."""
    over = ""
    for depth in range(len(stack) - 1, -1, -1):
        level = stack[depth]
        for index in range(level.at, len(level.children)):
            node = level.children[index]
            if node.tag != tag:
                continue
            if level.used[index] < node.limit:
                return (depth, index), ""
            over = over or ("4" if node.children else "5")
    return None, over


def _leave(stack, depth, index, position):
    """Closes the loops below `depth`, moves to `index`; mandatory places passed are faults."""
    faults = []
    while len(stack) - 1 > depth:
        faults += _missing(stack.pop(), None, position)
    return faults + _missing(stack[depth], index, position)


def _missing(level, stop, position):
    stop = len(level.children) if stop is None else stop
    return [SegmentFault(node.tag, position, "3", "mandatory segment %s is missing" % node.tag)
            for n, node in enumerate(level.children[:stop])
            if n >= level.at and node.mandatory and not level.used[n]]


def _misplaced(stack, tag, position, over, known):
    if over:
        return SegmentFault(tag, position, over, "%s comes too often" % tag)
    if not _TAG.match(tag) or (tag not in defs.SEGMENTS and tag not in defs.KNOWN_ONLY):
        return SegmentFault(tag, position, "1", "there is no segment %r" % tag)
    if tag not in known:
        return SegmentFault(tag, position, "6", "%s is not in this set" % tag)
    for level in stack:
        if any(node.tag == tag for node in level.children[:level.at]):
            return SegmentFault(tag, position, "7", "%s is not in its place in the order" % tag)
    return SegmentFault(tag, position, "2", "%s is not expected here" % tag)


# ---- elements ----------------------------------------------------------------------------------

def check_elements(seg, inter):
    """The element faults of one segment."""
    layout = defs.SEGMENTS.get(seg.tag)
    faults = []
    for n, value in enumerate(seg.e[1:], 1):
        if _CONTROL.search(value):
            faults.append(ElementFault(n, 0, defs.element_ref(seg.tag, n), "6", value,
                                       "a control character"))
    if faults or layout is None:
        return faults
    if len(seg.e) > 1 and seg.e[-1] == "":
        faults.append(ElementFault(len(seg.e) - 1, 0, "", "3", "", "an empty element at the end"))
    if len(seg.e) - 1 > len(layout.elements):
        faults.append(ElementFault(len(layout.elements) + 1, 0, "", "3",
                                   seg.e[len(layout.elements) + 1],
                                   "%s has at most %d elements" % (seg.tag, len(layout.elements))))
    for n, element in enumerate(layout.elements, 1):
        _check_place(element, n, 0, seg.get(n), inter, faults)
    for kind, places in layout.notes:
        _check_note(kind, places, seg, layout, faults)
    return faults


def _check_place(element, n, component, value, inter, faults):
    if not value or not value.strip():
        if element.mandatory:
            faults.append(ElementFault(n, component, _ref(element), "1", value,
                                       "mandatory element is missing"))
        elif value:
            faults.append(ElementFault(n, component, _ref(element), "6", value, "only blanks"))
        return
    if element.parts is None:
        wrong = check_value(element, value)
        if wrong:
            faults.append(ElementFault(n, component, _ref(element), wrong[0], value, wrong[1]))
        return
    parts = value.split(inter.component_sep)
    if len(parts) > len(element.parts):
        faults.append(ElementFault(n, 0, "", "3", value, "too many components"))
    if parts[-1] == "":
        faults.append(ElementFault(n, len(parts), "", "3", value, "an empty component at the end"))
    for c, part in enumerate(element.parts, 1):
        _check_place(part, n, c, parts[c - 1] if c <= len(parts) else "", inter, faults)


def _ref(element):
    return element.ref if element.ref.isdigit() else ""


def check_value(element, value):
    """(code of AK403, text) when `value` does not fit the element, else None."""
    kind = element.type
    if kind in ("N0", "R"):
        if not (_N0 if kind == "N0" else _R).match(value):
            return "6", "%r is not a number of type %s" % (value, kind)
        size = sum(c.isdigit() for c in value)
    else:
        size = len(value)
    if size < element.low:
        return "4", "%r is shorter than %d" % (value, element.low)
    if size > element.high:
        return "5", "%r is longer than %d" % (value, element.high)
    if kind == "DT" and not is_date(value, element.high):
        return "8", "%r is not a date" % value
    if kind == "TM" and not is_time(value):
        return "9", "%r is not a time" % value
    codes, form = defs.CODES.get(element.ref), defs.CODE_FORM.get(element.ref)
    if (codes and value not in codes) or (form and not form.match(value)):
        return "7", "%r is not a code of element %s" % (value, element.ref)
    if kind == "ID" and not _ID.match(value):
        return "7", "%r is not a code" % value
    return None


def _check_note(kind, places, seg, layout, faults):
    has = [bool(seg.get(p)) for p in places]
    lacking, text = None, "note %s%s" % (kind, "".join("%02d" % p for p in places))
    if kind == "P" and any(has) and not all(has):
        lacking = places[has.index(False)]
    elif kind == "R" and not any(has):
        lacking = places[0]
    elif kind == "C" and has[0] and not all(has):
        lacking = places[has.index(False)]
    elif kind == "L" and has[0] and not any(has[1:]):
        lacking = places[1]
    elif kind == "E" and sum(has) > 1:
        extra = [p for p, h in zip(places, has) if h][1]
        faults.append(ElementFault(extra, 0, _ref(layout.elements[extra - 1]), "10",
                                   seg.get(extra), text))
    if lacking:
        faults.append(ElementFault(lacking, 0, _ref(layout.elements[lacking - 1]), "2", "", text))


def is_date(value, size):
    """CCYYMMDD (8) or YYMMDD (6) of the real calendar."""
    if not re.match(r"[0-9]{%d}\Z" % size, value):
        return False
    year = value[:-4] if size == 8 else "20" + value[:2]
    try:
        datetime.date(int(year), int(value[-4:-2]), int(value[-2:]))
    except ValueError:
        return False
    return True


def is_time(value):
    """HHMM, HHMMSS, HHMMSSD or HHMMSSDD."""
    return bool(re.match(r"([01][0-9]|2[0-3])[0-5][0-9]([0-5][0-9][0-9]{0,2})?\Z", value))


def same_number(a, b):
    """Control numbers of interchange and group are numbers: leading zeros do not count."""
    return a.isdigit() and b.isdigit() and int(a) == int(b)
