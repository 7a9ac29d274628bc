"""Clients that hang up: is anything left of them?"""

import asyncio

from badclients import BadClients
from openloop import Crowd
from report import Report
from sentences import Translations

WHAT = "sentences, 20 a second, beside 40 clients that hang up at any moment"


async def run(context):
    report = Report("aborting")
    translations = await Translations.asked(context.target)
    sampler = context.sampler()
    before = await sampler.now()
    bad = asyncio.ensure_future(BadClients(context.target, {"aborting": 40}, context.seconds).run())
    records = await Crowd(context.target).run(20, context.seconds, translations)
    report.data["aborting_clients"] = await bad
    await asyncio.sleep(1)
    after = await sampler.now()
    row = report.row("20/s beside aborts", [r.outcome for r in records], [r.latency for r in records], context.seconds)
    report.check("no request failed but by 503", not row["failed"])
    report.note(f"{sum(report.data['aborting_clients']['aborting']['endings'].values()):,} clients hung up: {report.data['aborting_clients']['aborting']['endings']}")
    if before["fds"] is not None:
        report.data["descriptors"] = {"before": before["fds"], "after": after["fds"]}
        report.check(f"descriptors are back: {before['fds']} before, {after['fds']} after", after["fds"] <= before["fds"] + 3)
    return report
