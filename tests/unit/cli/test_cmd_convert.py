#!/usr/bin/env python3
"""convert: the autumn catalogue, item by item, and what must not be left behind when something is wrong."""
import collections
import json
import os
import subprocess
import sys

TOP, PROGRAM = os.environ["TEST_TOP"], os.environ["GRIDSPOOL"]
FIRST = os.path.join(TOP, "maps", "examples", "01-first")
SAMPLE = os.path.join(TOP, os.pardir, "shared", "samples", "autumn-catalog")


def convert(*arguments, stdin=b""):
    done = subprocess.run([PROGRAM, "convert"] + list(arguments), input=stdin, capture_output=True, timeout=110)
    return done.returncode, done.stdout, done.stderr.decode()


def equal(got, want, what):
    if got != want:
        sys.exit(f"{what}: expected {want!r}, found {got!r}")


def first(*more, **kinds):
    return convert("--map", os.path.join(FIRST, "map.xml"), "--date", "2026-11-23", "--set", "agreement/catalog=AUTUMN",
                   *more, **kinds)


def whole_or_nothing():
    """A file that breaks off gives nothing, not half an interchange, and leaves what was there."""
    with open("good.json", "w", encoding="utf-8") as f:
        f.write('{"sku": "A1", "name": "Towel", "status": "ACTIVE"}\n')
    with open("cut.json", "w", encoding="utf-8") as f:
        f.write('{"sku": "A1", "name": "Towel", "status": "ACTIVE"}\n{"sku": "A2", "na')
    with open("kept.x12", "w", encoding="utf-8") as f:
        f.write("as it was")
    code, out, err = first("good.json", "cut.json")
    equal((code, out), (65, b""), "a file that is cut off")
    equal("cut.json" in err, True, "the message names the file: " + err)
    code, out, err = first("--output", "kept.x12", "good.json", "cut.json")
    equal((code, out, open("kept.x12", encoding="utf-8").read()), (65, b"", "as it was"), "output that was there")
    code, out, err = first("--output", "kept.x12", "good.json")
    equal((code, out), (0, b""), "--output: " + err)
    equal(open("kept.x12", "rb").read(), first("good.json")[1], "what --output writes")
    equal(sorted(os.listdir(".")), ["cut.json", "good.json", "kept.x12"], "files left in the folder")


def line_ends():
    """A segment that ends with a line end has no second one."""
    out = first("--elements", "*>\n", "good.json")[1]
    equal((b"\n\n" in out, out.count(b"\n")), (False, len(out.splitlines())), "line ends")


def other_ways_in():
    """Standard input, a folder and a ZIP of it give what the plain file gives."""
    want = first("good.json")[1]
    equal(want.count(b"LIN*"), 1, "items")
    with open("good.json", "rb") as f:
        equal(first("-", stdin=f.read())[1], want, "standard input")
    os.makedirs("export/content")
    os.makedirs("export/other")
    with open("good.json", encoding="utf-8") as f:
        item = f.read()
    for name in ("export/content/a.json", "export/other/b.json"):
        with open(name, "w", encoding="utf-8") as f:
            f.write(item)
    code, out, err = first("--items", "content/", "export")
    equal((code, out), (0, want), "a folder: " + err)
    code, out, err = first("export")
    equal((code, out.count(b"LIN*")), (0, 2), "all of the folder: " + err)


def limits():
    """--max-findings tells so many and counts the rest; --findings has all of them."""
    with open("bad.json", "w", encoding="utf-8") as f:
        for i in range(9):
            f.write('{"sku": "S\\u001b[31m%d", "name": "", "status": "ACTIVE"}\n' % i)
    code, out, err = first("--max-findings", "2", "--findings", "all.ndjson", "--aside", "aside.ndjson", "bad.json")
    equal((code, out), (65, b""), "nothing to send: " + err)
    with open("all.ndjson", encoding="utf-8") as f:
        told = [json.loads(line) for line in f]
    equal({f["item"] for f in told}, {"S\x1b[31m%d" % i for i in range(9)}, "items of --findings")
    lines = err.splitlines()
    equal(len(lines), 4, "two findings, the rest, the counts: " + err)
    equal(lines[2], f"and {len(told) - 2} more findings (--max-findings 2)", "the rest")
    equal(lines[3], "9 items: 0 out, 0 not selected, 9 set aside", "counts")
    equal("\x1b" in err, False, "control characters of data")
    with open("aside.ndjson", encoding="utf-8") as f:
        equal([json.loads(json.loads(line)["raw"])["sku"][-1] for line in f], list("012345678"), "--aside")
    for wrong in (["--max-findings", "x"], ["--date", "2026-02-30"], ["--elements", "**"], ["--elements", "***"],
                  ["--set", "catalog=1"], ["--decimal", "x"], ["--separator", "ab"], ["--repertoire", "klingon"],
                  ["--sender", "ID"], ["--elements", "*>\n", "--newline", "yes"], ["--nonsense", "1"], ["--join", "x"]):
        code, out, err = first(*wrong, "good.json")
        equal((code, out), (64, b""), " ".join(wrong) + ": " + err)


def no_items():
    """A path that finds nothing is told, with what is there."""
    with open("path.xml", "w", encoding="utf-8") as f:
        f.write("""<map xmlns="urn:gridspool:map:1" xmlns:v="urn:v" name="m"><source format="xml" item="/v:c/v:itm"/>
<target format="json"/><key value="@sku"/><item><object><string name="sku" value="@sku"/></object></item></map>""")
    said = "in.xml: XML-ITEM-NONE: the path of the items finds no element in the file; found \"%s\", expected /v:c/v:itm; %s\n" \
           "0 items: 0 out, 0 not selected, 0 set aside\n"
    for text, found, remedy in (
            ("<w:c xmlns:w='urn:v'><w:item/><x/><w:item/></w:c>", "v:item, x", "did you mean 'v:item'?"),
            ("<c xmlns='urn:v'/>", "no element below the root",
             "correct item= of the source, or see whether the file is the right one")):
        with open("in.xml", "w", encoding="utf-8") as f:
            f.write(text)
        done = subprocess.run([PROGRAM, "convert", "--map", "path.xml", "in.xml"], capture_output=True, text=True, timeout=60)
        equal((done.returncode, done.stderr), (0, said % (found, remedy)), text)


def autumn():
    """Each of the 400 products does what expected-832.json says."""
    settings = os.path.join(SAMPLE, "export", "settings")
    code, out, err = convert(
        "--map", os.path.join(TOP, "maps", "ampliance-product-to-832.xml"),
        "--join", f"master={SAMPLE}/erp/products.csv,separator=;,decimal=,,numbers=net_weight gross_weight",
        "--join", f"price={SAMPLE}/erp/prices.csv",
        "--workflow", os.path.join(settings, [n for n in os.listdir(settings) if n.endswith(".json")][0]),
        "--set", "agreement/approved=Approved", "--set", "agreement/catalog=AW26",
        "--set", "environment/gln=9521000000004", "--date", "2026-11-23", "--items", "content/",
        "--repertoire", "latin1", "--aside", "aside", "--output", "out.x12", "--findings", "findings",
        os.path.join(SAMPLE, "export"))
    equal((code, out), (65, b""), "exit status: " + err[-400:])
    equal(err.splitlines()[-1],
          "400 items: 220 out, 132 not selected, 48 set aside; 5 rows of joins without an item", "counts")
    with open(os.path.join(SAMPLE, "expected-832.json"), encoding="utf-8") as f:
        expected = json.load(f)["items"]
    want = collections.defaultdict(list)
    for item in expected:
        want[item["outcome"]].append(item["sku"])
    with open("out.x12", encoding="latin-1") as f:
        segments = [line.rstrip("~\n").split("*") for line in f]
    sent = [dict(zip(s[2::2], s[3::2]))["VN"] for s in segments if s[0] == "LIN"]
    equal(sorted(sent), sorted(want["sent"]), "sent")
    with open("aside", encoding="utf-8") as f:
        aside = [json.loads(json.loads(line)["raw"])["id"] for line in f]
    equal(sorted(aside), sorted(i["id"] for i in expected if i["outcome"] == "set-aside"), "set aside")
    done = subprocess.run([PROGRAM, "validate", "out.x12"], capture_output=True, timeout=60)
    equal(done.returncode, 0, "validate: " + done.stdout.decode()[-400:])


whole_or_nothing()
line_ends()
other_ways_in()
limits()
no_items()
if not os.path.isdir(SAMPLE):
    print("../shared/samples is not there")
    sys.exit(77)
autumn()
