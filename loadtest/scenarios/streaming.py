"""Server-sent events: when does the first sentence come, when the last, and do they add up to the answer?"""

import asyncio
import json
import time

import figures
from report import Report, Skipped
from sentences import SENTENCES
from wire import PROBLEMS, Connection

WHAT = "pages of 20 sentences by 8 clients as text/event-stream"
CLIENTS, PAGE = 8, 20
ACCEPT = [("Accept", "text/event-stream")]


def page(number):
    return {"q": "\n".join(SENTENCES[(number * PAGE + i) % len(SENTENCES)] for i in range(PAGE)), "source": "en", "target": "de"}


async def events(connection, headers):
    """(name, data) of each event as it comes (WHATWG HTML §9.2.6)."""
    text, name, data = "", "message", []
    async for piece in connection.pieces(headers):
        *lines, text = (text + piece.decode()).split("\n")
        for line in lines:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line and data:
                yield name, "\n".join(data)
                name, data = "message", []
            elif field == "event":
                name = value
            elif field == "data":
                data.append(value)


async def one(connection, target, number):
    """(outcome, seconds to the first segment, seconds to the end, segments, the answer) of a page."""
    start, first, segments, answer = time.perf_counter(), None, 0, None
    connection.writer.write(target.post("/translate", page(number), ACCEPT))
    status, headers = await connection.head()
    if status != 200 or not headers.get("content-type", "").startswith("text/event-stream"):
        _ = [piece async for piece in connection.pieces(headers)]
        return status if status != 200 else "no event stream", None, time.perf_counter() - start, 0, None
    async for name, data in events(connection, headers):
        if name == "segment":
            first, segments = first or time.perf_counter() - start, segments + 1
        elif name == "done":
            answer = json.loads(data)
    return 200 if answer is not None else "no end", first, time.perf_counter() - start, segments, answer


async def client(target, number, end, results):
    connection, asked = await Connection(target).open(), number
    while time.perf_counter() < end:
        try:
            results.append((asked, *await asyncio.wait_for(one(connection, target, asked), 60)))
        except PROBLEMS as problem:
            results.append((asked, type(problem).__name__, None, 0.0, 0, None))
            connection.close()
            await connection.open()
        asked += CLIENTS
    connection.close()


async def run(context):
    report, target, results = Report("streaming"), context.target, []
    connection = await Connection(target).open()
    if (outcome := (await one(connection, target, 0))[0]) != 200:
        raise Skipped(f"{target.url}/translate does not answer with text/event-stream, but with {outcome}")
    whole = {}
    for number in range(len(SENTENCES) // PAGE):
        whole[number] = json.loads((await connection.exchange(target.post("/translate", page(number)))).body)
    connection.close()
    end = time.perf_counter() + context.seconds
    await asyncio.gather(*(client(target, number, end, results) for number in range(CLIENTS)))
    done = [r for r in results if r[1] == 200]
    firsts, lasts = [r[2] for r in done if r[2] is not None], [r[3] for r in done]
    row = report.row(f"{CLIENTS} clients, first sentence", [r[1] for r in results], firsts, context.seconds)
    report.row("whole page", [r[1] for r in results], lasts, context.seconds)
    report.check("every stream ended with done", not row["failed"])
    report.check("every stream had an event for each sentence", all(r[4] >= PAGE for r in done))
    report.check("every last event is the answer as it is without a stream", all(r[5] == whole[r[0] % len(whole)] for r in done))
    shares = [1, 10, 25, 50, 75, 90, 99]
    curve = lambda values: [(share, round(1e3 * (figures.percentile(sorted(values), share / 100) or 0), 1)) for share in shares]
    report.chart("Streamed pages", "percentile", "ms", {"first sentence": curve(firsts), "whole page": curve(lasts)})
    return report
