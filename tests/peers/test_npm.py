#!/usr/bin/env python3
"""node-x12, edifact and ts-edifact read what gridspool writes: the expected outputs of the example maps, and fifty
articles of a made catalogue. Each finds the segments, elements and components that a plain split finds; ts-edifact
checks the messages that it knows (INVRPT) as well.
"""
import csv
import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.environ.get("GRIDSPOOL", os.path.join(ROOT, "build", "gridspool"))
BENCH = os.path.join(ROOT, "tests", "bench")
READERS = {"x12": ("node-x12",), "edifact": ("edifact", "ts-edifact")}


def split(text, separator, release):
    """The parts between separators that no release character stands before; it stays where it is."""
    parts, start, i = [], 0, 0
    while i < len(text):
        if text[i] == release:
            i += 1
        elif text[i] == separator:
            parts.append(text[start:i])
            start = i + 1
        i += 1
    return parts + [text[start:]]


def released(text):
    """Without its release characters."""
    return re.sub(r"\?(.)", r"\1", text, flags=re.S)


def plain_edifact(text):
    """[tag, element, ...] with components, by the standard's own separators."""
    if text.startswith("UNA"):
        text = text[9:]
    found = []
    for segment in split(text, "'", "?")[:-1]:
        tag, *elements = split(segment.strip("\r\n"), "+", "?")
        found.append([tag] + [[released(c) for c in split(e, ":", "?")] for e in elements])
    return found


def plain_x12(text):
    """The same of X12, whose components node-x12 leaves together."""
    element, terminator = text[3], text[105]
    return [[tag] + [[e] for e in elements] for tag, *elements in
            (s.strip("\r\n").split(element) for s in text.split(terminator)[:-1])]


def seen_by(reader, path):
    done = subprocess.run(["node", os.path.join(HERE, "npm", "segments.js"), reader, path], capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{reader} refuses {path}: {done.stderr.decode()}")
    return json.loads(done.stdout)


def same(ours, theirs):
    """node-x12 takes the zeros from interchange control numbers."""
    if ours[0] in ("ISA", "IEA"):
        ours, theirs = ([[c.lstrip("0") for c in e] for e in s[1:]] for s in (ours, theirs))
    return ours == theirs


def read_by_all(path):
    with open(path, encoding="latin-1", newline="") as f:
        text = f.read()
    kind = "x12" if text.startswith("ISA") else "edifact"
    expected = (plain_x12 if kind == "x12" else plain_edifact)(text)
    for reader in READERS[kind]:
        found = seen_by(reader, path)
        for n, (ours, theirs) in enumerate(zip(expected, found), 1):
            if not same(ours, theirs):
                sys.exit(f"{path}: segment {n}: {reader} finds {theirs}, expected {ours}")
        if len(found) != len(expected):
            sys.exit(f"{path}: {reader} finds {len(found)} segments, expected {len(expected)}")
    return expected


def converted(name, repertoire, source, out):
    subprocess.run([PROGRAM, "convert", "--quiet", "--max-findings", "0", "--repertoire", repertoire, "--set",
                    "agreement/catalog=TEST", "--map", os.path.join(BENCH, name + ".xml"), "--output", out, source], check=True)
    return read_by_all(out)


def articles(work):
    """Fifty of a made catalogue, whose texts have apostrophes and umlauts: which, by each reader."""
    source = os.path.join(work, "catalogue.csv")
    subprocess.run([sys.executable, os.path.join(HERE, "catalog.py"), "--csv", source, "--items", "50"], check=True)
    with open(source, encoding="utf-8", newline="") as f:
        skus = [row["sku"] for row in csv.DictReader(f) if row["status"] == "A"]
    x12 = converted("csv-832", "latin1", source, os.path.join(work, "832.edi"))
    edifact = converted("csv-pricat", "UNOC:3", source, os.path.join(work, "pricat.edi"))
    found = {"832": [s[5][0] for s in x12 if s[0] == "LIN"], "PRICAT": [s[2][0] for s in edifact if s[0] == "PIA"]}
    for message, of in found.items():
        if of != skus:
            sys.exit(f"{message}: articles {of}, expected {skus}")
    if not any(set(c) & set("'+:?") for s in edifact for e in s[1:] for c in e):
        sys.exit("no text of the catalogue has a character that must be released: nothing was tried")


def main():
    status = subprocess.call([os.path.join(HERE, "npm", "install")])
    if status != 0:
        sys.exit(status)
    outputs = sorted(glob.glob(os.path.join(ROOT, "maps", "*.test", "*", "expected.edi")))
    messages = {s[1][0] if s[0] == "ST" else s[2][0] for path in outputs for s in read_by_all(path) if s[0] in ("ST", "UNH")}
    if not {"832", "846", "888", "889", "PRICAT", "PRODAT", "INVRPT"} <= messages:
        sys.exit(f"only these messages were read: {sorted(messages)}")
    articles(os.environ["TMPDIR"])


if __name__ == "__main__":
    main()
