"""What this partner knows of X12 004010: facts of the standard, written down as data.

STRUCTURES  the order of segments in a set. `SEG M1` is mandatory and may come once, `O` is
            optional, `>1` is without limit, `SEG O5(...)` is a loop that SEG opens.
SEGMENTS    the elements of a segment: number, M or O, type, shortest, longest; then the
            relational notes (P paired, R at least one, E at most one, C if the first then
            all others, L if the first then at least one other).
CODES       the values of an element, where this partner checks them.
"""
import re

STRUCTURES = {
    "832": """ST M1, BCT M1, CTP O100, REF O>1, YNQ O10, PER O>1, DTM O10, CTB O25, CUR O5,
        ITD O2, LDT O>1, SAC O>1, TD1 O>1, TD5 O>1, TD3 O>1, TD4 O>1, FOB O1, PKG O>1, G93 O50,
        TXI O>1, AAA O1, N1 O>1(N2 O2, N3 O2, N4 O>1, REF O12, PKG O>1, PER O>1, DTM O10),
        LM O>1(LQ M>1), N9 O>1(DTM O>1),
        LIN O>1(PO1 O1, G53 O1, SI O>1, DTM O10, REF O>1, YNQ O10, PER O>1, CRD O>1, CTB O25,
        PID O200, MEA O40, PKG O25, PO4 O1, TD1 O>1, TD5 O>1, TD3 O>1, TD4 O>1, ITD O2, LDT O1,
        SAC O>1, FOB O1, AAA O1, TC2 O2, TXI O>1, G55 O1, G54 O1,
        CTP O100(G40 O99, DTM O10, G36 O1, LDT O1, CUR O5, PO4 O1, CTB O5, REF O>1, G43 O>1,
        SAC O>1, G26 O99),
        N1 O>1(N2 O2, N3 O2, N4 O1, REF O12, PER O>1, DTM O10, PKG O>1), G39 O>1(CTP O1),
        PKL O20(CTP O1, PKG O2), LFG O1(CRC O>1(QTY O1)), LM O>1(LQ M>1),
        SLN O>1(SI O>1, PID O>1, DTM O>1, CTP O>1, PAM O>1, PO4 O>1, PKG O>1, QTY O>1, MEA O>1,
        SAC O>1, MTX O>1, LM O>1(LQ M>1)), N9 O>1(DTM O>1)), CTT O1, SE M1""",
    "997": "ST M1, AK1 M1, AK2 O>1(AK3 O>1(AK4 O99), AK5 M1), AK9 M1, SE M1",
}

# GS01 for each set that a catalogue partner exchanges.
FUNCTIONAL_ID = {
    "832": "SC", "846": "IB", "816": "OR", "864": "TX", "824": "AG",
    "879": "QG", "888": "QG", "889": "QG", "997": "FA", "999": "FA",
}

_PAIRS = " ".join("235 O ID 2 2; 234 O AN 1 48;" for _ in range(14))
_PAIR_NOTES = " ".join("P%02d%02d" % (n, n + 1) for n in range(4, 31, 2))

_TEXT = {
    "ISA": """I01 M ID 2 2; I02 M AN 10 10; I03 M ID 2 2; I04 M AN 10 10; I05 M ID 2 2;
        I06 M AN 15 15; I05 M ID 2 2; I07 M AN 15 15; I08 M DT 6 6; I09 M TM 4 4; I10 M ID 1 1;
        I11 M ID 5 5; I12 M N0 9 9; I13 M ID 1 1; I14 M ID 1 1; I15 M AN 1 1""",
    "IEA": "I16 M N0 1 5; I12 M N0 9 9",
    "TA1": "I12 M N0 9 9; I08 M DT 6 6; I09 M TM 4 4; I17 M ID 1 1; I18 M ID 3 3",
    "GS": """479 M ID 2 2; 142 M AN 2 15; 124 M AN 2 15; 373 M DT 8 8; 337 M TM 4 8; 28 M N0 1 9;
        455 M ID 1 2; 480 M AN 1 12""",
    "GE": "97 M N0 1 6; 28 M N0 1 9",
    "ST": "143 M ID 3 3; 329 M AN 4 9",
    "SE": "96 M N0 1 10; 329 M AN 4 9",
    "AK1": "479 M ID 2 2; 28 M N0 1 9",
    "AK2": "143 M ID 3 3; 329 M AN 4 9",
    "AK3": "721 M ID 2 3; 719 M N0 1 6; 447 O AN 1 6; 720 O ID 1 3",
    "AK4": "C030 M CO; 725 O N0 1 4; 723 M ID 1 3; 724 O AN 1 99",
    "AK5": "717 M ID 1 1;" + "718 O ID 1 3;" * 5,
    "AK9": "715 M ID 1 1; 97 M N0 1 6; 123 M N0 1 6; 2 M N0 1 6;" + "716 O ID 1 3;" * 5,
    "BCT": """683 M ID 2 2; 684 O AN 1 15; 685 O AN 1 15; 686 O AN 1 6; 355 O ID 2 2;
        684 O AN 1 15; 685 O AN 1 15; 686 O AN 1 6; 352 O AN 1 80; 353 O ID 2 2""",
    "LIN": "350 O AN 1 20; 235 M ID 2 2; 234 M AN 1 48;" + _PAIRS + " | " + _PAIR_NOTES,
    "CTP": """687 O ID 2 2; 236 O ID 3 3; 212 O R 1 17; 380 O R 1 15; C001 O CO; 648 O ID 3 3;
        649 O R 1 10; 782 O R 1 18; 639 O ID 2 2; 499 O AN 1 10; 289 O N0 1 2
        | P0405 C0607 C0902 C1002 C1103""",
    "PID": """349 M ID 1 1; 750 O ID 2 3; 559 O ID 2 2; 751 O AN 1 12; 352 O AN 1 80;
        752 O ID 2 2; 822 O AN 1 15; 1073 O ID 1 1; 819 O ID 2 3
        | C0403 R0405 C0703 C0804 C0905""",
    "REF": "128 M ID 2 3; 127 O AN 1 30; 352 O AN 1 80; C040 O CO | R0203",
    "DTM": """374 M ID 3 3; 373 O DT 8 8; 337 O TM 4 8; 623 O ID 2 2; 1250 O ID 2 3;
        1251 O AN 1 35 | R020305 C0403 P0506""",
    "MEA": """737 O ID 2 2; 738 O ID 1 3; 739 O R 1 20; C001 O CO; 740 O R 1 20; 741 O R 1 20;
        935 O ID 2 2; 936 O ID 2 2; 752 O ID 2 2; 1373 O ID 2 4
        | R03050608 C0504 C0604 L07030506 E0803""",
    "PO4": """356 O N0 1 6; 357 O R 1 8; 355 O ID 2 2; 103 O AN 3 5; 187 O ID 1 2; 384 O R 1 9;
        355 O ID 2 2; 385 O R 1 9; 355 O ID 2 2; 82 O R 1 8; 189 O R 1 8; 65 O R 1 8;
        355 O ID 2 2; 810 O N0 1 6; 752 O ID 2 2; 350 O AN 1 20; 350 O AN 1 20; 1470 O N0 1 9
        | P0203 C0506 P0607 P0809 C1013 C1113 C1213 L13101112 C1716 C1804""",
    "N1": """98 M ID 2 3; 93 O AN 1 60; 66 O ID 1 2; 67 O AN 2 80; 706 O ID 2 2; 98 O ID 2 3
        | R0203 P0304""",
    "N2": "93 M AN 1 60; 93 O AN 1 60",
    "N3": "166 M AN 1 55; 166 O AN 1 55",
    "N4": """19 O AN 2 30; 156 O ID 2 2; 116 O ID 3 15; 26 O ID 2 3; 309 O ID 1 2;
        310 O AN 1 30 | C0605""",
    "N9": """128 M ID 2 3; 127 O AN 1 30; 369 O AN 1 45; 373 O DT 8 8; 337 O TM 4 8;
        623 O ID 2 2; C040 O CO | R0203 C0605""",
    "PER": """366 M ID 2 2; 93 O AN 1 60; 365 O ID 2 2; 364 O AN 1 80; 365 O ID 2 2;
        364 O AN 1 80; 365 O ID 2 2; 364 O AN 1 80; 443 O AN 1 20 | P0304 P0506 P0708""",
    "CUR": """98 M ID 2 3; 100 M ID 3 3; 280 O R 4 10; 98 O ID 2 3; 100 O ID 3 3; 669 O ID 3 3;
        """ + "374 O ID 3 3; 373 O DT 8 8; 337 O TM 4 8;" * 5,
    "QTY": "673 M ID 2 2; 380 O R 1 15; C001 O CO; 61 O AN 1 30 | R0204 E0204",
    "CTT": """354 M N0 1 6; 347 O R 1 10; 81 O R 1 10; 355 O ID 2 2; 183 O R 1 8; 355 O ID 2 2;
        352 O AN 1 80 | P0304 P0506""",
}

_COMPOSITE_TEXT = {
    "C001": "355 M ID 2 2; 1018 O R 1 15; 649 O R 1 10;" +
            "355 O ID 2 2; 1018 O R 1 15; 649 O R 1 10;" * 4,
    "C030": "722 M N0 1 2; 1528 O N0 1 2",
    "C040": "128 M ID 2 3; 127 M AN 1 30; 128 O ID 2 3; 127 O AN 1 30; 128 O ID 2 3; 127 O AN 1 30",
}

# Segments that exist but whose elements this partner does not check one by one.
KNOWN_ONLY = set("""AAA CRC CRD CTB FOB G26 G36 G39 G40 G43 G53 G54 G55 G93 ITD LDT LFG LM LQ MTX
    PAM PKG PKL PO1 SAC SI SLN TC2 TD1 TD3 TD4 TD5 TXI YNQ
    ACK AMT ASI BGN BHT BIA BIG BMG BSN CS DD G20 G22 G23 G24 G28 G42 G45 G46 G51 G61 G62 G69 G91
    G94 G95 H1 HL INV IT1 LE LS LX MAN MIT MSG NM1 NTE OTI PAL PCT RED SCH SDQ TED UIT""".split())

CODES = {
    "I01": {"%02d" % n for n in range(0, 7)},
    "I03": {"00", "01"},
    "I05": {"%02d" % n for n in list(range(1, 5)) + list(range(8, 38))} | {"AM", "NR", "SN", "ZZ"},
    "I13": {"0", "1"},
    "I14": {"I", "P", "T"},
    "I17": {"A", "E", "R"},
    "I18": {"%03d" % n for n in range(0, 33)},
    "455": {"T", "X"},
    "349": {"F", "S", "X"},
    "715": {"A", "E", "M", "P", "R", "W", "X"},
    "717": {"A", "E", "M", "R", "W", "X"},
    "720": {"1", "2", "3", "4", "5", "6", "7", "8"},
    "723": {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"},
}
# Elements whose codes come from another standard: the form is checked.
CODE_FORM = {
    "100": re.compile(r"[A-Z]{3}\Z"),
    "26": re.compile(r"[A-Z]{2,3}\Z"),
    "353": re.compile(r"[0-9]{2}\Z"),
    "374": re.compile(r"[0-9]{3}\Z"),
}

ISA_VERSIONS = {"00400", "00401", "00402", "00403", "00404", "00405", "00406", "00501"}
GROUP_VERSIONS = {"004010"}


class Element:
    """One element or component: number, mandatory, type, lengths; parts of a composite."""
    __slots__ = ("ref", "mandatory", "type", "low", "high", "parts")

    def __init__(self, ref, mandatory, kind, low, high):
        self.ref, self.mandatory, self.type = ref, mandatory, kind
        self.low, self.high = low, high
        self.parts = None


class Layout:
    """The elements of one segment and its relational notes."""
    __slots__ = ("elements", "notes")

    def __init__(self, text):
        body, _, notes = text.partition("|")
        self.elements = _elements(body)
        self.notes = [(n[0], [int(n[i:i + 2]) for i in range(1, len(n), 2)])
                      for n in notes.split()]


def _elements(text):
    out = []
    for part in text.split(";"):
        word = part.split()
        if not word:
            continue
        sizes = [int(w) for w in word[3:5]] or [0, 0]
        out.append(Element(word[0], word[1] == "M", word[2], sizes[0], sizes[1]))
    return out


class Node:
    """A place in a set: a segment, or a loop when it has children (the first is the trigger)."""
    __slots__ = ("tag", "mandatory", "limit", "children")

    def __init__(self, tag, mandatory, limit):
        self.tag, self.mandatory, self.limit = tag, mandatory, limit
        self.children = []


_TOKEN = re.compile(r"\s*([A-Z0-9]+)\s+([MO])(>1|\d+)|\s*([(),])")


def _structure(text):
    root = Node("", True, 1)
    stack, last, at = [root], None, 0
    while at < len(text):
        m = _TOKEN.match(text, at)
        if not m:
            raise ValueError("structure text not understood at %r" % text[at:at + 20])
        at = m.end()
        if m.group(1):
            limit = 10 ** 9 if m.group(3) == ">1" else int(m.group(3))
            last = Node(m.group(1), m.group(2) == "M", limit)
            stack[-1].children.append(last)
        elif m.group(4) == "(":
            stack.append(last)
        elif m.group(4) == ")":
            stack.pop()
    return root


def _tags(node, into):
    for child in node.children:
        into.add(child.tag)
        _tags(child, into)
    return into


COMPOSITES = {ref: _elements(text) for ref, text in _COMPOSITE_TEXT.items()}
SEGMENTS = {tag: Layout(text) for tag, text in _TEXT.items()}
for _layout in SEGMENTS.values():
    for _element in _layout.elements:
        _element.parts = COMPOSITES.get(_element.ref)
GRAMMARS = {st: _structure(text) for st, text in STRUCTURES.items()}
SET_TAGS = {st: _tags(root, set()) for st, root in GRAMMARS.items()}


def element_ref(tag, element, component=0):
    """The data element number at a place, or '' where this partner does not know it."""
    layout = SEGMENTS.get(tag)
    if not layout or not 1 <= element <= len(layout.elements):
        return ""
    found = layout.elements[element - 1]
    if found.parts and component:
        if component > len(found.parts):
            return ""
        found = found.parts[component - 1]
    return found.ref if found.ref.isdigit() else ""
