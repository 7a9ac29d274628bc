"""Training of the sentence-salience scorer: documents in batches, the loss against ROUGE oracles, the development score."""
import itertools
import json
import math
import random
from dataclasses import dataclass
from typing import Any, Iterator

import sentencepiece
import torch
from torch import Tensor
from torch.nn import functional as F

import corpora
import rouge
from model import Salience, Shape
from tasks import Options, padded

MAX_TOKENS = 128  # of a sentence, </s> included
SAMPLED = 20  # sentences of a document besides the oracle's that one training step looks at
CHOSEN = {"headline": 1, "sentence": 1, "short": 3}  # sentences that are compared with a summary of that length


@dataclass
class Document:
    row: dict
    ids: list[list[int]]  # of each sentence, </s> included
    position: list[list[float]]  # four numbers a sentence
    target: list[float]  # 1 for the oracle's sentences

    def part(self, keep: list[int]) -> "Document":
        pick = lambda values: [values[i] for i in keep]
        return Document(self.row, pick(self.ids), pick(self.position), pick(self.target))


@dataclass
class Batch:
    groups: list[tuple[Tensor, Tensor]]  # (ids [B,S], their rows among the N sentences): sentences of like length together
    document: Tensor  # [N], which document each sentence is of
    position: Tensor  # [N,4]
    target: Tensor  # [N]


def position(i: int, n: int, start: bool, tokens: int) -> list[float]:
    """The four numbers of sentence i of n: relative and reciprocal position, start of a paragraph, length."""
    return [i / (n - 1) if n > 1 else 0.0, 1 / (1 + i), float(start), math.log(1 + tokens) / 5]


def collated(documents: list[Document], pad: int, tokens: int) -> Batch:
    """Groups hold at most `tokens` padded tokens."""
    flat = [ids for document in documents for ids in document.ids]
    owner = [d for d, document in enumerate(documents) for _ in document.ids]
    where = [p for document in documents for p in document.position]
    target = [t for document in documents for t in document.target]
    order = sorted(range(len(flat)), key=lambda i: len(flat[i]))
    groups, part = [], []
    for i in order:
        if part and (len(part) + 1) * len(flat[i]) > tokens:
            groups.append(part)
            part = []
        part.append(i)
    groups.append(part)
    return Batch([(padded([flat[i] for i in g], pad), torch.tensor(g)) for g in groups], torch.tensor(owner),
                 torch.tensor(where), torch.tensor(target))


class SalienceTask:
    """Learns to tell the sentences that a greedy ROUGE-1 + ROUGE-2 oracle chooses (BertSum's labels)."""

    def __init__(self, options: Options, shape: Shape):
        self.o = options
        self.sp = sentencepiece.SentencePieceProcessor(model_file=f"{options.work}/spm.model")
        shape.vocab_size = self.sp.get_piece_size() + 1
        self.network = Salience(shape)
        self.documents, self.dev = self.read("train"), self.read("dev")
        self.shares = list(itertools.accumulate(corpora.shares([d.row for d in self.documents])))
        lead = [list(range(len(d.ids))) for d in self.dev]
        best = [d.row["oracle"] + [i for i in range(len(d.ids)) if i not in d.row["oracle"]] for d in self.dev]
        print(f"dev set-ROUGE-1+2: lead {self.quality(lead):.2f}, oracle {self.quality(best):.2f}")

    def read(self, name: str) -> list[Document]:
        rows = [json.loads(line) for line in open(f"{self.o.work}/{name}.jsonl", encoding="utf-8")]
        rows = [row for row in rows if len(row["sentences"]) > 1 and row["oracle"]]
        documents = []
        for row in rows:
            ids = [s[: MAX_TOKENS - 1] + [self.sp.eos_id()] for s in self.sp.encode([text for text, _ in row["sentences"]])]
            where = [position(i, len(ids), row["sentences"][i][1], len(s)) for i, s in enumerate(ids)]
            documents.append(Document(row, ids, where, [float(i in row["oracle"]) for i in range(len(ids))]))
        return documents

    def stream(self, seed: int, progress: Any, part: int = 0, parts: int = 1) -> Iterator[Batch]:
        rng = random.Random(f"{seed} {part}")
        unknown = self.sp.unk_id()
        while True:
            chosen, size = [], 0
            while size < self.o.tokens:
                document = rng.choices(self.documents, cum_weights=self.shares)[0]
                keep = set(document.row["oracle"])
                others = [i for i in range(len(document.ids)) if i not in keep]
                part = document.part(sorted(keep | set(rng.sample(others, min(SAMPLED, len(others))))))
                part.ids = [[unknown if rng.random() < 0.1 else t for t in ids[:-1]] + ids[-1:] for ids in part.ids]
                chosen.append(part)
                size += sum(map(len, part.ids))
            yield collated(chosen, self.network.pad, 2048)

    def scores(self, batch: Batch) -> Tensor:
        device = self.network.positions.device
        groups = [(ids.to(device), rows.to(device)) for ids, rows in batch.groups]
        return self.network(groups, batch.document.to(device), batch.position.to(device))

    def loss(self, batch: Batch) -> Tensor:
        """Each document counts the same. `bce`: mean binary cross entropy of its sentences; `list`: cross entropy of the
        softmax over its sentences against the oracle's, all alike."""
        scores, document = self.scores(batch), batch.document.to(self.network.positions.device)
        target, n = batch.target.to(scores.device), int(document.max()) + 1
        count = torch.bincount(document, minlength=n)
        total = lambda x: torch.zeros(n, device=x.device).index_add(0, document, x)
        loss = torch.zeros((), device=scores.device)
        if self.o.objective in ("bce", "both"):
            loss = loss + (total(F.binary_cross_entropy_with_logits(scores, target, reduction="none")) / count).mean()
        if self.o.objective in ("list", "both"):
            logp = scores - total(scores.exp()).log()[document]
            loss = loss - (total(target * logp) / total(target)).mean()
        return loss

    def tokens(self, batch: Batch) -> int:
        return sum(int((ids != self.network.pad).sum()) for ids, _ in batch.groups)

    def quality(self, orders: list[list[int]]) -> float:
        """Mean set-ROUGE-1 plus -2 of the first CHOSEN sentences of each development document, in percent."""
        total = 0.0
        for d, order in zip(self.dev, orders):
            parts = [rouge.grams(d.row["sentences"][i][0]) for i in order[: CHOSEN[d.row["length"]]]]
            total += rouge.score(rouge.union(parts), rouge.grams(d.row["summary"]))
        return 100 * total / len(orders)

    def develop(self) -> dict[str, float]:
        orders, losses = [], []
        for at in range(0, len(self.dev), 16):
            batch = collated(self.dev[at:at + 16], self.network.pad, 4096)
            scores = self.scores(batch)
            losses.append(float(self.loss(batch)))
            for d in range(int(batch.document.max()) + 1):
                own = scores[(batch.document == d).to(scores.device)]
                orders.append(own.argsort(descending=True, stable=True).tolist())
        quality = self.quality(orders)
        return {"score": quality, "rouge12": quality, "loss": sum(losses) / len(losses)}
