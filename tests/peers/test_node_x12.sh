#!/usr/bin/env bash
# node-x12 parses the envelopes of X12 that is right and refuses what is wrong. When
# build/gridspool is there, what it wrote is checked by the tests of the whole program.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$here/npm/install" || exit $?
python3 - "$here" "$work" <<'PY'
import os, sys
here, work = sys.argv[1:]
sys.path.insert(0, os.path.join(here, "grid"))
import test_grid as t
good = t.wrap([t.catalogue(), t.catalogue(("B1",), st02="0002")], 905, 17)
for name, text in (("good", good), ("count", good.replace("IEA*1", "IEA*2")),
                   ("two", good + t.wrap([t.catalogue()], 906, 18))):
    with open(os.path.join(work, name), "w", encoding="latin-1") as f:
        f.write(text)
PY
node "$here/npm/envelopes.js" "$work/good" >"$work/good.json"
node "$here/npm/envelopes.js" "$work/two" >"$work/two.json"
if node "$here/npm/envelopes.js" "$work/count" 2>/dev/null; then
	echo "node-x12 took a wrong count in IEA01"
	exit 1
fi
python3 - "$work" <<'PY'
import json, os, sys
with open(os.path.join(sys.argv[1], "good.json")) as f:
    one, = json.load(f)["interchanges"]
group, = one["groups"]
assert int(one["isa13"]) == int(one["iea02"]) == 905, one
assert (one["sender"], one["receiver"]) == (["ZZ", "HEARTHLOOM"], ["ZZ", "ACME"]), one
assert (group["gs01"], int(group["gs06"]), group["gs08"]) == ("SC", 17, "004010"), group
assert [(s["st02"], s["items"]) for s in group["sets"]] == [("0001", 3), ("0002", 1)], group
assert all(int(s["se01"]) == s["segments"] for s in group["sets"]), group
with open(os.path.join(sys.argv[1], "two.json")) as f:
    assert [int(i["isa13"]) for i in json.load(f)["interchanges"]] == [905, 906]
PY
