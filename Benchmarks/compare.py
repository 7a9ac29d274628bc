#!/usr/bin/env python3
"""Dragoman beside CTranslate2 on the same weights, in one run, as JSON lines and a table.

    python Benchmarks/compare.py run --dragoman .build/release/dragoman [--model …] [--threads 1 2] [--case …] [--rounds 2]
    python Benchmarks/compare.py table RESULTS.jsonl …

`run` makes the models, then measures peer, Dragoman, peer, Dragoman … for each case, so that slow drift of the machine hits both
alike; the lines go to standard output and to Benchmarks/results/, the table to standard error and to results/ too. `table` reads
lines of earlier runs and prints the table. README.md beside this file names the fields.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

from common import HERE, NAMES, emit, hugging_face_folder, machine, now, pieces_file

CASES = ["load", "latency", "bulk"]
# (case, field, heading, digits, whether more is better)
FIGURES = [
    ("bulk", "sentences_per_s", "sentences/s", 1, True), ("bulk", "target_tokens_per_s", "target tokens/s", 0, True),
    ("bulk", "peak_rss_mb", "peak RSS in bulk, MB", 0, False), ("latency", "p50_ms", "one sentence, p50 ms", 2, False),
    ("latency", "p95_ms", "one sentence, p95 ms", 2, False), ("load", "load_s", "load, s", 3, False),
    ("load", "peak_rss_mb", "peak RSS after load, MB", 0, False),
]


def dragoman(binary, model, case, threads, quantization):
    """One line of Dragoman's; a case is a process of its own, so that memory and load time are its own."""
    command = [binary, "bench", "model", "--model", str(hugging_face_folder(model)), "--pieces", str(pieces_file(model)),
               "--threads", str(threads), "--case", case, "--quantization", quantization]
    done = subprocess.run(command, capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    rows = [row for row in rows if row.get("bench") == case]
    if done.returncode or not rows:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode} and {len(rows)} lines for {case}\n{done.stderr}")
    return {**machine(), **now(), **rows[-1], "model": model}


def run(args):
    """All cases in turn, both engines alternating; returns the lines."""
    import ctranslate2_peer
    import models

    rows = []
    for model in filter(models.make, args.model):
        for threads in args.threads:
            settings = ctranslate2_peer.tuned(model, args.quantization, threads)
            for case in args.case:
                for _ in range(args.rounds):
                    for measure in (
                        lambda: ctranslate2_peer.measure(model, case, args.quantization, threads, settings),
                        lambda: dragoman(args.dragoman, model, case, threads, args.quantization)):
                        rows.append(measure())
                        emit(**rows[-1])
    return rows


def median(rows, engine, field):
    values = [row[field] for row in rows if row["engine"] == engine and field in row]
    return statistics.median(values) if values else None


def table(rows):
    """Markdown: for each model, threads and figure the median of both engines and Dragoman's advantage (above 1: Dragoman better)."""
    groups = list(dict.fromkeys((r["model"], r["quantization"], r["threads"]) for r in rows))
    lines = ["| model | threads | | Dragoman | CTranslate2 | Dragoman better by |", "| --- | ---: | --- | ---: | ---: | ---: |"]
    for model, quantization, threads in groups:
        for case, field, heading, digits, more_is_better in FIGURES:
            chosen = [r for r in rows if (r["model"], r["quantization"], r["threads"], r["bench"]) == (model, quantization, threads, case)]
            ours, theirs = median(chosen, "dragoman", field), median(chosen, "ctranslate2", field)
            if ours is None and theirs is None:
                continue
            show = lambda v: "" if v is None else f"{v:,.{digits}f}"
            ratio = f"{(ours / theirs if more_is_better else theirs / ours):.2f}×" if ours and theirs else ""
            lines.append(f"| {model} {quantization} | {threads} | {heading} | {show(ours)} | {show(theirs)} | {ratio} |")
    return "\n".join([about(rows), "", *lines])


def about(rows):
    """What was measured where."""
    versions = sorted({f"{r['engine']} {r.get('version', '')}".strip() for r in rows})
    kernels = sorted({f"{r['engine']}: {json.dumps(r['kernel']) if isinstance(r['kernel'], dict) else r['kernel']}" for r in rows if "kernel" in r})
    loads = [r["load1"] for r in rows if "load1" in r]
    first = rows[0]
    return (f"{first.get('cpu')}, {first.get('cores')} cores ({' '.join(first.get('flags', []))}); {', '.join(versions)}; {'; '.join(kernels)}; "
            f"load average while measuring {min(loads)}–{max(loads)}.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    runs = commands.add_parser("run", help="measure both engines")
    runs.add_argument("--dragoman", default=str(HERE.parent / ".build" / "release" / "dragoman"))
    runs.add_argument("--model", nargs="+", default=NAMES)
    runs.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    runs.add_argument("--case", nargs="+", default=CASES, choices=CASES)
    runs.add_argument("--quantization", default="int8", choices=["int8", "float32"])
    runs.add_argument("--rounds", type=int, default=2)
    runs.set_defaults(act=lambda args: save(run(args)))
    tables = commands.add_parser("table", help="the table of earlier lines")
    tables.add_argument("files", nargs="+")
    tables.set_defaults(act=lambda args: print(table(read(args.files))))
    args = parser.parse_args()
    args.act(args)


def read(files):
    lines = [line for file in files for line in open(file, encoding="utf-8") if line.startswith("{")]
    return [row for row in map(json.loads, lines) if row.get("bench") in CASES]


def save(rows):
    if not rows:
        sys.exit("nothing was measured")
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    name = time.strftime("%Y%m%d-%H%M%S")
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    (folder / f"{name}.md").write_text(table(rows) + "\n", encoding="utf-8")
    print(table(rows), file=sys.stderr)


if __name__ == "__main__":
    main()
