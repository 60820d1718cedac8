#!/usr/bin/env python3
"""Every command explains itself: --help, the manual page and the options agree; slips of the pen are named."""
import os
import re
import sys

from program import gridspool

TOP = os.environ["TEST_TOP"]


def manual():
    """Section by section, without the marks of troff."""
    with open(os.path.join(TOP, "src", "cli", "gridspool.1"), encoding="utf-8") as f:
        text = f.read().replace("\\-", "-")
    return {part.split("\n")[0].strip(): part for part in re.split(r"(?m)^\.S[SH] ", text)[1:]}


faults = []
code, out, err = gridspool("help")
commands = re.findall(r"(?m)^  ([a-z]+)  +\S", out)
if code != 0 or not {"init", "run", "convert", "validate", "inspect", "codes", "show"} <= set(commands):
    sys.exit(f"help: {code}, {commands}")
pages = manual()


def below(name):
    """The commands below one, as its help lists them."""
    text = gridspool(name, "--help")[1]
    return re.findall(r"(?m)^  ([a-z]+) ", text.split("xample:")[0]) if text.startswith(f"usage: gridspool {name} COMMAND") else []


groups = {name: below(name) for name in commands}
if not {"check"} <= set(groups["map"]) or groups["format"] != ["list", "show"]:
    faults.append(f"commands below others: {groups}")
for name in commands + [f"{name} {part}" for name in groups for part in groups[name]]:
    words = name.split()
    code, out, err = gridspool(*words, "--help")
    if code != 0 or err or not out.startswith(f"usage: gridspool {name}"):
        faults.append(f"{name} --help: status {code}, {out[:60]!r} {err!r}")
    if not re.search(r"(?i)exit (codes|status):", out) or "64" not in out or "gridspool " + name not in out[10:]:
        faults.append(f"{name} --help lacks exit codes or an example")
    if name not in pages:
        faults.append(f"gridspool.1 has no section {name}")
        continue
    # --env, --json and --quiet are told once, at the top of the page.
    for option in sorted(set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", out)) - {"env", "json", "quiet", "help"}):
        if f"--{option}" not in pages[name]:
            faults.append(f"gridspool.1, {name}: --{option} is missing")
    code, out, err = gridspool(*words, "--no-such-option")
    if code != 64 or out or "no-such-option" not in err:
        faults.append(f"{name} --no-such-option: status {code}, {err!r}")
for arguments, want in ((("convrt",), "'convert'"), (("validate", "--levl", "x"), "--level"), (("inspect",), "FILE is missing"),
                        (("convert", "--json", "x"), "--json is not taken"), (("status", "--json=1"), "--json takes no value"), ((), "which command"),
                        (("map",), "which command"), (("map", "chek"), "'check'"), (("map", "x"), "gridspool map --help"), (("help", "format", "shw"), "'show'")):
    code, out, err = gridspool(*arguments)
    if code != 64 or want not in err:
        faults.append(f"{arguments}: status {code}, {err!r}, expected {want}")
for arguments, like in ((("status", "-h"), ("status", "--help")), (("-h",), ("help",)), (("help", "map", "check"), ("map", "check", "--help"))):
    if gridspool(*arguments) != gridspool(*like):
        faults.append(f"{arguments}: is not as {like}")
sys.exit("\n".join(faults) or 0)
