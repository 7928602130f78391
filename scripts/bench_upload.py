"""The part `upload` of scripts/bench: what long bodies cost the server in memory, and how fast they pass."""

import pathlib
import re
import socket
import threading
import time

PIECE = memoryview(bytes(1 << 20))
BODY, UNREAD_BODY = 1 << 30, 64 << 20
MEMORY_BAR = 64


class Upload:
    """One request with a long body, on a connection of its own."""

    def __init__(self, port, path, length):
        self.length = length
        self.received = 0
        self.sent = 0
        self.start = time.perf_counter()
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.connection.sendall(
            f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n".encode()
        )
        self.sender = threading.Thread(target=self.send)
        self.sender.start()

    def send(self):
        try:
            while self.sent < self.length:
                self.connection.sendall(PIECE[: self.length - self.sent])
                self.sent += min(len(PIECE), self.length - self.sent)
        except OSError as error:
            print(f"\nbench: the body was not taken: {error}")

    def finish(self):
        """Seconds until the answer was there, the answer's length with its head, and its last bytes."""
        room, last = bytearray(1 << 20), b""
        while count := self.connection.recv_into(room):
            self.received += count
            last = (last + bytes(room[max(0, count - 64) : count]))[-64:]
        self.sender.join()
        self.connection.close()
        return time.perf_counter() - self.start, self.received, last

    def wait_until_stuck(self):
        """Until the server takes nothing any more, as nobody reads what it answers."""
        before = -1
        while before < self.sent < self.length:
            before = self.sent
            time.sleep(1)


def reset_peak(side):
    for pid in side.pids():
        # proc(5): 5 sets VmHWM to what is resident now.
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def check(name, side, echoes, answer, last):
    whole = answer > BODY if echoes else str(BODY).encode() in last or BODY.to_bytes(8, "little") in last
    if not whole:
        print(f"\nbench: {side.name}: the answer of {answer} bytes is not that of the whole body ({name}): {last!r}")


def upload(results, sides):
    """Adds the figures of `sides`: a side, and whether it sends the body back."""
    for side, echoes in sides:
        print(f"\rupload: {side.name:24}", end="", flush=True)
        with side:
            idle = side.memory("VmRSS")
            reset_peak(side)
            seconds, answer, last = Upload(side.port, side.path, BODY).finish()
            check("upload", side, echoes, answer, last)
            above = (side.memory("VmHWM") - idle) / 2**20
            results.add(f"upload.{side.name}.above-idle", above, "MiB", f"bar of {MEMORY_BAR} MiB", above / MEMORY_BAR)
            results.add(f"upload.{side.name}.rate", BODY / seconds / 1e9, "GB/s")
        if not echoes:
            continue
        with side:
            idle = side.memory("VmRSS")
            reset_peak(side)
            slow = Upload(side.port, side.path, UNREAD_BODY)
            slow.wait_until_stuck()
            above = (side.memory("VmHWM") - idle) / 2**20
            _, answer, _ = slow.finish()
            if answer < UNREAD_BODY:
                print(f"\nbench: {side.name}: a slow reader got {answer} bytes only")
            results.add(f"upload.{side.name}.unread.above-idle", above, "MiB", f"bar of {MEMORY_BAR} MiB", above / MEMORY_BAR)
    print(f"\rupload: done{'':24}")
