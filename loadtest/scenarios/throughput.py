"""How many sentences a second, and how the wait grows with the connections."""

import tools
from report import Report

WHAT = "wrk, closed loop, 1 to 256 connections"
CONNECTIONS = [1, 8, 64, 256]


async def run(context):
    report, seconds = Report("throughput"), max(2, context.seconds // len(CONNECTIONS))
    rate, wait = [], []
    for connections in CONNECTIONS:
        line = await tools.wrk(context.target, connections, seconds)
        done = line["requests"] - line["failed_statuses"]
        outcomes = {200: done, "status": line["failed_statuses"], "socket": line["failed_sockets"]}
        report.row(f"wrk, {connections} connections", {k: n for k, n in outcomes.items() if n}, [], line["seconds"],
                   p50_ms=line["p50_ms"], p95_ms=line["p95_ms"], p99_ms=line["p99_ms"], max_ms=line["max_ms"])
        rate.append((connections, line["requests_per_s"]))
        wait.append((connections, line["p99_ms"]))
    report.check("every answer was 200", all(not row["failed"] for row in report.rows))
    report.chart("Throughput", "connections", "requests a second", {"wrk": rate})
    report.chart("Wait of the slowest hundredth", "connections", "p99, ms", {"wrk": wait})
    return report
