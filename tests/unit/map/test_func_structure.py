#!/usr/bin/env python3
"""A PRICAT read by pair() and by the numbers of components gives what it gives by designators."""
import json
import os
import subprocess
import sys

TOP, PROGRAM = os.environ["TEST_TOP"], os.environ["GRIDSPOOL"]

MAP = """<map xmlns="urn:gridspool:map:1" name="m">
<source format="edifact" version="D01B" message="PRICAT" item="SG36"/>
<key value="LIN/LIN01"/>
<target format="json"/>
<item><object><array name="a" each="%s"><string value="."/></array></object></item>
</map>
"""

LINES = ("UNB+UNOC:3+9521000000004:14+9521000101111:14+261123:0200+1++++++1'\n"
         "UNH+1+PRICAT:D:01B:UN'\nBGM+9+AW26+9'\nDTM+137:20261123:102'\nPGI+11'\n"
         "LIN+1++614141007349:SRV'\nPIA+1+T-1:SA+K7:BP'\nPIA+5+X9:MF'\nIMD+F++:::Towel'\n"
         "LIN+2++9521000101128:SRV'\nPIA+1+R-2:SA'\nIMD+F++:::Rug'\n"
         "UNT+12+1'\nUNZ+1+1'\n")


def convert(expression):
    with open("m.xml", "w", encoding="utf-8") as f:
        f.write(MAP % expression.replace("'", "&apos;"))
    with open("in.edi", "w", encoding="utf-8") as f:
        f.write(LINES)
    done = subprocess.run([PROGRAM, "convert", "--map", "m.xml", "in.edi"], capture_output=True, timeout=60)
    return [json.loads(line).get("a", []) for line in done.stdout.splitlines()], done.stderr.decode()


def gives(expression, want):
    got, err = convert(expression)
    if got != want:
        sys.exit(f"{expression}: expected {want}, found {got}: {err}")


def refused(expression, want):
    got, err = convert(expression)
    if got or want not in err:
        sys.exit(f"{expression}: expected {want!r}, found {got}: {err}")


gives("PIA/PIA02-1", [["T-1", "X9"], ["R-2"]])
gives("PIA/C212.7140", [["T-1", "X9"], ["R-2"]])
gives("PIA/C212.7143", [["SA", "MF"], ["SA"]])
gives("IMD/C273.7008", [["Towel"], ["Rug"]])
gives("pair(PIA, 'SA')", [["T-1"], ["R-2"]])
gives("pair(PIA, 'BP') | pair(PIA, 'MF')", [["K7", "X9"], []])
gives("pair(LIN, 'SRV')", [["614141007349"], ["9521000101128"]])
gives("pair($message/DTM, '137')", [["20261123"], ["20261123"]])
gives("pair(PIA, 'T-1')", [[], []])
refused("IMD/C212.9999", "m.xml:5:41: each: 'C212.9999' is the number of a component")
refused("C212.7140", "m.xml:5:37: each: 'C212.7140' is the number of a component: write its segment")
