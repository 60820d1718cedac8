#!/usr/bin/env python3
"""gridspool map test: a case that is new, accepted, changed, broken; and the cases of our own maps."""
import json
import os
import shutil
import subprocess
import sys

from program import PROGRAM, expect, gridspool

TOP = os.environ["TEST_TOP"]


def change(path, old, new):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    expect(f"{path} has {old}", old in text, True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(old, new))


CASE = """<case xmlns="urn:gridspool:case:1" date="2026-11-23T02:00:00Z">
<input file="items.json"/><set name="agreement/catalog" value="AW26"/>
<envelope interchange="42" group="7" newline="no"/></case>"""
shutil.copy(os.path.join(TOP, "maps", "examples", "01-first", "map.xml"), "m.xml")
os.makedirs("m.test/one")
shutil.copy(os.path.join(TOP, "maps", "examples", "01-first", "items.json"), "m.test/one/items.json")
with open("m.test/one/case.xml", "w", encoding="utf-8") as f:
    f.write(CASE)

# new, accepted, as expected
code, out, err = gridspool("map", "test", "m.xml")
expect("a new one", (code, "--accept takes" in out, "0 passed, 1 failed" in out, err), (1, True, True, ""))
code, out, err = gridspool("map", "test", "--accept", "m.xml")
expect("accepted", (code, "accepted  m.test/one" in out, "+ BCT*PC*AW26" in out), (0, True, True))
with open("m.test/one/expected.edi", encoding="utf-8") as f:
    made = f.read()
expect("the numbers of the case", ("*000000042*" in made, "\n" in made, "~GE*1*7~" in made), (True, False, True))
expect("again", gridspool("map", "test"), (0, "ok        m.test/one\n1 passed, 0 failed, 0 accepted\n", ""))
expect("again, quiet", gridspool("map", "test", "--quiet", "."), (0, "", ""))
expect("from elsewhere", subprocess.run([PROGRAM, "map", "test", os.path.abspath("m.xml")], cwd="/", capture_output=True).returncode, 0)

# the map has changed: in the words of the format
change("m.xml", "LIN02=\"'VN'\"", "LIN02=\"'SK'\"")
change("m.xml", "<PID ", "<PID if=\"item-number() > 1\" ")
code, out, err = gridspool("map", "test")
expect("changed", (code, err, "segment 3 changed:" in out, "LIN02: expected 'VN', found 'SK'" in out, "removed:\n    - PID*F*08***" in out),
       (1, "", True, True, True))
code, out, err = gridspool("map", "test", "--json")
answer = json.loads(out)
first = answer["cases"][0]["differences"][0]
expect("as JSON", (code, answer["failed"], first["kind"], first["segment"], first["values"]),
       (1, 1, "changed", "LIN", [{"ref": "LIN02", "was": "VN", "is": "SK"}]))

# findings are expected, too, and file names do not depend on where one stands
change("m.test/one/items.json", "ACTIVE", "ACTIVE\", \"x\": \"")
change("m.xml", "<key ", "<require test=\"false()\" field=\"sku\" code=\"NEVER-TRUE\" stop=\"none\">No.</require><key ")
gridspool("map", "test", "--accept")
with open("m.test/one/expected.findings", encoding="utf-8") as f:
    found = [json.loads(line) for line in f]
expect("findings", (found[0]["code"], found[0]["file"]), ("NEVER-TRUE", "items.json"))
change("m.xml", "stop=\"none\">No.", "stop=\"none\">Yes.")
code, out, err = gridspool("map", "test")
expect("other findings", (code, "line 1 changed:" in out, "\"rule\":\"Yes.\"" in out), (1, True, True))

# a case whose items are all set aside has findings only, and says how they differ; what is empty has no file
change("m.xml", "stop=\"none\">Yes.", "stop=\"item\">Yes.")
expect("all set aside", (gridspool("map", "test", "--accept")[0], sorted(os.listdir("m.test/one"))),
       (0, ["case.xml", "expected.findings", "items.json"]))
expect("as expected", gridspool("map", "test", "--quiet"), (0, "", ""))
change("m.xml", ">Yes.", ">Never.")
code, out, err = gridspool("map", "test")
expect("other findings, no output", (code, "line 1 changed:" in out, "\"rule\":\"Never.\"" in out), (1, True, True))

# characters that the target lacks, as convert --characters has it
os.makedirs("c.test/one")
shutil.copy(os.path.join(TOP, "maps", "examples", "01-first", "map.xml"), "c.xml")
shutil.copy(os.path.join(TOP, "tests", "golden", "convert-characters.json"), "c.test/one/items.json")
with open("c.test/one/case.xml", "w", encoding="utf-8") as f:
    f.write(CASE.replace("<envelope ", "<envelope characters=\"transliterate\" "))
gridspool("map", "test", "--accept", "c.xml")
with open("c.test/one/expected.edi", encoding="utf-8") as f, open("c.test/one/expected.findings", encoding="utf-8") as found:
    made = f.read()
    expect("another spelling", ("5 - 6 m" in made, json.loads(found.readline())["code"]), (True, "VALUE-CHANGED"))
change("c.test/one/case.xml", "transliterate", "transcribe")
code, out, err = gridspool("map", "test", "c.xml")
expect("no such spelling", (code, "c.test/one/case.xml" in err, "expected reject, transliterate or replace" in err), (78, True, True))

# what cannot be run
change("m.test/one/case.xml", "<input ", "<inptu ")
code, out, err = gridspool("map", "test", "m.xml")
expect("a slip of the pen", (code, "did you mean 'input'?" in err, "m.test/one/case.xml:2:1:" in err), (78, True, True))
expect("no such case", gridspool("map", "test", "--case", "two", "m.xml")[0], 64)
expect("no such map", gridspool("map", "test", "n.xml")[0], 65)
with open("m.test/one/case.xml", "w", encoding="utf-8") as f:
    f.write(CASE.replace("items.json", "none.json"))
code, out, err = gridspool("map", "test", "m.xml")
expect("no input", (code, "none.json" in out), (1, True))

# what convert has as options of EDIFACT, a case has, too; a variable is there once
write = lambda path, text: open(path, "w", encoding="utf-8").write(text)
write("e.xml", """<map xmlns="urn:gridspool:map:1" name="e"><source format="csv"/><target format="edifact" version="D96A" message="PRICAT"/>
<key value="sku"/><message><BGM BGM01-1="'9'" BGM02="'C1'"/><DTM DTM01-1="'137'" DTM01-2="'20261123'" DTM01-3="'102'"/>
<item><PGI PGI01="'11'"/><loop><LIN LIN01="item-number()" LIN03-1="sku" LIN03-2="'SA'"/><loop><PRI PRI01-1="'AAA'" PRI01-2="price"/></loop></loop></item></message></map>""")
os.makedirs("e.test/one")
write("e.test/one/items.csv", "sku,price\nA?\N{RIGHTWARDS ARROW},1.50\n")
EDI = """<case xmlns="urn:gridspool:case:1" date="2026-11-23"><input file="items.csv"/>%s
<envelope repertoire="UNOC:3" una="yes" groups="yes" release="!" decimal-mark="," association="EAN009" newline="no" characters="replace"/></case>"""
write("e.test/one/case.xml", EDI % "")
expect("EDIFACT", gridspool("map", "test", "--accept", "e.xml")[::2], (0, ""))
with open("e.test/one/expected.edi", encoding="utf-8") as f:
    made = f.read()
expect("its envelope", ["UNA:+,! '" in made, "UNG+PRICAT" in made, "UN:EAN009" in made, "A??:SA" in made, "PRI+AAA:1,50" in made], [True] * 5)
write("e.test/one/case.xml", EDI.replace("groups=\"yes\"", "groups=\"maybe\"") % "")
code, out, err = gridspool("map", "test", "e.xml")
expect("neither yes nor no", (code, "groups=\"maybe\": expected yes or no" in err), (78, True))
write("e.test/one/case.xml", EDI % "<set name=\"agreement/a\" value=\"1\"/><set name=\"agreement/a\" value=\"2\"/>")
code, out, err = gridspool("map", "test", "e.xml")
expect("set twice", (code, "agreement/a: it is there twice, '1' and '2'" in err), (78, True))
code, out, err = gridspool("convert", "--map", "e.xml", "--set", "agreement/a=1", "--set", "agreement/a=2", "e.test/one/items.csv")
expect("set twice on a command line", (code, "agreement/a: it is there twice" in err), (64, True))


# our own: each has cases, comes out as expected, and every line of it runs
def is_map(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return path.endswith(".xml") and '<map xmlns="urn:gridspool:map:1"' in f.read()


seen = 0
for folder, _, names in sorted(os.walk(os.path.join(TOP, "maps"))):
    for path in (os.path.join(folder, name) for name in names):
        if not is_map(path):
            continue
        seen += 1
        expect(f"{path}: a folder of cases beside it", os.path.isdir(path[:-4] + ".test"), True)
        code, out, err = gridspool("map", "test", path)
        expect(path, (code, err), (0, "")) if code == 0 else sys.exit(out + err)
        code, out, err = gridspool("map", "coverage", "--quiet", path)
        expect(f"{path}: expressions that no case runs", (code, out if code else "", err), (0, "", ""))
expect("our own maps", seen >= 20, True)
