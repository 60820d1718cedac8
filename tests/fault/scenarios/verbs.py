"""What an operator does: each verb once, on what it is for, and the runs after it."""
import os

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
        if self.undone(n):
            ran = n.program(*self.argv_of_verb)
            if ran.code not in (0, 1):
                raise AssertionError("typed again: %s" % ran)

    def undone(self, n):
        """Does the ledger not know of it?"""
        return not n.rows("SELECT 1 FROM event WHERE actor LIKE 'user:%'")


class Hold(Verb):
    """What waits for a partner that is away is held, and stays."""

    argv_of_verb = ("hold", "1", "--reason", "their warehouse moves")

    def prepare(self, n):
        os.rename(n.box("acme", "in"), n.box("acme", "off"))
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=None)
        os.rename(n.box("acme", "off"), n.box("acme", "in"))


class Release(Hold):
    """What was held goes on."""

    argv_of_verb = ("release", "1", "--reason", "they are back")

    def prepare(self, n):
        super().prepare(n)
        n.program("hold", "1", "--reason", "their warehouse moves", expect=0)

    def undone(self, n):
        return not n.rows("SELECT 1 FROM event WHERE what = 'released'")


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

    argv_of_verb = ("retry", "acme", "--reason", "they are back")


class Close(Release):
    """What is held is given up; its items are what they were before."""

    argv_of_verb = ("close", "1", "--reason", "not wanted any more")

    def undone(self, n):
        return not n.rows("SELECT 1 FROM event WHERE what = 'closed'")
