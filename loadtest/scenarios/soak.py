"""A long time of everything at once: overload, slow clients, clients that hang up, and normal ones. Do memory and descriptors come back?"""

import asyncio
import json
import pathlib
import sys

import figures
from openloop import Crowd, closed_loop
from report import Report
from sentences import Translations

WHAT = "twice the peak, beside 500 slow clients and 20 that hang up; memory and descriptors by the second"
FACTOR = 2
BAD = {"slow-header": 200, "slow-body": 200, "slow-reader": 40, "slow-events": 8, "stalled-reader": 20, "idle": 40, "aborting": 20}
SETTLE = 8  # seconds after which the server should have let go of everything
BACK_MB = 16  # what an allocator may keep, MiB


async def bad_clients(context, seconds):
    """In a process of their own, so that they do not make the normal ones late."""
    flags = [word for kind, count in BAD.items() for word in (f"--{kind}", str(count))]
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(pathlib.Path(__file__).resolve().parent.parent / "badclients.py"), context.target.url, "--duration", str(seconds), *flags,
        stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return json.loads(out)


async def settled(sampler, fds):
    """What the server takes once its descriptors are as many as at first, and a moment has passed, or after SETTLE seconds."""
    for second in range(SETTLE):
        await asyncio.sleep(1)
        now = await sampler.now()
        if second >= 3 and now["fds"] is not None and now["fds"] <= fds:
            break
    return now


async def everything(context, crowd, rate, seconds, translations):
    """(records of the normal clients, what became of the bad ones)."""
    bad = asyncio.ensure_future(bad_clients(context, seconds))
    records = await crowd.run(rate, seconds, translations)
    return records, await bad


async def run(context):
    report = Report("soak")
    translations, sampler = await Translations.asked(context.target), context.sampler()
    fresh = await sampler.now()
    peak, _ = await closed_loop(context.target, 64, min(5, context.seconds), translations)
    sampling = asyncio.ensure_future(sampler.run())
    # The same for a tenth of the time first: buffers and caches of the engine grow to what this load needs, and stay.
    await everything(context, Crowd(context.target), FACTOR * peak, max(5, context.seconds // 10), translations)
    before = await settled(sampler, fresh["fds"])
    crowd = Crowd(context.target)
    records, report.data["bad_clients"] = await everything(context, crowd, FACTOR * peak, context.seconds, translations)
    report.note(f"{crowd.remark()}, but what is refused counts from when it was sent")
    after = await settled(sampler, fresh["fds"])
    sampling.cancel()
    rows(report, context, peak, records)
    report.data.update(peak_per_s=round(peak, 1), fresh=fresh, before=before, after=after, samples=sampler.samples, by_tenth=by_tenth(records, context.seconds))
    back(report, before, after, sampler.samples)
    charts(report, context.seconds, records, sampler.samples)
    _, outcomes = await closed_loop(context.target, 4, 2, translations)
    report.check("afterwards all is well", set(outcomes) == {200})
    return report


def rows(report, context, peak, records):
    refused = [r for r in records if r.outcome == 503]
    row = report.row(f"{FACTOR} × {peak:.0f}/s, answered", [r.outcome for r in records], [r.latency for r in records if r.outcome == 200], context.seconds)
    report.row("of them refused", [503] * len(refused), [r.latency - r.wait for r in refused], context.seconds)
    report.check("no normal request failed but by 503", not row["failed"])
    report.check("every 503 says when to try again", all(r.retry_after for r in refused))
    for kind, counts in report.data["bad_clients"].items():
        report.note(f"{counts['clients']} × {kind}: {counts['endings']}, at most {counts['longest_s']} s")


def by_tenth(records, seconds):
    """p50 and p99 of the answers in each tenth of the time: does it get slower?"""
    tenths = [[r.latency for r in records if r.outcome == 200 and int(10 * r.due / seconds) == tenth] for tenth in range(10)]
    return [{"answered": len(tenth), **figures.latencies(tenth)} for tenth in tenths]


def back(report, before, after, samples):
    """Whether the server takes no more than before."""
    if before["fds"] is None:
        report.note("neither the server's process nor /metrics is known here: memory and descriptors were not looked at (PID=…)")
        return
    most = {name: max(sample[name] for sample in samples) for name in ("rss_mb", "fds")}
    report.check(f"descriptors are back: {before['fds']} before, {most['fds']} at most, {after['fds']} after", after["fds"] <= before["fds"] + 3)
    report.check(f"memory is back: {before['rss_mb']} MiB before, {most['rss_mb']} at most, {after['rss_mb']} after", after["rss_mb"] <= before["rss_mb"] + BACK_MB)


def charts(report, seconds, records, samples):
    step = max(1, seconds // 120)
    buckets = range(0, seconds, step)
    rate = lambda wanted: [(at, sum(1 for r in records if at <= r.due < at + step and r.outcome == wanted) / step) for at in buckets]
    report.chart("Normal requests", "second", "requests a second", {"answered": rate(200), "refused (503)": rate(503)})
    report.chart("Descriptors", "second", "open descriptors", {"server": [(s["at_s"], s["fds"]) for s in samples]})
    report.chart("Memory", "second", "resident, MiB", {"server": [(s["at_s"], s["rss_mb"]) for s in samples]})
    tenths = report.data["by_tenth"]
    middle = lambda name: [((tenth + 0.5) * seconds / 10, line[name]) for tenth, line in enumerate(tenths)]
    report.chart("Latency of what was answered", "second", "ms from the time a request was due", {"p50": middle("p50_ms"), "p99": middle("p99_ms")})
