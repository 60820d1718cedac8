"""Sending what lies in outbox/, and nothing else."""
import os

import scene
import small


class SendDirectory(scene.Scenario):
    """Two interchanges that waited for a partner's folder."""

    sftp = ()

    def world(self, top):
        return small.Small(kind="events", sftp=self.sftp, top=top)

    def prepare(self, n):
        os.rename(n.box("acme", "in"), n.box("acme", "off"))
        n.items("a.json", ("SKU-1", "Mug"), ("SKU-2", "Cup"))
        n.run(expect=None)
        n.items("b.json", ("SKU-3", "Bowl"))
        n.run(expect=None)
        os.rename(n.box("acme", "off"), n.box("acme", "in"))
        n.program("retry", "acme", "--reason", "their folder is back", expect=None)


class SendSftp(SendDirectory):
    """The same over SFTP."""

    sftp = ("acme",)


class SendTaken(SendDirectory):
    """The partner takes its mail as soon as it is there, so a second look at its folder tells nothing."""

    def again(self, n):
        n.answer("acme", rules={"rules": [{"do": "silent"}]})


class SendOtherDisk(SendDirectory):
    """The partner's folder is on a disk of its own: what the ledger says of it must be written through there."""

    partners_disk = True
