#!/usr/bin/env python3
"""Measures CTranslate2 on the models of models.py: greedy, int8, one line of JSON a case, each case in a process of its own.

    python Benchmarks/ctranslate2_peer.py [--model en-x …] [--threads 1 2] [--case bulk latency load] [--quantization int8]

bulk     all sentences; the fastest of instruction sets, thread splits and batch budgets that it tries first on part of the text
latency  200 sentences one after the other, each the best of three runs
load     opening the model: median time of three processes, and memory

Random weights (tiny, opus-base) decode exactly the given number of tokens; in bulk every batch decodes the mean of its sentences',
because CTranslate2 takes one length a call.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time

from common import (
    DECODE_LIMIT, MODELS, NAMES, Window, batches, emit, load_pieces, machine, now, peak_resident_mb, percentile, resident_mb)

BUDGETS = [1024, 2048, 4096]  # padded source tokens a batch
TUNING_SENTENCES = 800
LATENCY_SENTENCES = 200
REPETITIONS = 3


# --- one case, in its own process ------------------------------------------------------------------------------------


class Case:
    """A loaded model and what every line of JSON says about it."""

    def __init__(self, args):
        import ctranslate2

        self.args = args
        self.rows = load_pieces(args.model[0])
        base = resident_mb()
        start = time.perf_counter()
        self.translator = ctranslate2.Translator(
            str(MODELS / "ct2" / f"{args.model[0]}.{args.quantization}"), device="cpu", compute_type=args.quantization,
            inter_threads=args.inter, intra_threads=args.intra)
        self.load_s = time.perf_counter() - start
        self.fields = {
            "engine": "ctranslate2", "version": ctranslate2.__version__, "model": args.model[0], "quantization": args.quantization,
            "threads": args.inter * args.intra, "load_s": round(self.load_s, 4), "rss_before_mb": base, "rss_loaded_mb": resident_mb(),
            "settings": {"inter_threads": args.inter, "intra_threads": args.intra, "token_budget": args.tokens}}

    def emit(self, bench, **figures):
        emit(bench=bench, **self.fields, **figures, peak_rss_mb=peak_resident_mb(), **now())

    def submit(self, indices, length):
        limits = {"max_decoding_length": DECODE_LIMIT} if length is None else {"min_decoding_length": length, "max_decoding_length": length}
        return self.translator.translate_batch(
            [self.rows[i]["src"] + ["</s>"] for i in indices], beam_size=1, asynchronous=True, max_batch_size=0, **limits)

    def bulk(self):
        if self.args.tuning:
            self.rows = self.rows[:: max(1, len(self.rows) // TUNING_SENTENCES)]
        groups = batches(self.rows, self.args.tokens)
        [r.result() for r in self.submit(groups[-1][0], 4)]
        seconds, produced, window = [], 0, Window()
        for _ in range(1 if self.args.tuning else REPETITIONS):
            start = time.perf_counter()
            results = [r.result() for pending in [self.submit(*g) for g in groups] for r in pending]
            seconds.append(time.perf_counter() - start)
            produced = sum(len(r.hypotheses[0]) for r in results)
        if groups[0][1] is None:
            produced += len(self.rows)  # the end token of each
        best = min(seconds)
        self.emit(
            "bulk", sentences=len(self.rows), source_tokens=sum(len(r["src"]) + 1 for r in self.rows), target_tokens=produced,
            seconds=[round(s, 3) for s in seconds], sentences_per_s=round(len(self.rows) / best, 2),
            target_tokens_per_s=round(produced / best, 1), **window.fields())

    def latency(self):
        rows = range(min(LATENCY_SENTENCES, len(self.rows)))
        for i in list(rows)[:5]:
            self.one(i)
        window = Window()
        best = [min(times) for times in zip(*[[self.one(i) for i in rows] for _ in range(REPETITIONS)])]
        self.emit(
            "latency", sentences=len(best), p50_ms=round(percentile(best, 0.5), 3), p95_ms=round(percentile(best, 0.95), 3),
            mean_ms=round(statistics.mean(best), 3), **window.fields())

    def one(self, i):
        start = time.perf_counter()
        [r.result() for r in self.submit([i], self.rows[i].get("tgt_len"))]
        return (time.perf_counter() - start) * 1e3

    def load(self):
        self.emit("load")


# --- the cases in turn -----------------------------------------------------------------------------------------------


def child(model, case, quantization, isa, inter, intra, tokens, tuning=False):
    """Runs one case in a new process; its line of JSON, with the machine and the code path CTranslate2 says it took."""
    forced = {"CT2_FORCE_CPU_ISA": isa} if isa else {}
    command = [sys.executable, __file__, "--child", "--model", model, "--case", case, "--quantization", quantization,
               "--inter", str(inter), "--intra", str(intra), "--tokens", str(tokens)] + (["--tuning"] if tuning else [])
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **forced, "CT2_VERBOSE": "1"})
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    row = json.loads(done.stdout.splitlines()[-1])
    return {**row, **machine(), "kernel": code_path(done.stderr)}


def code_path(log):
    """The instruction set and the matrix library out of CT2_VERBOSE's log."""
    found = {key: match.group(1) for key, pattern in {
        "isa": r"Selected (?:CPU )?ISA: (\S+)", "gemm_int8": r"GEMM_S8 backend: ([^(\n]+)", "gemm_float32": r"GEMM_F32 backend: ([^(\n]+)|SGEMM backend: (\S+)",
        "mkl": r"Use Intel MKL: (\S+)"}.items() if (match := re.search(pattern, log))}
    return {key: value.strip() for key, value in found.items() if value}


def isas():
    """CTranslate2's own choice (None), and AVX-512, which it does not choose on AMD."""
    return [None, "AVX512"] if "avx512f" in machine()["flags"] else [None]


def fastest(model, quantization, choices):
    """The choice (isa, inter, intra, tokens) with the most sentences a second in bulk on part of the text."""
    choices = list(choices)
    rate = lambda c: child(model, "bulk", quantization, *c, tuning=True)["sentences_per_s"]
    return choices[0] if len(choices) == 1 else max(choices, key=rate)


def tuned(model, quantization, threads):
    """The fastest settings (isa, inter, intra, tokens) for bulk: the instruction set first, then threads over batches or within
    one, then the batch budget."""
    isa, *_ = fastest(model, quantization, [(isa, threads, 1, 2048) for isa in isas()])
    _, inter, intra, _ = fastest(model, quantization, dict.fromkeys([(isa, threads, 1, 2048), (isa, 1, threads, 2048)]))
    return fastest(model, quantization, [(isa, inter, intra, tokens) for tokens in BUDGETS])


def measure(model, case, quantization, threads, settings=None):
    """One finished row. `settings`: (isa, inter, intra, tokens) of an earlier `tuned`; by default bulk tunes and the others leave
    the instruction set to CTranslate2 and give one batch all threads."""
    if case == "bulk":
        return child(model, case, quantization, *(settings or tuned(model, quantization, threads)))
    isa = settings[0] if settings else None
    rows = [child(model, case, quantization, isa, 1, threads, BUDGETS[0]) for _ in range(3 if case == "load" else 1)]
    return sorted(rows, key=lambda r: r["load_s"])[len(rows) // 2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", default=NAMES)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--case", nargs="+", default=["load", "latency", "bulk"], choices=["bulk", "latency", "load"])
    parser.add_argument("--quantization", default="int8", choices=["int8", "float32"])
    for hidden in ("--inter", "--intra", "--tokens"):
        parser.add_argument(hidden, type=int, default=1, help=argparse.SUPPRESS)
    for hidden in ("--child", "--tuning"):
        parser.add_argument(hidden, action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        getattr(Case(args), args.case[0])()
        return
    import models

    for model in filter(models.make, args.model):
        for threads in args.threads:
            settings = tuned(model, args.quantization, threads)
            for case in args.case:
                emit(**measure(model, case, args.quantization, threads, settings))


if __name__ == "__main__":
    main()
