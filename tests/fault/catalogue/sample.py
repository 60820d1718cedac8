"""For rows of the catalogue: one scenario of the proof, disturbed at a few of its points."""
import contextlib
import tempfile
import time

import disk
import night
import parts
import scene


@contextlib.contextmanager
def scenario(name, part=""):
    """A scenario that was run once undisturbed, so that what is owed is known."""
    if part == "power" and disk.cannot():
        night.skip(disk.cannot())
    parts.build(parts.BUILD)
    with tempfile.TemporaryDirectory(prefix="sample.", dir=night.MEMORY) as top:
        s = parts.opened(part, scene.scenarios([name])[name], top)
        try:
            s.undisturbed()
            yield s
        finally:
            s.close()


def points(name, part, wanted=lambda point: True, seconds=6, least=5):
    """As many points of a part as the time allows, evenly spread, each of which must leave all in order."""
    with scenario(name, part) as s:
        found = [p for p in parts.points(part, s) if wanted(p)]
        night.check(len(found) >= least, "only", len(found), "points")
        begun, done, step = time.monotonic(), 0, 0.6180339887 * len(found)
        while done < len(found) and (done < least or time.monotonic() - begun < seconds):
            point = found[int(done * step) % len(found)]
            wrong, struck = parts.one(part, s, point)
            night.check(not wrong, name, part, point, struck, wrong)
            done += 1
