"""What the benchmark scripts share: places, the machine, sentences as pieces, JSON lines."""

import json
import math
import os
import pathlib
import resource
import statistics
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
DATA = pathlib.Path(os.environ.get("BENCH_DATA", ROOT.parent / "shared" / "bench" / "data"))
MODELS = pathlib.Path(os.environ.get("BENCH_MODELS", ROOT / "bench-models"))
NAMES = ["en-x", "tiny", "opus-base"]
VECTOR_FLAGS = ["avx2", "fma", "avx_vnni", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_int8", "amx_bf16", "asimddp", "i8mm", "sve"]
SOURCE_LIMIT = 500  # pieces of one sentence; the shapes have 512 positions
DECODE_LIMIT = 256  # target tokens where sentences end by themselves


def emit(**row):
    """Prints one case as a line of JSON."""
    print(json.dumps(row, ensure_ascii=False), flush=True)


def read_lines(path):
    """The lines of a file of JSON lines."""
    return [json.loads(line) for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines()]


def machine():
    """The fields that name the machine."""
    info = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    field = lambda *names: next((l.split(":", 1)[1].strip() for l in info.splitlines() if l.split(":")[0].strip() in names), "unknown")
    flags = set(field("flags", "Features").split())
    return {"cpu": field("model name", "CPU part"), "cores": os.cpu_count(), "flags": [f for f in VECTOR_FLAGS if f in flags]}


def now():
    """The fields that say how busy the machine was, and when."""
    return {"load1": round(os.getloadavg()[0], 2), "time": time.strftime("%Y-%m-%dT%H:%M:%S")}


def commit():
    """The commit of this tree, with a + when files differ from it."""
    git = lambda *words: subprocess.run(["git", "-C", str(ROOT), *words], text=True, capture_output=True).stdout.strip()
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")


def resident_mb():
    """Memory in use now, MiB."""
    line = next(l for l in open("/proc/self/status", encoding="utf-8") if l.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024)


def peak_resident_mb():
    """The most memory this process has had, MiB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


class Window:
    """A stretch of time: its wall seconds, the CPU seconds of this process (or also of its children that have ended), and the cores
    that other processes kept busy meanwhile."""

    def __init__(self, children=False):
        self.children = children
        self.start = self.sample()

    def sample(self):
        ticks = [int(t) for t in open("/proc/stat", encoding="utf-8").readline().split()[1:9]]
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = time.process_time() + (used.ru_utime + used.ru_stime if self.children else 0)
        return time.perf_counter(), own, (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")

    def fields(self):
        wall, own, busy = (after - before for before, after in zip(self.start, self.sample()))
        return {"cpu_s": round(own, 2), "others_cores": round(max(0.0, (busy - own) / wall), 2)}


def percentile(values, share):
    """Nearest-rank percentile: the smallest value that at least that share of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def hugging_face_folder(name):
    """The model's folder in Hugging Face layout, with Dragoman's card."""
    return ROOT / "models" / name if (ROOT / "models" / name).exists() else MODELS / "hf" / name


def pieces_file(name):
    """The model's sentences: a JSON list of {"src": [pieces without the end token], "tgt_len": forced target length, or absent}."""
    return MODELS / "pieces" / f"{name}.json"


def load_pieces(name):
    return json.loads(pieces_file(name).read_text(encoding="utf-8"))


def batches(rows, token_budget):
    """Indices of length-sorted batches of at most so many padded source tokens, each with one forced target length: the mean of its
    sentences' (None where sentences end by themselves). CTranslate2 can force one length a call only."""
    order = sorted(range(len(rows)), key=lambda i: -len(rows[i]["src"]))
    groups, group, width = [], [], 0
    for i in order:
        wider = max(width, len(rows[i]["src"]) + 1)
        if group and wider * (len(group) + 1) > token_budget:
            groups.append(group)
            group, wider = [], len(rows[i]["src"]) + 1
        group.append(i)
        width = wider
    if group:
        groups.append(group)
    length = lambda g: max(1, round(statistics.mean(rows[i]["tgt_len"] for i in g))) if "tgt_len" in rows[0] else None
    return [(g, length(g)) for g in groups]
