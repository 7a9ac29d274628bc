"""What `train.py` trains: each task has a network, an endless stream of batches, a loss and a score on development data.

Batches hold rows of like length, at most `tokens` padded tokens of source and target together.
"""
import json
import random
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
    work: str
    tokens: int = 8000
    max_length: int = 128  # tokens of a row's longer side; longer rows are left out
    smoothing: float = 0.1
    subwords: float = 0.0  # share of the sources that are segmented at random (Kudo 2018)
    objective: str = "both"  # of the salience scorer: bce, list or both


class Task(Protocol):
    network: Network

    def stream(self, seed: int, progress: Any) -> Iterator[Any]: ...
    def loss(self, batch: Any) -> Tensor: ...
    def tokens(self, batch: Any) -> int: ...
    def develop(self) -> dict[str, float]: ...  # "score": greater is better


def padded(rows: list[list[int]], pad: int) -> Tensor:
    """[B, longest row]"""
    out = np.full((len(rows), max(map(len, rows))), pad, dtype=np.int64)
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
        """(tag or "", source, target) → rows; the tag is one piece before the source."""
        share = self.o.subwords if sampled else 0
        encode = lambda texts: self.sp.encode(texts, num_threads=2)
        sources, targets = encode([t[1] for t in triples]), encode([t[2] for t in triples])
        for i in range(len(triples) if share else 0):
            if random.random() < share:
                sources[i] = self.sp.encode(triples[i][1], enable_sampling=True, alpha=0.5, nbest_size=-1)
        rows = []
        for (tag, _, _), source, target in zip(triples, sources, targets):
            rows.append((([self.sp.piece_to_id(tag)] if tag else []) + source + [self.eos], target + [self.eos]))
        return rows

    def fits(self, row: Row) -> bool:
        return 1 < len(row[0]) <= self.o.max_length and 1 < len(row[1]) <= self.o.max_length

    def stream(self, seed: int, progress: Any) -> Iterator[tuple[Tensor, Tensor]]:
        rng = random.Random(seed)
        random.seed(seed)
        pad = self.network.pad
        for rows in self.shards(rng, progress):
            for batch in bucketed([r for r in rows if self.fits(r)], self.o.tokens, rng):
                yield padded([r[0] for r in batch], pad), padded([r[1] for r in batch], pad)

    def shards(self, rng: random.Random, progress: Any) -> Iterator[list[Row]]:
        raise NotImplementedError

    def loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        device = self.network.positions.device
        return self.network.loss(batch[0].to(device), batch[1].to(device), self.o.smoothing)

    def tokens(self, batch: tuple[Tensor, Tensor]) -> int:
        """Target tokens, the unit of progress."""
        return int((batch[1] != self.network.pad).sum())

    def dev_loss(self, rows: list[Row], device: torch.device) -> float:
        total, count = 0.0, 0
        for batch in bucketed(rows, 2 * self.o.tokens, random.Random(0)):
            source, target = (padded([r[k] for r in batch], self.network.pad).to(device) for k in (0, 1))
            n = int((target != self.network.pad).sum())
            total, count = total + float(self.network.loss(source, target, 0.0)) * n, count + n
        return total / count

    def generate(self, rows: list[Row], limit: int, device: torch.device) -> list[str]:
        """Greedy outputs, in the order of `rows`."""
        out = [""] * len(rows)
        order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
        for at in range(0, len(order), 32):
            part = order[at:at + 32]
            source = padded([rows[i][0] for i in part], self.network.pad).to(device)
            longest = min(limit, 2 * source.shape[1] + 10)
            for i, ids in zip(part, self.network.greedy(source, longest, self.eos).tolist()):
                out[i] = self.sp.decode([t for t in ids if t not in (self.eos, self.network.pad)])
        return out


class Translation(Sequences):
    def __init__(self, options: Options, shape: Shape):
        super().__init__(options, shape)
        read = lambda name: [tuple(line.rstrip("\n").split("\t")) for line in open(f"{options.work}/{name}.tsv", encoding="utf-8")]
        self.pairs, self.dev_pairs = read("train"), read("dev")
        self.dev = [r for r in self.encoded(self.dev_pairs) if self.fits(r)]
        self.sample = self.dev_pairs[:160]

    def shards(self, rng: random.Random, progress: Any) -> Iterator[list[Row]]:
        while True:
            rng.shuffle(self.pairs)
            for at in range(0, len(self.pairs), self.shard):
                yield self.encoded(noise.augmented(self.pairs[at:at + self.shard], rng), sampled=True)

    def develop(self) -> dict[str, float]:
        """Loss on all development pairs; BLEU and chrF of greedy output on some. The score is -loss."""
        device = self.network.positions.device
        loss = self.dev_loss(self.dev, device)
        out = self.generate(self.encoded(self.sample), 100, device)
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

    def shards(self, rng: random.Random, progress: Any) -> Iterator[list[Row]]:
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
        device = self.network.positions.device
        loss = self.dev_loss([r for r in self.dev if self.fits(r)], device)
        out = self.generate(self.encoded(self.sample), 80, device)
        scores = [rouge.score(rouge.grams(o), rouge.grams(t)) for o, (_, _, t) in zip(out, self.sample)]
        return {"score": -loss, "loss": loss, "rouge12": 100 * sum(scores) / len(scores)}
