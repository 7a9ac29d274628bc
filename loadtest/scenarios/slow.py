"""Do clients that dawdle take anything from those that do not?"""

import asyncio

from badclients import BadClients
from openloop import Crowd, closed_loop
from report import Report
from sentences import Translations

WHAT = "sentences at half the peak, alone, then beside 620 clients that send or read byte by byte"
SLOW = {"slow-header": 250, "slow-body": 250, "slow-reader": 50, "stalled-reader": 20, "idle": 50}


async def run(context):
    report, seconds = Report("slow"), max(2, context.seconds // 2)
    translations = await Translations.asked(context.target)
    peak, _ = await closed_loop(context.target, 16, min(3, seconds), translations)
    alone = await Crowd(context.target).run(peak / 2, seconds, translations)
    bad = asyncio.ensure_future(BadClients(context.target, SLOW, seconds + 2).run())
    await asyncio.sleep(2)  # until they are all there
    beside = await Crowd(context.target).run(peak / 2, seconds, translations)
    report.data["slow_clients"] = await bad
    curves = {}
    for load, records in (("alone", alone), ("beside slow clients", beside)):
        row = report.row(f"{peak / 2:.0f}/s {load}", [r.outcome for r in records], [r.latency for r in records], seconds)
        report.check(f"every request {load} was answered with 200, rightly", not row["failed"] and not row["refused"])
        curves[load] = [(share, row[f"p{share}_ms"]) for share in (50, 95, 99)]
    report.chart("Sentences beside slow clients", "percentile", "ms from the time a request was due", curves)
    report.note("slow clients: " + ", ".join(f"{kind} {dict(counts['endings'])}" for kind, counts in report.data["slow_clients"].items()))
    return report
