"""A real nginx and a real HAProxy in front, which share their few connections to the server among all clients: does each answer belong to
its request, while other clients hang up and leave half-used connections behind?"""

import asyncio
import collections
import json
import os
import random
import tempfile
import time

import tools
from badclients import BadClients
from openloop import Record
from proxy import PROGRAMS, Proxy
from report import Report, Skipped
from sentences import Translations
from server import PROGRAM, LocalServer, share_processors
from wire import PROBLEMS, Connection, Target

WHAT = "nginx and HAProxy in front, 100,000 requests with bodies of their own (REQUESTS=N) beside clients that hang up; every answer compared"
REQUESTS = int(os.environ.get("REQUESTS", 100_000))
CLIENTS, ABORTING = 64, 48


class Questions:
    """Requests whose right answer is known. Most are echoes: from a language into itself nothing is translated, so that the answer is the body
    that was sent, and no other request has that one."""

    def __init__(self, target, translations):
        self.target, self.translations, self.random = target, translations, random.Random(7)

    def echo(self, number):
        letters = self.random.choices("abcdefghij äöü€😀\\\"\n", k=20)
        size = 5_000 if number % 200 == 0 else self.random.randrange(1, 20)
        text = f"{number}:" + "".join(letters) * size + f":{number}"
        request = self.target.translation(text, "en", "en")
        right = b'{"translatedText":%s}' % json.dumps(text, ensure_ascii=False).encode()
        return (chunked(request) if number % 10 == 3 else request), right

    def __call__(self, number):
        return self.translations(number) if number % 25 == 7 else self.echo(number)


def chunked(request):
    """The same request with its body in chunks (RFC 9112 §7.1)."""
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"\r\n".join([*lines, b"Transfer-Encoding: chunked", b"", b""]) + framed + b"0\r\n\r\n"


async def client(target, questions, numbers, records, start):
    """Asks one question after the other; now and then two at once (pipelined), whose answers must come in order."""
    connection = Connection(target)
    for number in numbers:
        asked = [questions(number)]
        if number % 20 == 11 and (second := next(numbers, None)) is not None:
            asked.append(questions(second))
        sent, answered = time.perf_counter(), 0
        try:
            for position, (_, right) in enumerate(asked):
                if position == 0 or connection.writer is None:
                    # RFC 9112 §9.3.2: what a proxy left unanswered when it closed (nginx does after 1,000 requests) is asked again.
                    if connection.writer is None:
                        await connection.open()
                    connection.writer.write(b"".join(request for request, _ in asked[position:]))
                answer = await asyncio.wait_for(connection.answer(), 60)
                outcome = answer.status if answer.status != 200 or answer.body == right else "ANOTHER'S ANSWER"
                records.append(Record(sent - start, 0, time.perf_counter() - sent, outcome, False))
                answered += 1
        except PROBLEMS as problem:
            records += [Record(sent - start, 0, time.perf_counter() - sent, type(problem).__name__, False)] * (len(asked) - answered)
            connection.close()
    connection.close()


def way(name, target):
    return f"{name}{' → TLS' if target.tls else ''}"


async def through(name, target, translations, report):
    """All requests through one proxy; how many were sent in each second."""
    proxy = Proxy(name, target)
    try:
        front, records, start = Target(proxy.url), [], time.perf_counter()
        bad = BadClients(front, {"aborting": ABORTING}, 86_400)
        aborting = asyncio.ensure_future(bad.run())
        numbers = iter(range(REQUESTS))
        questions = Questions(front, translations)
        await asyncio.wait_for(asyncio.gather(*(client(front, questions, numbers, records, start) for _ in range(CLIENTS))), 3_600)
        seconds = time.perf_counter() - start
        aborting.cancel()
        await asyncio.wait({aborting})
    finally:
        proxy.stop()
    title = way(name, target)
    row = report.row(title, [r.outcome for r in records], [r.latency for r in records], seconds)
    hung_up = sum(bad.endings["aborting"].values())
    report.note(f"{title}: {hung_up:,} clients hung up meanwhile: {dict(bad.endings['aborting'])}")
    report.check(f"{title}: each of {row['ok']:,} answers belongs to its request", not row["failures"].get("ANOTHER'S ANSWER"))
    report.check(f"{title}: no request failed", not row["failed"] and row["requests"] == REQUESTS)
    return collections.Counter(int(record.due) for record in records)


async def run(context):
    report, curves = Report("proxies"), {}
    await through_all(context.target, report, curves)
    if context.is_local and not context.target.tls:
        try:
            await through_tls(report, curves)
        except Skipped as why:
            report.note(f"TLS was left out: {why}")
    if not report.rows:
        raise Skipped("; ".join(report.notes))
    report.chart("Through proxies", "second", "requests a second", curves)
    return report


async def through_all(target, report, curves):
    translations = await Translations.asked(target)
    for name in PROGRAMS:
        try:
            per_second = await through(name, target, translations, report)
            curves[way(name, target)] = sorted(per_second.items())[:-1]
        except Skipped as why:
            report.note(f"{way(name, target)} was left out: {why}")


async def through_tls(report, curves):
    """The same with a server that speaks TLS only: what the proxies pass on is encrypted again."""
    if "--tls-certificate" not in await tools.output(PROGRAM, "serve", "--help", timeout=10):
        raise Skipped(f"{PROGRAM} speaks no TLS")
    with tempfile.TemporaryDirectory(prefix="dragoman-tls-") as folder:
        certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
        await tools.output("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                           "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate, timeout=30)
        os.environ["CA"] = certificate
        server = LocalServer("--tls-certificate", certificate, "--tls-key", key, processors=share_processors()[0], scheme="https")
        try:
            await through_all(Target(server.wait_until_ready().url), report, curves)
        finally:
            server.stop()
            del os.environ["CA"]
