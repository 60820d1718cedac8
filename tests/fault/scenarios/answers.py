"""What partners answer: fetched, stored, understood, applied; and what is finished is archived."""
import os

import scene
import small


class Answers(scene.Scenario):
    """TA1 and 997 of two partners, all accepted."""

    flags = ()
    sftp = ()

    def world(self, top):
        return small.Small(partners=("acme", "nord"), sftp=self.sftp, top=top)

    def prepare(self, n):
        n.items("a.json", ("SKU-1", "Mug"), ("SKU-2", "Cup"), ("SKU-3", "Bowl"))
        n.run()
        n.answer("acme", *self.flags)
        n.answer("nord")
        for partner in n.partners:      # a partner keeps what it has read elsewhere; here it stays to be counted
            for name in os.listdir(n.box(partner, "out")):
                os.utime(os.path.join(n.box(partner, "out"), name), (1700000000, 1700000000))


class AnswersSftp(Answers):
    """The same over SFTP."""

    sftp = ("acme",)
    each_byte = 15      # send-sftp is cut at each


class ItemRefused(Answers):
    """One item is refused with AK3; the others of its set are sent again."""

    flags = ("--reject-item", "SKU-2@PID:5")


class EnvelopeRefused(Answers):
    """A TA1 refuses the whole interchange: it is held for a person."""

    flags = ("--reject-ta1", "006", "--times", "1")


class Garbage(scene.Scenario):
    """Mail that nobody understands, beside an answer."""

    def prepare(self, n):
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        n.answer("acme")
        for name, data in (("empty.x12", b""), ("text.txt", b"the office is closed\n"), ("half.x12", b"ISA*00*   ")):
            with open(os.path.join(n.box("acme", "out"), name), "wb") as f:
                f.write(data)


class Archive(scene.Scenario):
    """A night with nothing new, after which all is put away."""

    def prepare(self, n):
        n.items("a.json", ("SKU-1", "Mug"))
        n.run()
        n.answer("acme")
        n.run()
        n.items("b.json", ("SKU-1", "Mug, blue"))
        n.run()
        n.answer("acme")
