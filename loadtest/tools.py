"""Programs of others that put load on a server, and how their output is read."""

import asyncio
import csv
import io
import json
import pathlib
import shutil
import sys

from report import Skipped
from server import PROGRAM, have_program

HERE = pathlib.Path(__file__).resolve().parent


async def output(*command, timeout, expected=(0,)):
    """The standard output of a program; a program that is missing skips the scenario."""
    if not shutil.which(command[0]):
        raise Skipped(f"{command[0]} is not installed (make loadtest installs the Debian packages wrk and hey where it may)")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        out, err = await asyncio.wait_for(process.communicate(), timeout)
    except (asyncio.TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        raise
    if process.returncode not in expected:
        raise Skipped(f"{' '.join(command)} ended with {process.returncode}: {(err or out).decode(errors='replace').strip()[-400:]}")
    return out.decode(errors="replace")


def key_header(target):
    return ["-H", f"Authorization: Bearer {target.key}"] if target.key else []


async def wrk(target, connections, seconds):
    """wrk -t1: as many requests as it gets answered (closed loop)."""
    out = await output("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", *key_header(target), "-s", str(HERE / "wrk" / "translate.lua"),
                       f"{target.url}/translate", "--", str(HERE / "sentences.txt"), "en", "de", timeout=seconds + 90)
    return json.loads(out[out.rindex('{"bench"'):].splitlines()[0])


async def hey(target, connections, seconds, body):
    """hey -z: the seconds and the status of every request."""
    out = await output("hey", "-z", f"{seconds}s", "-c", str(connections), "-t", "60", "-m", "POST", "-T", "application/json", *key_header(target), "-d", body,
                       "-o", "csv", f"{target.url}/translate", timeout=seconds + 90)
    lines = [(float(line["response-time"]), int(line["status-code"])) for line in csv.DictReader(io.StringIO(out)) if line["status-code"]]
    return [seconds for seconds, _ in lines], [status for _, status in lines]


async def bench_http(target, connections, seconds, rate=None):
    """`dragoman bench http`: with a rate, latency counts from the time a request was due."""
    if not have_program():
        raise Skipped(f"{PROGRAM} is not there (make build, or DRAGOMAN=PROGRAM)")
    out = await output(PROGRAM, "bench", "http", "--url", f"{target.url}/translate", "--text", str(HERE / "sentences.txt"), "--connections", str(connections),
                       "--duration", str(seconds), *(["--rate", f"{rate:.3f}"] if rate else []), timeout=seconds + 90, expected=(0, 1))
    return json.loads(out)


async def locust(target, users, seconds):
    """locust without its web page: its own statistics, an entry for each kind of request."""
    command = [sys.executable, "-m", "locust", "-f", str(HERE / "locustfile.py"), "--headless", "--host", target.url, "--users", str(users),
               "--spawn-rate", str(max(1, users // 2)), "--run-time", f"{seconds}s", "--json", "--only-summary", "--skip-log", "--exit-code-on-error", "0"]
    out = await output(*command, timeout=seconds + 60)
    return json.loads(out[out.index("["):])
