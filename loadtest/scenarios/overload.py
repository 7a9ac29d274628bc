"""More than the server can do: what it takes it answers in reasonable time, the rest it refuses at once, and it stays alive."""

import asyncio
import time

from openloop import Crowd, closed_loop
from report import Report
from sentences import Translations
from wire import PROBLEMS, Connection

WHAT = "sentences at three times the peak; /health is asked ten times a second"
FACTOR = 3


async def ask_health(target, answers):
    """Until it is cancelled: (status or failure, seconds) of GET /health, each on a connection of its own."""
    while True:
        connection, start = Connection(target), time.perf_counter()
        try:
            outcome = (await asyncio.wait_for(connection.exchange(target.head("GET", "/health")), 10)).status
        except PROBLEMS as problem:
            outcome = type(problem).__name__
        answers.append((outcome, time.perf_counter() - start))
        connection.close()
        await asyncio.sleep(0.1)


async def run(context):
    report = Report("overload")
    translations, health = await Translations.asked(context.target), []
    peak, _ = await closed_loop(context.target, 16, 3, translations)
    asking = asyncio.ensure_future(ask_health(context.target, health))
    crowd = Crowd(context.target)
    records = await crowd.run(FACTOR * peak, context.seconds, translations)
    asking.cancel()
    taken, refused = [r for r in records if r.outcome == 200], [r for r in records if r.outcome == 503]
    row = report.row(f"{FACTOR} × {peak:.0f}/s, answered", [r.outcome for r in records], [r.latency for r in taken], context.seconds)
    report.row("of them refused", [r.outcome for r in refused], [r.latency - r.wait for r in refused], context.seconds)
    alive = report.row("GET /health meanwhile", [o for o, _ in health], [s for _, s in health], context.seconds)
    report.data["peak_per_s"] = round(peak, 1)
    report.note(f"{crowd.remark()}, but what is refused counts from when it was sent")
    report.check("nothing but 200 and 503", not row["failed"])
    report.check("every 503 says when to try again", all(r.retry_after for r in refused))
    report.check("/health was always 200", not alive["failed"] and not alive["refused"])
    _, outcomes = await closed_loop(context.target, 4, 1, translations)
    report.check("afterwards all is well", set(outcomes) == {200})
    per_second = lambda rows: [(s, sum(1 for r in rows if int(r.due) == s)) for s in range(context.seconds)]
    report.chart("Overload", "second", "requests a second, by when they were due", {"answered": per_second(taken), "refused": per_second(refused)})
    return report
