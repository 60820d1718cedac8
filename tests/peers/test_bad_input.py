#!/usr/bin/env python3
"""Bad input, bad partners, bad configuration, a full disk: what is bad stays behind and says why; the rest goes on."""
import json
import os
import re
import shutil
import stat
import subprocess

import night
from night import check, equal

ITEMS = 20


def begin(n, *more):
    return night.catalogue(os.path.join(n.top, "catalogue"), "--items", str(ITEMS), *more)


def read(*path):
    with open(os.path.join(*path), "rb") as f:
        return f.read()


def products_of(folder):
    """The product files of a catalogue, as paths below export/."""
    found = []
    for here, _, names in os.walk(os.path.join(folder, "export", "content", "Content", "Products")):
        found += [os.path.join(here, name) for name in names]
    return sorted(found)


def put_away(n, source, reason, *words):
    """One input of the source is in quarantine whole, with that reason and those words."""
    row = n.rows("SELECT * FROM input WHERE source = ? ORDER BY id", source)[-1]
    equal((row["state"], row["reason"]), ("quarantined", reason), "input of " + source)
    text = n.reason(row["place"])
    for word in words:
        check(word in text, repr(word), "is not in", text)
    return row


def test_truncated_csv():
    """An unbalanced quote: quarantined whole, the bytes intact; a good one closes the gap."""
    with night.Night(partners=("acme",)) as n:
        folder = begin(n)
        n.drop_content(folder)
        n.drop_erp(folder, "prices")
        data = read(folder, "erp", "products.csv")
        cut = data[:data.index(b'"', len(data) // 2) + 3]
        cut = cut if cut.count(b'"') % 2 else cut + b';"'
        n.drop("erp-products", "products.csv", cut)
        ran = n.run(expect=1)
        row = put_away(n, "erp-products", "INPUT-DAMAGED", "products.csv:", "byte")
        equal(read(n.path(row["place"])), cut, "the bytes")
        check("SOURCE-MISSING" in ran.err, "what is waited for is not told:", ran)
        equal(n.mail("acme"), [], "mail")
        equal(n.run(expect=0).err, "", "it waits in silence")
        n.drop_erp(folder, "products")
        n.run(expect=0)
        equal(n.interchange("acme")["items"], ITEMS, "items after a good one came")
        n.check_sound()


def test_damaged_next_to_good():
    """Nothing damaged takes the place of what is good: the night goes on with that, and says so."""
    with night.Night(partners=("acme",)) as n:
        folder = begin(n)
        n.drop_all(folder)
        n.run(expect=0)
        prices = read(folder, "erp", "prices.csv")
        products = read(folder, "erp", "products.csv")
        settings = n.path("current", "ampliance-settings", n.files("current/ampliance-settings")[0])
        middle = prices.index(b"\n", len(prices) // 2) + 5
        damaged = (
            ("erp-prices", prices[:middle], "prices.csv:%d:" % (prices.count(b"\n", 0, middle) + 1)),
            ("erp-prices", prices[:middle] + b"\xe9" + prices[middle:], "byte %d" % middle),
            ("erp-prices", prices.replace(b"\n", b"\0\n", 1), "prices.csv:1:"),
            ("erp-products", products.replace(b"net_weight", b"weight", 1), "net_weight"),
            ("ampliance-settings", read(settings)[:-9], "settings.json:"),
        )
        for source, data, place in damaged:
            name = place.split(":")[0] if ":" in place else {"erp-prices": "prices.csv"}.get(source, "products.csv")
            n.drop(source, name, data)
            n.run(expect=1)
            row = put_away(n, source, "INPUT-DAMAGED", name, place)
            equal(read(n.path(row["place"])), data, "the bytes")
            equal(n.one("SELECT COUNT(*) FROM input WHERE source = ? AND state = 'current'", source), 1,
                  "versions in use")
        equal(n.one("SELECT COUNT(*) FROM unit"), 1, "units of work: nothing good is new")
        found = products_of(folder)[0]
        data = json.loads(read(found))
        data["body"]["name"]["values"][0]["value"] += " II"
        with open(found, "w", encoding="utf-8") as f:
            json.dump(data, f)
        n.drop_content(folder)
        n.run(expect=0)
        equal(n.interchange("acme")["items"], 1, "the changed item went with the good references")
        n.check_sound()


def test_wrong_columns():
    """A reference without the column that is joined by: told once, not for each item; a right one starts it."""
    with night.Night(partners=("acme",)) as n:
        folder = begin(n)
        n.drop_content(folder)
        n.drop_erp(folder, "products")
        n.drop("erp-prices", "prices.csv", read(folder, "erp", "prices.csv").replace(b"sku", b"artikel", 1))
        ran = n.run(expect=1)
        unit = n.unit("acme")
        equal((unit["state"], unit["reason"]), ("failed", "REFERENCE-DAMAGED"), "unit")
        check("erp-prices" in ran.err and "column" in ran.err, "what is wrong is not told:", ran)
        equal(n.rows("SELECT 1 FROM aside"), [], "items set aside")
        n.drop_erp(folder, "prices")
        n.run(expect=0)
        equal(n.interchange("acme")["items"], ITEMS, "items with the right columns")
        n.check_sound()


def test_cut_member():
    """A file of the tree that ends in the middle of its object, one that is empty, one that is a list."""
    with night.Night(partners=("acme",)) as n:
        folder = begin(n)
        paths = products_of(folder)[:3]
        good = [read(p) for p in paths]
        for path, data in zip(paths, (good[0][:len(good[0]) // 2], b"", b"[" + good[2] + b"]")):
            with open(path, "wb") as f:
                f.write(data)
        n.drop_all(folder)
        n.run(expect=1)
        unit = n.unit("acme")
        equal((unit["n_out"], unit["n_aside"], unit["state"]), (ITEMS - 3, 3, "done"), "counts")
        asides = n.rows("SELECT * FROM aside WHERE closed = 0 AND codes <> 'JOIN-ROW-ORPHAN'")
        equal({os.path.basename(a["file"]) for a in asides}, {os.path.basename(p) for p in paths}, "files")
        for a in asides:
            check(a["codes"].startswith("JSON-") and re.match(re.escape(a["file"]) + r":\d+:\d+: ", a["note"]), dict(a))
        for path, data in zip(paths, good):
            with open(path, "wb") as f:
                f.write(data)
        n.drop_content(folder)
        n.run(expect=0)
        equal(n.states("acme"), {"pending": ITEMS}, "catalog state")
        equal(n.one("SELECT COUNT(*) FROM aside WHERE closed = 0"), 0, "open after good versions")
        n.check_sound()


def test_not_utf8_member():
    """One file of the tree is not UTF-8: that item is set aside with its place, the others go."""
    with night.Night(partners=("acme",)) as n:
        folder = begin(n)
        path = products_of(folder)[4]
        good = read(path)
        with open(path, "wb") as f:
            f.write(good.replace(b'"label"', b'"lab\xffel"', 1) if b'"label"' in good else good[:-3] + b'\xff"}')
        n.drop_all(folder)
        n.run(expect=1)
        unit = n.unit("acme")
        equal((unit["n_out"], unit["n_aside"], unit["state"]), (ITEMS - 1, 1, "done"), "counts")
        aside, = n.rows("SELECT * FROM aside WHERE closed = 0 AND codes <> 'JOIN-ROW-ORPHAN'")
        check("JSON-ENCODING" in aside["codes"] and os.path.basename(path) in aside["file"], dict(aside))
        with open(path, "wb") as f:
            f.write(good)
        n.drop_all(folder)
        n.run(expect=0)
        equal(n.one("SELECT COUNT(*) FROM aside WHERE closed = 0"), 0, "open after a good version")
        equal(n.states("acme"), {"pending": ITEMS}, "catalog state")
        n.check_sound()


def test_special_files():
    """Empty file, pipe, link, folder: not opened, not followed, put away; no hang."""
    with night.Night(partners=("acme",)) as n:
        folder = begin(n)
        n.drop_all(folder)
        secret = os.path.join(n.top, "secret")
        with open(secret, "w", encoding="utf-8") as f:
            f.write("not to be read")
        n.drop("erp-prices", "empty.csv", b"")
        os.mkfifo(n.inbox("erp-prices", "pipe.csv"))
        os.symlink(secret, n.inbox("erp-prices", "link.csv"))
        os.mkdir(n.inbox("erp-prices", "folder.csv"))
        device = ["device.csv"] if os.geteuid() == 0 else []
        for name in device:
            os.mknod(n.inbox("erp-prices", name), stat.S_IFCHR | 0o600, os.makedev(1, 5))
        os.link(os.path.join(folder, "erp", "prices.csv"), n.inbox("erp-prices", "hard.csv"))
        n.run(expect=1, timeout=60)
        found = {r["name"]: (r["state"], r["reason"]) for r in n.rows(
            "SELECT * FROM input WHERE source = 'erp-prices' AND name <> 'prices.csv'")}
        special = ("quarantined", "SPECIAL-FILE")
        equal(found, {"empty.csv": ("quarantined", "EMPTY"), **{name: special for name in [
            "pipe.csv", "link.csv", "folder.csv", "hard.csv"] + device}}, "what became of them")
        equal(read(secret), b"not to be read", "the file behind the link")
        equal(n.interchange("acme")["items"], ITEMS, "the good files went on")
        n.check_sound()
        equal(n.run(expect=0).err, "", "the next run has nothing to say")


def test_not_ready():
    """A file that is still written, or has no marker yet, stays in the inbox."""
    with night.Night(partners=("acme",), ready="marker") as n:
        folder = begin(n)
        n.drop_all(folder)
        n.run(expect=None)
        equal(n.rows("SELECT 1 FROM input"), [], "taken without markers")
        for source, name in (("ampliance", "export"), ("ampliance-settings", "settings.json"),
                             ("erp-products", "products.csv"), ("erp-prices", "prices.csv")):
            open(n.inbox(source, name) + ".ready", "wb").close()
        n.run(expect=0)
        equal(n.interchange("acme")["items"], ITEMS, "items with markers")
        equal(n.files("inbox"), [], "left in the inbox")
        n.check_sound()
    with night.Night(partners=("acme",), ready="stable:1d") as n:
        n.drop_all(begin(n))
        n.run(expect=None)
        equal(n.rows("SELECT 1 FROM input"), [], "taken while it is written")
        equal(len(n.files("inbox/erp-prices")), 1, "the inbox is untouched")
    with night.Night(partners=("acme",)) as n:
        n.drop_all(begin(n))
        for name in ("prices.csv.part", "prices.csv.tmp", ".prices.csv"):
            with open(n.inbox("erp-prices", name), "wb") as f:
                f.write(b"sku,")
        n.run(expect=0)
        equal(len(n.files("inbox")), 3, "names of files that are still written stay")


def test_one_bad_among_many():
    """One item without its GTIN right: aside with all that one needs to mend it."""
    with night.Night(partners=("acme",)) as n:
        folder = night.catalogue(os.path.join(n.top, "bad"), "--items", "2000", "--bad", "1",
                                 "--bad-kinds", "gtin-check-digit")
        fault, = json.loads(read(folder, "FINDINGS.json"))["findings"]
        n.drop_all(folder)
        n.run(expect=1)
        unit = n.unit("acme")
        equal(unit["n_aside"], 1, "set aside")
        equal(unit["n_items"], unit["n_unselected"] + unit["n_out"] + unit["n_aside"], "counts")
        row, = n.rows("SELECT * FROM aside WHERE codes <> 'JOIN-ROW-ORPHAN'")
        equal(row["key"], fault["sku"], "which")
        line, = read(n.path("quarantine", row["name"])).decode("utf-8").splitlines()
        item = json.loads(line)
        finding = item["findings"][0]
        for word in ("code", "rule", "remedy", "field"):
            check(finding.get(word), word, "is missing in", finding)
        check(json.loads(item["raw"])["body"]["sku"] == fault["sku"], "the bytes of the item")
        check("items" in n.reason("quarantine/" + row["name"]), "no sentence beside it")
        found = os.path.join(folder, "export", *fault["items"][0]["file"].split("/")) \
            if not fault["items"][0]["file"].startswith("export/") else os.path.join(folder, fault["items"][0]["file"])
        data = json.loads(read(found))
        gtin = data["body"]["gtin"]
        for digit in "0123456789":
            data["body"]["gtin"] = gtin[:-1] + digit
            if sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(reversed(data["body"]["gtin"]))) % 10 == 0:
                break
        with open(found, "w", encoding="utf-8") as f:
            json.dump(data, f)
        n.drop_content(folder)
        n.run(expect=0)
        equal(n.one("SELECT COUNT(*) FROM aside WHERE closed = 0 AND key = ?", fault["sku"]), 0, "still open")
        equal(n.interchange("acme")["items"], 1, "items of the second night")
        n.check_sound()


def test_partner_down():
    """Connection refused: its files wait with the reason and the next try; the other is served."""
    with night.Night(sftp=("acme",)) as n:
        night.sshd.stop(n.servers["acme"])
        n.drop_all(begin(n))
        ran = n.run(expect=1)
        check("next try" in ran.err, "when is not told:", ran)
        row, = n.rows("SELECT * FROM partner")
        check(row["name"] == "acme" and row["reason"] and row["next_try"] > row["at"], dict(row))
        equal((n.interchange("acme")["state"], n.interchange("nord")["state"]), ("queued", "sent"), "states")
        equal(n.files("outbox/acme"), [n.interchange("acme")["name"], n.interchange("acme")["name"] + ".lineage"],
              "outbox")
        equal(len(n.mail("nord")), 1, "mail of nord")
        equal(n.run(expect=0).err, "", "it waits in silence until the next try")
        n.check_sound()


def test_wrong_host_key():
    """Another host key: SECURITY, and nothing is sent that could log in."""
    with night.Night(partners=("acme",), sftp=("acme",)) as n:
        n.write_partner("acme", n._sftp("acme", fingerprint="SHA256:" + "A" * 43))
        n.drop_all(begin(n))
        ran = n.run(expect=1)
        row, = n.rows("SELECT * FROM partner")
        check("host key" in row["note"].lower() and row["reason"] in ran.err, dict(row), ran)
        equal(n.interchange("acme")["state"], "queued", "state")
        log = read(n.servers["acme"], "log") if os.path.isfile(os.path.join(n.servers["acme"], "log")) else \
            read(night.sshd.info(n.servers["acme"])["log"])
        check(b"Accepted" not in log and b"Failed publickey" not in log and b"Postponed" not in log,
              "it tried to log in")
        check("SECURITY" in ran.err or "HOST-KEY" in row["reason"], "not called a matter of security:", dict(row))
        n.check_sound()


def test_refused_key():
    """The server refuses our key: the files wait with the reason and the next try; then they go."""
    with night.Night(partners=("acme", "nord"), sftp=("acme",)) as n:
        keys = os.path.join(n.servers["acme"], "authorized_keys")
        os.rename(keys, keys + ".away")
        n.drop_all(begin(n))
        waits(n, "AUTH-REFUSED")
        equal(len(n.mail("nord")), 1, "mail of nord")
        os.rename(keys + ".away", keys)
        goes_at_last(n)


def test_folder():
    """The partner's folder is not there, or may not be written to: the same."""
    with night.Night(partners=("acme", "nord"), sftp=("acme",)) as n:
        box = n.box("acme", "in")
        os.rename(box, box + ".away")
        n.drop_all(begin(n))
        waits(n, "REMOTE-NO-FOLDER")
        os.rename(box + ".away", box)
        server = night.sshd.info(n.servers["acme"])
        night.sshd.stop(server["dir"])
        night.sshd.start(server["dir"], root=server["root"], port=server["port"],
                         config=("ForceCommand internal-sftp -R -d " + server["root"],))
        n.program("retry", "acme", "--reason", "the folder is there", expect=0)
        waits(n, "REMOTE-DENIED")
        equal(len(n.mail("nord")), 1, "mail of nord")
        night.sshd.stop(server["dir"])
        night.sshd.start(server["dir"], root=server["root"], port=server["port"])
        goes_at_last(n)


def waits(n, reason):
    """Nothing for acme left, all know why and when it is tried again."""
    ran = n.run(expect=1)
    check(reason in ran.err and "next try" in ran.err, "the run does not tell", reason, ran)
    row, = n.rows("SELECT * FROM partner")
    check(row["name"] == "acme" and row["reason"] == reason and row["next_try"] > row["at"], dict(row))
    made = n.interchange("acme")
    check(made["state"] in ("queued", "sending"), dict(made))
    equal(n.files("outbox/acme"), [made["name"], made["name"] + ".lineage"], "what waits")
    check(reason in n.program("status").out, "status does not tell", reason)
    n.check_sound()


def goes_at_last(n):
    n.program("retry", "acme", "--reason", "the partner has mended it", expect=0)
    n.run(expect=0)
    made = n.interchange("acme")
    equal((made["state"], n.mail("acme")), ("sent", [made["name"]]), "after the partner mended it")
    n.check_sound()


def test_configuration():
    """Faults of the configuration: nothing starts, all of them are told with file and line."""
    with night.Night() as n:
        n.drop_all(begin(n))
        n.write("partners/acme.xml", '<partner %s name="acme" usage="test">\n<identity qualifier="ZZ"/>\n'
                '<endpoint name="main" usage="test" protocol="pigeon"/>\n</partner>\n' % night.NS)
        n.write_agreement("nord", extra='colour="red"')
        name = "bundle/maps/ampliance-product-to-832.xml"
        lines = read(night.ROOT, "spool", "example", name).decode("utf-8").split("\n")
        at, = (i for i, line in enumerate(lines) if "COUNTRY-MISSING" in line)
        lines[at] = lines[at].replace('test="', 'test="is-gtim(')
        os.makedirs(n.path("bundle", "maps"), exist_ok=True)
        n.write(name, "\n".join(lines))
        ran = n.run(expect=78)
        for word in ("partners/acme.xml:2", "partners/acme.xml:3", "bundle/agreements/nord.xml:1", "colour",
                     "maps/ampliance-product-to-832.xml:%d" % (at + 1)):
            check(word in ran.err, word, "is not told:", ran)
        equal(n.rows("SELECT 1 FROM run"), [], "runs")
        equal(len(n.files("inbox/erp-prices")), 1, "the inbox is untouched")
        told = str(n.program("check", expect=78))
        check("colour" in told and "is-gtim" in told, "check is silent:", told)


def test_disk_full():
    """No space: one sentence, exit 74, nothing half done; with space again the next run goes on."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        print("only root can mount a small disk: left out")
        return
    small = os.path.join(os.environ.get("TMPDIR", "/tmp"), "small-disk")
    os.makedirs(small, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", small], capture_output=True)
    if done.returncode != 0:
        print("no mount is allowed here: left out")
        return
    try:
        full_disk(small)
    finally:
        subprocess.run(["umount", small], check=True)
        os.rmdir(small)


def full_disk(small):
    with night.Night(partners=("acme",), top=small) as n:
        n.write_environment('<disk min-free="0"/>')
        n.drop_all(begin(n))
        ballast = os.path.join(small, "ballast")
        full = 0
        for room in range(4096, 1 << 20, 12288):
            disk = os.statvfs(small)
            with open(ballast, "wb") as f:
                f.write(b"\0" * max(0, disk.f_bavail * disk.f_frsize - room))
            ran = n.run(expect=None)
            os.unlink(ballast)
            if ran.code == 0:
                break
            check(ran.code in (1, 74) and "space" in ran.err, "with", room, "bytes left:", ran)
            n.check_numbers()
            full += 1
        check(full > 2, "the disk was full only", full, "times")
        n.run(expect=0)
        made = n.interchange("acme")
        equal((made["state"], made["items"], n.mail("acme")), ("sent", ITEMS, [made["name"]]), "with space again")
        equal(night.sha256(os.path.join(n.box("acme", "in"), made["name"])), made["sha"], "what the partner has")
        n.check_sound()


if __name__ == "__main__":
    night.main(*[f for name, f in list(globals().items()) if name.startswith("test_")])
