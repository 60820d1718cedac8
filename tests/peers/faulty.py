"""A small environment whose one partner has an SFTP server that does what it is told; see sshd/README.md.

    with faulty.Faulty() as n:
        n.faults({"on": "write", "nth": 2, "answer": 4})
        n.items("a.json", ("SKU-1", "Mug"))
        n.run(expect=1)
        n.faults()                  # from the next session on it is a good one
        n.retry()
"""
import json
import os
import re

import night
import small

SERVER = os.path.join(night.HERE, "sshd", "sftp_faulty.py")
PATIENCE = 'idle-timeout="3s" connect-timeout="15s"'


class Faulty(small.Small):
    def __init__(self, kind="events", partners=("acme",), **more):
        super().__init__(kind=kind, partners=partners, sftp=("acme",), **more)
        self.script = os.path.join(self.top, "faults.json")
        self.faults()

    def server_config(self, name):
        return ("ForceCommand exec python3 -B %s %s %s" % (SERVER, os.path.join(self.top, name), self.script),)

    def write_partner(self, name, endpoint=None, more=""):
        """more: further attributes of the endpoint."""
        super().write_partner(name, endpoint)
        path = "partners/%s.xml" % name
        self.write(path, re.sub('connect-timeout="5s"', PATIENCE + " " + more, self.text(path)))

    def faults(self, *faults):
        """What goes wrong from the next session on; nothing without any."""
        for rest in (".used", ".log"):
            if os.path.exists(self.script + rest):
                os.unlink(self.script + rest)
        with open(self.script, "w", encoding="utf-8") as f:
            json.dump(faults, f)

    def asked(self, request=None):
        """[request, path] of what the server was asked since faults(), in order; of one kind when told."""
        try:
            with open(self.script + ".log", encoding="utf-8") as f:
                return [tuple(pair) for pair in map(json.loads, f) if request in (None, pair[0])]
        except FileNotFoundError:
            return []

    def retry(self, *flags, expect=0):
        """A person has it tried now; what the run says."""
        self.program("retry", "acme", "--reason", "tried again by a test", expect=None)
        return self.run(*flags, expect=expect)

    def letter(self, name, data, mtime=None):
        """A file in the partner's out folder."""
        path = os.path.join(self.box("acme", "out"), name)
        with open(path, "wb") as f:
            f.write(data)
        if mtime is not None:
            os.utime(path, (mtime, mtime))

    def there(self):
        """Everything in the partner's in folder: name to bytes, temporary ones too."""
        found = {}
        for name in sorted(os.listdir(self.box("acme", "in"))):
            with open(os.path.join(self.box("acme", "in"), name), "rb") as f:
                found[name] = f.read()
        return found
