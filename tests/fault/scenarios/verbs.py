"""What an operator does: each verb once, on what it is for, and the runs after it."""
import os
import re
import shutil

import night
import parts
import scene
import small


class Verb(scene.Scenario):
    """An interchange that was sent; argv is what the operator types."""

    whole = False       # what the verbs have in common, and no scenario itself
    argv_of_verb = ()

    def world(self, top):
        return small.Small(top=top)

    def prepare(self, n):
        n.items("a.json", ("SKU-1", "Mug"), ("SKU-2", "Cup"))
        n.run()

    def command(self, n):
        return (*self.argv_of_verb, "--env", n.env)

    def again(self, n):
        """A person who was cut off types it once more; that it is done already is no harm."""
        if self.undone():
            ran = n.program(*self.argv_of_verb)
            if ran.code not in (0, 1):
                raise AssertionError("typed again: %s" % ran)

    def undone(self):
        """Does the ledger not know of it?"""
        return not self.ledger("SELECT 1 FROM event WHERE actor LIKE 'user:%'")


class Hold(Verb):
    """What waits for a partner that is away is held, and stays."""

    silent = True
    argv_of_verb = ("hold", "1", "--reason", "their warehouse moves")

    def prepare(self, n):
        os.rename(n.box("acme", "in"), n.box("acme", "off"))
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=None)
        os.rename(n.box("acme", "off"), n.box("acme", "in"))


class Release(Hold):
    """What was held goes on."""

    silent = False
    argv_of_verb = ("release", "1", "--reason", "they are back")

    def prepare(self, n):
        super().prepare(n)
        n.program("hold", "1", "--reason", "their warehouse moves", expect=0)

    def undone(self):
        return not self.ledger("SELECT 1 FROM event WHERE what = 'released'")


class Resend(Verb):
    """The partner lost it and took it away: the same bytes once more."""

    argv_of_verb = ("resend", "1", "--reason", "they lost it")

    def prepare(self, n):
        super().prepare(n)
        n.answer("acme", rules={"rules": [{"do": "silent"}]})


class Reissue(Verb):
    """The same items under new numbers."""

    argv_of_verb = ("reissue", "1", "--reason", "they want new numbers")


class Retry(Hold):
    """A partner that was away is tried at once."""

    silent = False
    argv_of_verb = ("retry", "acme", "--reason", "they are back")


class ReleaseInput(Verb):
    """A file that came twice and was held is let go after all."""

    def world(self, top):
        return small.Small(kind="events", top=top)

    def prepare(self, n):
        for name in ("a.json", "b.json"):
            n.items(name, ("SKU-1", "Mug"), ("SKU-2", "Cup"))
            n.run(expect=None)
        number, = n.rows("SELECT id FROM input WHERE state = 'held'")[0]
        self.argv_of_verb = ("release", "in-%06d" % number, "--reason", "it is meant twice")


class Resolve(Verb):
    """The connection broke at the rename and the file is not there: it goes out once more."""

    argv_of_verb = ("resolve", "1", "--not-delivered", "--reason", "they have nothing")

    def prepare(self, n):
        n.items("a.json", ("SKU-1", "Mug"), ("SKU-2", "Cup"))
        self.argv = [night.GRIDSPOOL, "run", "--env", n.env]
        before = os.path.join(self.aside, "before")
        folders = [n.env, n.box("acme", "in")]
        for i, folder in enumerate(folders):
            shutil.copytree(folder, before + str(i), symlinks=True)
        at, = [re.match(r"[0-9:]+", line).group() for line in parts.Struck(self).lines
               if re.match(r"[0-9:]+ renameat2 .*/acme/in ", line)]
        for i, folder in enumerate(folders):
            shutil.rmtree(folder)
            shutil.move(before + str(i), folder)
        parts.Struck(self, "--at", at, "--do", "all-after")
        for name in os.listdir(n.box("acme", "in")):
            os.unlink(os.path.join(n.box("acme", "in"), name))
        n.run(expect=1)
        if n.one("SELECT state FROM interchange") != "in-doubt":
            raise AssertionError("a rename that nobody saw the end of is no doubt")


class Beside(Verb):
    """While a run goes on somebody keeps back what waits for a partner, and somebody looks."""

    argv_of_verb = ("hold", "nord", "--reason", "their warehouse moves")
    shell_forks = 2
    script = '''
"$0" status --env "$1" > status.txt &
"$0" hold nord --reason "their warehouse moves" --env "$1" &
exec "$0" run --env "$1"
'''

    def world(self, top):
        return small.Small(kind="events", partners=("acme", "nord"), top=top)

    def prepare(self, n):
        os.rename(n.box("nord", "in"), n.box("nord", "off"))
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=None)
        n.write_routes(agreements=("acme-832",))    # what is made during the hold would be held or not, by chance
        n.items("b.json", ("SKU-2", "Cup"))

    def started(self, n):
        return ["sh", "-c", self.script, night.GRIDSPOOL, n.env]


class Close(Release):
    """What is held is given up; its items are what they were before."""

    silent = True
    argv_of_verb = ("close", "1", "--reason", "not wanted any more")

    def undone(self):
        return not self.ledger("SELECT 1 FROM event WHERE what = 'closed'")
