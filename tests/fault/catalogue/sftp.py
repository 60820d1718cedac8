"""Partners' SFTP servers, and the line to them."""
import os
import subprocess
import sys

import night
from night import check

FAULT = os.path.join(night.ROOT, "tests", "fault", "run")


def V4():
    """The connection is cut, stalls or garbles at any byte: what was on its way comes once, and no cut is taken for a
    refusal of our key (CONNECTION-LOST, not AUTH-REFUSED). `make proof P=bytes` does all bytes, this a sample."""
    done = subprocess.run([sys.executable, FAULT, "--points", "60", "--seed", "V4", "--jobs", "1", "bytes"],
                          capture_output=True, text=True)
    check(done.returncode == 0, done.stdout + done.stderr)
