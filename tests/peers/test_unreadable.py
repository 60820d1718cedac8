#!/usr/bin/env python3
"""A file of ours that cannot be read at the moment, since the disk fails, waits for the next run and stops no other."""
import os
import sys
import tempfile

import night
from night import check

sys.path.insert(0, os.path.join(night.ROOT, "tests", "fault"))
import parts  # noqa: E402  (the folder has to be known first)
import scene  # noqa: E402


def each_opening(scenario, wanted):
    """Each opening of a file that is wanted fails once with EIO, by whichever process; yields what that run did."""
    parts.build(parts.BUILD)
    with tempfile.TemporaryDirectory() as top:
        s = scene.scenarios([scenario])[scenario]().open(top)
        try:
            s.undisturbed()
            places = [at for at, name, what in parts.recorded(s, calls="io") if name == "openat2" and wanted(what)]
            check(places, "the calls are not there")
            for at in places:
                s.restore()
                yield at, parts.Struck(s, "--at", at, "--do", "errno=5", calls="io")
                wrong = parts.recovered(s)
                check(not wrong, at, wrong)
        finally:
            s.close()


def test_outbox():
    for at, struck in each_opening("send-directory", lambda what: "outbox/acme" in what and what.endswith(".x12")):
        check(struck.code == 1 and "UNREADABLE" in struck.err, at, struck.code, struck.err)
        check("CHANGED-BY-HAND" not in struck.err, "a disk that fails is nobody's hand:", struck.err)


def test_lineage():
    """Which items an answer names cannot be told now: it waits, and holds nothing that it did not refuse."""
    waited = 0
    for at, struck in each_opening("item-refused", lambda what: what.endswith(".lineage") and "sent/acme" in what):
        check(struck.code in (1, 74) and "untraced" not in struck.err, at, struck.code, struck.err)
        waited += "not-ingested" in struck.err and ".lineage" in struck.err
    check(waited > 0, "no answer waited")


if __name__ == "__main__":
    night.main(test_outbox, test_lineage)
