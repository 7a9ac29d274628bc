"""Writes a training folder whose targets are a teacher's translations (sequence-level distillation, Kim and Rush 2016).

    python distill.py --teacher models/en-x --work WORK --out WORK2 [--pairs 60000] [--references 0.5] [--beam 4]

The teacher runs in the program itself (`--program`, by default .build/release/dragoman), many times faster than in PyTorch.
WORK2/train.tsv gets `--pairs` sources, drawn at random, with the teacher's output, and that share of them again with their
references. What came out empty, cut off or of an odd length is left out. Everything else in WORK2 is that of WORK.
"""
import argparse
import os
import random
from collections import defaultdict

import evaluate

TARGETS = {tag: language for language, tag in evaluate.TAGS.items()}


def like(text: str, other: str) -> bool:
    return len(text) < 2 * len(other) + 20 and len(other) < 2 * len(text) + 20


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--teacher", required=True, help="exported folder with its card")
    p.add_argument("--work", required=True, help="folder that prepare.py wrote")
    p.add_argument("--out", required=True)
    p.add_argument("--pairs", type=int, default=60_000)
    p.add_argument("--references", type=float, default=0.5, help="share of the pairs that come with their reference, too")
    p.add_argument("--beam", type=int, default=4)
    p.add_argument("--source", default="en", help="en for en-x; any of its languages for x-en, which it does not tell apart")
    p.add_argument("--program", default=".build/release/dragoman")
    a = p.parse_args()
    random.seed(11)
    with open(f"{a.work}/train.tsv", encoding="utf-8") as file:
        pairs = [line.rstrip("\n").split("\t") for line in file]
    groups: dict[str, list[list[str]]] = defaultdict(list)
    for pair in random.sample(pairs, min(a.pairs, len(pairs))):
        groups[pair[0]].append(pair)
    teacher, lines = evaluate.Program(a.program, a.teacher), []
    for tag, group in sorted(groups.items()):
        answers = teacher.answers(f"{a.source}-{TARGETS.get(tag, 'en')}", [source for _, source, _ in group], a.beam)
        outputs = ["" if answer.get("truncated") else answer["translatedText"].strip() for answer in answers]
        kept = [(source, out) for (_, source, reference), out in zip(group, outputs) if out and like(out, reference)]
        again = [pair for pair in group if random.random() < a.references]
        print(f"{tag}: {len(kept)} of {len(group)} outputs kept, {len(again)} references")
        lines += [f"{tag}\t{source}\t{out}\n" for source, out in kept] + ["\t".join(pair) + "\n" for pair in again]
    random.shuffle(lines)
    os.makedirs(a.out, exist_ok=True)
    with open(f"{a.out}/train.tsv", "w", encoding="utf-8") as file:
        file.writelines(lines)
    for name in ("dev.tsv", "spm.model", "data.json", "heldout"):
        if not os.path.lexists(f"{a.out}/{name}"):
            os.symlink(os.path.abspath(f"{a.work}/{name}"), f"{a.out}/{name}")


if __name__ == "__main__":
    main()
