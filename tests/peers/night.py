"""An environment of its own for one test: partners, exports, runs, answers, and what came of it.

    with night.Night(partners=("acme", "nord"), sftp=("acme",)) as n:
        n.drop_sample(night.SAMPLE)
        n.run()
        n.answer("acme", "--reject-item", "SKU@CTP:3")

The ledger is read here, and changed where a test says so, through sqlite3; its tables are in src/store/schema.c.
"""
import contextlib
import csv
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "sshd"))
import sshd  # noqa: E402  (the folder has to be known first)


def load(path, name):
    """A module from a file of any name."""
    loader = importlib.machinery.SourceFileLoader(name, path)
    spec = importlib.util.spec_from_loader(name, loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


invariants = load(os.path.join(ROOT, "tests", "fault", "invariants"), "invariants")

GRIDSPOOL = os.environ.get("GRIDSPOOL", os.path.join(ROOT, "build", "gridspool"))
SHARED = os.environ.get("GRIDSPOOL_SHARED", os.path.join(ROOT, "..", "shared"))
SAMPLE = os.path.join(SHARED, "samples", "autumn-catalog")
SKIP = 77
# For environments that are made in memory, since only the number of their calls counts.
MEMORY = os.environ.get("TEST_MEMORY") or ("/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
os.umask(0o022)     # no run starts with a configuration that a group may change
NS = 'xmlns="urn:gridspool:config:1"'
US = ("14", "9521010000003")
SOURCES = ("ampliance", "ampliance-settings", "erp-products", "erp-prices")


def skip(why):
    """Leaves with 77; the last line says why."""
    print(why)
    sys.exit(SKIP)


def need_program():
    if not os.access(GRIDSPOOL, os.X_OK):
        skip("build/gridspool is not there (make)")


def need_sample():
    if not os.path.isdir(SAMPLE):
        skip("../shared/samples/autumn-catalog is not there")


def check(good, *what):
    """An assertion that python -O does not leave out, with its facts."""
    if not good:
        raise AssertionError(" ".join(str(w) for w in what))


def equal(found, expected, what):
    check(found == expected, "%s: found %r, expected %r" % (what, found, expected))


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def catalogue(out, *args):
    """A made-up catalogue in folder out."""
    subprocess.run([sys.executable, os.path.join(HERE, "catalog.py"), "--out", out, *args],
                   check=True, stdout=subprocess.DEVNULL)
    return out


def no_report(text):
    """No process of the program wrote a sanitizer's report; workers write to standard error too."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    check(not re.search("Sanitizer|runtime error: ", text), "a sanitizer reports:\n", text)


def confined(pid):
    """Whether a process is a worker in its sandbox; a leak checker's helper at the end of a run is not, and must live."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as f:
            return "NoNewPrivs:\t1" in f.read()
    except (FileNotFoundError, ProcessLookupError):
        return False


def workers(pid):
    """Process ids of a run's workers."""
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
            return [p for p in map(int, f.read().split()) if confined(p)]
    except (FileNotFoundError, ProcessLookupError):
        return []


class Ran:
    """What one start of the program did."""

    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        no_report(self.err)

    def __str__(self):
        return "exit %d\n%s%s" % (self.code, self.out, self.err)


class Night:
    """One environment. Everything is below self.top and goes at the end."""

    def __init__(self, partners=("acme", "nord"), sftp=(), send="changes", ready="renamed", top=None):
        need_program()
        self.top = tempfile.mkdtemp(prefix="night.", dir=top)
        self.env = os.path.join(self.top, "env")
        self.partners, self.sftp, self.send = partners, sftp, send
        self.ready, self.servers = ready, {}

    def __enter__(self):
        try:
            self._make()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, value, trace):
        if kind and kind is not SystemExit:
            self.tell()
        self.close()

    def close(self):
        for folder in self.servers.values():
            sshd.stop(folder)
        self.servers = {}
        shutil.rmtree(self.top, ignore_errors=True)

    def tell(self):
        """What a reader of a failed test wants to see."""
        with contextlib.suppress(Exception):
            for row in self.rows("SELECT id, name, state, place, reason, note, receipt FROM interchange"):
                print("interchange", dict(row))
            for row in self.rows("SELECT seq, what, subject, detail FROM event ORDER BY seq DESC LIMIT 40"):
                print("event", *row)

    # --- making ---

    def _make(self):
        made = self.program("init", self.env, env=False)
        check(made.code == 0, "gridspool init:", made)
        with open(os.path.join(self.env, "environment.xml"), encoding="utf-8") as f:
            self.instance = re.search(r'instance="([0-9a-f]+)"', f.read()).group(1)
        self.write_environment()
        for name in self.partners:
            for box in ("in", "out"):
                os.makedirs(self.box(name, box))
            self.write_partner(name)
            self.write_agreement(name)
        self.write_routes()

    def box(self, partner, which):
        """The partner's folder: in has what we sent, out what it answers."""
        return os.path.join(self.top, partner, which)

    def path(self, *parts):
        return os.path.join(self.env, *parts)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def write_environment(self, extra=""):
        self.write("environment.xml", '<environment %s name="dev" usage="test" instance="%s">'
                   '<identity qualifier="%s" id="%s" group="HEARTHLOOM"/>'
                   '<set name="gln" value="9521010000003"/>'
                   '<run time="4h" workers="2"/>%s</environment>\n' % ((NS, self.instance) + US + (extra,)))

    def write_partner(self, name, endpoint=None):
        if endpoint is None:
            endpoint = self._sftp(name) if name in self.sftp else \
                'protocol="directory" path="%s" put="in" get="out"/>' % os.path.join(self.top, name)
        self.write("partners/%s.xml" % name, '<partner %s name="%s" usage="test">'
                   '<identity qualifier="ZZ" id="%s"/><endpoint name="main" usage="test" %s'
                   '</partner>\n' % (NS, name, name.upper(), endpoint))

    def server_config(self, _name):
        """Lines of sshd_config for a partner's server, before the usual ones."""
        return ()

    def _sftp(self, name, fingerprint=None):
        if name not in self.servers:
            folder = os.path.join(self.top, name + "-sshd")
            sshd.start(folder, root=os.path.join(self.top, name), config=self.server_config(name))
            self.servers[name] = folder
        server = sshd.info(self.servers[name])
        key = self.path("keys", name + "-key")
        if not os.path.exists(key):
            shutil.copyfile(server["client_key"], key)
            os.chmod(key, 0o400)
        return ('protocol="sftp" host="%(host)s" port="%(port)d" user="%(user)s"' % server +
                ' credential="%s-key" auth="key" put="in" get="out" connect-timeout="5s">'
                '<host-key sha256="%s"/></endpoint>'
                % (name, fingerprint or server["host_keys"]["ed25519"]["sha256"]))

    def write_agreement(self, name, send=None, extra=""):
        self.write("bundle/agreements/%s.xml" % name, '<agreements %s partner="%s">'
                   '<agreement name="%s-832" message="832" version="004010" '
                   'map="maps/ampliance-product-to-832.xml" source="ampliance" endpoint="main" '
                   'send="%s" %s><envelope element="*" component="&gt;" terminator="~" newline="yes" '
                   'repertoire="latin1" isa-version="00401" ack="yes"/>'
                   '<expect ack="ta1" within="4h"/><expect ack="997" within="24h"/>'
                   '<set name="approved" value="Approved"/><set name="catalog" value="AUTUMN"/>'
                   '</agreement></agreements>\n'
                   % (NS, name, name, send or self.send, extra))

    def write_routes(self, ready=None, complete="yes"):
        ready = 'ready="%s"' % (ready or self.ready)
        self.write("bundle/routes.xml", '<routes %s>'
                   '<source name="ampliance" kind="snapshot" shape="tree" format="json" '
                   'items="content/" %s complete="%s" workflow="ampliance-settings"/>'
                   '<source name="ampliance-settings" kind="reference" format="json" %s/>'
                   '<source name="erp-products" kind="reference" format="csv" separator=";" '
                   'decimal="," numbers="net_weight" %s/>'
                   '<source name="erp-prices" kind="reference" format="csv" %s/>'
                   % (NS, ready, complete, ready, ready, ready) +
                   "".join('<route source="ampliance" agreement="%s-832"/>' % p for p in self.partners) +
                   '</routes>\n')

    # --- exports ---

    def inbox(self, source, name):
        os.makedirs(self.path("inbox", source), exist_ok=True)
        return self.path("inbox", source, name)

    def drop(self, source, name, data):
        """A file, renamed in as an exporter should."""
        final = self.inbox(source, name)
        with open(final + ".part", "wb") as f:
            f.write(data)
        os.rename(final + ".part", final)

    def drop_bytes(self, source, name, data):
        """A file whose name is bytes, of whatever kind."""
        folder = os.fsencode(os.path.dirname(self.inbox(source, "x")))
        with open(os.path.join(folder, b"x.part"), "wb") as f:
            f.write(data)
        os.rename(os.path.join(folder, b"x.part"), os.path.join(folder, name))

    def drop_content(self, folder, name="export"):
        aside = os.path.join(self.top, "aside")
        shutil.copytree(os.path.join(folder, "export"), aside)
        os.rename(aside, self.inbox("ampliance", name))
        for entry in sorted(os.listdir(os.path.join(folder, "export", "settings"))):
            with open(os.path.join(folder, "export", "settings", entry), "rb") as f:
                self.drop("ampliance-settings", "settings.json", f.read())

    def drop_erp(self, folder, *names):
        for name in names or ("products", "prices"):
            with open(os.path.join(folder, "erp", name + ".csv"), "rb") as f:
                self.drop("erp-" + name, name + ".csv", f.read())

    def drop_all(self, folder):
        self.drop_content(folder)
        self.drop_erp(folder)

    # --- running ---

    def program(self, *args, env=True, expect=None, timeout=120):
        command = [GRIDSPOOL, *args] + (["--env", self.env] if env else [])
        ran = Ran(subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                 errors="replace", timeout=timeout, cwd=self.top))
        if expect is not None:
            check(ran.code == expect, "gridspool", *args, "gave", ran, "expected exit", expect)
        return ran

    def run(self, *args, expect=0, timeout=120):
        """gridspool run; expect None takes every exit status."""
        return self.program("run", *args, expect=expect, timeout=timeout)

    def start(self, *args, preexec_fn=None):
        """A run in the background; the caller waits for it and gives its standard error to no_report."""
        return subprocess.Popen([GRIDSPOOL, "run", *args, "--env", self.env],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, cwd=self.top, preexec_fn=preexec_fn)

    def kill(self, seconds):
        """Starts a run and kills its supervisor so long after; True when it was still there to be killed."""
        child = self.start()
        try:
            no_report(child.communicate(timeout=seconds)[1])
            return False
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            no_report(child.communicate()[1])
            return True

    def has_verb(self, verb):
        return self.program(verb, "--help", env=False).code == 0

    def answer(self, partner, *flags, rules=None, identity=None):
        """The partner takes its mail and answers; gives its journal lines of this pass."""
        base = os.path.join(self.top, partner)
        before = len(self.journal(partner))
        command = [sys.executable, os.path.join(HERE, "grid", "grid.py"), "--mailbox", base + "/in",
                   "--answers", base + "/out", "--state", base + "/state.json", "--id-qual", "ZZ",
                   "--id", identity or partner.upper(), "--once", "--quiet", *flags]
        if rules is not None:
            with open(base + "/rules.json", "w", encoding="utf-8") as f:
                json.dump(rules, f)
            command += ["--rules", base + "/rules.json"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=120)
        return self.journal(partner)[before:]

    def journal(self, partner):
        """What the partner ever received."""
        try:
            with open(os.path.join(self.top, partner, "state", "received.ndjson"), encoding="utf-8") as f:
                return [json.loads(line) for line in f]
        except FileNotFoundError:
            return []

    def mail(self, partner):
        """Names that wait in the partner's mailbox under their final names."""
        return sorted(n for n in os.listdir(self.box(partner, "in")) if not n.startswith("."))

    # --- what came of it ---

    def rows(self, sql, *values):
        """Rows of the ledger; one that a kill left in the middle of a transaction is put back first, which writes."""
        with contextlib.closing(sqlite3.connect("file:%s?mode=rw" % self.path("ledger.db"), uri=True, timeout=60)) as db:
            db.row_factory = sqlite3.Row
            return db.execute(sql, values).fetchall()

    def change(self, *statements):
        """As somebody does by hand with sqlite3, without an event."""
        with contextlib.closing(sqlite3.connect(self.path("ledger.db"))) as db, db:
            for sql in statements:
                db.execute(sql)

    def cut_transaction(self):
        """A writer of the ledger is killed when half of what it changes is in the file; ledger.db-journal has the rest."""
        child = os.fork()
        if child == 0:
            db = sqlite3.connect(self.path("ledger.db"), isolation_level=None)
            db.execute("PRAGMA cache_size = 1")
            db.execute("BEGIN IMMEDIATE")
            db.execute("UPDATE event SET detail = 'lost'")
            for i in range(3000):
                db.execute("INSERT INTO meta VALUES(?, ?)", ("lost%d" % i, "x" * 500))
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)

    def one(self, sql, *values):
        """The first column of the only row."""
        found = self.rows(sql, *values)
        check(len(found) == 1, sql, values, "gave", len(found), "rows")
        return found[0][0]

    def states(self, partner):
        """State to count of the catalog state of one partner."""
        return {r[0]: r[1] for r in self.rows(
            "SELECT state, COUNT(*) FROM item WHERE agreement = ? GROUP BY state", partner + "-832")}

    def interchange(self, partner, nth=-1):
        """An interchange that was made for the partner; the newest unless told."""
        return self.rows("SELECT * FROM interchange WHERE partner = ? AND state <> 'closed' ORDER BY id",
                         partner)[nth]

    def unit(self, partner):
        return self.rows("SELECT * FROM unit WHERE agreement = ? ORDER BY id", partner + "-832")[-1]

    def files(self, folder):
        """Names below a folder of the environment, without what is being written."""
        found = []
        for here, folders, names in os.walk(self.path(folder)):
            folders[:] = [f for f in folders if f != ".tmp"]
            found += [os.path.relpath(os.path.join(here, n), self.path(folder)) for n in names]
        return sorted(found)

    def reason(self, place):
        """The sentence beside a file of hold/ or quarantine/."""
        with open(self.path(place + ".reason"), encoding="utf-8") as f:
            return f.read()

    # --- what must always hold ---

    def holds(self, *rules):
        """These rules of tests/fault/invariants."""
        env = invariants.Environment(self.env)
        wrong = [line for rule in rules for line in rule(env)]
        check(not wrong, *wrong)

    def check_chain(self):
        """Event rows hash on from one to the next, as src/store/ledger.c says; audit.log has them all."""
        self.holds(invariants.check_chain)

    def check_numbers(self):
        """No control number was ever drawn twice in its scope."""
        self.holds(invariants.check_numbers)

    def check_sound(self):
        self.holds(invariants.check_chain, invariants.check_numbers, invariants.check_places, invariants.check_archive,
                   invariants.check_interchanges)
        ran = self.program("fsck")
        check(ran.code == 0, "fsck, where all fits:", ran)


def price_change(folder, sku, price="123.45"):
    """prices.csv of a catalogue with one price changed: (bytes, old price)."""
    with open(os.path.join(folder, "erp", "prices.csv"), "rb") as f:
        lines = f.read().decode("utf-8").split("\n")
    header = next(csv.reader([lines[0]]))
    for n, line in enumerate(lines[1:], 1):
        row = dict(zip(header, next(csv.reader([line]), [])))
        if row.get("sku") == sku and row.get("price_list") == "RRP-EUR" and not row.get("valid_to"):
            lines[n] = line.replace(row["amount"], price, 1)
            check(lines[n] != line, "the price of", sku, "did not change")
            return "\n".join(lines).encode("utf-8"), row["amount"]
    raise AssertionError("no open price of %s" % sku)


def main(*tests):
    """Runs the tests of one file: all, or those that are named on the command line."""
    need_program()
    named = {test.__name__: test for test in tests}
    for name in sys.argv[1:] or named:
        if name not in named:
            sys.exit("there is no test %s; there are: %s" % (name, " ".join(named)))
        print("--", name, flush=True)
        named[name]()
