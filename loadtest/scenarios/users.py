"""People: they wait, read, ask for sentences, pages and summaries."""

import importlib.util
import os

import tools
from report import Report, Skipped

WHAT = "locust, 50 users who read in between"


async def run(context):
    if importlib.util.find_spec("locust") is None:
        raise Skipped("locust is not installed (make loadtest makes .venv-loadtest with it; loadtest/requirements.txt)")
    report, users = Report("users"), int(os.environ.get("USERS", 50))
    for entry in await tools.locust(context.target, users, context.seconds):
        spread = sorted((float(ms), count) for ms, count in entry["response_times"].items())
        waits = [ms / 1e3 for ms, count in spread for _ in range(count)]
        outcomes = {200: entry["num_requests"] - entry["num_failures"], "locust": entry["num_failures"]}
        report.row(f"{users} users: {entry['name']}", {k: n for k, n in outcomes.items() if n}, waits, context.seconds)
    report.check("every user got what was asked for", report.rows and all(not row["failed"] for row in report.rows))
    return report
