"""Whole environments: made, looked at, and used by two at the same time."""
import shutil
import subprocess

import night
import scene


class Init(scene.Scenario):
    """A new environment; a person who was cut off types it again."""

    silent = True

    def command(self, n):
        return ("init", n.env)

    def prepare(self, n):
        shutil.rmtree(n.env)

    def whole_ledger(self):
        return False

    def settle(self):
        done = night.Ran(subprocess.run([night.GRIDSPOOL, "init", self.n.env], stdin=subprocess.DEVNULL,
                                        capture_output=True, text=True, timeout=60, check=False))
        if done.code != 0 and "is an environment already" not in done.err:
            raise AssertionError("init again: %s" % done)
        self.n.run(expect=0)    # whoever opens the ledger next to change it completes audit.log
        return 1


class Check(scene.Scenario):
    """A look at the configuration changes nothing."""

    def command(self, n):
        return ("check", "--env", n.env)

    def prepare(self, n):
        n.items("a.json", ("SKU-1", "Mug"))
