#!/usr/bin/env python3
"""`make bench-http`: the HTTP server beside Hummingbird, FlyingFox, uvicorn and Node, each answering POST /echo with the 200 bytes that came.

    python Benchmarks/http/side_by_side.py [--rounds 5] [--seconds 5] [--connections 64] [--only NAME …] [--idle 2000 5000]

One server at a time on the first core, wrk on the second; rounds over all servers, every other one in reverse order; figures are medians.
Then each server afresh: its memory idle and with idle connections, each of which has had a request answered and gets another one at the end.
Prints a table, writes JSON lines into Benchmarks/results/.
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import ROOT, Window, commit, machine, now

HERE = pathlib.Path(__file__).resolve().parent
PEERS = HERE / "peers"
BUILT = ROOT / ".build-peers" / "release"  # not below Benchmarks: the packages bring pages of documentation
TICKS = os.sysconf("SC_CLK_TCK")
PYTHON = [sys.executable, "-m", "uvicorn", "--app-dir", str(PEERS), "--http", "httptools", "--log-level", "error", "--no-access-log", "--timeout-keep-alive", "600"]
SERVERS = {  # name → (what it is, command; the port follows)
    "dragoman": ("Dragoman, handler in a task", [str(BUILT / "EchoDragoman"), "PORT"]),
    "dragoman-queue": ("Dragoman, handler on the I/O queue", [str(BUILT / "EchoDragoman"), "PORT", "queue"]),
    "hummingbird": ("Hummingbird 2.28.1", [str(BUILT / "EchoHummingbird"), "PORT"]),
    "hummingbird-takeover": ("Hummingbird 2.28.1, tasks on NIO's loop", [str(BUILT / "EchoHummingbird"), "PORT", "takeover"]),
    "flyingfox": ("FlyingFox 0.27.1", [str(BUILT / "EchoFlyingFox"), "PORT"]),
    "uvicorn": ("uvicorn, uvloop and httptools", [*PYTHON, "--loop", "uvloop", "--port", "PORT", "asgi_echo:app"]),
    "node": ("Node http", ["node", str(PEERS / "node_echo.js"), "PORT"]),
}
BODY = json.dumps({"q": "x" * 150, "source": "en", "target": "de"}).encode().ljust(200)
REQUEST = b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n" + BODY


def cores():
    """(the server's core, the generator's)."""
    available = sorted(os.sched_getaffinity(0))
    return ({available[0]}, {available[-1]})


class Server:
    """One of the servers, on its core, from when it answers until the end of `with`."""

    def __init__(self, name):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.name = name
        self.command = [str(self.port) if word == "PORT" else word for word in SERVERS[name][1]]

    def __enter__(self):
        pin = lambda: os.sched_setaffinity(0, cores()[0])
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=pin)
        for _ in range(200):
            if self.process.poll() is not None:
                sys.exit(f"{self.name} ended with {self.process.returncode}: {self.process.stderr.read().decode(errors='replace')[-600:]}")
            try:
                ask(self.connect())
                return self
            except OSError as problem:
                why = problem
                time.sleep(0.05)
        self.__exit__()
        sys.exit(f"{self.name} does not answer: {why}")

    def __exit__(self, *_):
        self.process.kill()  # some of them wait for their connections when they are asked to end
        self.process.wait()
        self.process.stderr.close()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_kb(self):
        return next(int(line.split()[1]) for line in open(f"/proc/{self.process.pid}/status", encoding="utf-8") if line.startswith("VmRSS"))


def ask(connection):
    """Has one body echoed on a connection; OSError where that goes wrong."""
    connection.sendall(REQUEST)
    answer = b""
    while b"\r\n\r\n" not in answer or len(answer.split(b"\r\n\r\n", 1)[1]) < len(BODY):
        piece = connection.recv(4096)
        if not piece:
            raise ConnectionError("closed before the answer")
        answer += piece
    if not answer.startswith(b"HTTP/1.1 200") or not answer.endswith(BODY):
        raise ConnectionError(f"not an echo: {answer[:200]!r}")
    return connection


def speed(server, args):
    """One round: wrk against a server that has been warmed up."""
    command = lambda seconds: ["wrk", "-t1", f"-c{args.connections}", f"-d{seconds}s", "-s", str(HERE / "echo.lua"), f"http://127.0.0.1:{server.port}/echo"]
    subprocess.run(command(1), capture_output=True, check=True)
    window, used = Window(children=True), server.cpu_seconds()
    done = subprocess.run(command(args.seconds), capture_output=True, text=True, check=True)
    used = server.cpu_seconds() - used
    line = json.loads(done.stdout[done.stdout.rindex('{"requests"'):])
    others = max(0.0, window.fields()["others_cores"] - used / args.seconds)
    return {"case": "speed", "server": server.name, **line, "cpu_s": round(used, 2), "requests_per_cpu_s": round(line["requests"] / used, 1), "others_cores": round(others, 2), **now()}


def memory(server, counts):
    """Resident memory with so many idle connections; how many of them were still answered afterwards."""
    time.sleep(1)
    line, held = {"case": "memory", "server": server.name, "idle_kb": {"0": server.resident_kb()}}, []
    for count in counts:
        while len(held) < count:
            held.append(ask(server.connect()))
        time.sleep(2)
        line["idle_kb"][str(count)] = server.resident_kb()
    alive = 0
    for connection in held:
        try:
            ask(connection)
            alive += 1
        except OSError:
            pass
        connection.close()
    return {**line, "alive": alive, "connections": len(held), **now()}


def versions():
    """What was measured, as far as it can be asked."""
    found = {name: importlib.metadata.version(name) for name in ("uvicorn", "uvloop", "httptools") if installed(name)}
    if shutil.which("node"):
        found["node"] = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    return {**found, "python": sys.version.split()[0]}


def installed(name):
    try:
        return bool(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False


def possible(names):
    """Those servers that are here; says why the others are not."""
    for name in list(names):
        program = SERVERS[name][1][0]
        why = None if shutil.which(program) else f"{program} is not there"
        if name == "uvicorn" and not all(installed(part) for part in ("uvicorn", "uvloop", "httptools")):
            why = f"{sys.executable} lacks Benchmarks/http/requirements.txt"
        if why:
            print(f"{name} is left out: {why}", file=sys.stderr)
            names.remove(name)
    return names


def table(lines):
    """Markdown of the medians."""
    counts = sorted({int(count) for line in lines if line.get("case") == "memory" for count in line["idle_kb"]})
    head = ["server", "requests/s", "least–most", "p50 ms", "p99 ms", "requests per CPU second", *(f"MiB, {n:,} idle connections" if n else "MiB, idle" for n in counts)]
    out = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for name, (about, _) in SERVERS.items():
        speeds = [line for line in lines if line.get("case") == "speed" and line["server"] == name]
        sizes = next((line["idle_kb"] for line in lines if line.get("case") == "memory" and line["server"] == name), {})
        if not speeds:
            continue
        middle = lambda member, form: form.format(statistics.median(line[member] for line in speeds))
        rates = [line["requests_per_s"] for line in speeds]
        cells = [about, middle("requests_per_s", "{:,.0f}"), f"{min(rates):,.0f}–{max(rates):,.0f}", middle("p50_ms", "{:.2f}"), middle("p99_ms", "{:.2f}"),
                 middle("requests_per_cpu_s", "{:,.0f}"), *(f"{sizes[str(n)] / 1024:.1f}" if str(n) in sizes else "–" for n in counts)]
        out.append("| " + " | ".join(cells) + " |")
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--only", nargs="*", choices=SERVERS, default=list(SERVERS))
    parser.add_argument("--idle", nargs="*", type=int, default=[2000, 5000])
    args = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed (Debian package wrk)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    os.sched_setaffinity(0, cores()[1])
    names = possible(list(args.only))
    lines = [{"case": "about", "commit": commit(), **machine(), **versions(), "connections": args.connections, "seconds": args.seconds}]
    file = ROOT / "Benchmarks" / "results" / f"http-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)

    def keep(line):
        lines.append(line)
        print(json.dumps(line), file=sys.stderr, flush=True)
        file.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")

    for number in range(args.rounds):
        for name in names[:: -1 if number % 2 else 1]:
            with Server(name) as server:
                keep({**speed(server, args), "round": number})
    for name in names:
        with Server(name) as server:
            keep(memory(server, args.idle))
    print(table(lines))
    print(f"\n{lines[0]['cpu']}, wrk -t1 -c{args.connections} -d{args.seconds}s, medians of {args.rounds} rounds; {file.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
