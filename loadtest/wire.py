"""One HTTP/1.1 connection of an asyncio client, which the scenarios send with. Standard library only."""

import asyncio
import json
import os
import socket
import ssl
import urllib.parse
from typing import NamedTuple

PROBLEMS = (OSError, EOFError, ValueError, KeyError, IndexError, asyncio.LimitOverrunError, asyncio.TimeoutError)  # of a connection and of what came


class Answer(NamedTuple):
    status: int
    headers: dict
    body: bytes

    @property
    def closes(self):
        return self.headers.get("connection", "").lower() == "close"


def whole_answer(buffer):
    """The answer that a buffer begins with, or None while it is not complete. Chunks are not read: what a crowd asks for comes with its length."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = buffer[:end].decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", 0))
    return Answer(int(first.split()[1]), headers, bytes(buffer[end + 4 : end + 4 + length])) if len(buffer) >= end + 4 + length else None


class Target:
    """The server: `http[s]://HOST[:PORT][/PREFIX]`. CA=FILE in the environment names the certificate to trust, API_KEY a key to send."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SystemExit(f"URL={url}: a URL such as http://127.0.0.1:8080 is needed")
        self.url = url.rstrip("/")
        self.host, self.port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        self.prefix, self.authority = parts.path.rstrip("/"), parts.netloc
        self.tls = ssl.create_default_context(cafile=os.environ.get("CA")) if parts.scheme == "https" else None
        self.key = os.environ.get("API_KEY", "")

    def head(self, method, path, length=None, fields=()):
        """A request's head."""
        lines = [f"{method} {self.prefix}{path} HTTP/1.1", f"Host: {self.authority}", *(f"{name}: {value}" for name, value in fields)]
        if self.key:
            lines.append(f"Authorization: Bearer {self.key}")
        if length is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {length}"]
        return "\r\n".join([*lines, "", ""]).encode()

    def post(self, path, value, fields=()):
        """A whole request with a JSON body."""
        body = json.dumps(value, ensure_ascii=False).encode()
        return self.head("POST", path, len(body), fields) + body

    def translation(self, text, source="en", target="de"):
        return self.post("/translate", {"q": text, "source": source, "target": target})


class Connection:
    """A connection that is kept open from request to request."""

    def __init__(self, target, receive_buffer=None):
        self.target, self.receive_buffer = target, receive_buffer
        self.reader = self.writer = None

    async def open(self):
        """Connects. A small receive buffer makes the server feel at once that the client does not read."""
        target, limits = self.target, {}
        if self.receive_buffer:
            plain = socket.socket(socket.AF_INET6 if ":" in target.host else socket.AF_INET)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
            plain.setblocking(False)
            await asyncio.get_running_loop().sock_connect(plain, (target.host, target.port))
            self.reader, self.writer = await asyncio.open_connection(
                sock=plain, ssl=target.tls, server_hostname=target.host if target.tls else None, limit=self.receive_buffer)
        else:
            self.reader, self.writer = await asyncio.open_connection(target.host, target.port, ssl=target.tls)
        return self

    async def exchange(self, request):
        """Sends a whole request and waits for its answer."""
        if self.writer is None:
            await self.open()
        self.writer.write(request)
        await self.writer.drain()
        return await self.answer()

    async def head(self):
        """(status, header fields) of the answer that comes next."""
        status = int((await self.reader.readuntil(b"\r\n")).split()[1])
        headers = {}
        while (line := await self.reader.readuntil(b"\r\n")) != b"\r\n":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        return status, headers

    async def pieces(self, headers):
        """The body as it comes, chunk by chunk."""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
                yield (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readuntil(b"\r\n")
        elif length := int(headers["content-length"]):
            yield await self.reader.readexactly(length)

    async def answer(self):
        """The answer that comes next, whole; interim ones (1xx) are read over."""
        while True:
            status, headers = await self.head()
            if status >= 200:
                break
        answer = Answer(status, headers, b"".join([piece async for piece in self.pieces(headers)]))
        if answer.closes:
            self.close()
        return answer

    def close(self):
        """Says goodbye (FIN)."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None

    def reset(self):
        """Hangs up (RST): what is on its way is lost."""
        if self.writer is not None:
            plain = self.writer.get_extra_info("socket")
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.writer.transport.abort()
        self.reader = self.writer = None
