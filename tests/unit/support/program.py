"""What tests of commands share: the program that is tested, run in the folder of the test."""
import os
import subprocess
import sys

PROGRAM = os.environ["GRIDSPOOL"]


def gridspool(*arguments, limit=60):
    """Exit status, standard output, standard error; at most limit seconds."""
    done = subprocess.run([PROGRAM] + list(arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit)
    return done.returncode, done.stdout, done.stderr


def expect(what, found, wanted):
    """Ends the test unless they are equal."""
    if found != wanted:
        sys.exit(f"{what}: found {found!r}, expected {wanted!r}")


def write(path, text):
    """A file, and the folders that it stands in."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
