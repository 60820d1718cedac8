#!/usr/bin/env python3
"""On a kernel without Landlock: the work is done all the same, and each kind of worker has it told, once a run."""
import ctypes
import struct
import subprocess

import night
import small
from night import check, equal

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LANDLOCK_CREATE_RULESET, ENOSYS = 444, 38


def without_landlock():
    """In the child: a seccomp filter, so that the first call of Landlock is one that the kernel does not know."""
    code = b"".join(struct.pack("HBBI", *row) for row in (
        (0x20, 0, 0, 0),                            # load the number of the call
        (0x15, 0, 1, LANDLOCK_CREATE_RULESET),      # that one?
        (0x06, 0, 0, 0x00050000 | ENOSYS),          # fails
        (0x06, 0, 0, 0x7fff0000)))                  # any other is allowed
    kept = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("HP", len(code) // 8, ctypes.addressof(kept)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), "no filter of calls")


def program(n, *args):
    done = subprocess.run([night.GRIDSPOOL, *args, "--env", n.env], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", timeout=120, cwd=n.top, preexec_fn=without_landlock)
    ran = night.Ran(done)
    check(ran.code in (0, 1), *args, "gave", ran)
    return ran


def told(ran):
    return [line for line in ran.err.splitlines() if " sandbox " in line and "Landlock" in line]


def test_told():
    with small.Small() as n:
        n.items("a.json", ("SKU-1", "Mug"))
        equal(len(told(program(n, "run", "--only", "collect,convert"))), 1, "converter and reading through")
        n.run()
        equal(n.answer("acme")[0]["good"], True, "the interchange")
        n.run("--only", "receive")
        equal(n.one("SELECT COUNT(*) FROM received"), 2, "two files to ingest")
        equal(len(told(program(n, "run", "--only", "ingest"))), 1, "ingest worker")
        equal(n.states("acme"), {"accepted": 1}, "items")
        ran = program(n, "explain", "1", "3:3")
        equal((len(told(ran)), "sku" in ran.out), (1, True), "tracing worker: %s" % ran)


if __name__ == "__main__":
    try:
        subprocess.run(["true"], preexec_fn=without_landlock, check=True)
    except (OSError, subprocess.SubprocessError):
        night.skip("this kernel filters no calls")
    night.main(test_told)
