"""What the partner was told to do: the rules file, and how its rules change a verdict.

See README.md for the file. A rule has `match` (all of its conditions must hold), one `do`, the
words that belong to that `do`, and `times` (how often it may act; no limit if absent).
"""
import fnmatch
import json

import x12
import x12defs as defs

VERDICTS = ("accept-with-errors", "reject-set", "reject-group", "reject-item")
INTERCHANGE = ("ta1",)
BEHAVIOURS = ("silent", "twice", "late", "unknown", "garbage", "half")
MATCH = ("name", "isa13", "gs06", "st02", "nth", "item", "duplicate", "sender")
TOP = {"ta1": ("asked", "always", "never"), "ack": ("997", "none"),
       "on_duplicate": ("ta1", "silent", "accept"), "on_errors": ("reject", "note"),
       "layout": ("separate", "one-file", "one-interchange"), "ta1_iea": ("0", "1"),
       "usage": ("T", "P", "I", None)}
WORDS = {
    "accept-with-errors": ("position", "segment", "occurrence", "item", "element", "component",
                           "code", "segment_code", "value"),
    "ta1": ("status", "code"),
    "silent": ("what",), "twice": ("what", "new_number"), "late": ("what", "passes"),
    "unknown": ("what", "isa13", "gs06", "instead"), "garbage": ("kind", "what"),
    "half": ("what",),
}
WORDS["reject-set"] = WORDS["accept-with-errors"] + ("set_code",)
WORDS["reject-group"] = WORDS["accept-with-errors"] + ("group_code",)
WORDS["reject-item"] = WORDS["accept-with-errors"] + ("items",)


class RulesError(Exception):
    """The rules file says something that this partner does not know."""


def load(path):
    """Reads and checks a rules file; raises RulesError with the reason."""
    try:
        with open(path, encoding="utf-8") as f:
            data = json.load(f)
    except (OSError, ValueError) as e:
        raise RulesError("%s: %s" % (path, e))
    return check(data, path)


def check(data, where="rules"):
    """Fills in defaults; an unknown word is an error, so that a typo cannot pass a test."""
    if not isinstance(data, dict):
        raise RulesError("%s: not an object" % where)
    out = {k: v[0] for k, v in TOP.items()}
    out["usage"], out["rules"] = None, []
    for key, value in data.items():
        if key == "rules":
            for n, rule in enumerate(value):
                out["rules"].append(_check_rule(rule, "%s: rules[%d]" % (where, n)))
        elif key not in TOP:
            raise RulesError("%s: unknown word %r" % (where, key))
        elif value not in TOP[key]:
            raise RulesError("%s: %s cannot be %r" % (where, key, value))
        else:
            out[key] = value
    return out


def _check_rule(rule, where):
    do = rule.get("do")
    if do not in WORDS:
        raise RulesError("%s: unknown do %r" % (where, do))
    for key in rule:
        if key not in ("do", "match", "times") + WORDS[do]:
            raise RulesError("%s: %r has no word %r" % (where, do, key))
    for key in rule.get("match", {}):
        if key not in MATCH:
            raise RulesError("%s: unknown condition %r" % (where, key))
    if do == "reject-item" and not (rule.get("item") or rule.get("items")):
        raise RulesError("%s: reject-item needs item or items" % where)
    if do == "garbage" and rule.get("kind", "text") not in ("text", "binary", "cut", "empty"):
        raise RulesError("%s: garbage cannot be %r" % (where, rule["kind"]))
    return dict(rule)


class Applied:
    """The rules at work on one file: `uses` counts what each rule did, in the state."""

    def __init__(self, rules, uses, receipt):
        self.rules, self.uses, self.receipt = rules, uses, receipt

    def _holds(self, index, rule, inter, group=None, one=None):
        limit = rule.get("times")
        if limit is not None and self.uses.get(str(index), 0) >= limit:
            return False
        for key, want in rule.get("match", {}).items():
            if key == "name" and not fnmatch.fnmatchcase(self.receipt["name"], want):
                return False
            if key == "nth" and self.receipt["nth"] != want:
                return False
            if key == "duplicate" and self.receipt["duplicate"] != want:
                return False
            if key == "sender" and inter.sender[1] != want:
                return False
            if key == "isa13" and not x12.same_number(inter.control, str(want)):
                return False
            if key == "gs06" and not _any(inter, group, one, lambda g, s:
                                          x12.same_number(g.control, str(want))):
                return False
            if key == "st02" and not _any(inter, group, one, lambda g, s: s.control == want):
                return False
            if key == "item" and not _any(inter, group, one, lambda g, s: s.find_item(want)):
                return False
        return True

    def _used(self, index):
        self.uses[str(index)] = self.uses.get(str(index), 0) + 1

    def ta1(self, inter, status, code):
        """(status, code) of TA1 after the rules."""
        for index, rule in enumerate(self.rules["rules"]):
            if rule["do"] == "ta1" and self._holds(index, rule, inter):
                self._used(index)
                return rule.get("status", "R"), rule.get("code", "024")
        return status, code

    def behaviour(self, inter, what):
        """The first behaviour rule for an answer of this kind ('ta1' or '997'), or None."""
        for index, rule in enumerate(self.rules["rules"]):
            if rule["do"] in BEHAVIOURS and rule.get("what", what) == what and \
                    self._holds(index, rule, inter):
                self._used(index)
                return rule
        return None

    def change(self, inter, verdict):
        """Applies the verdict rules to one group."""
        for index, rule in enumerate(self.rules["rules"]):
            if rule["do"] not in VERDICTS:
                continue
            acted = False
            for sv in verdict.sets:
                if not self._holds(index, rule, inter, verdict.group, sv.set):
                    continue
                if rule["do"] == "reject-group":
                    if acted or verdict.whole:
                        continue
                acted = _apply(rule, verdict, sv) or acted
            if acted:
                self._used(index)


def _any(inter, group, one, test):
    groups = [group] if group else inter.groups
    return any(test(g, s) for g in groups for s in ([one] if one else g.sets))


def _apply(rule, verdict, sv):
    """True when the rule found its place in the set and changed the verdict."""
    do = rule["do"]
    items = rule.get("items") or ([rule["item"]] if rule.get("item") else [None])
    faults = [f for f in (_place(rule, sv.set, item) for item in items) if f]
    placed = any(k in rule for k in ("position", "segment", "item", "items", "element"))
    if placed and not faults:
        return False
    for fault in faults:
        sv.cite(fault)
    if do == "accept-with-errors":
        if sv.status == "A":
            sv.status = "E"
        if faults and "5" not in sv.codes:
            sv.codes.append("5")
        return True
    sv.status = "R"
    code = rule.get("set_code", "5")
    if code not in sv.codes:
        sv.codes.append(code)
    if do == "reject-group":
        verdict.whole = True
        if rule.get("group_code"):
            verdict.codes.append(rule["group_code"])
    return True


def _place(rule, one, item):
    """The segment fault that a rule cites, at the place it has in this set; None if not there."""
    span = (1, len(one.segments))
    if item is not None:
        span = one.find_item(item)
        if span is None:
            return None
    position = rule.get("position")
    tag = rule.get("segment") or ("LIN" if item is not None else None)
    if position is None and tag is None:
        return None
    if position is None:
        places = [n for n in range(span[0], span[1] + 1) if one.segments[n - 1].tag == tag]
        nth = rule.get("occurrence", 1)
        if nth > len(places):
            return None
        position = places[nth - 1]
    elif item is not None:
        position += span[0] - 1
    if not 1 <= position <= len(one.segments):
        return None
    seg = one.segments[position - 1]
    element, component = rule.get("element"), rule.get("component", 0)
    if element is None and item is not None and seg.tag == "LIN":
        element = _value_at(seg, item)
    if element is None:
        return x12.SegmentFault(seg.tag, position, rule.get("segment_code", "2"), "told to")
    value = rule.get("value", seg.get(element))
    cited = x12.ElementFault(element, component, defs.element_ref(seg.tag, element, component),
                             rule.get("code", "7"), value, "told to")
    return x12.SegmentFault(seg.tag, position, rule.get("segment_code", "8"), "told to", [cited])


def _value_at(seg, item):
    for n in range(3, len(seg.e), 2):
        if x12.same_id(seg.e[n], item):
            return n
    return 3
