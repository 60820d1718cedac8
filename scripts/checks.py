"""What the check scripts share: the tree they look at, src/LAYERS, C without its comments, and how a fault is told.

A check is `scripts/check-NAME [ROOT]`. It prints one line a fault and leaves with 1 if there was any.
"""
import os
import re
import subprocess
import sys

_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^ ()\\\t\n]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)


class Check:
    def __init__(self):
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        self.root = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else here)
        self.faults = 0

    def fault(self, path, line, text):
        place = f"{path}:{line}" if line else path
        print(f"{place}: {text}")
        self.faults += 1

    def done(self):
        sys.exit(1 if self.faults else 0)

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def read(self, path):
        with open(self.path(path), encoding="utf-8", errors="replace") as f:
            return f.read()

    def files(self, top, *endings):
        """Relative paths of all files below top whose names have one of the endings, sorted."""
        found = []
        for folder, folders, names in os.walk(self.path(top)):
            folders[:] = [d for d in folders if not d.startswith(".") and d not in ("node_modules", "__pycache__")]
            for name in names:
                if not name.startswith(".") and (not endings or name.endswith(endings)):
                    found.append(os.path.relpath(os.path.join(folder, name), self.root))
        return sorted(found)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def bare(text):
    """C source with comments and the contents of literals blanked; every line and column stays where it is."""
    def blank(match):
        what = match.group(0)
        if what[0] in "\"'" or what[0] == "R":
            return what[0] + re.sub(r"[^\n]", " ", what[1:-1]) + what[-1]
        return re.sub(r"[^\n]", " ", what)
    # The name in an #include looks like a string and is wanted, so includes are read with includes().
    return _TOKEN.sub(blank, text)


def includes(text):
    """(line, quote, name) of each #include that is not in a comment."""
    kept = bare(text)
    for match in _INCLUDE.finditer(text):
        if kept[match.start():match.end()].lstrip().startswith("#"):
            yield line_of(text, match.start()), match.group(1), match.group(2)


def matches(pattern, name):
    """A pattern that ends in / or * stands for everything that begins like it."""
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return name.startswith(pattern) if pattern.endswith("/") else name == pattern


class Layers:
    """src/LAYERS: rank, gnu, system, header, allow and state lines."""

    def __init__(self, check):
        self.rank, self.gnu, self.system, self.header, self.allow, self.state = {}, [], set(), [], {}, {}
        path = "src/LAYERS"
        try:
            text = check.read(path)
        except FileNotFoundError:
            check.fault(path, 0, "is not there; expected the list of layers")
            return
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            self._line(check, path, number, words)

    def _line(self, check, path, number, words):
        kind, rest = words[0], words[1:]
        if kind == "rank" and len(rest) >= 2 and rest[0].isdigit():
            self.rank.update({folder: int(rest[0]) for folder in rest[1:]})
        elif kind == "gnu" and len(rest) == 1:
            self.gnu.append(rest[0])
        elif kind == "system" and rest:
            self.system.update(rest)
        elif kind == "header" and len(rest) >= 2:
            self.header.append((rest[0], rest[1:]))
        elif kind == "allow" and ":" in rest and rest.index(":") >= 2 and rest[-1] != ":":
            self.allow.setdefault(rest[0], set()).update(rest[1:rest.index(":")])
        elif kind == "state" and len(rest) >= 3:
            self.state.setdefault(rest[0], set()).add(rest[1])
        else:
            check.fault(path, number, f"'{' '.join(words)}' is not understood; expected one of: rank NUMBER FOLDER..., "
                        "gnu FILE, system HEADER..., header HEADER FILE..., allow FILE WORD... : REASON, "
                        "state FILE SYMBOL REASON")


class Symbol:
    """One line of `objdump -t`: value, seven flags, section, size, name."""

    def __init__(self, flags, section, name):
        self.section, self.name = section, name
        self.weak = flags[1] == "w" or flags[0] == "u"
        self.exported = section != "*UND*" and (flags[0] in "gu!" or flags[1] == "w" or section in ("*COM*", "COMMON"))
        self.variable = section != "*UND*" and flags[6] not in "fF"


def symbols(path):
    out = subprocess.run(["objdump", "-t", path], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        found = re.match(r"[0-9a-f]{8,} (.{7}) (\S+)\t[0-9a-f]+ +(?:\.hidden |\.internal |\.protected )?(\S+)$", line)
        if found and found.group(1)[5] not in "dD":
            yield Symbol(*found.groups())


def objects(check):
    """(source, stem, object) of each file under src; a fault for each that is not built."""
    for source in check.files("src", ".c", ".cpp"):
        stem = os.path.splitext(os.path.basename(source))[0]
        path = check.path("build", "obj", os.path.splitext(os.path.relpath(source, "src"))[0] + ".o")
        if os.path.exists(path):
            yield source, stem, path
        else:
            check.fault(source, 0, "is not built; run make first")
