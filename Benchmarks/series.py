#!/usr/bin/env python3
"""The measured series behind the plots: Dragoman and its peers over rows in flight, threads, beam size, source length and load.

    python Benchmarks/series.py run [--quick] [--only batch beam length load] [--plots docs/plots] [--dragoman FILE]
    python Benchmarks/series.py table RESULTS.jsonl

`run` writes Benchmarks/results/series-DATE.jsonl (a line about the run, then one a measurement) and prints the table. Every engine gets
the same sentences, longest first, on the same cores; the rounds go over everything, each in the reverse order of the one before.
"""

import argparse
import importlib.util
import json
import pathlib
import random
import signal
import statistics
import sys
import time

import engines
import load
import models
from common import HERE, MODELS, commit, load_pieces, machine, now, read_lines
from engines import CORES

SERIES = ["batch", "beam", "length", "load"]
ROWS, QUICK_ROWS = [1, 2, 4, 8, 16, 32, 64], [1, 8, 64]
LENGTHS, QUICK_LENGTHS = [8, 16, 32, 64, 128, 256], [8, 32, 128]
SENTENCES = {1: 24, 2: 24, 4: 32, 8: 48, 16: 64, 32: 128, 64: 160}  # by sentences in flight: about a second a pass
BEAM_ROWS = 16  # sentences in flight; each holds as many rows as the beam is wide
LONGEST_TARGET = 255  # en-x stops at 256 with the start token
SEED = 7


# --- sentences and tasks ---------------------------------------------------------------------------------------------


def forced(row):
    """A sentence with the length that it decodes to: the reference's, or 1.2 times the source for a model without."""
    length = row.get("tgt_len") or round(1.2 * len(row["src"])) or 1
    return {"src": row["src"], "tgt_len": min(LONGEST_TARGET, length)}


def sample(model, count):
    """A file of so many of the model's sentences, evenly over their lengths, so that every count has the same mix."""
    rows = sorted(map(forced, load_pieces(model)), key=lambda row: (len(row["src"]), row["tgt_len"]))
    return written(model, f"sample{count}", [rows[(2 * i + 1) * len(rows) // (2 * count)] for i in range(count)])


def of_length(model, length, count):
    """A file of so many sources of exactly so many tokens (end token included), cut from the running text, decoding to as many."""
    text = [piece for row in random.Random(SEED).sample(load_pieces(model), 400) for piece in row["src"]]
    rows = [{"src": text[i * length:(i + 1) * length - 1], "tgt_len": min(LONGEST_TARGET, length) if model == "en-x" else length} for i in range(count)]
    return written(model, f"length{length}x{count}", rows)


def written(model, kind, rows):
    path = MODELS / "pieces" / f"{model}.{kind}.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return str(path)


def bulk_task(model, series, rows, beam, quick):
    count = 16 if quick else SENTENCES[rows]
    return {"series": series, "case": "bulk", "rows": rows, "beam": beam, "passes": 2 if rows == 64 and not quick else 1,
            "pieces": sample(model, count)}


def blocks(model, quick):
    """What one round measures of every engine: [(series, quantization, threads, tasks)]."""
    most = len(CORES)
    powers = [2 ** i for i in range(1, most.bit_length()) if 2 ** i < most]
    counts = list(dict.fromkeys([1, *powers, most]))
    found = []
    for threads in counts:
        rows = (QUICK_ROWS if quick else ROWS) if threads in (1, most) else ROWS[-1:]
        for quantization in ("int8", "float32"):
            found.append(("batch", quantization, threads, [bulk_task(model, "batch", r, 1, quick) for r in rows]))
    for threads in dict.fromkeys([1, most]):
        found.append(("beam", "int8", threads, [bulk_task(model, "beam", BEAM_ROWS, beam, quick) for beam in (1, 4)]))
    lengths = [{"series": "length", "case": "latency", "rows": 1, "beam": 1, "passes": 1 if quick else 3, "length": n,
                "pieces": of_length(model, n, 2 if quick else 6)} for n in (QUICK_LENGTHS if quick else LENGTHS)]
    found.append(("length", "int8", 1, lengths))
    return found


# --- the run ---------------------------------------------------------------------------------------------------------


class Run:
    """A list of steps with their nominal seconds, and the file that their lines go to."""

    def __init__(self, path, about):
        self.path, self.steps, self.lines = path, [], []
        self.write([about])

    def write(self, lines):
        self.lines += lines
        with open(self.path, "a", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    def add(self, label, seconds, step):
        """`step` answers the lines that it measured."""
        self.steps.append((label, seconds, step))

    def go(self):
        total, done, start = sum(s for _, s, _ in self.steps), 0, time.monotonic()
        for number, (label, seconds, step) in enumerate(self.steps, 1):
            elapsed = time.monotonic() - start
            whole = elapsed + (total - done) * (elapsed / done if done > total / 20 else 1)
            print(f"[{number}/{len(self.steps)}] {elapsed / 60:4.1f} of about {whole / 60:.0f} min  {label}", file=sys.stderr, flush=True)
            self.write(step())
            done += seconds
        print(f"{(time.monotonic() - start) / 60:.1f} min in all", file=sys.stderr)


def add_rounds(run, args, model, peers, program):
    """Tuning, then the rounds."""
    settings = {}
    chosen = [b for b in blocks(model, args.quick) if b[0] in args.only]
    for series, quantization, threads, tasks in chosen:
        for peer in peers_of(series, peers):
            def tune(key=(series, quantization, threads, peer), tasks=tasks):
                settings[key] = engines.best_settings(key[3], model, tasks, key[1], key[2])
                return []
            run.add(f"tuning {label(peer, series, quantization, threads)}", 0.5 * threads ** 0.5 * nominal(tasks, quantization, threads, args) * len(engines.instruction_sets(peer)), tune)
    for number in range(args.rounds):
        for series, quantization, threads, tasks in chosen[::-1 if number % 2 else 1]:
            order = ["dragoman", *peers_of(series, peers)]
            for engine in order[::-1 if number % 2 else 1]:
                def measure(key=(series, quantization, threads, engine), tasks=tasks, number=number):
                    return [{**line, "round": number} for line in measured(key, model, tasks, settings.get(key), program)]
                run.add(f"round {number + 1}: {label(engine, series, quantization, threads)}", nominal(tasks, quantization, threads, args), measure)


def peers_of(series, peers):
    return [peer for peer in peers if not (series == "beam" and peer == "onnxruntime")]


def label(engine, series, quantization, threads):
    return f"{series} {quantization}, {threads} thread{'s' * (threads > 1)}, {engine}"


def nominal(tasks, quantization, threads, args):
    """A guess at the seconds that tasks take; the estimate corrects itself while it runs."""
    return len(tasks) * (0.5 if args.quick else 1.3) * (2 if quantization == "float32" else 1) / min(threads, 4) ** 0.5


def measured(key, model, tasks, settings, program):
    """The lines of one engine for a list of tasks."""
    _, quantization, threads, engine = key
    if engine == "dragoman":
        return [program.measure(task, quantization, threads) for task in tasks]
    lines = []
    for isa in dict.fromkeys(s["isa"] for s in settings):
        mine = [{**task, "inter": s["inter"], "intra": s["intra"]} for task, s in zip(tasks, settings) if s["isa"] == isa]
        lines += engines.measure_peer(engine, model, sorted(mine, key=lambda t: t["inter"]), quantization, threads, isa)
    return sorted(lines, key=lambda line: (line["rows"], line["beam"], line.get("length", 0)))


def prepare(peers):
    """Makes the models; answers the series' one: tiny with random weights and forced lengths where its vocabulary is there, else en-x
    with forced lengths."""
    made = [name for name in ("tiny", "en-x") if models.make(name)]
    if not made:
        sys.exit("no model to measure")
    if "onnxruntime" in peers:
        import onnx_export

        onnx_export.export(made[0])
    return made[0]


def results_file():
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    return folder / f"series-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"


def run(args):
    if not pathlib.Path(args.dragoman).exists():
        sys.exit(f"{args.dragoman} is not there; make build")
    peers, absent = engines.installed()
    model = prepare(peers)
    program = engines.Dragoman(args.dragoman, model)
    steps = Run(results_file(), {
        "series": "run", **machine(), "cores_used": len(CORES), "commit": commit(), "model": model, "rounds": args.rounds,
        "quick": args.quick, "peers": peers, "kernel": program.kernel(), "version": program.version(), **now()})
    skipped = [{"what": f"{peer} in every series", "why": why} for peer, why in absent]
    if model != "tiny":
        skipped.append({"what": "the model tiny; the series take en-x", "why": models.missing("tiny")})
    add_rounds(steps, args, model, peers, program)
    if "load" in args.only:
        skipped += load.add_steps(steps, args, peers)
    steps.write([{"series": "skipped", **s} for s in skipped])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))  # so that the servers end too
    try:
        steps.go()
    finally:
        load.stop_servers()
    report(steps, skipped, args.plots)


def report(steps, skipped, plots_folder):
    text = table(steps.lines)
    steps.path.with_suffix(".md").write_text(text + "\n", encoding="utf-8")
    print(f"{text}\n\n{steps.path}")
    for s in skipped:
        print(f"skipped: {s['what']} ({s['why']})")
    if not plots_folder:
        return
    if importlib.util.find_spec("matplotlib") is None:
        print("skipped: the plots (matplotlib not installed)")
        return
    import plots

    plots.draw_all(steps.path, plots_folder)


# --- the table -------------------------------------------------------------------------------------------------------


def spread(values, digits=1):
    """Median (min–max)."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(lines):
    """Markdown of every measured series."""
    about = lines[0]
    out = [f"{about['cpu']}, {about['cores_used']} cores, kernels {about['kernel']}, commit {about['commit']}, model {about['model']}, "
           f"{about['time'][:10]}. Median (min–max) of {about['rounds']} rounds.", "",
           "| series | engine | | threads | at | sentences/s | target tokens/s | ms a sentence |", "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    point = lambda l: f"{l['rows']} in flight, beam {l['beam']}" if l["case"] == "bulk" else f"{l['length']} source tokens"
    groups = {}
    for line in lines:
        if "case" in line:
            groups.setdefault((line["series"], line["engine"], line["quantization"], line["threads"], point(line)), []).append(line)
    for key, rows in groups.items():
        cell = lambda field, digits: spread([r[field] for r in rows], digits) if field in rows[0] else ""
        out.append(f"| {' | '.join(map(str, key))} | {cell('sentences_per_s', 1)} | {cell('target_tokens_per_s', 0)} | {cell('mean_ms', 2)} |")
    return "\n".join(out + load.table(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    runs = commands.add_parser("run", help="measure")
    runs.add_argument("--dragoman", default=str(HERE.parent / ".build" / "release" / "dragoman"))
    runs.add_argument("--quick", action="store_true", help="one short round: does everything work? Its figures are worth nothing")
    runs.add_argument("--rounds", type=int)
    runs.add_argument("--only", nargs="+", default=list(SERIES), choices=SERIES)
    runs.add_argument("--plots", type=pathlib.Path, help="draw the series into this folder")
    runs.set_defaults(act=run)
    tables = commands.add_parser("table", help="the table of an earlier run")
    tables.add_argument("file")
    tables.set_defaults(act=lambda args: print(table(read_lines(args.file))))
    args = parser.parse_args()
    if "rounds" in args:
        args.rounds = args.rounds or (1 if args.quick else 3)
    args.act(args)


if __name__ == "__main__":
    main()
