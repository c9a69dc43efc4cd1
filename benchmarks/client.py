"""A small HTTP/1.1 client with kept-alive connections: one thread, so that it hardly uses the processor it shares.

It runs in a process of its own.  Requests are made beforehand; only sending, waiting and
receiving is timed.
"""

from __future__ import annotations

import gzip
import re
import selectors
import socket
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^;\r]+)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
LONGEST = 60.0  # seconds for one batch


class Answer(NamedTuple):
    status: int
    head: bytes
    body: bytes
    seconds: float

    @property
    def cookies(self) -> dict[str, str]:
        return dict(c.decode().split("=", 1) for c in _COOKIE.findall(self.head))

    @property
    def location(self) -> str:
        found = _LOCATION.search(self.head)
        return found[1].decode() if found else ""

    @property
    def page(self) -> bytes:
        """The body as the browser reads it."""
        return gzip.decompress(self.body) if b"content-encoding: gzip" in self.head.lower() else self.body

    @property
    def wire_bytes(self) -> int:
        return len(self.head) + 4 + len(self.body)


class Batch(NamedTuple):
    """How long all requests took together, and their answers in order."""

    seconds: float
    answers: list[Answer]

    @property
    def rate(self) -> float:
        return len(self.answers) / self.seconds


def get(path: str, cookies: Mapping[str, str] | None = None, **headers: str) -> bytes:
    return _request("GET", path, cookies, headers)


def post(path: str, fields: Sequence[tuple[str, str]], cookies: Mapping[str, str] | None = None) -> bytes:
    body = urlencode(fields).encode()
    return _request("POST", path, cookies, {"Content-Type": "application/x-www-form-urlencoded"}, body)


def _request(
    method: str, path: str, cookies: Mapping[str, str] | None, headers: Mapping[str, str], body: bytes = b""
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/html", "Accept-Language: zh-CN,zh;q=0.9"]
    lines.append("User-Agent: Mozilla/5.0 (Linux; Android 12) bench")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if cookies:
        lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()))
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Line:
    """One kept-alive connection: the request it carries, and what has come back of the answer."""

    def __init__(self, port: int):
        self.port = port
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = -1

    def send(self, number: int, request: bytes) -> None:
        self.number, self.data, self.needed, self.split = number, b"", -1, -1
        self.since = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> Answer | None:
        """The whole answer once it is there."""
        piece = self.socket.recv(262144)
        if not piece:
            raise ConnectionError("the server hung up in the middle of an answer")
        self.data += piece
        if self.split < 0:
            self.split = self.data.find(b"\r\n\r\n")
            if self.split < 0:
                return None
            length = _LENGTH.search(self.data, 0, self.split + 2)
            if length is None:
                raise ConnectionError("an answer without a length: " + self.data[: self.split].decode("latin-1"))
            self.needed = self.split + 4 + int(length[1])
        if len(self.data) < self.needed:
            return None
        head, body = self.data[: self.split], self.data[self.split + 4 :]
        if b"\r\nconnection: close" in head.lower():
            self.socket.close()
            self.open()
        return Answer(int(head[9:12]), head, body, time.perf_counter() - self.since)


def drive(port: int, requests: Sequence[bytes], connections: int) -> Batch:
    """Send `requests` in order over this many connections, each sending its next as soon as it has its answer."""
    lines = [_Line(port) for _ in range(min(connections, len(requests)))]
    answers: list[Answer | None] = [None] * len(requests)
    following = 0
    with selectors.DefaultSelector() as ready:
        started = time.perf_counter()
        for line in lines:
            line.send(following, requests[following])
            ready.register(line.socket, selectors.EVENT_READ, line)
            following += 1
        waiting = len(requests)
        while waiting:
            events = ready.select(LONGEST)
            if not events:
                raise TimeoutError(f"no answer for {LONGEST:.0f} seconds; {waiting} requests are waiting")
            for key, _ in events:
                line, before = key.data, key.data.socket
                number, answer = line.number, line.receive()
                if answer is None:
                    continue
                answers[number] = answer
                waiting -= 1
                if line.socket is not before:
                    ready.unregister(before)
                    ready.register(line.socket, selectors.EVENT_READ, line)
                if following < len(requests):
                    line.send(following, requests[following])
                    following += 1
        seconds = time.perf_counter() - started
    for line in lines:
        line.socket.close()
    return Batch(seconds, [answer for answer in answers if answer is not None])
