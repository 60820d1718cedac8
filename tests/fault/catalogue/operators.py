"""What operators do by mistake."""
import os
import shutil
import subprocess

import night
import small
from ledger import back_to_1, bytes_of, one_night
from night import check, equal, invariants


def O5():
    """A file put into a folder of the spool by hand: never sent, and UNKNOWN-FILE names it, once by the run, by status until it
    is gone. So is a copy of a known file in another folder."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        sent = n.interchange("acme")["name"]
        unknown = ["outbox/acme/20261123T0200Z-000099.acme.832.x12", "work/in-000099", "hold/letter.txt", "current/b.json",
                   "received/acme/r-000099", "quarantine/x", "sent/acme/" + sent + ".bak", "outbox/acme/" + sent]
        for place in unknown:
            n.write(place, "ISA*00*")
        n.items("b.json", ("SKU-2", "Cup"))
        ran = n.run(expect=1)
        equal(ran.err.count("UNKNOWN-FILE"), len(unknown), ran)
        status = n.program("status").out
        for place in unknown:
            check(place in ran.err, place, "is not told:", ran)
            check("alarm %s: UNKNOWN-FILE" % place in status, place, "is not in status:", status)
        equal(n.run(expect=0).err, "", "told again")
        equal(n.mail("acme"), [sent, n.interchange("acme")["name"]], "what was sent")
        for place in unknown:
            os.unlink(n.path(place))
        n.run(expect=0)
        check("UNKNOWN-FILE" not in n.program("status").out, "status still says so")
        n.check_sound()


def O6():
    """resend says what it would do, and wants a reason before it does it."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        ran = n.program("resend", "1", "--dry-run", expect=0)
        check("000001" in ran.out, ran)
        n.program("resend", "1", expect=64)
        equal(n.one("SELECT state FROM interchange"), "sent", "nothing was done")
        n.program("resend", "1", "--reason", "they lost it", expect=0)
        row, = n.rows("SELECT actor, detail FROM event WHERE what = 'resend'")
        check(row["actor"].startswith("user:") and "they lost it" in row["detail"], tuple(row))
        n.check_chain()


def O3():
    """The ledger of one environment with the configuration of another: LEDGER-FOREIGN names both, nothing is sent or changed. (What
    keeps a copy of production from sending on a test machine is O11; no command asks for the environment's name.)"""
    with small.Small(kind="events") as n, small.Small(kind="events") as test:
        one_night(n)
        test.items("b.json", ("SKU-2", "Cup"))
        os.unlink(test.path("audit.log"))
        for name in ("ledger.db", "audit.log"):
            shutil.copy(n.path(name), test.path(name))
        before = invariants.read(test.path("ledger.db"))
        for command in (("run",), ("status",), ("fsck",), ("resend", "1", "--reason", "x"), ("fsck", "--adopt", "--reason", "x")):
            ran = test.program(*command, expect=78)
            check("LEDGER-FOREIGN" in ran.err and n.instance in ran.err and test.instance in ran.err, command, ran)
        check("LEDGER-FOREIGN" in test.program("check", expect=78).out, "check")
        check(invariants.read(test.path("ledger.db")) == before and test.exists("inbox/products/b.json"), "something was done")
        equal(test.mail("acme"), [], "what was sent")


def O8():
    """Yesterday's ledger.db is put back: LEDGER-OLDER, nothing starts. Told to reconcile, what waited then is in doubt, no control
    number and no name comes twice, what is made next waits until it is released, and audit.log of before is kept."""
    with small.Small(kind="events", partners=("acme", "nord")) as n:
        os.rename(n.box("nord", "in"), n.box("nord", "away"))
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=1)                     # nord's waits
        yesterday = invariants.read(n.path("ledger.db"))
        os.rename(n.box("nord", "away"), n.box("nord", "in"))
        n.program("retry", "nord", expect=0)
        one_night(n, "SKU-2")
        n.program("control", "set", "acme", "--next", "500", expect=0)
        sent = {p: n.mail(p) for p in n.partners}
        numbers = {r[0]: r[1] for r in n.rows("SELECT scope, next FROM number")}
        with open(n.path("ledger.db"), "wb") as f:
            f.write(yesterday)
        n.items("c.json", ("SKU-3", "Pot"))
        check("LEDGER-OLDER" in n.run(expect=78).err, "a run")
        check("LEDGER-OLDER" in n.program("fsck", expect=1).out, "fsck")
        n.program("fsck", "--reconcile", expect=64)
        routes = n.text("bundle/routes.xml")
        n.write("bundle/routes.xml", routes.replace("</routes>", ""))
        check("could not be kept back" in n.program("fsck", "--reconcile", "--reason", "x", expect=78).err, "a faulty configuration")
        n.write("bundle/routes.xml", routes)
        n.program("fsck", "--reconcile", "--dry-run", expect=0)
        check("LEDGER-OLDER" in n.run(expect=78).err, "a run after a preview")
        n.program("fsck", "--reconcile", "--reason", "the disk was lost", expect=0)
        equal(n.one("SELECT state FROM interchange WHERE partner = 'nord' AND reason = 'IN-DOUBT'"), "in-doubt", "what waited")
        equal({r[0]: r[1] for r in n.rows("SELECT scope, next FROM number")}, numbers, "control numbers")
        check([f for f in n.files("log") if f.startswith("audit-before-")], n.files("log"))
        n.program("retry", "nord", expect=0)
        n.run(expect=1)
        equal({p: n.mail(p) for p in n.partners}, sent, "what was sent without a release")
        held = n.rows("SELECT id, name FROM interchange WHERE reason = 'RESTORED' AND state = 'held'")
        equal(len(held), 2, "held")
        check(not {r["name"].split("-", 1)[1][:6] for r in held} & {m.split("-", 1)[1][:6] for m in sent["acme"] + sent["nord"]},
              "a number of an interchange comes twice:", [r["name"] for r in held], sent)
        for r in held:
            n.program("release", str(r["id"]), "--reason", "compared", expect=0)
        n.program("resolve", "--delivered", "2", "--reason", "they have it", expect=0)
        n.run(expect=0)
        equal([len(n.mail(p)) for p in n.partners], [3, 3], "what was sent after a release")
        check("UNKNOWN-FILE" in n.program("fsck", expect=1).out, "files of what the ledger does not know")
        n.program("fsck", "--repair", "--reason", "of the ledger that was lost", expect=0)
        n.program("fsck", expect=0)
        n.check_chain()


def O9():
    """Upgraded or downgraded with items on their way: states that this version does not know are refused before anything is touched
    (STATE-UNKNOWN), so is a newer ledger (LEDGER-VERSION); with the right version all goes on. An older ledger is row L5."""
    with small.Small(kind="events") as n:
        os.rename(n.box("acme", "in"), n.box("acme", "away"))
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=1)
        os.rename(n.box("acme", "away"), n.box("acme", "in"))
        n.items("b.json", ("SKU-2", "Cup"))
        for code, there, back in (("STATE-UNKNOWN", "UPDATE interchange SET state = 'dreaming'", "UPDATE interchange SET state = 'queued'"),
                                  ("LEDGER-VERSION", "UPDATE meta SET value = '99' WHERE key = 'schema'",
                                   "UPDATE meta SET value = '2' WHERE key = 'schema'")):
            n.change(there)
            before, files = invariants.read(n.path("ledger.db")), n.files(".")
            for command in (("run",), ("hold", "1"), ("close", "1", "--reason", "x")):
                check(code + ": " in n.program(*command, expect=78).err, command)
            check(code in n.program("check", expect=78).out, "check")
            equal(n.files("."), files, "files")
            check(invariants.read(n.path("ledger.db")) == before, "the ledger is not as it was")
            n.change(back)
        n.program("retry", "acme", expect=0)
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "what was sent")
        n.check_sound()


def O10():
    """chmod -R, chown -R or rsync of the spool: check and fsck name what deviates, once for all that one command mends, with how many
    they are, the first few, and that command; what rsync brings back is as good as what was there."""
    with small.Small(kind="events") as n:
        one_night(n)
        subprocess.run(["chmod", "-R", "a+w", n.path("sent"), n.path("outbox")], check=True)
        ran = n.program("check", expect=78)
        for name in "sent", "outbox":
            check("chmod o-w %s/%s\n" % (n.env, name) in ran.out, name, ran)
        ran = n.program("fsck", expect=1)
        check("LOOSE-RIGHTS: sent/acme: found mode 0" in ran.out and "chmod -R g-w,o-w %s/sent" % n.env in ran.out, ran)
        subprocess.run(["chmod", "-R", "go-w", n.path("sent"), n.path("outbox")], check=True)
        n.program("fsck", expect=0)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "65534", n.path("sent")], check=True)
            ran = n.program("fsck", expect=1)
            check(ran.out.count("WRONG-USER: ") == 1 and ran.out.startswith("WRONG-USER: sent/acme: found user nobody, and so have 2 more "
                  "below sent (sent/acme/") and "expected user root" in ran.out and "chown -R 0 %s/sent" % n.env in ran.out, ran)
            subprocess.run(["chown", "-R", "0", n.path("sent")], check=True)
        copy = os.path.join(n.top, "copy")
        subprocess.run(["cp", "-a", n.env, copy], check=True)
        shutil.rmtree(n.env)
        for folder, folders, _ in os.walk(copy):
            if ".tmp" in folders:
                shutil.rmtree(os.path.join(folder, ".tmp"))
        os.rename(copy, n.env)
        n.program("fsck", expect=0)
        one_night(n, "SKU-2")
        equal(len(n.mail("acme")), 2, "what was sent")
        n.check_sound()


def O11():
    """The environment comes to another machine, moved or as a copy: no run sends anything and no verb changes anything,
    HOST-CHANGED; told that it has moved, it goes on, with user and reason in the ledger."""
    if not os.path.exists("/etc/machine-id") or os.path.getsize("/etc/machine-id") < 16:
        night.skip("this machine has no /etc/machine-id")
    with small.Small(kind="events") as n:
        one_night(n)
        n.change("UPDATE meta SET value = '0123456789abcdef elsewhere' WHERE key = 'host'")
        n.items("b.json", ("SKU-2", "Cup"))
        for _ in range(2):
            check("HOST-CHANGED: this environment works on the machine elsewhere" in n.run(expect=78).err, "a run")
        check("HOST-CHANGED" in n.program("check", expect=78).out and "HOST-CHANGED" in n.program("fsck", expect=1).out, "looking")
        n.program("status", expect=0)
        why = ("--reason", "x")
        for verb in (("retry", "acme"), ("hold", "acme"), ("resend", "1") + why, ("reissue", "1") + why, ("close", "1") + why,
                     ("control", "set", "acme", "--next", "7"), ("fsck", "--repair") + why):
            check("HOST-CHANGED" in n.program(*verb, expect=78).err, verb)
        n.program("fsck", "--adopt", expect=64)
        check("it was elsewhere" in n.program("fsck", "--adopt", "--dry-run", expect=0).out, "a preview")
        check("HOST-CHANGED" in n.run(expect=78).err, "a run after a preview")
        n.program("fsck", "--adopt", "--reason", "new hardware", expect=0)
        check("new hardware" in n.one("SELECT detail FROM event WHERE what = 'adopted' AND actor LIKE 'user:%'"), "event")
        n.program("fsck", "--adopt", "--reason", "again", expect=65)
        n.run(expect=0)
        equal(len(n.mail("acme")), 2, "what was sent")
        n.check_sound()
        back_to_1(n)                        # an update and a move at once: nothing is brought up to date before it is adopted
        n.change("UPDATE meta SET value = '0123456789abcdef elsewhere' WHERE key = 'host'")
        before = bytes_of(n)
        check("HOST-CHANGED" in n.run(expect=78).err, "a run")
        check("LEDGER-VERSION" in n.program("fsck", "--adopt", "--dry-run", expect=78).err, "a preview")
        equal(bytes_of(n) == before and not n.exists("ledger-v1.db"), True, "ledger and log are as they were")
        n.program("fsck", "--adopt", "--reason", "moved", expect=0)
        n.run(expect=0)
        n.check_sound()


def O2():
    """A run or a verb by another user than the owner of the environment, root too: refused (78, WRONG-USER) with both
    names and the command that does it; nothing is made. Looking is for whoever can. In its own environment root may work."""
    if os.geteuid() != 0:
        night.skip("only root may act for another user")
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=0)
        for here, folders, names in os.walk(n.env):
            for name in [here] + [os.path.join(here, x) for x in folders + names]:
                os.chown(name, 65534, 65534)
        n.items("b.json", ("SKU-2", "Cup"))
        before = sorted((p, os.stat(n.path(p)).st_size) for p in n.files("."))
        for command in (("run",), ("hold", "acme"), ("resend", "1", "--reason", "x"), ("init", n.env),
                        ("control", "set", "acme", "--next", "9")):
            ran = n.program(*command, env=command[0] != "init")
            check(ran.code == 78 and "WRONG-USER" in ran.err and "sudo -u 'nobody'" in ran.err and "root" in ran.err, command, ran)
        equal(sorted((p, os.stat(n.path(p)).st_size) for p in n.files(".")), before, "what is there")
        check("acme" in n.program("status", expect=0).out, "status")
        ran = n.program("check", expect=78)
        check("WRONG-USER" in ran.out and "1 wrong, " in ran.out and ran.out.count("nobody") == 3, ran)
        roots = [p for p in n.files(".") if os.stat(n.path(p)).st_uid == 0 and not p.startswith("inbox/")]
        equal(roots, [], "files of root")


def O12():
    """A map that is edited in production: the run that uses it first says which files changed and since when (BUNDLE-CHANGED),
    once, in the audit too; both versions are kept and what was sent before is explained with the old one. Until there is
    `promote` an edit cannot be refused. One that is half written starts nothing. In a test environment nobody is bothered."""
    for usage in "production", "test":
        with small.Small(kind="events") as n:
            for name in "environment.xml", "partners/acme.xml":
                n.write(name, n.text(name).replace('usage="test"', 'usage="%s"' % usage))
            n.items("a.json", ("SKU-1", "Mug"))
            equal(n.run(expect=0).err, "", "the first run")
            n.write("bundle/maps/acme.xml", n.text("bundle/maps/acme.xml").replace('PID05="name"', "PID05=\"concat('*', name)\"")[:-20])
            check("maps/acme.xml:" in n.run(expect=78).err, "half of a map")
            n.write("bundle/maps/acme.xml", (small.MAP % "").replace("'AUTUMN'", "'WINTER'"))
            n.write("bundle/tables/more.csv", "a,b\n1,2\n")
            n.items("b.json", ("SKU-2", "Cup"))
            ran = n.run(expect=0)
            if usage == "test":
                equal(ran.err, "", "a test environment")
                continue
            check("BUNDLE-CHANGED" in ran.err and "changed bundle/maps/acme.xml, new bundle/tables/more.csv;" in ran.err and
                  "acme.xml and" not in ran.err, ran)
            equal(n.one("SELECT detail FROM event WHERE what = 'bundle-changed'"),
                  "changed bundle/maps/acme.xml, new bundle/tables/more.csv", "event")
            equal(n.run(expect=0).err, "", "told again")
            equal(len([f for f in n.files("archive/bundles") if f.endswith(".zip")]), 2, "versions kept")
            check("AUTUMN" in n.program("explain", "1", "2:2", expect=0).out, n.program("explain", "1", "2:2"))
            os.unlink(n.path("bundle/tables/more.csv"))
            check("removed bundle/tables/more.csv;" in n.run(expect=0).err, "not told that a file is gone")
            n.check_sound()


def O7():
    """kill -9 at any moment, again and again, also of the run that recovers: each interchange comes to its partner once, with the
    bytes of the ledger, or is in doubt; no control number is drawn twice."""
    os.environ["KILLS"] = "3"
    import test_kill    # pylint: disable=import-outside-toplevel  (it reads KILLS)
    test_kill.kills()


PASSWORD, PAYLOAD = "canary-of-a-password", "Canary of a payload"


def O13():
    """Nothing that a run or a command writes for people holds a credential, nor of an item more than the value that a finding is
    about, whatever happens. There is no debug logging; what others call its switches changes nothing."""
    with small.Small(kind="events", partners=("acme", "nord")) as n:
        n.write_partner("acme", 'protocol="sftp" host="127.0.0.1" port="1" user="u" credential="acme-key" auth="password" '
                        'put="in" get="out" connect-timeout="2s"><host-key sha256="SHA256:%s"/></endpoint>' % ("A" * 43))
        n.write("keys/acme-key", PASSWORD + "\n")
        os.chmod(n.path("keys/acme-key"), 0o400)
        item = '{"sku": "SKU-%%d", "price": "%s", "name": "%%s"' % PAYLOAD
        n.drop("products", "a.json", "".join((item + "}\n") % x for x in ((1, "Mug"), (2, "M\\u0001g"))).encode())  # 2 is set aside
        n.drop("products", "b.json", (item % (3, "Cup")).encode())              # is cut
        said = ""
        for command in (("run",), ("run",), ("check",), ("status",), ("show", "1"), ("show", "in-1"), ("show", "acme"),
                        ("retry", "acme"), ("resend", "2", "--reason", "x"), ("status", "--json"), ("check", "--json")):
            ran = subprocess.run([night.GRIDSPOOL, *command, "--env", n.env], capture_output=True, text=True, timeout=60, check=False,
                                 env=dict(os.environ, GRIDSPOOL_DEBUG="1", DEBUG="1", LIBSSH2_DEBUG="1"))
            check(ran.returncode in (0, 1, 65, 78), command, ran)
            said += ran.stdout + ran.stderr
        for name in ["audit.log"] + [os.path.join("log", x) for x in n.files("log")]:
            said += n.text(name)
        check(all(x in said for x in ("CONNECT-REFUSED", "set aside", "INPUT-DAMAGED")), "something did not happen:", said)
        for canary in PASSWORD, PAYLOAD:
            check(canary not in said, canary, "is said:", *[x for x in said.splitlines() if canary in x])
        kept = [p for p in n.files(".") if PASSWORD.encode() in invariants.read(n.path(p))]
        equal([os.path.normpath(p) for p in kept], ["keys/acme-key"], "where the password is")
        for flag in "--debug", "--verbose", "--unsafe-payload":
            n.program("run", flag, expect=64)
