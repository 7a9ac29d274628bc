"""The engines side by side: which are installed, and how each measures a list of tasks with so many threads on so many cores."""

import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys

from common import HERE, Window, hugging_face_folder, machine, now

# What has to be installed to measure each peer: the runtime, and what converts the weights for it.
PEERS = {"ctranslate2": ["ctranslate2", "transformers", "torch"], "onnxruntime": ["onnxruntime", "onnx", "onnxscript", "transformers", "torch"]}
CORES = sorted(os.sched_getaffinity(0))


def installed():
    """({peer: version} of those that can be measured, [(peer, why not)])."""
    here, absent = {}, []
    for peer, modules in PEERS.items():
        missing = [module for module in modules if importlib.util.find_spec(module) is None]
        if missing:
            absent.append((peer, f"{', '.join(missing)} not installed"))
        else:
            here[peer] = importlib.metadata.version(peer)
    return here, absent


def bound(command, cores, **options):
    """Runs a command on the first so many cores only, every engine's on the same ones."""
    return subprocess.run(
        command, text=True, capture_output=True, preexec_fn=lambda: os.sched_setaffinity(0, CORES[:cores]), **options)


def instruction_sets(peer):
    """What a peer has to be told to use its fastest code: CTranslate2 does not choose AVX-512 on AMD by itself."""
    return ["", "AVX512"] if peer == "ctranslate2" and "avx512f" in machine()["flags"] else [""]


class Dragoman:
    """The program under test; each task is a process of its own."""

    def __init__(self, binary, model):
        self.binary, self.model = binary, model

    def version(self):
        return subprocess.run([self.binary, "--version"], text=True, capture_output=True).stdout.strip()

    def kernel(self):
        """The kernel set that it chooses here."""
        lines = subprocess.run([self.binary, "doctor"], text=True, capture_output=True).stdout.splitlines()
        return next((line.split()[1] for line in lines if line.startswith("kernels")), "unknown")

    def measure(self, task, quantization, threads):
        """One line: the task, what was asked and the figures."""
        command = [self.binary, "bench", "model", "--model", str(hugging_face_folder(self.model)), "--pieces", task["pieces"],
                   "--threads", str(threads), "--quantization", quantization, "--case", task["case"], "--repetitions", str(task["passes"])]
        command += ["--beam-size", str(task["beam"])]
        command += ["--in-flight", str(task["rows"] * task["beam"]), "--sorted"] if task["case"] == "bulk" else []
        window = Window(children=True)
        done = bound(command, threads)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode or not lines:
            sys.exit(f"{' '.join(command)}\nended with {done.returncode}\n{done.stderr}")
        return {**json.loads(lines[-1]), **task, **window.fields(), **now()}


def measure_peer(peer, model, tasks, quantization, threads, instruction_set):
    """A line for each task, all in one process."""
    environment = {**os.environ, **({"CT2_FORCE_CPU_ISA": instruction_set} if instruction_set else {})}
    done = bound([sys.executable, str(HERE / "peer_worker.py"), peer, model, quantization], threads, input=json.dumps(tasks), env=environment)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or len(lines) != len(tasks):
        sys.exit(f"{peer} {model} {quantization} ended with {done.returncode}\n{done.stderr}")
    return [{**line, "threads": threads, "isa": instruction_set, **now()} for line in lines]


def splits(peer_threads, rows, case):
    """Ways to use the threads: over batches side by side, or within one batch."""
    ways = [(peer_threads, 1), (1, peer_threads)] if case == "bulk" and rows >= peer_threads else [(1, peer_threads)]
    return list(dict.fromkeys(ways))


def best_settings(peer, model, tasks, quantization, threads):
    """For each task the instruction set and split with the best figure in one pass over every other sentence."""
    trials = []
    for instruction_set in instruction_sets(peer):
        tried = [{**task, "task": i, "inter": inter, "intra": intra, "passes": 1, "every": 2}
                 for i, task in enumerate(tasks) for inter, intra in splits(threads, task["rows"], task["case"])]
        tried.sort(key=lambda t: (t["inter"], t["intra"]))  # a change of settings loads the model again
        trials += measure_peer(peer, model, tried, quantization, threads, instruction_set)
    better = lambda row: row["sentences_per_s"] if row["case"] == "bulk" else -row["p50_ms"]
    chosen = [max((row for row in trials if row["task"] == i), key=better) for i in range(len(tasks))]
    return [{"isa": row["isa"], "inter": row["inter"], "intra": row["intra"]} for row in chosen]
