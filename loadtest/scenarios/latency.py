"""How long an answer takes when requests come at a steady rate, whatever the server does."""

import tools
from report import Report

WHAT = "dragoman bench http --rate, 25 to 90 % of the peak, from the time a request was due"
SHARES = [0.25, 0.5, 0.75, 0.9]
CONNECTIONS = 256


async def run(context):
    report, seconds = Report("latency"), max(2, context.seconds // (len(SHARES) + 1))
    peak = (await tools.bench_http(context.target, 64, seconds))["requests_per_s"]
    report.data["peak_per_s"] = round(peak, 1)
    curves = {"p50": [], "p99": []}
    for share in SHARES:
        line = await tools.bench_http(context.target, CONNECTIONS, seconds, share * peak)
        outcomes = {**{int(status): count for status, count in line["statuses"].items()}, **line["failures"]}
        if line["unsent"]:
            outcomes["unsent"] = line["unsent"]
        report.row(f"{share:.0%} of {peak:.0f}/s", outcomes, [], line["seconds"], **{name: round(line[name], 2) for name in ("p50_ms", "p95_ms", "p99_ms", "max_ms")})
        for name, points in curves.items():
            points.append((round(share * peak, 1), line[f"{name}_ms"]))
    report.check("every request was sent and answered with 200", all(not row["failed"] and not row["refused"] for row in report.rows))
    report.chart("Latency at a steady rate", "requests a second", "ms from the time a request was due", curves, logarithmic=True)
    return report
