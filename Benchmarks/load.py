"""The series of latency against offered load: `dragoman bench http` sends requests when they are due, whether or not earlier ones are
answered, and counts from there. Dragoman's server, and CTranslate2 behind FastAPI as a user would write it, both with en-x."""

import importlib.util
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

from common import HERE, ROOT, now
from engines import CORES, instruction_sets

FRACTIONS = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0]  # of each server's own peak
CONNECTIONS = 64  # for the peak each asks again as soon as it is answered
TEXT = ROOT / "Tests" / "Fixtures" / "en-x-parity" / "input.txt"
SERVERS = []


class Server:
    """A server of this machine that answers POST /translate."""

    def __init__(self, engine, command, ready, environment=None):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.engine, self.peak = engine, 0.0
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)], env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        SERVERS.append(self)
        self.wait(ready)

    def wait(self, path):
        for _ in range(600):
            if self.process.poll() is not None:
                sys.exit(f"the server of {self.engine} ended with {self.process.returncode}")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        sys.exit(f"the server of {self.engine} does not become ready")

    def ask(self, args, seconds, rate=None):
        """What `dragoman bench http` measured; failed counts every answer but 200, and every request without one."""
        command = [args.dragoman, "bench", "http", "--url", f"http://127.0.0.1:{self.port}/translate", "--text", str(TEXT), "--from", "en",
                   "--to", "de", "--connections", str(CONNECTIONS), "--duration", str(seconds), *(["--rate", f"{rate:.3f}"] if rate else [])]
        done = subprocess.run(command, text=True, capture_output=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)}\nended with {done.returncode}\n{done.stderr}")
        line = json.loads(done.stdout)
        failed = line["requests"] - line["statuses"].get("200", 0)
        return {"series": "load", "engine": self.engine, "peak_per_s": self.peak, **line, "failed": failed, **now()}

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        SERVERS.remove(self)


def stop_servers():
    for server in list(SERVERS):
        server.stop()


def start_dragoman(args):
    return Server("dragoman", [args.dragoman, "serve", "--models", str(ROOT / "models"), "--threads", str(len(CORES)), "--beam-size", "1"], "/ready")


def start_peer(instruction_set):
    return Server(
        "ctranslate2", [sys.executable, "-m", "uvicorn", "--app-dir", str(HERE / "http"), "--log-level", "error", "service_fastapi:app"], "/health",
        {"SERVICE_THREADS": str(len(CORES)), **({"CT2_FORCE_CPU_ISA": instruction_set} if instruction_set else {})})


def add_steps(run, args, peers):
    """Adds the series' steps to a run; returns what it has to leave out."""
    skipped, seconds, servers = [], (1 if args.quick else 5), {}
    missing = [name for name in ("fastapi", "uvicorn", "ctranslate2") if importlib.util.find_spec(name) is None]
    if missing:
        skipped.append({"what": "ctranslate2 in the load series", "why": f"{', '.join(missing)} not installed"})
    names = ["dragoman"] + ["ctranslate2"] * (not missing)

    def start(name):
        choices = [lambda: start_dragoman(args)] if name == "dragoman" else [lambda s=s: start_peer(s) for s in instruction_sets(name)]
        lines, best = [], None
        for choice in choices:
            server = choice()
            server.ask(args, 1)
            lines.append({**server.ask(args, seconds), "closed": True})
            server.peak = lines[-1]["requests_per_s"]
            loser = None if best is None else min(best, server, key=lambda s: s.peak)
            best = server if loser is not server else best
            if loser:
                loser.stop()
        servers[name] = best
        return lines

    def step(name, fraction, number):
        rate = fraction * servers[name].peak
        return [{**servers[name].ask(args, seconds, rate), "fraction": fraction, "round": number}]

    for name in names:
        run.add(f"load: peak of {name}", 2 * seconds + 4, lambda name=name: start(name))
    for number in range(min(2, args.rounds)):
        for fraction in FRACTIONS[::-1 if number % 2 else 1]:
            for name in names[::-1 if number % 2 else 1]:
                run.add(f"round {number + 1}: load {fraction:.0%} of the peak, {name}", seconds + 1, lambda n=name, f=fraction, r=number: step(n, f, r))
    return skipped


def table(lines):
    """Markdown of the series."""
    groups = {}
    for line in lines:
        if line.get("series") == "load" and "fraction" in line:
            groups.setdefault((line["engine"], line["fraction"]), []).append(line)
    if not groups:
        return []
    out = ["", "| server | load | requests/s offered | p50 ms | p95 ms | p99 ms | failed | unsent |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for (engine, fraction), rows in groups.items():
        cell = lambda field: f"{statistics.median(r[field] for r in rows):.1f}"
        total = lambda field: sum(r[field] for r in rows)
        out.append(f"| {engine} | {fraction:.0%} | {cell('rate')} | {cell('p50_ms')} | {cell('p95_ms')} | {cell('p99_ms')} | {total('failed')} | {total('unsent')} |")
    return out
