#!/usr/bin/env python3
"""Draws the series of one run as SVG files of a few KB, readable on light and on dark pages.

    python Benchmarks/plots.py RESULTS.jsonl [--out docs/plots] [--png]

Points are medians of the rounds, bands and whiskers their minimum and maximum. Every plot's footer says on what it was measured.
"""

import argparse
import pathlib
import re
import statistics

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FixedLocator, NullLocator, ScalarFormatter

from common import ROOT, read_lines

NAMES = {"dragoman": "Dragoman", "ctranslate2": "CTranslate2", "onnxruntime": "ONNX Runtime"}
COLOURS = {"dragoman": "#0b6bcb", "ctranslate2": "#d9480f", "onnxruntime": "#2b8a3e"}
MARKERS = {"dragoman": "o", "ctranslate2": "s", "onnxruntime": "^"}
INK, SOFT, GRID, PAPER = "#1f2328", "#57606a", "#d8dee4", "#fefefe"
DARK = {INK: "#e6edf3", SOFT: "#9198a1", GRID: "#30363d", PAPER: "#0d1117", "#0b6bcb": "#58a6ff", "#d9480f": "#ff9f57", "#2b8a3e": "#56d364"}
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "dragoman", "font.size": 9, "figure.facecolor": PAPER, "axes.facecolor": PAPER,
    "savefig.facecolor": PAPER, "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.edgecolor": SOFT,
    "axes.grid": True, "grid.color": GRID, "grid.linewidth": 0.7, "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
    "legend.frameon": False, "lines.linewidth": 1.6, "lines.markersize": 4.5, "axes.titlesize": 9.5,
}


# --- reading ---------------------------------------------------------------------------------------------------------


def of(lines, **wanted):
    return [line for line in lines if all(line.get(key) == value for key, value in wanted.items())]


def curve(lines, across, field):
    """(x, median, minimum, maximum) over the rounds for each x."""
    xs = sorted({line[across] for line in lines})
    groups = [[line[field] for line in lines if line[across] == x] for x in xs]
    return xs, [statistics.median(g) for g in groups], [min(g) for g in groups], [max(g) for g in groups]


def engines_of(lines):
    return [name for name in NAMES if any(line["engine"] == name for line in lines)]


# --- drawing ---------------------------------------------------------------------------------------------------------


def draw_curve(axes, lines, across, field, engine, quantization="int8", text=None, scale=None):
    xs, middle, low, high = curve(lines, across, field)
    if scale:
        middle, low, high = ([v / scale(x) for x, v in zip(xs, values)] for values in (middle, low, high))
    light = quantization == "float32"
    axes.fill_between(xs, low, high, color=COLOURS[engine], alpha=0.15, linewidth=0)
    axes.plot(xs, middle, color=COLOURS[engine], marker=MARKERS[engine], linestyle="--" if light else "-",
              markerfacecolor=PAPER if light else COLOURS[engine], label=text or f"{NAMES[engine]} {quantization}")


def log2_axis(axes, values):
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(FixedLocator(values))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(ScalarFormatter())


def figure(title, panels, height=4.3, share="row"):
    figure, axes = plt.subplots(1, panels, figsize=(8.6, height), squeeze=False, sharey=share)
    figure.suptitle(title, x=0.012, y=0.985, ha="left", va="top", fontsize=11.5, fontweight="bold")
    return figure, axes[0]


def legend_below(figure, axes, above=0.105):
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=3, bbox_to_anchor=(0.5, above), fontsize=8.5)


def footer(figure, about, note, rounds):
    """`note` says what was measured; the rest of the footer is the same for every plot of a run."""
    peers = ", ".join(f"{NAMES[p]} {v}" for p, v in about["peers"].items())
    flags = " ".join(f for f in about["flags"] if f in ("avx2", "avx512_vnni", "avx512_bf16", "amx_int8", "i8mm", "asimddp"))
    spread = f"median of {rounds} rounds, minimum to maximum" if rounds > 1 else "one round"
    text = (f"{note}\n{about['cpu']} ({flags}), {about['cores_used']} cores · Dragoman {about['commit']}, kernels {about['kernel']} · {peers}\n"
            f"{about['time'][:10]} · {spread} · others kept {about['others_cores']:.2f} cores busy{' · QUICK RUN, NOT A MEASUREMENT' if about['quick'] else ''}")
    figure.text(0.012, 0.012, text, ha="left", va="bottom", fontsize=7.3, color=SOFT, linespacing=1.35)


def threads_text(count):
    return f"{count} thread" + "s" * (count > 1)


def shape(about):
    return {"tiny": "tiny (d 256, 6 + 2 layers, random weights)", "en-x": "en-x (d 256, 6 + 2 layers)"}[about["model"]] + ", forced lengths"


def batch(about, lines):
    lines = of(lines, series="batch")
    rows = sorted({line["rows"] for line in lines})
    counts = [t for t in sorted({line["threads"] for line in lines}) if len({l["rows"] for l in of(lines, threads=t)}) > 1]
    picture, panels = figure("Throughput against sentences in flight, greedy", len(counts), 4.9)
    length = statistics.median(l["target_tokens"] / l["sentences"] for l in lines)
    for axes, threads in zip(panels, counts):
        for quantization in ("int8", "float32"):
            for engine in engines_of(lines):
                draw_curve(axes, of(lines, engine=engine, quantization=quantization, threads=threads), "rows", "sentences_per_s", engine, quantization)
        log2_axis(axes, rows)
        axes.set(title=threads_text(threads), xlabel="sentences in flight")
        axes.secondary_yaxis("right", functions=(lambda v: v * length, lambda v: v / length)).tick_params(colors=SOFT, labelsize=8)
    panels[0].set_ylim(0, 1.05 * max(line["sentences_per_s"] for line in lines))  # shared: the last panel's would hold for all
    panels[0].set_ylabel("sentences a second")
    picture.text(0.992, 0.58, "target tokens a second", rotation=90, ha="right", va="center", color=SOFT)
    legend_below(picture, panels[0])
    footer(picture, about, f"Model {shape(about)}, mean {length:.0f} target tokens; longest sentences first; each peer with its fastest settings.", about["rounds"])
    picture.subplots_adjust(left=0.075, right=0.915, top=0.86, bottom=0.34, wspace=0.28)
    return picture


def bars(axes, lines, kinds, across, field):
    """Grouped bars: a group for each kind (engine, quantization), a bar for each x with its value, and × how much of the first one's."""
    steps = sorted({line[across] for line in lines})
    width, ticks, tops = 0.8 / len(steps), [], []
    for place, (engine, quantization) in enumerate(kinds):
        curves = curve(of(lines, engine=engine, quantization=quantization), across, field)
        first = curves[1][0]
        for x, value, least, most in zip(*curves):
            number = steps.index(x)
            at = place - 0.4 + width * (number + 0.5)
            axes.bar(at, value, width * 0.9, color=COLOURS[engine], alpha=0.45 + 0.55 * (number + 1) / len(steps))
            axes.errorbar(at, value, [[value - least], [most - value]], color=INK, linewidth=0.9, capsize=2)
            ratio = f"\n×{value / first:.2f}" if number else ""
            axes.annotate(f"{value:.0f}{ratio}", (at, most), xytext=(0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=7.5)
            ticks.append((at, x))
            tops.append(most)
        axes.annotate(f"{NAMES[engine]}\n{quantization}", (place, 0), xycoords=("data", "axes fraction"), xytext=(0, -17), textcoords="offset points",
                      ha="center", va="top", fontsize=8.5)
    axes.set_xticks(*zip(*ticks), fontsize=7.5, color=SOFT)
    axes.tick_params(axis="x", length=0, pad=2)
    axes.set_ylim(0, 1.2 * max(tops))
    axes.grid(axis="x", visible=False)


def threads(about, lines):
    lines = of(lines, series="batch", rows=64)
    picture, (axes,) = figure("Throughput against threads, 64 sentences in flight, greedy", 1, 4.5)
    bars(axes, lines, [(e, q) for q in ("int8", "float32") for e in engines_of(lines)], "threads", "sentences_per_s")
    axes.set(ylabel="sentences a second")
    footer(picture, about, f"Below each bar its threads, above it sentences a second and × the multiple of one thread's.\n"
           f"Model {shape(about)}; each peer with its fastest settings.", about["rounds"])
    picture.subplots_adjust(left=0.075, right=0.985, top=0.87, bottom=0.33)
    return picture


def beam(about, lines):
    lines = of(lines, series="beam")
    counts = sorted({line["threads"] for line in lines})
    picture, panels = figure(f"Throughput of beam search, int8, {lines[0]['rows']} sentences in flight", len(counts))
    for axes, count in zip(panels, counts):
        bars(axes, of(lines, threads=count), [(e, "int8") for e in engines_of(lines)], "beam", "sentences_per_s")
        axes.set(title=threads_text(count))
    panels[0].set_ylim(0, 1.2 * max(line["sentences_per_s"] for line in lines))
    panels[0].set_ylabel("sentences a second")
    footer(picture, about, f"Below each bar its beam size, above it sentences a second and × the share of beam 1's. Model {shape(about)}.", about["rounds"])
    picture.subplots_adjust(left=0.075, right=0.985, top=0.85, bottom=0.31, wspace=0.1)
    return picture


def length(about, lines):
    lines = of(lines, series="length")
    steps = sorted({line["length"] for line in lines})
    picture, panels = figure("Cost of one sentence against its source length, int8, greedy, 1 thread", 2, 4.5, share="none")
    for engine in engines_of(lines):
        chosen = of(lines, engine=engine)
        draw_curve(panels[0], chosen, "length", "mean_ms", engine)
        draw_curve(panels[1], chosen, "length", "mean_ms", engine, scale=lambda n: n)
    panels[0].set(xlabel="source tokens", ylabel="ms a sentence", title="one sentence", xlim=(0, None), ylim=(0, None), xticks=steps[2:])
    log2_axis(panels[1], steps)
    panels[1].set(xlabel="source tokens", ylabel="ms a target token", title="the same for each target token", ylim=(0, None))
    legend_below(picture, panels[0])
    footer(picture, about, f"One sentence at a time, decoding to as many tokens as its source has. Model {shape(about)}.", about["rounds"])
    picture.subplots_adjust(left=0.075, right=0.985, top=0.85, bottom=0.33, wspace=0.2)
    return picture


def load(about, lines):
    lines = [line for line in of(lines, series="load") if "fraction" in line]
    picture, panels = figure("Latency against offered load over HTTP, int8, greedy", 3, 4.7)
    for axes, (field, name) in zip(panels, (("p50_ms", "p50"), ("p95_ms", "p95"), ("p99_ms", "p99"))):
        for engine in engines_of(lines):
            chosen = of(lines, engine=engine)
            peak = chosen[0]["peak_per_s"]
            text = f"{NAMES[engine]}{' behind FastAPI' if engine == 'ctranslate2' else ''} (peak {peak:.0f} requests a second)"
            chosen = [{**line, "offered": line["fraction"] * peak} for line in chosen]
            draw_curve(axes, chosen, "offered", field, engine, text=text)
        axes.set_yscale("log")
        axes.set(title=name, xlabel="requests a second offered", xlim=(0, None))
        axes.yaxis.set_major_formatter(ScalarFormatter())
    panels[0].set_ylabel("ms from the time a request was due")
    legend_below(picture, panels[0], above=0.155)
    rounds = len({line["round"] for line in lines})
    footer(picture, about, "Model en-x, one short sentence a request, requests due at even intervals, 10 to 100 % of each server's own peak (64 connections); "
           f"{threads_text(about['cores_used'])};\nthe load generator runs on the same cores. FastAPI: one call a request, no batching across requests.", rounds)
    picture.subplots_adjust(left=0.075, right=0.985, top=0.86, bottom=0.36, wspace=0.1)
    return picture


PLOTS = {"throughput-batch": ("batch", batch), "throughput-threads": ("batch", threads), "beam": ("beam", beam), "cost-length": ("length", length),
         "latency-load": ("load", load)}


# --- writing ---------------------------------------------------------------------------------------------------------


def adaptive(svg):
    """The same picture, coordinates to a hundredth of a point, with the colours of a dark page where the reader prefers one."""
    svg = re.sub(r"(\d\.\d\d)\d+", r"\1", svg)
    svg = re.sub(r"'DejaVu Sans'[^;\"]*", "sans-serif", svg)
    svg = re.sub(r"\n *", "\n", svg)
    rules = "".join(f'[style*="{kind}: {light}"]{{{kind}:{dark}!important}}' for light, dark in DARK.items() for kind in ("fill", "stroke"))
    return svg.replace("<defs>", f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>\n<defs>", 1)


def write(name, picture, folder, png):
    path = folder / f"{name}.svg"
    picture.savefig(path, metadata={"Date": None, "Creator": None})
    if png:
        picture.savefig(path.with_suffix(".png"), dpi=110)
    path.write_text(adaptive(path.read_text(encoding="utf-8")), encoding="utf-8")
    plt.close(picture)
    print(f"{path} {path.stat().st_size / 1024:.0f} KB")


def draw_all(file, folder, png=False):
    """Draws every series that the file of results holds."""
    plt.rcParams.update(STYLE)
    folder.mkdir(parents=True, exist_ok=True)
    about, *lines = read_lines(file)
    busy = [line["others_cores"] for line in lines if "others_cores" in line]
    about["others_cores"] = statistics.median(busy) if busy else float("nan")
    for name, (series, draw) in PLOTS.items():
        if of(lines, series=series):
            write(name, draw(about, lines), folder, png)
        else:
            print(f"{name} skipped: the run has no {series} series")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--out", default=ROOT / "docs" / "plots", type=pathlib.Path)
    parser.add_argument("--png", action="store_true", help="PNG files beside them")
    args = parser.parse_args()
    draw_all(args.file, args.out, args.png)


if __name__ == "__main__":
    main()
