"""Writes a training folder with a teacher's translations (sequence-level distillation, Kim and Rush 2016), for models of both ways.

    python distill.py --teacher RUN/best.pt|models/en-x --work WORK --out WORK2 [--own 0.6] [--references 0.4] [--back 0.2] [--others 0.3]

A teacher that train.py left translates here, on a GPU where there is one; an exported folder runs in the program itself (`--program`),
which is faster than PyTorch on a CPU. WORK2/train.tsv has, with parts of each pair's weight:
  own         the source with the teacher's translation, for a model of the same way;
  back        the same pair the other way round: back-translation, a real sentence as target (Sennrich et al. 2016);
  others      English with the teacher's translation into a language for which WORK has none, and back, too (Zhang and Zong 2016);
  references  the pair as it is.
What came out empty, cut off or of an odd length is left out. Everything else in WORK2 is that of WORK.
"""
import argparse
import itertools
import json
import os
import random
import time
from collections import defaultdict
from typing import Iterator, Protocol

import sentencepiece
import torch

import corpora
import evaluate
import tasks
from model import Marian, Shape
from train import device

Row = tuple[str, str, str, float, float]  # tag, English, other, weight out of English, weight into English


class Teacher(Protocol):
    pairs: set[str]  # "en-de" …

    def texts(self, pair: str, texts: list[str]) -> list[str | None]: ...  # None: cut off


class NetworkTeacher:
    """A state of train.py, greedy, in bfloat16."""

    def __init__(self, path: str, work: str, tokens: int):
        saved = torch.load(path, map_location="cpu")
        self.network = Marian(Shape(**saved["shape"]))
        self.network.load_state_dict(saved["state"])
        self.network.to(device(), torch.bfloat16).eval()
        self.sp = sentencepiece.SentencePieceProcessor(model_file=f"{work}/spm.model")
        self.tokens = tokens
        self.pairs = {pair for language in corpora.TAGS for pair in (f"en-{language}", f"{language}-en")}

    def texts(self, pair: str, texts: list[str]) -> list[str | None]:
        tag = corpora.TAGS.get(pair.split("-")[1])
        prefix = [self.sp.piece_to_id(tag)] if tag else []
        ids = [prefix + ids[:126] + [self.sp.eos_id()] for ids in self.sp.encode(texts, num_threads=os.cpu_count())]
        return tasks.greedy(self.network, self.sp, ids, self.tokens, lambda longest: min(int(1.5 * longest) + 10, 160), whole=True)


class ProgramTeacher:
    """An exported folder in the program itself."""

    def __init__(self, program: str, folder: str, beam: int):
        self.program, self.beam = evaluate.Program(program, folder), beam
        with open(f"{folder}/model.json", encoding="utf-8") as file:
            self.pairs = {f"{entry['from']}-{entry['to']}" for entry in json.load(file)["languages"]}

    def texts(self, pair: str, texts: list[str]) -> list[str | None]:
        return [None if answer.get("truncated") else answer["translatedText"].strip() for answer in self.program.answers(pair, texts, self.beam)]


def like(text: str, other: str) -> bool:
    return len(text) < 2 * len(other) + 20 and len(other) < 2 * len(text) + 20


def translated(teacher: Teacher, pair: str, texts: list[str]) -> list[str | None]:
    """Outputs to learn from, None for others; says how many and how fast."""
    begin = time.monotonic()
    out = [o if o and like(o, t) and "\t" not in o and "\n" not in o else None for o, t in zip(teacher.texts(pair, texts), texts)]
    seconds = time.monotonic() - begin
    print(f"{pair}: {sum(o is not None for o in out)} of {len(out)} outputs kept, {len(out) / max(seconds, 0.01):.0f} a second", flush=True)
    return out


def distilled(teacher: Teacher, chosen: list[Row], a: argparse.Namespace) -> Iterator[list[Row]]:
    """Rows with the teacher's translations, direction by direction; each weight is part of its pair's."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in chosen:
        groups[row[0]].append(row)
    known = {(row[0], row[1]) for row in chosen}
    for language, tag in corpora.TAGS.items():
        group = groups[tag]
        if f"en-{language}" in teacher.pairs:
            outputs = translated(teacher, f"en-{language}", [row[1] for row in group])
            yield [(tag, e, o, a.own * w, a.back * b) for (_, e, _, w, b), o in zip(group, outputs) if o]
        if f"en-{language}" in teacher.pairs and a.others > 0:
            more = {row[1]: row for row in chosen if row[0] != tag and (tag, row[1]) not in known and random.random() < a.share_of_others}
            outputs, scale = translated(teacher, f"en-{language}", list(more)), a.others / max(a.share_of_others, 1e-9)
            yield [(tag, e, o, scale * w, scale * b / 2) for (_, e, _, w, b), o in zip(more.values(), outputs) if o]
        if f"{language}-en" in teacher.pairs:
            outputs = translated(teacher, f"{language}-en", [row[2] for row in group])
            yield [(tag, o, f, a.back * w, a.own * b) for (_, _, f, w, b), o in zip(group, outputs) if o]


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--teacher", required=True, help="best.pt of train.py, or an exported folder with its card")
    p.add_argument("--work", required=True, help="folder that prepare.py wrote")
    p.add_argument("--out", required=True)
    p.add_argument("--pairs", type=int, help="at most so many, drawn at random; others are left out")
    p.add_argument("--often", type=float, default=3, help="a pair is translated with this times its weight as probability")
    p.add_argument("--own", type=float, default=0.6)
    p.add_argument("--references", type=float, default=0.4)
    p.add_argument("--back", type=float, default=0.2)
    p.add_argument("--others", type=float, default=0.0)
    p.add_argument("--share-of-others", type=float, default=0.5, help="share of the English sentences that are translated into other languages")
    p.add_argument("--beam", type=int, default=1, help="of the program")
    p.add_argument("--tokens", type=int, default=100_000, help="padded source tokens at a time, on a GPU")
    p.add_argument("--program", default=".build/release/dragoman")
    a = p.parse_args()
    random.seed(11)
    pairs = [(t, e, o, float(w), float(b)) for t, e, o, w, b in tasks.table(f"{a.work}/train.tsv")]
    if a.pairs and a.pairs < len(pairs):
        pairs = random.sample(pairs, a.pairs)
    teacher = ProgramTeacher(a.program, a.teacher, a.beam) if os.path.isdir(a.teacher) else NetworkTeacher(a.teacher, a.work, a.tokens)
    chosen: list[Row] = []
    for tag, e, o, w, b in pairs:
        share = min(1, a.often * max(w, b))
        if random.random() < share:
            chosen.append((tag, e, o, w / share, b / share))  # what is translated stands for what is not
    os.makedirs(a.out, exist_ok=True)
    for name in ("dev.tsv", "spm.model", "data.json", "heldout"):
        if not os.path.lexists(f"{a.out}/{name}"):
            os.symlink(os.path.abspath(f"{a.work}/{name}"), f"{a.out}/{name}")
    references = [(t, e, o, a.references * w, a.references * b) for t, e, o, w, b in pairs]
    count, away, back = 0, 0.0, 0.0
    with open(f"{a.out}/train.tsv", "w", encoding="utf-8") as file:  # what is done is kept where the rest is broken off
        for rows in itertools.chain([references], distilled(teacher, chosen, a)):
            file.writelines(f"{t}\t{e}\t{o}\t{w:.4g}\t{b:.4g}\n" for t, e, o, w, b in rows)
            file.flush()
            count, away, back = count + len(rows), away + sum(r[3] for r in rows), back + sum(r[4] for r in rows)
    print(f"{count} pairs, {away:.0f} an epoch out of English, {back:.0f} into it")


if __name__ == "__main__":
    main()
