#!/usr/bin/env python3
"""Clients that a server must survive: they dawdle, hang up or never say a word. Runs by itself, too:

    python3 loadtest/badclients.py http://127.0.0.1:8080 --duration 30 --slow-header 200 --slow-reader 50

Prints one line of JSON: for each kind how many connections there were, how they ended, how long the server bore them.
"""

import argparse
import asyncio
import collections
import json
import random
import time

from wire import PROBLEMS, Connection, Target

INTERVAL = 0.5  # seconds between the bytes of a slow client
LARGE, MANY = 400_000, 12  # characters of an answer, and how many are asked for at once: together more than a socket's buffers hold
STALL = 45  # seconds in which a stalled reader reads nothing: longer than a server should wait


def echo(target, characters):
    """A request whose answer is as long as it is: from a language into itself nothing is translated."""
    return target.translation("x" * characters, "en", "en")


def endless_header(target):
    yield from f"POST {target.prefix}/translate HTTP/1.1\r\nHost: {target.authority}\r\n".encode()
    while True:
        yield from f"X-{random.randrange(10**6)}: slow\r\n".encode()


def endless_body(target):
    yield from b'{"q": "'
    while True:
        yield from b"slow "


async def drip(connection, data):
    """Sends byte by byte until the server answers or hangs up."""
    answer = asyncio.ensure_future(connection.head())
    try:
        for byte in data:
            connection.writer.write(bytes([byte]))
            if (await asyncio.wait({answer}, timeout=INTERVAL))[0]:
                break
        return str((await answer)[0])
    finally:
        answer.cancel()


async def slow_header(target, connection):
    """A header that never ends, a byte at a time (slowloris)."""
    await connection.open()
    return await drip(connection, endless_header(target))


async def slow_body(target, connection):
    """A body of which a byte comes at a time (R-U-Dead-Yet)."""
    await connection.open()
    connection.writer.write(target.head("POST", "/translate", 100_000))
    return await drip(connection, endless_body(target))


async def idle(target, connection):
    """Connects and says nothing."""
    await connection.open()
    return str((await connection.head())[0])


async def ask_much(target, connection):
    """Sends many requests with large answers, one behind the other (pipelined)."""
    connection.receive_buffer = 4096
    await connection.open()
    request = echo(target, LARGE)
    for _ in range(MANY):
        connection.writer.write(request)


async def slow_reader(target, connection):
    """Asks for much and reads it 256 bytes at a time."""
    await ask_much(target, connection)
    while piece := await asyncio.wait_for(connection.reader.read(256), 120):
        if b"HTTP/1.1 503" in piece:
            return "503"
        await asyncio.sleep(INTERVAL)
    return "cut off"


async def slow_events(target, connection):
    """Has a long text translated as a stream of events and reads it 256 bytes at a time."""
    connection.receive_buffer = 4096
    await connection.open()
    text = " ".join(f"The train to house {random.randrange(10**6)} leaves at nine." for _ in range(300))
    body = {"q": text, "source": "en", "target": "de", "priority": "bulk"}
    connection.writer.write(target.post("/translate", body, [("Accept", "text/event-stream")]))
    status, _ = await connection.head()
    if status != 200:
        await asyncio.sleep(5)  # bulk is limited; as it is told to
        return str(status)
    while piece := await asyncio.wait_for(connection.reader.read(256), 120):
        if b"event: done" in piece:
            return "read whole"
        await asyncio.sleep(INTERVAL)
    return "cut off"


async def stalled_reader(target, connection):
    """Asks for much and reads nothing for a long time."""
    await ask_much(target, connection)
    await asyncio.sleep(STALL)
    got = 0
    while piece := await asyncio.wait_for(connection.reader.read(65_536), 10):
        got += len(piece)
        if got >= MANY * LARGE:
            return "read whole"
    return "cut off"


async def aborting(target, connection):
    """Hangs up where it hurts: within the header, within the body, as soon as all is sent, while the answer comes."""
    await asyncio.sleep(random.expovariate(10))
    request = target.translation(f"The train to {random.randrange(10**6)} leaves at nine.")
    head = request.index(b"\r\n\r\n") + 4
    way = random.choice(["header", "body", "sent", "waiting", "reading"])
    if way == "reading":
        request = echo(target, LARGE)
    await connection.open()
    connection.writer.write(request[:{"header": head // 2, "body": head + 9}.get(way)])
    await connection.writer.drain()
    if way == "waiting":
        await asyncio.sleep(random.uniform(0, 0.1))
    if way == "reading":
        await connection.reader.read(1024)
    if random.random() < 0.5:
        connection.reset()
    return way


KINDS = {"slow-header": slow_header, "slow-body": slow_body, "slow-reader": slow_reader, "slow-events": slow_events,
         "stalled-reader": stalled_reader, "idle": idle, "aborting": aborting}


class BadClients:
    """So many of each kind; one that ends is replaced at once, until the time is over."""

    def __init__(self, target, counts, seconds):
        self.target, self.counts, self.seconds = target, counts, seconds
        self.over = False
        self.endings = {kind: collections.Counter() for kind in counts}
        self.held = {kind: [] for kind in counts}

    async def client(self, kind):
        await asyncio.sleep(random.uniform(0, min(2, self.seconds / 10)))
        while not self.over:
            connection, start = Connection(self.target), time.monotonic()
            try:
                ending = await KINDS[kind](self.target, connection)
            except asyncio.CancelledError:
                self.endings[kind]["held to the end"] += 1
                connection.reset()
                raise
            except PROBLEMS as problem:
                ending = {"IncompleteReadError": "closed", "ConnectionResetError": "reset", "BrokenPipeError": "reset"}.get(type(problem).__name__, type(problem).__name__)
                await asyncio.sleep(0.1)
            connection.close()
            self.endings[kind][ending] += 1
            self.held[kind].append(time.monotonic() - start)

    async def run(self):
        tasks = [asyncio.ensure_future(self.client(kind)) for kind, count in self.counts.items() for _ in range(count)]
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.over = True
            while tasks:  # wait_for may lose a cancellation (Python before 3.12)
                for task in tasks:
                    task.cancel()
                tasks = (await asyncio.wait(tasks, timeout=1))[1]
        return {kind: {"clients": self.counts[kind], "endings": dict(self.endings[kind]), "longest_s": round(max(self.held[kind], default=self.seconds), 1)}
                for kind in self.counts}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--duration", type=float, default=30, help="seconds (default 30)")
    for kind, work in KINDS.items():
        parser.add_argument(f"--{kind}", type=int, default=0, metavar="N", help=work.__doc__)
    args = parser.parse_args()
    counts = {kind: count for kind in KINDS if (count := getattr(args, kind.replace("-", "_")))}
    if not counts:
        parser.error("name a kind, such as --slow-header 100")
    print(json.dumps(asyncio.run(BadClients(Target(args.url), counts, args.duration).run())))


if __name__ == "__main__":
    main()
