"""A scenario: what stands before, the command that is disturbed, and what must hold afterwards.

A file of scenarios/ has one or more classes below Scenario; its name is the class's in small letters with hyphens.
The folder is walked, so a new file is found by itself. One scenario object serves many points: it is prepared and
saved once, and restored before each.
"""
import collections
import hashlib
import inspect
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "peers")]
import night  # noqa: E402  (the folder has to be known first)
import small  # noqa: E402
from night import invariants  # noqa: E402

ROUNDS = 6      # after so many runs everything must be quiet
# What a run may leave with: spool/README.md.
STATUSES = (0, 1, 65, 69, 70, 71, 73, 74, 75, 77, 78)


SHIM = os.path.join(ROOT, "build", "fault", "shim.so")


def shimmed(**values):
    """The environment of a program that is told the time, or refused memory, by shim.c."""
    return dict(os.environ, LD_PRELOAD=SHIM, **values)


def program(n, *args, **values):
    """The program in the folder of a small.Small, with shim.c told these values."""
    return night.Ran(subprocess.run([night.GRIDSPOOL, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                    errors="replace", cwd=n.top, timeout=60, env=shimmed(**values)))


def two_hours_later(n):
    """A run by a clock that is so far ahead."""
    return program(n, "run", "--env", n.env, FAULT_CLOCK="7200")


class Scenario:
    """One environment and one command in it. Below: what a scenario gives."""

    rounds = ROUNDS
    quiet = ("run",)        # what brings everything to rest
    sftp = ()               # partners that have a server
    silent = False          # nothing comes to a partner of it
    each_byte = 1           # a line is cut at each such byte
    shell_forks = 0         # how many processes the shell has started when it becomes the program
    partners_disk = False   # a power cut is that of the first partner's folder, and the environment has lost nothing

    def world(self, top):
        """The environment, not yet entered."""
        return small.Small(top=top)

    def prepare(self, n):
        """Everything before the command: nights behind us, files that wait."""

    def command(self, n):
        """The command that is disturbed."""
        return ("run", "--env", n.env)

    def started(self, n):
        """What is typed: the program with that command, unless a scenario starts more."""
        return [night.GRIDSPOOL, *self.command(n)]

    def again(self, n):
        """What a person does after the disturbance, before runs go on; mostly nothing."""

    # --- one object, many points ---

    def open(self, top=None, disk=None, line=None):
        """disk: a disk.Disk on which the environment shall lie, and what its partners have unless a server holds it.
        line: makes a proxy.Proxy to a port; partners with a server are reached through it.
        """
        self.n = self.world(top)
        self.aside = tempfile.mkdtemp(prefix="aside.", dir=top)     # what is written about it, not by it
        self.disk, self.make_line, self.lines = disk, line, {}
        try:
            self._make()
        except BaseException:
            self.close()
            raise
        return self

    def _make(self):
        if self.disk and self.partners_disk:
            self.disk.mount(os.path.join(self.n.top, self.n.partners[0]))
        elif self.disk:
            self.disk.mount(os.path.join(self.n.top, "disk") if self.n.sftp else self.n.top)
            self.n.env = os.path.join(self.disk.folder, "env")
        self.n.__enter__()
        if self.make_line:
            for partner in self.n.sftp:
                self._reach(partner)
        self.prepare(self.n)
        self.before = {"files": self._ready(), "letters": self._letters()}
        self.argv = self.started(self.n)
        self.saved = self._all_folders()
        for folder in self.saved:
            if os.path.exists(folder):
                shutil.copytree(folder, self._copy(folder), symlinks=True)
        if self.disk:
            self.disk.save()

    def _reach(self, partner):
        """The partner's server is reached through a line of ours from now on, and is given up soon."""
        path = self.n.path("partners", partner + ".xml")
        text = invariants.read(path).decode()
        port = re.search(r'port="(\d+)"', text).group(1)
        self.lines[partner] = self.make_line(int(port)).__enter__()
        text = text.replace('port="%s"' % port, 'port="%d" idle-timeout="2s"' % self.lines[partner].port)
        self.n.write("partners/%s.xml" % partner, text.replace('connect-timeout="5s"', 'connect-timeout="2s"'))

    def _all_folders(self):
        """What a restore puts back file by file; what lies on the disk is put back with it."""
        folders = [self.n.env] + [os.path.join(self.n.top, p) for p in self.n.partners]
        return [f for f in folders if not self.disk or not (f + "/").startswith(self.disk.folder + "/")]

    def _copy(self, folder):
        return os.path.join(self.aside, os.path.basename(folder))

    def close(self):
        for line in self.lines.values():
            line.close()
        if self.disk:
            for server in self.n.servers.values():
                night.sshd.stop(server)
            self.disk.unmount()
        self.n.close()
        shutil.rmtree(self.aside, ignore_errors=True)

    def restore(self):
        for folder in self.saved:
            shutil.rmtree(folder, ignore_errors=True)
            if os.path.exists(self._copy(folder)):
                shutil.copytree(self._copy(folder), folder, symlinks=True)
        if self.disk:
            self.disk.restore()

    def _ready(self):
        """SHA-256 to name of what waits in inbox/ now, or is in the ledger already."""
        env = invariants.Environment(self.n.env)
        return {hashlib.sha256(invariants.read(env.path(p))).hexdigest(): p for p in env.files("inbox")
                if not re.search(r"\.(ready|part|tmp)$", p)}

    def _letters(self):
        """SHA-256 to path of what partners have for us."""
        found = {}
        for partner in self.n.partners:
            box = self.n.box(partner, "out")
            for name in os.listdir(box):
                found[hashlib.sha256(invariants.read(os.path.join(box, name))).hexdigest()] = os.path.join(box, name)
        return found

    def boxes(self):
        """Partner to the folders of what it has: waiting for it, and taken by it."""
        return {p: os.pathsep.join((self.n.box(p, "in"), os.path.join(self.n.top, p, "state", "taken")))
                for p in self.n.partners}

    def undisturbed(self):
        """The command and all runs after it, nobody disturbing: what is owed from then on."""
        self.restore()
        status = subprocess.run(self.argv, stdin=subprocess.DEVNULL, capture_output=True, cwd=self.n.top,
                                timeout=60)
        if status.returncode not in (0, 1):
            raise AssertionError("%s undisturbed: %s" % (self.name, status))
        self.settle()
        self.owed = dict(self.before, items={})
        wrong = invariants.check(self.n.env, self.boxes(), self.owed)
        for partner, box in self.boxes().items():
            came = collections.Counter()
            for data in invariants.mail(box).values():
                came.update(invariants.items_of(data) or ())
            self.owed["items"][partner] = dict(came)
        env = invariants.Environment(self.n.env)
        self.owed |= {"put away": len(invariants.put_away(env)), "states": invariants.states(env)}
        wrong = [w for w in wrong if not w.startswith("DOUBLED")]
        if wrong:
            raise AssertionError("%s undisturbed: %s" % (self.name, wrong))
        if not self.silent and not any(self.owed["items"].values()):
            raise AssertionError("%s undisturbed: nothing came to a partner" % self.name)
        return self.owed

    def settle(self):
        """Runs, ever further apart, until nothing is due: how many it took. The longest back-off is 12 hours."""
        self.again(self.n)
        for n in range(1, self.rounds + 1):
            ran = program(self.n, *self.quiet, "--env", self.n.env, FAULT_CLOCK=str(3600 * (2 ** n - 1)))
            if ran.code not in (0, 1):
                raise AssertionError("recovery %d: %s" % (n, ran))
            if not list(invariants.check_rest(invariants.Environment(self.n.env))):
                return n
        return self.rounds

    def whole_ledger(self):
        """Must there be a ledger at every instant?"""
        return True

    def ledger(self, sql):
        """Rows, read from a copy: what a cut transaction left is the program's to put back."""
        return invariants.Environment(self.n.env).rows(sql)

    def in_doubt(self):
        return bool(self.ledger("SELECT 1 FROM interchange WHERE state = 'in-doubt'"))

    def wrong(self):
        """What does not hold, when all is quiet."""
        return invariants.check(self.n.env, self.boxes(), self.owed)


def scenarios(names=()):
    """Name to class, of all or those that are named."""
    found = {}
    folder = os.path.join(HERE, "scenarios")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".py"):
            continue
        module = night.load(os.path.join(folder, name), "scenario_" + name[:-3])
        for cls in vars(module).values():
            if inspect.isclass(cls) and issubclass(cls, Scenario) and cls.__module__ == module.__name__:
                if not cls.__dict__.get("whole", True):
                    continue
                cls.name = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()
                found[cls.name] = cls
    unknown = [n for n in names if n not in found]
    if unknown:
        sys.exit("fault: there is no scenario %s; there are: %s" % (unknown[0], " ".join(found)))
    return {n: c for n, c in found.items() if not names or n in names}
