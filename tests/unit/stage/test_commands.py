#!/usr/bin/env python3
"""Commands in what people read are complete as typed: verbs that want a reason are named with --reason TEXT, and with an ID."""
import os
import re
import sys

TOP = os.environ["TEST_TOP"]
FOLDERS = ("stage", "store", "cli")
TOLD = re.compile(r"gridspool (release|resolve|resend|reissue|close|fsck --(?:repair|reconcile|adopt))\b")
WHOLE = re.compile(r"(?: ID)?(?: --delivered, or --not-delivered,)? --reason TEXT")


def texts(path):
    """The string literals of a file: pieces put together, what printf fills in as ID."""
    with open(path, encoding="utf-8") as f:
        source = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    source = re.sub(r'%[0-9]*"\s*PRId64(\s*")?', lambda m: "ID" + ("" if m.group(1) else '"'), source)
    source = re.sub(r'"\s*STR_FMT\s*"', "ID", source).replace("%s", "ID")
    source = re.sub(r'"\s*"', "", source)
    return re.findall(r'"((?:[^"\\]|\\.)*)"', source)


def main():
    faults, seen = [], 0
    for folder in FOLDERS:
        for name in sorted(os.listdir(os.path.join(TOP, "src", folder))):
            if not name.endswith(".c"):
                continue
            for text in texts(os.path.join(TOP, "src", folder, name)):
                if text.startswith("usage:"):
                    continue
                for m in TOLD.finditer(text):
                    seen += 1
                    behind = re.sub(r"^ (in-|r-|u-)ID", " ID", text[m.end():])
                    if not WHOLE.match(behind) or ("fsck" in m.group(1)) == behind.startswith(" ID"):
                        faults.append("src/%s/%s: %s" % (folder, name, text[m.start():m.end() + 60]))
    if seen < 40:
        faults.append("only %d commands were found" % seen)
    sys.exit("\n".join(faults) or 0)


main()
