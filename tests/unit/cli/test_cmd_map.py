#!/usr/bin/env python3
"""gridspool map check with an environment: its maps as a run loads them, narrowed to the files that were asked for."""
import json
import os
import shutil

from program import expect, gridspool

TOP = os.environ["TEST_TOP"]
FIRST = os.path.join(TOP, "maps", "examples", "01-first", "map.xml")

expect("init", gridspool("init", "m")[0], 0)
os.makedirs("m/bundle/maps", exist_ok=True)
shutil.copy(FIRST, "m/bundle/maps/good.xml")
expect("a good one", gridspool("map", "check", "--env", "m"), (0, "", ""))
with open(FIRST, encoding="utf-8") as f:
    text = f.read()
with open("m/bundle/maps/wrong.xml", "w", encoding="utf-8") as f:
    f.write(text.replace('LIN03="sku"', 'LIN03="sk("'))
code, out, err = gridspool("map", "check", "--env", "m")
expect("a wrong one", (code, out.startswith("maps/wrong.xml:"), err), (78, True, ""))
expect("narrowed to it", gridspool("map", "check", "--env", "m", "m/bundle/maps/wrong.xml"), (78, out, ""))
expect("narrowed to the other", gridspool("map", "check", "--env", "m", "maps/good.xml"), (0, "", ""))
code, out, err = gridspool("map", "check", "--json", "--env", "m")
answer = json.loads(out)
expect("as JSON", (code, answer["ok"], answer["errors"] > 0, answer["faults"][0]["file"]), (78, False, True, "maps/wrong.xml"))
expect("no environment", gridspool("map", "check", "--env", "n")[0], 65)
expect("nothing named", gridspool("map", "check")[0], 64)
code, out, err = gridspool("map", "check", "--env", "m", "maps/god.xml")
expect("no such map there", (code, out, "maps/god.xml" in err, "did you mean 'maps/good.xml'?" in err), (65, "", True, True))
with open("m/environment.xml", encoding="utf-8") as f:
    environment = f.read()
with open("m/environment.xml", "w", encoding="utf-8") as f:
    f.write(environment.replace("<retention", "<retetnion", 1))
code, out, err = gridspool("map", "check", "--env", "m", "maps/good.xml")
expect("a broken environment is told", (code, "environment.xml" in out, "wrong.xml" in out), (78, True, False))

# format show with a guide: what the guide forbids is marked, and lengths and repetitions are narrowed
code, out, err = gridspool("format", "show", "--json", "--guide", "guides/acme-832.xml", "004010/832")
message = json.loads(out)
nodes = {node.get("segment") or node.get("loop"): node for node in message["nodes"]}
expect("the guide", (code, message["guide"], nodes["CUR"].get("used", True), nodes["DTM"]["max"]), (0, "ACME price catalog", False, 2))
expect("no such guide", gridspool("format", "show", "--guide", "guides/no.xml", "004010/832")[0], 78)
