#!/usr/bin/env python3
"""`make loadtest`: puts load on a server, prints a table, writes figures (JSON) and a plot (SVG) into loadtest/results/.

    python3 loadtest/run.py [--url URL] [--scenario NAME …] [--duration SECONDS] [--pid PID] [--out FOLDER]

Without a URL it starts .build/release/dragoman (DRAGOMAN=PROGRAM names another one) and stops it afterwards. Exit status 1 where a check
did not hold, 2 where no scenario could be run.
"""

import argparse
import asyncio
import importlib
import json
import os
import pathlib
import platform
import resource
import sys
import time

import figures
import plot
from report import Skipped
from scenarios import LONG, SHORT, Context
from server import PROGRAM, ROOT, LocalServer, share_processors
from wire import PROBLEMS, Connection, Target


def scenario(name):
    return importlib.import_module(f"scenarios.{name}")


def arguments():
    about = "\n".join(f"  {name:11} {scenario(name).WHAT}" for name in SHORT + LONG)
    parser = argparse.ArgumentParser(description=f"{__doc__}\nscenarios (all but {' and '.join(LONG)} unless they are named):\n{about}",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="", help="of a running server")
    parser.add_argument("--scenario", nargs="*", default=[], help="names, or `all`")
    parser.add_argument("--duration", type=int, help="seconds of each scenario (default 10; soak 600)")
    parser.add_argument("--pid", type=int, help="process id of the server, for its memory and descriptors")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "loadtest" / "results")
    args = parser.parse_args()
    names = [name for word in args.scenario for name in word.split(",") if name] or SHORT
    args.names = SHORT + LONG if names == ["all"] else names
    for name in args.names:
        if name not in SHORT + LONG:
            parser.error(f"SCENARIO={name}: one or more of {', '.join(SHORT + LONG)}, or all, is possible")
    if args.duration is not None and not 2 <= args.duration <= 86_400:
        parser.error("DURATION: 2 to 86400 seconds are possible")
    return args


async def version(target):
    """What the server says it is; the end of the run where it says nothing."""
    connection = Connection(target)
    try:
        answer = await asyncio.wait_for(connection.exchange(target.head("GET", "/version")), 10)
        return json.loads(answer.body) if answer.status == 200 else {}
    except PROBLEMS as problem:
        raise SystemExit(f"{target.url} gives no answer: {problem or type(problem).__name__}") from problem
    finally:
        connection.close()


async def run(args, url, pid):
    """Runs the scenarios one after the other; {name: Report}, and those that could not be run with the reason."""
    target, reports, skipped = Target(url), {}, {}
    about = {"url": url, "server": await version(target), "time": time.strftime("%Y-%m-%dT%H:%M:%S"), "machine": processor(), "cores": os.cpu_count()}
    for name in args.names:
        seconds = args.duration or (600 if name == "soak" else 10)
        print(f"{name}: {scenario(name).WHAT} ({seconds} s) …", file=sys.stderr, flush=True)
        about["load1"] = round(os.getloadavg()[0], 2)
        try:
            reports[name] = await scenario(name).run(Context(target, seconds, pid, is_local=not args.url))
        except Skipped as why:
            skipped[name] = str(why)
        except PROBLEMS as problem:
            skipped[name] = f"ended by {problem!r}"
    return about, reports, skipped


def processor():
    info = pathlib.Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def tell(args, about, reports, skipped):
    """Prints and writes what was found; the exit status."""
    if not reports:
        print("\n".join(f"{name} was left out: {why}" for name, why in skipped.items()), file=sys.stderr)
        return 2
    rows = [row for report in reports.values() for row in report.rows]
    checks = [check for report in reports.values() for check in report.checks]
    print("\n" + figures.table(rows) + "\n")
    for report in reports.values():
        for note in report.notes:
            print(f"{report.name}: {note}")
    for check in checks:
        print(f"{'ok  ' if check['holds'] else 'NOT '} {check['scenario']}: {check['what']}")
    for row in rows:
        if row["failures"]:
            print(f"     {row['scenario']}, {row['load']}: failed with {row['failures']}")
    for name, why in skipped.items():
        print(f"{name} was left out: {why}")
    write(args, about, reports, skipped)
    return 0 if all(check["holds"] for check in checks) else 1


def write(args, about, reports, skipped):
    args.out.mkdir(parents=True, exist_ok=True)
    name = args.out / f"{time.strftime('%Y%m%d-%H%M%S')}-{'-'.join(reports) if len(reports) < 3 else 'loadtest'}"
    content = {**about, "scenarios": {key: report.as_json() for key, report in reports.items()}, "skipped": skipped}
    name.with_suffix(".json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    files = [name.with_suffix(".json")]
    charts = [chart for report in reports.values() for chart in report.charts]
    if charts:
        caption = f"{about['url']}, {about['server'].get('name', 'server')} {about['server'].get('version', '')}; {about['machine']}, {about['cores']} cores, {about['time']}"
        plot.draw(charts, caption, name.with_suffix(".svg"))
        files.append(name.with_suffix(".svg"))
    print("\nwritten: " + ", ".join(os.path.relpath(file) for file in files))


def main():
    args = arguments()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    if args.url:
        sys.exit(tell(args, *asyncio.run(run(args, args.url, args.pid))))
    servers, own = share_processors()
    server = LocalServer(processors=servers).wait_until_ready()
    print(f"started {PROGRAM} at {server.url}, on {len(servers)} of {os.cpu_count()} cores; the load comes from {len(own)}", file=sys.stderr)
    os.sched_setaffinity(0, own)
    try:
        found = asyncio.run(run(args, server.url, server.process.pid))
    finally:
        status = server.stop()
    code = tell(args, *found)
    if status:
        print(f"the server ended with status {status}:\n{server.tail()}")
    sys.exit(code or (1 if status else 0))


if __name__ == "__main__":
    main()
