"""What `train.py` trains: each task has a network, an endless stream of batches, a loss and a score on development data.

Batches hold rows of like length, at most `tokens` padded tokens of source and target together.
"""
import itertools
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Iterator, Protocol

import numpy as np
import sacrebleu
import sentencepiece
import torch
from torch import Tensor

import corpora
import noise
import pretraining
import rouge
from model import Marian, Network, Shape

Row = tuple[list[int], list[int]]  # source and target ids, each ending in </s>


@dataclass
class Options:
    model: str  # en-x, x-en, teacher, …
    work: str
    tokens: int = 8000
    max_length: int = 128  # tokens of a row's longer side; longer rows are left out
    smoothing: float = 0.1
    subwords: float = 0.0  # share of the sources that are segmented at random (Kudo 2018)
    objective: str = "both"  # of the salience scorer: bce, list or both
    multiple: int = 1  # of which a batch's widths are: 8 for a GPU's matrix products


class Task(Protocol):
    network: Network

    def stream(self, seed: int, progress: Any, part: int = 0, parts: int = 1) -> Iterator[Any]: ...  # every `parts`th shard
    def loss(self, batch: Any) -> Tensor: ...
    def tokens(self, batch: Any) -> int: ...
    def develop(self) -> dict[str, float]: ...  # "score": greater is better


def padded(rows: list[list[int]], pad: int, multiple: int = 1) -> Tensor:
    """[B, longest row rounded up]"""
    out = np.full((len(rows), -(-max(map(len, rows)) // multiple) * multiple), pad, dtype=np.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return torch.from_numpy(out)


def bucketed(rows: list[Row], tokens: int, rng: random.Random) -> list[list[Row]]:
    """Rows of like length together, in batches in random order."""
    rows = sorted(rows, key=lambda r: (max(len(r[0]), len(r[1])), len(r[1]), rng.random()))
    out: list[list[Row]] = []
    batch: list[Row] = []
    longest = [0, 0]
    for row in rows:
        longest = [max(longest[0], len(row[0])), max(longest[1], len(row[1]))]
        if batch and sum(longest) * (len(batch) + 1) > tokens:
            out.append(batch)
            batch, longest = [], [len(row[0]), len(row[1])]
        batch.append(row)
    if batch:
        out.append(batch)
    rng.shuffle(out)
    return out


class Sequences:
    """What translation and summarization have in common: batches of source and target ids."""

    shard = 60_000  # rows that are drawn, noised and bucketed together

    def __init__(self, options: Options, shape: Shape):
        self.o = options
        self.sp = sentencepiece.SentencePieceProcessor(model_file=f"{options.work}/spm.model")
        shape.vocab_size = self.sp.get_piece_size() + 1
        self.network = Marian(shape)
        self.eos = self.sp.eos_id()

    def encoded(self, triples: list[tuple[str, str, str]], sampled: bool = False) -> list[Row]:
        """(tag, source, target) → rows; a tag in >> << is one piece before the source."""
        share = self.o.subwords if sampled else 0
        encode = lambda texts: self.sp.encode(texts, num_threads=2)
        sources, targets = encode([t[1] for t in triples]), encode([t[2] for t in triples])
        for i in range(len(triples) if share else 0):
            if random.random() < share:
                sources[i] = self.sp.encode(triples[i][1], enable_sampling=True, alpha=0.5, nbest_size=-1)
        rows = []
        for (tag, _, _), source, target in zip(triples, sources, targets):
            rows.append((([self.sp.piece_to_id(tag)] if tag.startswith(">>") else []) + source + [self.eos], target + [self.eos]))
        return rows

    def fits(self, row: Row) -> bool:
        return 1 < len(row[0]) <= self.o.max_length and 1 < len(row[1]) <= self.o.max_length

    def stream(self, seed: int, progress: Any, part: int = 0, parts: int = 1) -> Iterator[tuple[Tensor, Tensor]]:
        rng = random.Random(f"{seed} {part}")
        random.seed(f"{seed} {part}")
        pad = self.network.pad
        for rows in self.shards(seed, rng, progress, part, parts):
            for batch in bucketed([r for r in rows if self.fits(r)], self.o.tokens, rng):
                yield tuple(padded([r[k] for r in batch], pad, self.o.multiple) for k in (0, 1))

    def shards(self, seed: int, rng: random.Random, progress: Any, part: int, parts: int) -> Iterator[list[Row]]:
        raise NotImplementedError

    def loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        return self.network.loss(*batch, self.o.smoothing)

    def tokens(self, batch: tuple[Tensor, Tensor]) -> int:
        """Target tokens, the unit of progress."""
        return int((batch[1] != self.network.pad).sum())

    def dev_loss(self, rows: list[Row]) -> float:
        total, count = 0.0, 0
        for batch in bucketed(rows, 2 * self.o.tokens, random.Random(0)):
            source, target = (padded([r[k] for r in batch], self.network.pad, self.o.multiple) for k in (0, 1))
            n = int((target != self.network.pad).sum())
            total, count = total + float(self.network.loss(source, target, 0.0)) * n, count + n
        return total / count

    def generate(self, rows: list[Row], limit: int) -> list[str]:
        """Greedy outputs, in the order of `rows`."""
        return [text or "" for text in greedy(self.network, self.sp, [r[0] for r in rows], 2_000, lambda longest: min(limit, 2 * longest + 10))]


def greedy(network: Marian, sp: sentencepiece.SentencePieceProcessor, sources: list[list[int]], tokens: int, limit: Callable[[int], int],
           whole: bool = False) -> list[str | None]:
    """Greedy output for each source: about `tokens` padded source tokens at a time, at most limit(longest source) tokens each.

    With `whole`, None stands for an output that the limit cut off.
    """
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    out: list[str | None] = [None] * len(sources)
    at, eos = 0, sp.eos_id()
    while at < len(order):
        longest = len(sources[order[min(at + max(1, tokens // len(sources[order[at]])), len(order)) - 1]])
        part = order[at:at + max(1, tokens // longest)]
        at += len(part)
        rows = network.greedy(padded([sources[i] for i in part], network.pad, 8), limit(longest), eos).tolist()
        kept = [(i, row) for i, row in zip(part, rows) if eos in row or not whole]
        for (i, _), text in zip(kept, sp.decode([[t for t in row if t not in (eos, network.pad)] for _, row in kept])):
            out[i] = text
    return out


def table(path: str) -> list[list[str]]:
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file]


def oriented(model: str, tag: str, english: str, other: str) -> tuple[str, str, str]:
    """A pair as (tag, source, target). Into English there is no tag, only the language's name, which keeps languages apart."""
    return (tag.strip("<>"), other, english) if model == "x-en" else (tag, english, other)


class Translation(Sequences):
    """WORK's train.tsv has for each pair how often an epoch sees it out of English and into English; part of a time is by chance."""

    def __init__(self, options: Options, shape: Shape):
        super().__init__(options, shape)
        rows, dev = (table(f"{options.work}/{name}.tsv") for name in ("train", "dev"))
        if wrong := next((i for i, row in enumerate(rows, 1) if len(row) != 5), 0):
            raise SystemExit(f"{options.work}/train.tsv, line {wrong}: tag, English, other, two weights are wanted; prepare.py writes that")
        self.pairs = [tuple(row[:3]) for row in rows]
        weights = np.array([row[3:5] for row in rows], dtype=np.float32).reshape(-1, 2)
        self.weights = {"en-x": weights * (1, 0), "x-en": weights * (0, 1)}.get(options.model, weights).reshape(-1)
        self.dev_pairs = [oriented(options.model, *row) for row in dev]
        if options.model == "teacher":
            self.dev_pairs = [pair for row in dev for pair in (oriented("en-x", *row), oriented("x-en", *row))]
        if not self.weights.any() or not dev:
            raise SystemExit(f"{options.work}: train.tsv has no pair for {options.model}, or dev.tsv none at all; prepare.py writes both")
        self.dev = [r for r in self.encoded(self.dev_pairs) if self.fits(r)]
        self.sample = self.dev_pairs[:160]

    def epoch(self, seed: int) -> np.ndarray:
        """Twice the number of a pair, or one more where it is learned into English, in random order."""
        rng = np.random.default_rng(seed)
        times = np.floor(self.weights + rng.random(len(self.weights))).astype(np.int64)
        order = np.repeat(np.arange(len(self.weights)), times)
        rng.shuffle(order)
        return order

    def shards(self, seed: int, rng: random.Random, progress: Any, part: int, parts: int) -> Iterator[list[Row]]:
        for epoch in itertools.count():
            order = self.epoch(seed * 1000 + epoch)
            size = min(self.shard, max(1, len(order) // parts))  # few pairs are for every part, too
            for at in range(part * size % max(1, len(order)), len(order), parts * size):
                pairs = [oriented("x-en" if i & 1 else "en-x", *self.pairs[i >> 1]) for i in order[at:at + size].tolist()]
                yield self.encoded(noise.augmented(pairs, rng), sampled=True)

    def develop(self) -> dict[str, float]:
        """Loss on all development pairs; BLEU and chrF of greedy output on some. The score is -loss."""
        loss = self.dev_loss(self.dev)
        out = self.generate(self.encoded(self.sample), 100)
        references = [[t for _, _, t in self.sample]]
        return {"score": -loss, "loss": loss, "bleu": sacrebleu.corpus_bleu(out, references).score,
                "chrf": sacrebleu.corpus_chrf(out, references).score}


class Summarization(Sequences):
    shard = 4_000

    def __init__(self, options: Options, shape: Shape):
        super().__init__(options, shape)
        read = lambda name: [json.loads(line) for line in open(f"{options.work}/{name}.jsonl", encoding="utf-8")]
        self.runs = read("pretrain")
        self.documents = read("train")
        dev = [(f">>{row['length']}<<", pretraining.document(row, options.max_length, self.sp), row["summary"]) for row in read("dev")]
        self.dev, self.sample = self.encoded(dev), dev[:64]

    def shards(self, seed: int, rng: random.Random, progress: Any, part: int, parts: int) -> Iterator[list[Row]]:
        while True:
            share = pretraining.supervised_share(progress())
            supervised = int(self.shard * share)
            triples = [pretraining.example(run, progress(), rng) for run in rng.choices(self.runs, k=self.shard - supervised)]
            longest = min(self.o.max_length, 160) if progress() < 0.3 else self.o.max_length
            triples += [pretraining.supervised(row, longest, self.sp, rng)
                        for row in rng.choices(self.documents, corpora.shares(self.documents), k=supervised)]
            yield [(s[: self.o.max_length - 1] + [self.eos] if len(s) > self.o.max_length else s, t)
                   for s, t in self.encoded(triples)]

    def fits(self, row: Row) -> bool:
        return super().fits(row) and len(row[1]) <= 160

    def develop(self) -> dict[str, float]:
        """Loss on all development documents; set-ROUGE-1 plus -2 of greedy output on some, in percent. The score is -loss."""
        loss = self.dev_loss([r for r in self.dev if self.fits(r)])
        out = self.generate(self.encoded(self.sample), 80)
        scores = [rouge.score(rouge.grams(o), rouge.grams(t)) for o, (_, _, t) in zip(out, self.sample)]
        return {"score": -loss, "loss": loss, "rouge12": 100 * sum(scores) / len(scores)}
