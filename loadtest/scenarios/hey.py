"""The same with another tool: one sentence, asked by 64 clients."""

import json

import tools
from report import Report
from sentences import SENTENCES

WHAT = "hey, closed loop, 64 connections"


async def run(context):
    report = Report("hey")
    body = json.dumps({"q": SENTENCES[0], "source": "en", "target": "de"})
    seconds, statuses = await tools.hey(context.target, 64, context.seconds, body)
    outcomes = {status: statuses.count(status) for status in set(statuses)}
    row = report.row("hey, 64 connections", outcomes, seconds, context.seconds)
    report.check("every answer was 200", not row["failed"] and not row["refused"])
    return report
