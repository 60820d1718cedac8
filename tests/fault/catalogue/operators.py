"""What operators do by mistake."""
import os
import subprocess

import night
import scene
import small
from night import check, equal


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
        check("WRONG-USER" in ran.out, ran)
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
        kept = [p for p in n.files(".") if PASSWORD.encode() in scene.invariants.read(n.path(p))]
        equal([os.path.normpath(p) for p in kept], ["keys/acme-key"], "where the password is")
        for flag in "--debug", "--verbose", "--unsafe-payload":
            n.program("run", flag, expect=64)
