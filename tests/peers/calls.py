"""System calls that fail, for a child that is about to be started: a seccomp filter.

    subprocess.run([...], preexec_fn=calls.failing("clone", errno.EAGAIN))
"""
import ctypes
import platform
import struct
import subprocess

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO = 0x7fff0000, 0x00050000
# Of both machines where they differ, then of all.
NUMBERS = {"clone": {"x86_64": 56, "aarch64": 220}, "clock_nanosleep": {"x86_64": 230, "aarch64": 115},
           "landlock_create_ruleset": 444}


def failing(name, error):
    """A preexec_fn. The number of the call alone decides, which is enough for a program of this machine."""
    number = NUMBERS[name] if isinstance(NUMBERS[name], int) else NUMBERS[name][platform.machine()]

    def apply():
        code = b"".join(struct.pack("HBBI", *row) for row in (
            (0x20, 0, 0, 0),                            # load the number of the call
            (0x15, 0, 1, number),                       # that one?
            (0x06, 0, 0, SECCOMP_RET_ERRNO | error),
            (0x06, 0, 0, SECCOMP_RET_ALLOW)))
        kept = ctypes.create_string_buffer(code, len(code))
        program = ctypes.create_string_buffer(struct.pack("HP", len(code) // 8, ctypes.addressof(kept)))
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or \
                libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0):
            raise OSError(ctypes.get_errno(), "no filter of calls")
    return apply


def can_fail():
    """Does this kernel filter calls, and do we know its machine?"""
    try:
        subprocess.run(["true"], preexec_fn=failing("clone", 11), check=True)
    except (OSError, KeyError, subprocess.SubprocessError):
        return False
    return True
