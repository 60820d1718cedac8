"""A disk whose power can be cut: an ext4 file system in a file, mounted through a loop device.

The cut itself is strike's (power=FLAG:FOLDER): the file system takes nothing more, and what it had not written is gone.
A save is a copy of the file; so is a restore.
"""
import os
import shutil
import subprocess
import tempfile

MEGABYTES = 128     # more than an environment wants to have free; almost all of it holes
CUTS = (1, 2)   # EXT4_GOING_FLAGS: the journal is written and data are lost; nothing is written


def call(*argv):
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60)


class Disk:
    """One disk, in a file of its own below top."""

    def __init__(self, top):
        fd, self.image = tempfile.mkstemp(prefix="disk.", dir=top)
        os.close(fd)
        os.truncate(self.image, MEGABYTES << 20)
        call("mkfs.ext4", "-q", "-F", "-b", "1024", "-J", "size=2", "-N", "2048",
             "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", self.image)
        self.folder, self.mounted = None, False

    def mount(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self._mount()
        os.rmdir(os.path.join(folder, "lost+found"))

    def _mount(self):
        call("mount", "-o", "loop", self.image, self.folder)
        self.mounted = True

    def unmount(self):
        if self.mounted:
            call("umount", self.folder)
        self.mounted = False

    def remount(self):
        """As when the power comes back."""
        self.unmount()
        self._mount()

    def save(self):
        self.unmount()
        call("cp", "--sparse=always", self.image, self.image + ".saved")
        self._mount()

    def restore(self):
        self.unmount()
        call("cp", "--sparse=always", self.image + ".saved", self.image)
        self._mount()


def cannot():
    """Why this machine cannot do it; empty when it can."""
    if os.geteuid() != 0:
        return "only root can mount a disk"
    if not shutil.which("mkfs.ext4"):
        return "mkfs.ext4 is not installed"
    with tempfile.TemporaryDirectory(prefix="disk.") as top:
        try:
            disk = Disk(top)
            disk.mount(os.path.join(top, "disk"))
            disk.unmount()
        except (OSError, subprocess.SubprocessError):
            return "this machine cannot mount a file system in a file"
    return ""
