"""Configuration with faults, and walls between what must not meet. W1 stands in elsewhere.py."""
import os

import night
import small
from night import check, equal


def refused(n, *words):
    """check and run name the fault; nothing is started, and status works."""
    for command in ("check", "run"):
        ran = n.program(command, expect=78)
        said = ran.out + ran.err
        check(all(w in said for w in words), command, "says not", words, ran)
    equal(n.rows("SELECT 1 FROM run"), [], "runs")
    equal(n.program("status").code, 0, "status")


def endpoint(folder, put="in", get="out"):
    return 'protocol="directory" path="%s" put="%s" get="%s"/>' % (folder, put, get)


def server(host="files.example.com", put="in", get="out", user="us"):
    return ('protocol="sftp" host="%s" user="%s" credential="key" put="%s" get="%s"><host-key sha256="SHA256:%s"/></endpoint>'
            % (host, user, put, get, "A" * 43))


def W2():
    """Two partners share a folder, in whatever words, or one takes for answers what is sent to the other; two sources share an
    inbox: refused, both are named. Endpoints of one partner may send into one folder, but not fetch from one."""
    with small.Small(partners=("acme", "nord")) as n:
        top = os.path.join(n.top, "acme")
        for mine, yours in ((endpoint(top), endpoint(top)), (endpoint(top), endpoint(top, put="in/", get="answers")),
                            (endpoint(top), endpoint(n.top, put="acme/in", get="answers")),
                            (endpoint(top), endpoint(top + "/", put="in", get="answers")),
                            (endpoint(top), endpoint(n.top, put="sent", get="acme/in")),
                            (endpoint(top), endpoint(n.top, put="acme/out", get="answers")),
                            (server(), server()), (server(), server("FILES.Example.com", get="answers")),
                            (server(), server(put="out", get="answers"))):
            n.write_partner("acme", mine)
            n.write_partner("nord", yours)
            refused(n, "partners/nord.xml:1", "partners/acme.xml:1", "same folder", "give each its own")
        n.write_partner("acme", server())
        n.write_partner("nord", server(user="them"))
        check("same folder" not in n.program("check").out, "two accounts of one server")
    with small.Small() as n:
        routes = n.text("bundle/routes.xml")
        n.write("bundle/routes.xml", routes.replace("<route ", '\n<source name="products" kind="events" format="json"/><route ', 1))
        refused(n, "bundle/routes.xml:2", "source 'products' is there twice", "line 1")
        n.write("bundle/routes.xml", routes)
        both = '<endpoint name="main" usage="test" %s<endpoint name="more" usage="test" %s' % (
            endpoint(os.path.join(n.top, "acme")), endpoint(os.path.join(n.top, "acme"), get="%s"))
        partner = '<partner %s name="acme" usage="test"><identity qualifier="ZZ" id="ACME"/>%s</partner>'
        n.write("partners/acme.xml", partner % (night.NS, both % "out"))
        refused(n, "same folder")
        n.write("partners/acme.xml", partner % (night.NS, both % "answers"))
        equal(n.program("check").code, 0, "one folder for two endpoints of one partner")


def W3():
    """The configuration has a fault in the morning after a good night: each run loads it anew, so the next one starts nothing and
    says why; what was sent, and what status and show tell, stays; mended, the next run goes on from there."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        before = n.mail("acme"), n.states("acme"), len(n.rows("SELECT 1 FROM event"))
        good = {name: n.text(name) for name in ("environment.xml", "partners/acme.xml", "bundle/routes.xml",
                                                "bundle/agreements/acme.xml", "bundle/maps/acme.xml")}
        n.items("b.json", ("SKU-2", "Cup"))
        for name, text in good.items():
            n.write(name, text.replace("<", "<!-- one line more -->\n<", 1)[:-12])
            ran = n.run(expect=78)
            check(name.replace("bundle/maps", "maps") in ran.err, name, ran)
            equal((n.mail("acme"), n.states("acme"), len(n.rows("SELECT 1 FROM event"))), before, "after a fault in " + name)
            check(n.exists("inbox/products/b.json"), "the file was taken")
            if name != "environment.xml":
                ran = n.program("status", expect=0)
                check("acme" in ran.out and ("maps/" in name or name in ran.err), name, ran)
                n.program("show", "1", expect=0)
            n.write(name, text)
        n.run()
        equal(len(n.mail("acme")), 2, "sent with the configuration put right")
        n.check_sound()


def W4():
    """A test environment and a production partner, or the other way, or one that has no mark: refused by their usage, and
    nothing is connected to. What a test environment sends is marked so (ISA15 T), and an answer of production is not
    taken in there (E11)."""
    with small.Small(kind="events") as n:
        n.items("a.json", ("SKU-1", "Mug"))
        good, environment = n.text("partners/acme.xml"), n.text("environment.xml")
        partner, end = '<partner %s name="acme" usage="test"' % night.NS, 'name="main" usage="test"'
        check(partner in good and end in good, good)
        for part in (partner, end):
            for mark in ('usage="production"', ""):
                n.write("partners/acme.xml", good.replace(part, part.replace('usage="test"', mark)))
                refused(n, "partners/acme.xml:1", "test")
        n.write("partners/acme.xml", good)
        n.write("environment.xml", environment.replace('usage="test"', 'usage="production"'))
        refused(n, "partners/acme.xml:1", "production")
        n.write("environment.xml", environment)
        equal(n.mail("acme"), [], "sent meanwhile")
        n.run()
        with open(os.path.join(n.box("acme", "in"), n.mail("acme")[0]), "rb") as f:
            equal(f.read(106)[102:103], b"T", "ISA15")


def W5():
    """A path that is relative, goes up, or is a link out of its folder; a partner's folder that lies in the environment, so that
    what is sent would come in again: refused with file and line."""
    with small.Small() as n:
        os.makedirs(n.path("inbox/products"), exist_ok=True)
        os.symlink(n.env, os.path.join(n.top, "link"))
        for where in (endpoint("mail/acme"), endpoint("/srv/../etc"), endpoint("/srv//acme"), endpoint("/srv/./acme"),
                      endpoint(os.path.join(n.top, "acme"), put="../nord/in"), endpoint(n.env, put="inbox/products"),
                      endpoint(n.top, put="env/inbox/products"), endpoint(n.top, put="link/outbox", get="acme/out"),
                      endpoint(n.top, put="acme/in", get="env/sent"), endpoint(n.path("inbox", "products"), put="", get="")):
            n.write_partner("acme", where)
            refused(n, "partners/acme.xml:1")
        n.write_partner("acme")
        agreement = n.text("bundle/agreements/acme.xml")
        for path in ("/etc/passwd.xml", "../environment.xml", "maps/../../environment.xml", "maps/./acme.xml", "acme.xml"):
            n.write("bundle/agreements/acme.xml", agreement.replace("maps/acme.xml", path))
            refused(n, "bundle/agreements/acme.xml:1", path)
        n.write("bundle/agreements/acme.xml", agreement)
        os.rename(n.path("bundle/maps/acme.xml"), os.path.join(n.top, "acme.xml"))
        os.symlink(os.path.join(n.top, "acme.xml"), n.path("bundle/maps/acme.xml"))
        refused(n, "maps/acme.xml", "symbolic link")
