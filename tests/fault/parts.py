"""The parts of the proof: which points a scenario has, and what is done at one of them.

A point is a text that says all that is needed to do it again: `tests/fault/run` prints it when something was wrong.
"""
import os
import random
import re
import subprocess

import disk
import proxy
import scene

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(scene.ROOT, "build", "fault")
STRIKE = os.path.join(BUILD, "strike")
KILLS = ("kill-before", "kill-after", "all-after")
CUT_BY = ("reset", "end")
OTHERWISE = ((31, "flip"), (211, "stall"), (401, "drip"))   # one byte in so many
ALLOC_STEP = 150    # the larger, the more allocations are tried
ONLY = ""           # of errno: points at this call and no other
EACH_KIND = 2       # errno, power: of all calls of a process that are alike, so many from each end
EACH_CALL = 4       # of calls that a process makes alike many times in a row, so many from each end
# Which errors a call can have. Linux's numbers.
ERRORS = {"EPERM": 1, "EINTR": 4, "EIO": 5, "ENOMEM": 12, "EACCES": 13, "EMFILE": 24, "ENOSPC": 28, "EROFS": 30,
          "EPIPE": 32, "EDQUOT": 122, "ECONNRESET": 104, "EAGAIN": 11}
WRITES = ("EIO", "ENOSPC", "EDQUOT", "EROFS")
CAN_FAIL = {
    "write": WRITES + ("EINTR", "EPIPE"), "pwrite64": WRITES + ("EINTR",), "writev": WRITES, "ftruncate": WRITES,
    "copy_file_range": WRITES, "sendfile": WRITES, "fallocate": WRITES, "fsync": ("EIO", "ENOSPC", "EDQUOT"),
    "fdatasync": ("EIO", "ENOSPC"), "renameat2": WRITES + ("EACCES",), "renameat": WRITES, "rename": WRITES,
    "linkat": WRITES, "link": WRITES, "unlink": ("EIO", "EROFS", "EACCES"), "unlinkat": ("EIO", "EROFS", "EACCES"),
    "mkdir": WRITES, "mkdirat": WRITES + ("EACCES",), "fchmod": ("EIO", "EROFS", "EPERM"),
    "openat": ("EIO", "EMFILE", "ENOSPC", "EACCES", "EINTR"), "openat2": ("EIO", "EMFILE", "ENOSPC", "EACCES", "EINTR"),
    "open": ("EIO", "EMFILE", "EACCES"), "read": ("EIO", "EINTR"), "pread64": ("EIO", "EINTR"), "close": ("EIO",),
    "newfstatat": ("EIO", "EACCES"), "fstat": ("EIO",), "lseek": ("EIO",), "getdents64": ("EIO",), "flock": ("EIO",),
    "fcntl": ("EIO",), "sendto": ("EPIPE", "ECONNRESET", "EINTR"), "sendmsg": ("EPIPE", "EINTR"),
    "recvfrom": ("ECONNRESET", "EINTR"), "recvmsg": ("ECONNRESET", "EINTR"), "socketpair": ("EMFILE", "ENOMEM"),
    "socket": ("EMFILE",), "clone": ("EAGAIN", "ENOMEM"), "memfd_create": ("EMFILE", "ENOMEM"),
    "getrandom": ("EINTR",), "poll": ("EINTR", "ENOMEM"), "utimensat": ("EIO", "EROFS"), "fchmodat": ("EIO", "EROFS"),
}


IN_DOUBT = " -> in doubt"      # where a person has to ask the partner
KILLED = 137        # what strike leaves with when the program was
NOT_REACHED = "(not reached)"     # instead of a call: the command took another way, and nothing befell it


def build(folder):
    """The tools that are written in C, when their sources are newer; others may be building, or using, them now."""
    os.makedirs(folder, exist_ok=True)
    for product, name, *flags in ((STRIKE, "strike.c"), (scene.SHIM, "shim.c", "-shared", "-fPIC")):
        source = os.path.join(HERE, name)
        if not os.path.exists(product) or os.path.getmtime(product) < os.path.getmtime(source):
            made = "%s.%d" % (product, os.getpid())
            subprocess.run([os.environ.get("CC", "gcc"), "-std=gnu11", "-O2", "-Wall", "-Wextra", *flags,
                            "-o", made, source], check=True)
            os.rename(made, product)


class Struck:
    """What came of one command that was disturbed."""

    def __init__(self, s, *flags, calls="change", seconds=30, env=None):
        report = os.path.join(s.aside, "strike.report")
        done = subprocess.run([STRIKE, "--report", report, "--calls", calls, "--seconds", str(seconds), *flags,
                               "--", *s.argv], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", cwd=s.n.top, timeout=seconds + 10, env=env)
        with open(report, encoding="utf-8", errors="replace") as f:
            self.lines = f.read().splitlines()
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.struck = next((line[7:] for line in self.lines if line.startswith("struck ")), "")
        if "strike: power: " in self.err:
            raise AssertionError(self.err)

    def wrong(self):
        return (["CRASHED " + line for line in self.lines if line.startswith("died ")] +
                ["STUCK the command hung" for line in self.lines if line == "hung"])


def recorded(s, calls="change", env=None):
    """The listed calls of the scenario's command, nobody disturbing: [("P:N", name, what)]."""
    s.restore()
    lines = [line.split(" ", 2) for line in Struck(s, calls=calls, env=env).lines]
    return [(w[0], w[1], w[2] if len(w) > 2 else "") for w in lines if re.match(r"\d+:\d+$", w[0])]


def thinned(calls):
    """Without the middle of what is alike: many writes in a row to one file."""
    kept, same, run = [], None, []
    for call in calls + [("", "", "")]:
        key = (call[0].split(":")[0], call[1], re.sub(r"\d+", "0", call[2]))
        if key != same:
            kept += run if len(run) <= 2 * EACH_CALL else run[:EACH_CALL] + run[-EACH_CALL:]
            same, run = key, []
        run.append(call)
    return kept


def recovered(s):
    """Everything after the disturbance, as an operator's nights go on."""
    wrong = []
    try:
        s.settle()
    except AssertionError as e:
        wrong.append("STUCK %s" % e)
    return wrong + s.wrong()


# --- kill ---

def kill_points(s):
    """Before and after each call that changes something; one in ten also kills what recovers from it."""
    found = []
    for at, name, _ in thinned(recorded(s)):
        found += ["%s %s" % (at, deed) for deed in KILLS]
        if int(at.split(":")[1]) % 5 == 0:
            found.append("%s kill-after twice" % at)
    return found


def kill(s, point):
    at, deed, *twice = point.split(" ")
    steps = changes(s) if twice else 0
    s.restore()
    first = Struck(s, "--at", at, "--do", deed)
    wrong = first.wrong() + ([] if first.code == KILLED else unclear(first, point))
    if s.whole_ledger():
        wrong += scene.invariants.check(s.n.env, s.boxes(), s.before, moving=True)
    if not twice:
        return wrong + recovered(s), first.struck
    # a kill in the run that recovers, too
    second = Struck(s, "--at", "0:%d" % random.Random(point).randint(1, steps), "--do", "kill-after")
    return wrong + second.wrong() + recovered(s), first.struck and "%s, then %s" % (first.struck, second.struck or "nothing")


def changes(s):
    """How many steps the command itself takes, nobody disturbing; looked up once a scenario."""
    if not hasattr(s, "steps"):
        s.steps = sum(1 for at, _, _ in recorded(s) if at.startswith("0:"))
    return s.steps


# --- errno ---

def alike(calls):
    """Calls of one process that do the same to files of the same kind, all definitions being one: a list of each."""
    found = {}
    for call in calls:
        key = (call[0].split(":")[0], call[1], re.sub(r"[0-9a-f]{16,}|\d+|[\w-]+\.xml\b", "0", call[2]))
        found.setdefault(key, []).append(call)
    return found.values()


def ends_alike(calls):
    """Of calls that are alike the first and last few, a list of each kind."""
    return [same if len(same) <= 2 * EACH_KIND else same[:EACH_KIND] + same[-EACH_KIND:] for same in alike(calls)]


def deed_of(name, at, n):
    """What the n-th of calls alike suffers: each one of the errors in turn; scenarios begin with different ones."""
    errors = CAN_FAIL.get(name, ()) + (("short",) if name in ("write", "pwrite64", "read", "pread64") else ())
    if not errors:
        return []
    first = int(at.split(":")[1])
    error = errors[(first + n) % len(errors)]
    lasting = error in ("ENOSPC", "EIO", "EROFS", "EMFILE") and first % 3 == 0
    return ["%s %s" % (at, error if error == "short" else ("errno+=" if lasting else "errno=") + error)]


def of_the_program(s, calls):
    """Without those by which a shell starts what a scenario has beside the program: what it says then is not ours."""
    forks = [c for c in calls if c[0].startswith("0:") and c[1] == "clone"]
    return [c for c in calls if c not in forks[:s.shell_forks]]


def errno_points(s):
    """Calls that may fail, each with one of its errors: once, or from there on."""
    found = []
    with Counts(s) as counts:
        calls = recorded(s, calls="io", env=counts.env)
    # without the loader, before there is a program, and what counts
    calls = [c for c in calls if not re.search(r"(^|\s)((/usr)?/lib|/etc/ld\.so)|/(shim\.so|alloc\.counts)\s*$", c[2])]
    for some in ends_alike(of_the_program(s, calls)):
        for n, (at, name, _) in enumerate(some):
            if not ONLY or name == ONLY:
                found += deed_of(name, at, n)
    return found


def unclear(done, point):
    """A status that is not documented, or no sentence that says what happened."""
    if done.code == 124:
        return []       # it hung, which is told
    if done.code not in scene.STATUSES:
        return ["UNCLEAR status %d: %s" % (done.code, done.err[-300:])]
    struck = getattr(done, "struck", "")
    if re.search(r"^\d+:\d+ write pipe:", struck) or re.search(r"^\d+:\d+ write ", struck) and "errno+=" in point:
        return []       # the sentence itself could not be written
    said = done.out + done.err      # check tells what it finds on standard output
    if done.code != 0 and not re.search(r"\S: \S", said):
        return ["UNCLEAR status %d and no sentence: %r" % (done.code, said[-300:])]
    if re.search(r"unknown error|\(null\)|Success\b", said, re.I):
        return ["UNCLEAR %r" % said[-300:]]
    return []


def errno(s, point):
    at, deed = point.split(" ")
    usual = left_over(s)
    s.restore()
    name, _, error = deed.partition("=")
    with Counts(s) as counts:
        first = Struck(s, "--at", at, "--do", name + "=" + str(ERRORS[error]) if error else deed, calls="io", env=counts.env)
        wrong = first.wrong() + unclear(first, point) + leaked(usual, counts.left_over())
    return wrong + recovered(s), first.struck


def left_over(s):
    """What an undisturbed program has at its end, see Counts; looked up once a scenario."""
    if not hasattr(s, "left_over"):
        with Counts(s) as counts:
            recorded(s, env=counts.env)
            s.left_over = counts.left_over()
        if not s.left_over and s.argv[0] == scene.night.GRIDSPOOL:
            raise AssertionError("%s undisturbed does not come to its end" % s.name)
    return s.left_over


def leaked(usual, now):
    """More memory or descriptors than that."""
    return ["LEAKED %d %s more than undisturbed" % (n - u, what)
            for what, n, u in zip(("pieces of memory", "descriptors"), now, usual) if n > u]


# --- alloc ---

class Counts:
    """What shim.c counts of a program that is run in env."""

    def __init__(self, s):
        self.path = os.path.join(s.aside, "alloc.counts")
        self.env = scene.shimmed(FAULT_COUNTS=self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.unlink(self.path)

    def numbers(self):
        return memoryview(scene.invariants.read(self.path)).cast("q")

    def of_processes(self):
        """Allocations, one number a process."""
        numbers = self.numbers()
        return list(numbers[1:1 + numbers[0]])

    def left_over(self):
        """(pieces of memory, descriptors) at the program's end; nothing when it had none."""
        ended, live, still_open = self.numbers()[-3:]
        return (live, still_open) if ended else ()


def alloc_points(s):
    """Allocations of each process: the first hundred one by one, then ever wider apart; once, and from there on."""
    found = []
    s.restore()
    with Counts(s) as counts:
        subprocess.run(s.argv, stdin=subprocess.DEVNULL, capture_output=True, cwd=s.n.top, timeout=60, check=False,
                       env=counts.env)
        allocations = counts.of_processes()
    for process, last in enumerate(allocations):
        if process == 0 and s.shell_forks:
            continue        # the shell's own, which dies of it
        n = 1
        while n <= last:
            found.append("%d:%d%s" % (process, n, "+" if n % 2 else ""))
            n += max(1, n // ALLOC_STEP)
    return found


def alloc(s, point):
    s.restore()
    with Counts(s) as counts:
        done = scene.night.Ran(subprocess.run(
            s.argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", cwd=s.n.top, timeout=60,
            env=dict(counts.env, FAULT_ALLOC=point)))
        process, n = point.rstrip("+").split(":")
        made = counts.of_processes()[int(process):int(process) + 1]
    wrong = unclear(done, point) + ["CRASHED " + line for line in done.err.splitlines() if re.search(r"died \(signal", line)]
    if done.code < 0:
        wrong.append("CRASHED by signal %d: %s" % (-done.code, done.err[-200:]))
    if s.whole_ledger() and s.ledger("SELECT 1 FROM unit WHERE attempts > 0 UNION SELECT 1 FROM received WHERE attempts > 0"):
        wrong.append("WRONG an attempt was counted: %s" % done)
    if point.startswith("0:") and done.code not in (0, 1, 71):
        wrong.append("UNCLEAR status %d instead of 71: %s" % (done.code, done.err[-200:]))
    return wrong + recovered(s), "allocation" if made and made[0] >= int(n) else ""


# --- power ---

def power_points(s):
    """Before calls that change something: once with the journal written and data lost, once with neither."""
    return ["%s power=%d" % (at, flag) for some in ends_alike(recorded(s)) for at, _, _ in some
            for flag in disk.CUTS]


def power(s, point):
    at, deed = point.split(" ")
    s.restore()
    first = Struck(s, "--at", at, "--do", "%s:%s" % (deed, s.disk.folder))
    wrong = first.wrong()
    s.disk.remount()
    if s.whole_ledger():
        wrong += scene.invariants.check(s.n.env, s.boxes(), s.before, moving=True)
    return wrong + recovered(s), first.struck


# --- bytes ---

def bytes_points(s):
    """Bytes of each connection, both ways: cut there; for some, other things that befall a line. Connections of which
    nothing differs are one."""
    line, = s.lines.values()
    s.restore()
    line.arm()
    plain(s)
    found = []
    for connection, passed in enumerate(line.passed):
        if passed in line.passed[:connection]:
            continue
        for direction, count in sorted(passed.items()):
            for at in range(0, count, s.each_byte):
                deeds = [CUT_BY[at % 2]] + [deed for every, deed in OTHERWISE if at % every == 0]
                found += ["%d:%s:%d %s" % (connection, direction, at, deed) for deed in deeds]
    return found


def plain(s, seconds=60):
    return scene.night.Ran(subprocess.run(s.argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                          errors="replace", cwd=s.n.top, timeout=seconds))


def cut(s, point):
    where, deed = point.split(" ")
    connection, direction, at = where.split(":")
    line, = s.lines.values()
    s.restore()
    line.arm(int(connection), direction, int(at), deed)
    ran = plain(s)
    reached = "byte" if line.done else ""
    line.arm()
    wrong = unclear(ran, point)
    if ran.code not in (0, 1):
        wrong.append("WRONG a line that fails is no fault of ours: %s" % ran)
    return wrong + recovered(s), reached


# --- all ---

PARTS = {"kill": (kill_points, kill), "errno": (errno_points, errno), "alloc": (alloc_points, alloc),
         "power": (power_points, power), "bytes": (bytes_points, cut)}


def opened(part, cls, top):
    """A scenario, as its part needs it."""
    return cls().open(top, disk.Disk(top) if part == "power" else None, proxy.Proxy if part == "bytes" else None)


def suits(part, cls):
    """Does the part say anything about the scenario? Lines are those to servers."""
    return part != "bytes" or bool(cls.sftp)


def cannot(part):
    """Why this part cannot be done on this machine; empty when it can."""
    return disk.cannot() if part == "power" else ""


def points(part, s):
    return PARTS[part][0](s)


def one(part, s, point):
    """([what was wrong], which call it was)."""
    try:
        wrong, seen = PARTS[part][1](s, point)
        return wrong, (seen or NOT_REACHED) + (IN_DOUBT if s.in_doubt() else "")
    except subprocess.TimeoutExpired as e:
        return ["STUCK %s" % str(e)[:200]], ""
    except Exception as e:  # pylint: disable=broad-except  (whatever it is, it belongs to this point)
        return ["WRONG %s: %s" % (type(e).__name__, e)], ""


def kind_of(line):
    """The column of the table."""
    word = line.split(" ", 1)[0].lower()
    return word if word in ("lost", "doubled", "stuck", "crashed", "leaked", "unclear") else \
        "leaked" if word == "left" else "wrong"
