"""A partner's line: passes bytes on, and does one thing at the N-th byte of one direction.

    with proxy.Proxy(port) as line:
        line.arm(0, "up", 1200, "reset")    # the next connection; 1 is the one after it
        ...                                 # talk to line.port
        line.passed                         # [{"up": bytes, "down": bytes}] of the connections since arm()

Deeds: reset (RST to both), end (FIN to both), stall (nothing more, for line.patience seconds), flip (one bit of that byte
is turned), drip (one byte at a time from there on, for a while). up is what the program sends.
"""
import contextlib
import select
import socket
import struct
import threading
import time

DEEDS = ("reset", "end", "stall", "flip", "drip")
CHUNK = 65536
DRIPS = 200     # so many bytes one at a time, then at once again


class Proxy:
    def __init__(self, port, host="127.0.0.1", patience=30):
        self.to, self.patience = (host, port), patience
        self.fault, self.done, self.passed = None, False, []
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self.listening.getsockname()[1]
        self.open = True
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.open = False
        self.thread.join()
        self.listening.close()

    def arm(self, connection=0, direction="up", at=-1, deed=""):
        """at: the byte, from 0; -1 is none. done tells afterwards whether the connection came that far."""
        self.fault, self.done, self.passed = (connection, direction, at, deed), False, []

    def _serve(self):
        while self.open:
            if not select.select([self.listening], [], [], 0.02)[0]:
                continue
            here, _ = self.listening.accept()
            fault = self.fault[1:] if self.fault and self.fault[0] == len(self.passed) else None
            with contextlib.suppress(OSError):
                there = socket.create_connection(self.to, timeout=5)
                Connection(self, here, there, fault).run()
            here.close()


class Connection:
    """One connection through the proxy."""

    def __init__(self, proxy, here, there, fault):
        self.proxy, self.ends, self.fault = proxy, {"up": (here, there), "down": (there, here)}, fault
        self.passed = {"up": 0, "down": 0}
        for s in (here, there):
            s.settimeout(self.proxy.patience)
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def run(self):
        try:
            self._pump()
        finally:
            self.proxy.passed.append(self.passed)
            for s in self.ends["up"]:
                s.close()

    def _pump(self):
        readers = {self.ends[d][0]: d for d in self.ends}
        while readers and self.proxy.open:
            for s in select.select(list(readers), [], [], 0.05)[0]:
                direction = readers[s]
                data = s.recv(CHUNK)
                if not data:
                    with contextlib.suppress(OSError):
                        self.ends[direction][1].shutdown(socket.SHUT_WR)
                    del readers[s]
                elif not self._pass(direction, data):
                    return

    def _pass(self, direction, data):
        """False when the connection is over."""
        at = self.fault[1] - self.passed[direction] if self.fault and self.fault[0] == direction else -1
        self.passed[direction] += len(data)
        to = self.ends[direction][1]
        if not 0 <= at < len(data):
            to.sendall(data)
            return True
        deed, self.fault, self.proxy.done = self.fault[2], None, True
        if deed == "flip":
            data = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:]
            at = len(data)
        to.sendall(data[:at])
        return getattr(self, "_" + deed)(to, data[at:])

    def _flip(self, to, rest):
        to.sendall(rest)
        return True

    def _reset(self, _to, _rest):
        for s in self.ends["up"]:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def _end(self, _to, _rest):
        return False

    def _stall(self, _to, _rest):
        """Nothing goes through any more, until the program has had enough."""
        here = self.ends["up"][0]
        end = time.monotonic() + self.proxy.patience
        while time.monotonic() < end and self.proxy.open:
            if select.select([here], [], [], 0.05)[0] and not here.recv(CHUNK):
                break
        return False

    def _drip(self, to, rest):
        for n in range(min(DRIPS, len(rest))):
            to.sendall(rest[n:n + 1])
            time.sleep(0.001)
        to.sendall(rest[DRIPS:])
        return True
