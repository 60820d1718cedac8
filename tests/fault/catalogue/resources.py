"""Too little of something."""
import os
import subprocess

import night
import small
from night import check, equal


def R2():
    """Sixteen descriptors are too few: a message that says so, and the next run goes on."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        ran = n.program("status")
        check(ran.code == 0, ran)
        few = os.path.join(n.top, "few.sh")
        with open(few, "w", encoding="utf-8") as f:
            f.write('ulimit -n 16\nexec "$@"\n')
        done = subprocess.run(["bash", few, night.GRIDSPOOL, "run", "--env", n.env], capture_output=True, text=True, timeout=60)
        check(done.returncode in (0, 1, 74), done)
        check(done.returncode == 0 or "open files" in done.stderr or "descriptors" in done.stderr, done)
        n.run(expect=None)
        n.run(expect=None)
        equal(len(n.mail("acme")), 1, "what was sent")
        n.check_sound()


def R6():
    """Standard output and error are closed, or nobody reads them: the run does its work."""
    with small.Small(kind="events") as n:
        for k, end in enumerate((">&- 2>&-", "| true", "2>&1 | true")):
            n.items("%d.json" % k, ("SKU-%d" % k, "Mug"))
            subprocess.run(["bash", "-c", '"$0" run --env "$1" ' + end, night.GRIDSPOOL, n.env], timeout=60, check=False)
        equal(len(n.mail("acme")), 3, "what was sent")
        n.check_sound()
