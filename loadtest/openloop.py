"""Requests that are sent when they are due, whether or not earlier ones are answered: what a crowd does, which knows nothing of a server's
state. A latency counts from the time a request was due, so that no wait is hidden (no "coordinated omission")."""

import asyncio
import collections
import time
from typing import NamedTuple

from figures import percentile
from wire import PROBLEMS, Connection, whole_answer


class Record(NamedTuple):
    due: float  # seconds from the start
    wait: float  # seconds from there until it was sent: this client's own lateness, or no free connection
    latency: float  # seconds from due to the end of the answer, or to the failure
    outcome: object  # status, or why there is none
    retry_after: bool


class Request(NamedTuple):
    due: float
    content: bytes
    right: bytes | None  # the body that a 200 must have, where it is known


class Line(asyncio.Protocol):
    """A connection of the crowd. Without streams and tasks a client takes a fifth of the time, which is the server's on a small machine."""

    def __init__(self, crowd):
        self.crowd, self.transport, self.request, self.sent, self.buffer = crowd, None, None, 0.0, bytearray()

    def connection_made(self, transport):
        self.transport = transport

    def send(self, request):
        self.request, self.sent = request, self.crowd.now()
        self.crowd.busy.add(self)
        self.transport.write(request.content)

    def data_received(self, data):
        self.buffer += data
        if not self.request or not (answer := whole_answer(self.buffer)):
            return
        self.buffer.clear()
        wrong = answer.status == 200 and self.request.right is not None and answer.body != self.request.right
        self.end("wrong answer" if wrong else answer.status, "retry-after" in answer.headers)
        if answer.closes:
            self.transport.close()
        else:
            self.crowd.free_line(self)

    def connection_lost(self, problem):
        if self.request:
            self.end(type(problem).__name__ if problem else "closed")
        self.crowd.lost_line(self)

    def end(self, outcome, retry_after=False):
        request, self.request = self.request, None
        self.crowd.busy.discard(self)
        self.crowd.record(request, self.sent, outcome, retry_after)


class Crowd:
    """Normal clients. Connections are kept and used again; a new one is opened where none is free, up to a limit."""

    def __init__(self, target, limit=2000, timeout=60):
        self.target, self.limit, self.timeout = target, limit, timeout
        self.free, self.busy, self.waiting, self.lines = [], set(), collections.deque(), 0
        self.records, self.opening = [], set()
        self.lateness = []  # seconds by which this process itself was late

    def now(self):
        return time.perf_counter() - self.start

    def record(self, request, sent, outcome, retry_after=False):
        self.records.append(Record(request.due, sent - request.due, self.now() - request.due, outcome, retry_after))

    def ask(self, request):
        while self.free:
            line = self.free.pop()
            if not line.transport.is_closing():
                return line.send(request)
        self.waiting.append(request)
        self.open_another()

    def open_another(self):
        if self.lines < self.limit:
            self.lines += 1
            task = asyncio.ensure_future(self.open_line())
            self.opening.add(task)
            task.add_done_callback(self.opening.discard)

    async def open_line(self):
        try:
            connecting = asyncio.get_running_loop().create_connection(lambda: Line(self), self.target.host, self.target.port, ssl=self.target.tls)
            _, line = await asyncio.wait_for(connecting, self.timeout)
        except PROBLEMS as problem:
            self.lines -= 1
            if self.waiting:
                self.record(self.waiting.popleft(), self.now(), type(problem).__name__)
        else:
            self.free_line(line)

    def free_line(self, line):
        if self.waiting:
            line.send(self.waiting.popleft())
        else:
            self.free.append(line)

    def lost_line(self, line):
        self.lines -= 1
        if line in self.free:
            self.free.remove(line)
        if self.waiting:
            self.open_another()

    def give_up(self):
        """Ends what has taken too long."""
        for line in [line for line in self.busy if self.now() - line.sent > self.timeout]:
            line.end("timeout")
            line.transport.abort()
        while self.waiting and self.now() - self.waiting[0].due > self.timeout:
            self.record(self.waiting.popleft(), self.now(), "never sent")

    async def heartbeat(self):
        while True:
            due = time.perf_counter() + 0.02
            await asyncio.sleep(0.02)
            self.lateness.append(time.perf_counter() - due)
            if len(self.lateness) % 50 == 0:
                self.give_up()

    async def run(self, rate, seconds, requests):
        """Sends at this rate for so long, then waits for what is outstanding.

        - requests: number → (request, right answer or None)
        """
        self.start, number = time.perf_counter(), 0
        heart = asyncio.ensure_future(self.heartbeat())
        while (due := number / rate) < seconds:
            if (early := due - self.now()) > 0:
                await asyncio.sleep(early)
            self.ask(Request(due, *requests(number)))
            number += 1
        while self.busy or self.waiting:
            await asyncio.sleep(0.02)
        heart.cancel()
        for line in self.free:
            line.transport.close()
        return self.records

    def remark(self):
        """How far the latencies are to be trusted."""
        late, waits = sorted(self.lateness), sorted(record.wait for record in self.records)
        at = lambda values: 1e3 * (percentile(values, 0.99) or 0)
        return f"this client was late by {at(late):.1f} ms (p99), and sent {at(waits):.1f} ms (p99) after a request was due; both are part of the latencies"


async def closed_loop(target, connections, seconds, requests):
    """Requests answered a second when each of so many connections asks again as soon as it is answered; (rate, outcomes)."""
    outcomes, counter, end = [], iter(range(1 << 60)), time.perf_counter() + seconds

    async def client():
        connection = Connection(target)
        while time.perf_counter() < end:
            try:
                answer = await asyncio.wait_for(connection.exchange(requests(next(counter))[0]), 60)
                outcomes.append(answer.status)
            except PROBLEMS as problem:
                outcomes.append(type(problem).__name__)
                connection.close()
                await asyncio.sleep(0.05)
        connection.close()

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    return len(outcomes) / (time.perf_counter() - start), outcomes
