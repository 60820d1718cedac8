"""X12 that is not whole."""
import os

import small
from night import check


def sent(n):
    """An interchange of ours."""
    n.items("a.json", ("SKU-1", "Mug"), ("SKU-2", "Cup"))
    n.run(expect=0)
    name, = n.mail("acme")
    with open(os.path.join(n.box("acme", "in"), name), "rb") as f:
        return f.read()


def validate(n, data):
    path = os.path.join(n.top, "in.x12")
    with open(path, "wb") as f:
        f.write(data)
    return n.program("validate", path, env=False)


def E1():
    """An ISA of another length, with letters for separators, or with two alike: an error that says where."""
    with small.Small(kind="events") as n:
        data = sent(n)
        check(validate(n, data).code == 0, "our own")
        for bad in (data[:20] + data[21:], data[:20] + b" " + data[20:], data[:3] + b"A" + data[4:], data[:104] + b"*" + data[105:],
                    data[:105] + b"*" + data[106:]):
            ran = validate(n, bad)
            check(ran.code == 65 and "ISA" in ran.out + ran.err, bad[:110], ran)


def E3():
    """A count or control number of a trailer that does not fit: an error that names both."""
    with small.Small(kind="events") as n:
        data = sent(n)
        for old, new in ((b"IEA*1*", b"IEA*2*"), (b"GE*1*", b"GE*3*"), (b"CTT*2", b"CTT*7")):
            check(old in data, data)
            ran = validate(n, data.replace(old, new))
            check(ran.code == 65 and old[:2].decode() in ran.out + ran.err, new, ran)


def E8():
    """An interchange cut at any byte is never taken for whole."""
    with small.Small(kind="events") as n:
        data = sent(n)
        for at in range(1, len(data.rstrip()) - 1, 3):
            ran = validate(n, data[:at])
            check(ran.code == 65, at, ran)
