"""The server under test: one that is started here, or one that runs somewhere; what it takes of its machine."""

import asyncio
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import urllib.request

from wire import PROBLEMS, Connection, Target

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("DRAGOMAN", str(ROOT / ".build" / "release" / "dragoman"))
TICKS = os.sysconf("SC_CLK_TCK")


def have_program():
    return os.access(PROGRAM, os.X_OK)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


CORES = sorted(os.sched_getaffinity(0))  # before any is given away


def share_processors(cores=CORES):
    """(the server's processors, the generator's): the last one is the generator's, so that neither takes the other's time."""
    return (cores, cores) if len(cores) < 2 else (cores[:-1], cores[-1:])


class LocalServer:
    """`dragoman serve` on a free port with the models in models/, greedy; its log is kept in a file until it stops."""

    def __init__(self, *flags, processors=None, scheme="http"):
        if not have_program():
            raise SystemExit(f"{PROGRAM} is not there: run `make build`, or name a program with DRAGOMAN=, or a running server with URL=")
        self.port = free_port()
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.log = tempfile.NamedTemporaryFile(prefix="dragoman-", suffix=".log")
        command = [PROGRAM, "serve", "--port", str(self.port), "--models", os.environ.get("MODELS", str(ROOT / "models")), "--beam-size", "1",
                   "--log-level", "warning", *flags]
        pin = (lambda: os.sched_setaffinity(0, processors)) if processors else None
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, preexec_fn=pin)

    def wait_until_ready(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended with {self.process.returncode}:\n{self.tail()}")
            try:
                urllib.request.urlopen(f"{self.url}/ready", timeout=5, context=Target(self.url).tls).close()
                return self
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise SystemExit(f"the server is not ready after {seconds} s:\n{self.tail()}")

    def tail(self):
        return "\n".join(pathlib.Path(self.log.name).read_text(errors="replace").splitlines()[-10:])

    def stop(self):
        """Asks it to stop; returns its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def process_figures(pid):
    """Resident memory (MiB), descriptors, CPU seconds of a process of this machine."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return {"rss_mb": round(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024, 2), "fds": len(os.listdir(f"/proc/{pid}/fd")),
            "cpu_s": (int(fields[11]) + int(fields[12])) / TICKS}


def metrics_figures(text):
    """The same from Prometheus' usual names in the text of /metrics, as far as they are there."""
    value = lambda name: next((float(m[1]) for m in [re.search(rf"^{name}(?:{{[^}}]*}})? ([0-9.eE+-]+)", text, re.M)] if m), None)
    memory, descriptors, cpu = (value(f"process_{name}") for name in ("resident_memory_bytes", "open_fds", "cpu_seconds_total"))
    return {"rss_mb": None if memory is None else round(memory / 2**20, 2), "fds": None if descriptors is None else int(descriptors), "cpu_s": cpu}


class Sampler:
    """Looks every second at what the server takes: by its process id, else by /metrics. Without either there are no samples."""

    def __init__(self, target, pid=None):
        self.target, self.pid, self.samples, self.start = target, pid, [], time.monotonic()

    async def now(self):
        if self.pid:
            figures = process_figures(self.pid)
        else:
            figures = metrics_figures(await self.metrics())
        return {"at_s": round(time.monotonic() - self.start, 1), **figures}

    async def metrics(self):
        connection = Connection(self.target)
        try:
            answer = await asyncio.wait_for(connection.exchange(self.target.head("GET", "/metrics")), 5)
            return answer.body.decode(errors="replace") if answer.status == 200 else ""
        except PROBLEMS:
            return ""
        finally:
            connection.close()

    async def run(self):
        """Until it is cancelled."""
        while True:
            sample = await self.now()
            if sample["rss_mb"] is None and sample["fds"] is None:
                return
            self.samples.append(sample)
            await asyncio.sleep(1)
