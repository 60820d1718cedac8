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


def test_outbox():
    """Each opening of a file in outbox/ fails once with EIO, by whichever process."""
    parts.build(parts.BUILD)
    with tempfile.TemporaryDirectory() as top:
        s = scene.scenarios(["send-directory"])["send-directory"]().open(top)
        try:
            s.undisturbed()
            places = [at for at, name, what in parts.recorded(s, calls="io")
                      if name == "openat2" and "outbox/acme" in what and what.endswith(".x12")]
            check(len(places) >= 2, "the calls are not there:", places)
            for at in places:
                s.restore()
                struck = parts.Struck(s, "--at", at, "--do", "errno=5", calls="io")
                check(struck.code == 1 and "UNREADABLE" in struck.err, at, struck.code, struck.err)
                check("CHANGED-BY-HAND" not in struck.err, "a disk that fails is nobody's hand:", struck.err)
                wrong = parts.recovered(s)
                check(not wrong, at, wrong)
        finally:
            s.close()


if __name__ == "__main__":
    night.main(test_outbox)
