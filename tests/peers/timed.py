"""A small environment whose wall clock the test sets, and agreements that begin at times of their own.

    with timed.Timed("2026-11-26T00:00", {"acme": timed.when("Europe/Berlin", "02:00")}) as n:
        n.night("2026-11-26T01:00")
"""
import datetime
import os
import re
import subprocess
import time

import small
from night import MEMORY, ROOT

SHIM = os.path.join(ROOT, "tests", "fault", "shim.c")


def seconds(text):
    """UTC seconds of "2026-11-26T02:00"."""
    return int(datetime.datetime.fromisoformat(text + "+00:00").timestamp())


class Timed(small.Small):
    """The wall clock of the program is where the test sets it; each partner's agreement may have a <when>."""

    def __init__(self, now, when=None, **more):
        self.when = when or {}
        self.count = 0
        super().__init__(top=MEMORY, **more)
        shim = os.path.join(self.top, "shim.so")
        subprocess.run([os.environ.get("CC") or "cc", "-shared", "-fPIC", "-O1", "-DCLOCK_ONLY", "-o", shim, SHIM], check=True)
        self.environ = {k: os.environ.get(k) for k in ("LD_PRELOAD", "FAULT_CLOCK", "ASAN_OPTIONS")}
        os.environ["LD_PRELOAD"] = shim
        os.environ["ASAN_OPTIONS"] = "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")
        self.set(now)

    def close(self):
        for k, v in getattr(self, "environ", {}).items():
            os.environ.pop(k, None)
            if v is not None:
                os.environ[k] = v
        super().close()

    def set(self, now):
        os.environ["FAULT_CLOCK"] = str((seconds(now) if isinstance(now, str) else now) - int(time.time()))

    def write_agreement(self, name, *args, **more):
        """Nobody answers here, so nobody waits for it."""
        super().write_agreement(name, *args, extra='accepted-at="sent"', **more)
        text = re.sub("<expect[^>]*>", "", self.text("bundle/agreements/%s.xml" % name))
        self.write("bundle/agreements/%s.xml" % name, text.replace("</agreement>", self.when.get(name, "") + "</agreement>"))

    def night(self, now, expect=0):
        """A run at that time, with something new to send; what it said."""
        self.set(now)
        self.count += 1
        self.items("%d.json" % self.count, ("SKU-1", "Mug %d" % self.count))
        return self.run(expect=expect)

    def sent(self):
        return {p: len(self.mail(p)) for p in self.partners}


def when(zone="UTC", at="02:00", more=""):
    """A <when> of one or several times of the day."""
    return '<when zone="%s"%s>%s</when>' % (zone, more, "".join('<at time="%s"/>' % a for a in at.split()))
