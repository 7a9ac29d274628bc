"""The compression study: smaller shapes cut out of a translation model, trained on for a few minutes each, then scored and timed.

    python study.py --model models/en-x --work WORK --eval EVAL --out RUNS/study [--minutes 4] [--also "4+2, 1024=FOLDER" …]
        [--plot docs/plots/quality.svg]

Each variant is pruned (prune.py), trained on (train.py; on the teacher's own translations where `distilled`: distill.py), exported and
scored on FLORES dev by the program itself, greedy, with int8 weights; its speed is that of the same 997 x 3 sentences with the target
lengths of the references forced, two threads, 64 sentences in flight, all in one go at the end. What is in RUNS/study already is not done
again but for the timing; study.jsonl there has a line for each variant. The plot sets beside them what is published of the peers.
"""
import argparse
import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass, field

import sentencepiece
from safetensors import safe_open

import corpora

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass(frozen=True)
class Variant:
    name: str
    shape: list[str] = field(default_factory=list)  # prune.py's arguments; none is the model itself
    distilled: bool = False
    folder: str = ""  # where it is a model that was made otherwise


SMALL = ["--encoder-layers", "4", "--decoder-layers", "1", "--ffn", "384"]
VARIANTS = [
    Variant("6+2, 768"),
    Variant("6+2, 384", ["--ffn", "384"]),
    Variant("4+2, 768", ["--encoder-layers", "4"]),
    Variant("6+1, 768", ["--decoder-layers", "1"]),
    Variant("4+1, 384", SMALL),
    Variant("4+1, 384, distilled", SMALL, distilled=True),
]


@dataclass(frozen=True)
class Peer:
    """Published: BLEU on FLORES dev, mean of en-de, en-es, en-fr (mozilla/firefox-translations-models), and int8 megabytes where known."""
    name: str
    bleu: float
    megabytes: float | None


PEERS = [
    Peer("Bergamot tiny", (38.8 + 25.9 + 48.5) / 3, 17),  # slimt's README: 15.7 M parameters, 17 MB
    Peer("OPUS-MT", (36.3 + 26.6 + 47.7) / 3, 75),  # 74 M parameters, a byte each
    Peer("Argos", (32.1 + 23.8 + 42.7) / 3, None),
]


def run(script: str, *arguments: str) -> None:
    subprocess.run([sys.executable, f"{HERE}/{script}", *arguments], check=True)


def made(a: argparse.Namespace, variant: Variant) -> str:
    """The exported folder of a variant; its files are kept from an earlier run."""
    if not variant.shape:
        return variant.folder or a.model
    base = f"{a.out}/{variant.name.replace(', ', '-').replace('+', '-')}"
    work = f"{a.out}/distilled" if variant.distilled else a.work
    os.makedirs(base, exist_ok=True)
    if variant.distilled and not os.path.exists(f"{work}/train.tsv"):
        run("distill.py", "--teacher", a.model, "--work", a.work, "--out", work, "--program", a.program, "--pairs", str(a.pairs),
            "--beam", "1", "--own", "1", "--references", "0.5", "--back", "0")
    if not os.path.exists(f"{base}/init.safetensors"):
        run("prune.py", "--model", a.model, "--work", a.work, "--out", f"{base}/init.safetensors", *variant.shape)
    if not os.path.exists(f"{base}/model/model.json"):
        run("train.py", a.kind, "--init", f"{base}/init.safetensors", "--work", work, "--out", base, "--minutes", str(a.minutes),
            *a.train.split())
        run("export.py", a.kind, "--work", work, "--state", f"{base}/best.pt", "--out", f"{base}/model")
    return f"{base}/model"


def pieces(a: argparse.Namespace, path: str) -> None:
    """FLORES as the program's benchmark reads it: source pieces and the number of tokens to decode."""
    sp = sentencepiece.SentencePieceProcessor(model_file=f"{a.work}/spm.model")
    rows = []
    for target, tag in corpora.TAGS.items():
        read = lambda language: open(f"{a.eval}/en-{target}/flores-dev.{language}", encoding="utf-8").read().splitlines()
        rows += [{"src": [tag] + sp.encode(s, out_type=str), "tgt_len": len(sp.encode(t)) + 1} for s, t in zip(read("en"), read(target))]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(rows, file, ensure_ascii=False)


def measured(a: argparse.Namespace, variant: Variant) -> dict:
    folder = made(a, variant)
    with open(f"{folder}/config.json", encoding="utf-8") as file:
        config = json.load(file)
    with safe_open(f"{folder}/model.safetensors", "pt") as file:
        sizes = [file.get_slice(name).get_shape() for name in file.keys()]
    scores = f"{a.out}/scores.json"
    run("evaluate.py", "translation", "--model", folder, "--eval", a.eval, "--program", a.program, "--out", scores)
    with open(scores, encoding="utf-8") as file:
        bleu = {row["pair"]: row["bleu"] for row in json.load(file)}
    return {"name": variant.name, "folder": folder, "parameters": sum(map(math.prod, sizes)), "megabytes": os.path.getsize(f"{folder}/model.safetensors") / 1e6,
            "encoder_layers": config["encoder_layers"], "decoder_layers": config["decoder_layers"], "ffn": config["encoder_ffn_dim"],
            "bleu": bleu, "mean_bleu": sum(bleu.values()) / len(bleu)}


def timed(a: argparse.Namespace, folder: str) -> float:
    """Sentences a second."""
    if not os.path.exists(f"{a.out}/pieces.json"):
        pieces(a, f"{a.out}/pieces.json")
    out = subprocess.run([a.program, "bench", "model", "--model", folder, "--pieces", f"{a.out}/pieces.json"], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    return json.loads(out)["sentences_per_s"]


def plot(rows: list[dict], path: str) -> None:
    """Quality against size and against speed. Peers have their published BLEU; only those of known size are in the first panel."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    pyplot.rcParams.update({"svg.fonttype": "none", "font.size": 9, "axes.grid": True, "grid.color": "#d8dee4", "axes.axisbelow": True,
                            "axes.spines.top": False, "axes.spines.right": False})
    figure, (size, speed) = pyplot.subplots(1, 2, figsize=(9, 4.6), sharey=True)
    for number, row in enumerate(rows, 1):
        for axis, x in ((size, row["parameters"] / 1e6), (speed, row["sentences_per_s"])):
            axis.plot(x, row["mean_bleu"], "o", color="#0b6bcb", markersize=11, alpha=0.9)
            axis.annotate(str(number), (x, row["mean_bleu"]), ha="center", va="center", fontsize=8, color="white")
    for peer in PEERS:
        if peer.megabytes:
            size.plot(peer.megabytes, peer.bleu, "s", color="#d9480f")
            size.annotate(peer.name, (peer.megabytes, peer.bleu), xytext=(0, -12), textcoords="offset points", ha="center", fontsize=8)
        speed.axhline(peer.bleu, color="#d9480f", linewidth=1, linestyle="--")
    speed.annotate("published: " + ", ".join(peer.name for peer in sorted(PEERS, key=lambda p: -p.bleu)), (0, min(p.bleu for p in PEERS)),
                   xycoords=("axes fraction", "data"), xytext=(4, -11), textcoords="offset points", fontsize=8)
    size.set(xscale="log", xlabel="MB with int8 weights", ylabel="BLEU, FLORES dev, mean of en-de, en-es, en-fr", ylim=0, xlim=(4, 120))
    size.set_xticks([5, 7, 10, 20, 50, 100], ["5", "7", "10", "20", "50", "100"])
    size.minorticks_off()
    speed.set(xlabel="sentences a second, int8, greedy, 2 threads", xlim=0)
    names = [f"{number}  {row['name']}" for number, row in enumerate(rows, 1)]
    figure.text(0.02, 0.02, "encoder + decoder layers, feed-forward width:  " + ";   ".join(names[:4]) + "\n" + ";   ".join(names[4:]), fontsize=8)
    figure.tight_layout(rect=(0, 0.09, 1, 1))
    figure.savefig(path)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="exported folder to cut down")
    p.add_argument("--kind", default="en-x", choices=["en-x"])
    p.add_argument("--work", required=True, help="folder that prepare.py wrote")
    p.add_argument("--eval", required=True, help="folder of evaluation sets")
    p.add_argument("--out", required=True)
    p.add_argument("--minutes", type=float, default=4, help="of training for each variant")
    p.add_argument("--pairs", type=int, default=50_000, help="that the teacher translates")
    p.add_argument("--train", default="--tokens 6000 --optimizer muon --rate 5e-4 --matrix-rate 1e-3 --warmup 100 --subwords 0.1",
                   help="arguments of train.py")
    p.add_argument("--program", default=".build/release/dragoman")
    p.add_argument("--also", nargs="*", default=[], metavar="NAME=FOLDER", help="exported models that were made otherwise")
    p.add_argument("--plot", help="SVG file to draw")
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    path = f"{a.out}/study.jsonl"
    rows = [json.loads(line) for line in open(path, encoding="utf-8")] if os.path.exists(path) else []
    others = [Variant(name, folder=folder) for name, _, folder in (entry.partition("=") for entry in a.also)]
    for variant in VARIANTS + others:
        if all(row["name"] != variant.name for row in rows):
            rows.append(measured(a, variant))
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    for row in rows:
        row["sentences_per_s"] = timed(a, row["folder"])
    print("| encoder + decoder layers, ffn | million parameters | BLEU de / es / fr | sentences/s |\n| --- | ---: | ---: | ---: |")
    for row in rows:
        print(f"| {row['name']} | {row['parameters'] / 1e6:.2f} | {' / '.join(f'{v:.1f}' for v in row['bleu'].values())} | {row['sentences_per_s']:.0f} |")
    if a.plot:
        plot(rows, a.plot)


if __name__ == "__main__":
    main()
