"""Runs one case of WebAssembly/wasi-testsuite: a program, and what its specification says is done with it.

The suite's doc/specification.md describes both forms of a specification; the older one is turned into the newer, a list
of operations. Servers that a case wants are played here, on the loopback interface.
"""

import http.client
import json
import pathlib
import re
import selectors
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECONDS_PER_CASE = 60
# What the program itself says when it sees a module for the first time.
PROGRESS = re.compile(rb"^Compil(ing|ed) [^\n]*(\n|\Z)", re.MULTILINE)
OLDER_KEYS = {"args", "root", "env", "exit_code", "stdout", "stderr"}
NEWER_KEYS = {"operations", "proposals", "world", "servers"}


class Mismatch(Exception):
    """What happened is not what the specification says."""


def specification(module):
    """A case's operations, servers, proposals and world."""
    path = module.with_suffix(".json")
    given = json.loads(path.read_text()) if path.exists() else {}
    unknown = sorted(set(given) - OLDER_KEYS - NEWER_KEYS)
    if unknown:
        raise ValueError(f"its specification has keys that this runner does not know: {', '.join(unknown)}")
    if set(given) & NEWER_KEYS:
        given.setdefault("operations", [{"type": "run"}, {"type": "wait"}])
        return given
    start = {"type": "run", **{key: given[key] for key in ("args", "env", "root") if key in given}}
    end = {"type": "wait", "exit_code": given.get("exit_code", 0)}
    end.update({key: given[key] for key in ("stdout", "stderr") if given.get(key) is not None})
    return {"operations": [start, end]}


class Answers(BaseHTTPRequestHandler):
    """A server of a case: each endpoint answers with what is written down, or with what it was sent."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body, trailers = self.read_body()
        endpoint = self.server.endpoints.get((self.command, self.path))
        if endpoint is None:
            return self.send(404, [], [])
        mode = endpoint.get("mode", "static")
        if mode == "echo-body":
            return self.send(200, [], [body])
        if mode == "echo-headers":
            seen = [("x-request-method", self.command), ("x-request-path", self.path)]
            seen += [(f"x-echo-{name.lower()}", value) for name, value in self.headers.items()]
            seen += [(f"x-trailer-{name}", value) for name, value in trailers]
            return self.send(200, seen, [])
        response = endpoint.get("response", "")
        if isinstance(response, str):
            response = {"body": response}
        headers = list(response.get("headers", {}).items())
        if "chunks" in response:
            chunks = [chunk.encode() for chunk in response["chunks"]]
            return self.send(response.get("status", 200), headers, chunks, response.get("trailers", {}))
        return self.send(response.get("status", 200), headers, [response.get("body", "").encode()])

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = answer

    def read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0)), []
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        trailers = []
        while (line := self.rfile.readline().strip()):
            name, _, value = line.decode().partition(":")
            trailers.append((name.strip().lower(), value.strip()))
        return body, trailers

    def send(self, status, headers, chunks, trailers=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if trailers is None:
            self.send_header("Content-Length", str(sum(map(len, chunks))))
        else:
            self.send_header("Transfer-Encoding", "chunked")
            if trailers:
                self.send_header("Trailer", ", ".join(trailers))
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()
        if self.command == "HEAD":
            return
        if trailers is None:
            return self.wfile.write(b"".join(chunks))
        for chunk in chunks:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        lines = "".join(f"{name}: {value}\r\n" for name, value in trailers.items())
        self.wfile.write(b"0\r\n" + lines.encode() + b"\r\n")

    def log_message(self, *_):
        pass


class Case:
    """One case while it runs."""

    def __init__(self, program, module):
        self.program = program
        self.module = module
        self.specification = specification(module)
        self.is_service = self.specification.get("world") == "wasi:http/service"
        self.scratch = tempfile.TemporaryDirectory(prefix="martlet-wasi-")
        self.deadline = time.monotonic() + SECONDS_PER_CASE
        self.process = None
        self.servers = []
        self.sockets = {}
        self.buffers = {"stdout": b"", "stderr": b""}
        self.open = {}
        self.address = None

    def run(self):
        """What is wrong, as lines; none when the case passes."""
        try:
            for operation in self.specification["operations"]:
                action = getattr(self, "do_" + operation["type"], None)
                if action is None:
                    raise Mismatch(f"this runner knows no operation \"{operation['type']}\"")
                action(operation)
            return []
        except (Mismatch, OSError, http.client.HTTPException) as error:
            return [str(error) or type(error).__name__, *self.last_words()]
        finally:
            self.end()

    def last_words(self):
        if self.process:
            self.process.kill()
            self.collect(lambda: not self.open, until=time.monotonic() + 5)
        return self.buffers["stderr"].decode(errors="replace").splitlines()[-5:]

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                stream.close()
        for open_socket in self.sockets.values():
            open_socket.close()
        for server in self.servers:
            server.shutdown()
            server.server_close()
        self.scratch.cleanup()

    # The program

    def start_servers(self):
        variables = {}
        for server in self.specification.get("servers", []):
            name = f"HTTP_SERVER_{server['name'].upper()}"
            if server.get("kind", "listening") == "closed":
                with socket.socket() as reserved:
                    reserved.bind(("127.0.0.1", 0))
                    variables[name] = "%s:%d" % reserved.getsockname()
                continue
            listener = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
            listener.daemon_threads = True
            listener.endpoints = {
                (endpoint.get("method", "GET").upper(), endpoint.get("path", "/")): endpoint
                for endpoint in server.get("endpoints", [])
            }
            threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
            self.servers.append(listener)
            variables[name] = "%s:%d" % listener.server_address
        return variables

    def command(self, operation):
        command = [self.program, *(["up", "--listen", "127.0.0.1:0"] if self.is_service else ["run"])]
        for name, value in {**operation.get("env", {}), **self.start_servers()}.items():
            command += ["--env", f"{name}={value}"]
        proposals = self.specification.get("proposals", [])
        if "sockets" in proposals:
            command.append("--inherit-network")
        if "http" in proposals:
            command += ["--allow-outbound-host", "http://127.0.0.1:*"]
        if operation.get("root") is not None:
            root = pathlib.Path(self.scratch.name, "root")
            shutil.copytree(self.module.parent / operation["root"], root, symlinks=True)
            command += ["--dir", f"{root}::/"]
        command.append(str(self.module))
        if operation.get("args"):
            command += ["--", *operation["args"]]
        return command

    def do_run(self, operation):
        needs_input = any(other["type"] == "write" for other in self.specification["operations"])
        self.process = subprocess.Popen(
            self.command(operation), cwd=self.scratch.name, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, bufsize=0,
        )
        if not needs_input:
            self.process.stdin.close()
        self.open = {"stdout": self.process.stdout, "stderr": self.process.stderr}

    def collect(self, is_enough, until=None):
        """Reads both outputs until there is enough, or they end."""
        with selectors.DefaultSelector() as selector:
            for name, stream in self.open.items():
                selector.register(stream, selectors.EVENT_READ, name)
            while not is_enough() and self.open:
                left = (until or self.deadline) - time.monotonic()
                if left <= 0:
                    raise Mismatch(f"did not end within {SECONDS_PER_CASE} seconds")
                for key, _ in selector.select(left):
                    piece = key.fileobj.read(1 << 16)
                    self.buffers[key.data] += piece
                    if not piece:
                        selector.unregister(key.fileobj)
                        del self.open[key.data]

    def do_read(self, operation):
        name, wanted = operation.get("id", "stdout"), operation.get("payload", "").encode()
        written = lambda: PROGRESS.sub(b"", self.buffers[name])
        self.collect(lambda: len(written()) >= len(wanted) or name not in self.open)
        got = written()[: len(wanted)]
        self.buffers[name] = written()[len(wanted):]
        if got != wanted:
            raise Mismatch(f"{name} is {got!r} instead of {wanted!r}")

    def do_write(self, operation):
        self.process.stdin.write(operation.get("payload", "").encode())

    def do_kill(self, operation):
        self.process.send_signal(signal.Signals[operation.get("signal", "SIGTERM")])

    def do_wait(self, operation):
        self.process.stdin.close()
        self.collect(lambda: not self.open)
        code = self.process.wait(max(1, self.deadline - time.monotonic()))
        if code != operation.get("exit_code", 0):
            raise Mismatch(f"exit code {code} instead of {operation.get('exit_code', 0)}")
        for name in ("stdout", "stderr"):
            if name in operation and self.buffers[name] != operation[name].encode():
                raise Mismatch(f"{name} is {self.buffers[name]!r} instead of {operation[name]!r}")

    # Sockets

    def do_connect(self, operation):
        self.collect(lambda: b"\n" in self.buffers["stdout"])
        line, _, self.buffers["stdout"] = self.buffers["stdout"].partition(b"\n")
        host, _, port = line.decode().strip().rpartition(":")
        if not port.isdigit():
            raise Mismatch(f"stdout is {line!r} instead of an address")
        self.sockets[operation.get("id", "server")] = socket.create_connection((host, int(port)), timeout=10)

    def do_send(self, operation):
        self.sockets[operation["id"]].sendall(operation.get("payload", "").encode())

    def do_recv(self, operation):
        wanted = operation.get("payload", "").encode()
        got = b""
        while len(got) < len(wanted) and (piece := self.sockets[operation["id"]].recv(len(wanted) - len(got))):
            got += piece
        if got != wanted:
            raise Mismatch(f"received {got!r} instead of {wanted!r}")

    # HTTP

    def service_address(self):
        """Where the service listens: the program says it when it does."""
        def announced():
            return [word for name in self.buffers for word in self.buffers[name].decode(errors="replace").split()
                    if word.startswith("http://") and word.count(":") > 1]

        if self.address is None:
            self.collect(lambda: announced() and self.buffers_end_in_line())
            if not announced():
                raise Mismatch("the program ended before it served")
            self.address = announced()[0].removeprefix("http://").split("/")[0]
        return self.address

    def buffers_end_in_line(self):
        return any(buffer.endswith(b"\n") for buffer in self.buffers.values())

    def do_request(self, operation):
        connection = http.client.HTTPConnection(self.service_address(), timeout=10)
        try:
            body = operation.get("body", "").encode() or None
            connection.request(
                operation.get("method", "GET"), operation.get("path", "/"), body, operation.get("headers", {}))
            response = connection.getresponse()
            got = response.read()
        finally:
            connection.close()
        what = f"{operation.get('method', 'GET')} {operation.get('path', '/')}"
        wanted = operation.get("response", {})
        if response.status != wanted.get("status", 200):
            raise Mismatch(f"{what} answers {response.status} instead of {wanted.get('status', 200)}")
        for name, value in wanted.get("headers", {}).items():
            if response.getheader(name) != value:
                raise Mismatch(f"{what} answers {name}: {response.getheader(name)} instead of {value}")
        if got != wanted.get("body", "").encode():
            raise Mismatch(f"{what} answers the body {got!r} instead of {wanted.get('body', '')!r}")
