"""The part `cold` of scripts/bench: the first request of a program that was never called in this process."""

import json
import os
import socket
import statistics
import subprocess
import time

# Milliseconds that the first answer may take (median).
HELLO_BAR, PYTHON_BAR = 2, 15


class Cold:
    """One start after the other of one program, whose image is on disk."""

    def __init__(self, martlet, program, cache):
        self.command = [martlet, "up", program, "--listen", "127.0.0.1:0", "--json", "--log-dir", ""]
        self.environment = {**os.environ, "MARTLET_CACHE": str(cache)}
        self.listening, self.first, self.second = [], [], []

    def run(self, rounds):
        self.once()  # compiles, if need be, and brings the files into memory
        for samples in (self.listening, self.first, self.second):
            samples.clear()
        for _ in range(rounds):
            self.once()

    def once(self):
        start = time.perf_counter()
        with subprocess.Popen(
            self.command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            try:
                port = json.loads(process.stdout.readline())["port"]
                self.listening.append(time.perf_counter() - start)
                with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    # The server has taken the connection when it has answered something that calls no guest.
                    exchange(connection, "/.well-known/spin/health")
                    self.first.append(exchange(connection, "/"))
                    self.second.append(exchange(connection, "/"))
            finally:
                process.terminate()


def exchange(connection, path):
    """Seconds from the first byte of a request to the last one of its answer."""
    start = time.perf_counter()
    connection.sendall(f"GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n".encode())
    answer = b""
    while not is_whole(answer):
        piece = connection.recv(1 << 16)
        if not piece:
            raise SystemExit(f"bench: the connection ended in an answer to {path}: {answer!r}")
        answer += piece
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise SystemExit(f"bench: {path} was answered with {answer[:80]!r}")
    return time.perf_counter() - start


def is_whole(answer):
    head, end, body = answer.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return bool(end) and len(body) >= int(line.split(b":")[1])
    return body.endswith(b"0\r\n\r\n")


def cold(results, martlet, programs, cache, rounds):
    """Adds the figures of `programs`: name, file, bar in milliseconds or nothing."""
    for name, program, bar in programs:
        if not program.exists():
            print(f"bench: the cold start of {name} is not measured: {program.name} is missing")
            continue
        print(f"\rcold: {name:24}", end="", flush=True)
        side = Cold(martlet, program, cache)
        side.run(rounds)
        first = statistics.median(side.first) * 1e3
        against = f"bar of {bar} ms" if bar else None
        results.add(f"cold.{name}.first", first, "ms", against, first / bar if bar else None)
        results.add(f"cold.{name}.second", statistics.median(side.second) * 1e3, "ms")
        results.add(f"cold.{name}.listening", statistics.median(side.listening) * 1e3, "ms")
    print(f"\rcold: done{'':24}")
