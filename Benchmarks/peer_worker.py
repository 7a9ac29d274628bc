#!/usr/bin/env python3
"""Measures one peer on the tasks of a series, in one process: series.py starts it and gives it tasks as JSON on standard input; a line
of JSON comes back for each. Every engine gets the same sentences, longest first, so many at a time, and decodes as many tokens.

    python Benchmarks/peer_worker.py ctranslate2|onnxruntime NAME int8|float32 < TASKS.json

A task: {"case": "bulk" | "latency", "pieces": FILE, "rows": sentences in flight, "inter": batches at a time, "intra": threads of each,
"beam": beam size, "passes": the fastest counts, "every": 2 for every other sentence}. The sentences in flight are shared out over the
batches at a time.
"""

import json
import pathlib
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from common import MODELS, Window, emit, percentile


class CTranslate2:
    """CTranslate2's translator; it runs batches side by side by itself."""

    def __init__(self, name, quantization, inter, intra):
        import ctranslate2

        self.version = ctranslate2.__version__
        self.translator = ctranslate2.Translator(
            str(MODELS / "ct2" / f"{name}.{quantization}"), device="cpu", compute_type=quantization, inter_threads=inter, intra_threads=intra)

    def translate(self, batches, beam):
        """Tokens that all batches [(rows of pieces, forced length)] decode to."""
        pending = [result for rows, length in batches for result in self.translator.translate_batch(
            [row + ["</s>"] for row in rows], beam_size=beam, asynchronous=True, max_batch_size=0, min_decoding_length=length,
            max_decoding_length=length)]
        return sum(len(result.result().hypotheses[0]) for result in pending)


class OnnxRuntime:
    """The greedy search of onnxruntime_peer.py; Python threads run batches side by side."""

    def __init__(self, name, quantization, inter, intra):
        from onnx_export import folder_of
        from onnxruntime_peer import Engine

        self.engine = Engine(folder_of(name, quantization), threads=intra)
        self.version, self.pool = self.engine.version, ThreadPoolExecutor(inter)

    def translate(self, batches, beam):
        if beam != 1:
            raise ValueError("greedy only")
        done = self.pool.map(lambda batch: sum(map(len, self.engine.translate(*batch, limit=batch[1]))), batches)
        return sum(done)


ENGINES = {"ctranslate2": CTranslate2, "onnxruntime": OnnxRuntime}


def batches_of(sentences, size):
    """Batches of so many rows, each with one forced length: the mean of its sentences'."""
    groups = [sentences[i:i + size] for i in range(0, len(sentences), size)]
    return [([s["src"] for s in g], max(1, round(statistics.mean(s["tgt_len"] for s in g)))) for g in groups]


def bulk(engine, task, sentences):
    """All sentences, some rows at a time."""
    batches = batches_of(sorted(sentences, key=lambda s: -len(s["src"])), max(1, task["rows"] // task["inter"]))
    engine.translate([(batches[-1][0], 4)] * task["inter"], task["beam"])
    window, seconds, tokens = Window(), [], 0
    for _ in range(task["passes"]):
        start = time.perf_counter()
        tokens = engine.translate(batches, task["beam"])
        seconds.append(time.perf_counter() - start)
    best = min(seconds)
    return {"sentences": len(sentences), "target_tokens": tokens, "seconds": seconds, "sentences_per_s": len(sentences) / best,
            "target_tokens_per_s": tokens / best, **window.fields()}


def latency(engine, task, sentences):
    """The sentences one at a time, each the best of some passes."""
    batches = batches_of(sentences, 1)
    engine.translate(batches[:1], task["beam"])
    window, passes = Window(), []
    for _ in range(task["passes"]):
        times = []
        for batch in batches:
            start = time.perf_counter()
            engine.translate([batch], task["beam"])
            times.append((time.perf_counter() - start) * 1e3)
        passes.append(times)
    best = [min(times) for times in zip(*passes)]
    return {"sentences": len(best), "p50_ms": percentile(best, 0.5), "mean_ms": statistics.mean(best), **window.fields()}


def main():
    kind, name, quantization = sys.argv[1:4]
    loaded = {}
    for task in json.load(sys.stdin):
        settings = task["inter"], task["intra"]
        if settings not in loaded:
            loaded.clear()  # one engine at a time: its idle threads would spin beside the next one's
            loaded[settings] = ENGINES[kind](name, quantization, *settings)
        engine = loaded[settings]
        sentences = json.loads(pathlib.Path(task["pieces"]).read_text(encoding="utf-8"))[:: task.get("every", 1)]
        figures = {"bulk": bulk, "latency": latency}[task["case"]](engine, task, sentences)
        emit(**task, engine=kind, version=engine.version, quantization=quantization, **figures)


if __name__ == "__main__":
    main()
