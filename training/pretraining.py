"""Examples for the summarizer: gap sentences, copies and repairs of plain text, then documents with summaries.

A small model that starts from nothing has to learn to copy before anything else, so most of pretraining takes words out of
the source: a whole sentence of it (extraction), the sentence that says most about the rest (PEGASUS' gap-sentence score,
left in the source more often than not), or the undamaged text of a damaged one (BART's infilling).
"""
import random

import sentencepiece

import rouge

Triple = tuple[str, str, str]  # tag, source, target


def supervised_share(progress: float) -> float:
    """The share of documents with summaries among examples: little at first, three quarters at the end."""
    return 0.1 if progress < 0.4 else 0.1 + 0.65 * min(1, (progress - 0.4) / 0.3)


def longest_run(progress: float, rng: random.Random) -> int:
    """Sentences of a pretraining source: short at first, when copying is learned."""
    return rng.randint(2, 4 if progress < 0.15 else 8 if progress < 0.3 else 20)


def masked(words: list[str], rng: random.Random) -> list[str]:
    """Infilling: about a quarter of the words, in spans of one to four, each span replaced by one underscore."""
    out, i = [], 0
    while i < len(words):
        if rng.random() < 0.1:
            out.append("_")
            i += rng.randint(1, 4)
        else:
            out.append(words[i])
            i += 1
    return out


def example(run: list[str], progress: float, rng: random.Random) -> Triple:
    """A pretraining example from neighbouring sentences."""
    size = longest_run(progress, rng)
    if progress < 0.15 and rng.random() < 0.6:
        return repair(run, rng)
    start = rng.randrange(max(1, len(run) - size + 1))
    run = run[start:start + size]
    scores = rouge.principal([rouge.grams(s) if 5 <= len(s.split()) <= 40 else (set(), set()) for s in run])
    order = sorted(range(len(run)), key=lambda i: -scores[i])
    roll = rng.random()
    if roll < 0.25:  # a principal sentence, mostly still in the source
        best = order[0]
        source = [s for i, s in enumerate(run) if i != best or rng.random() < 0.9] or run
        return ">>sentence<<", " ".join(source), run[best]
    if roll < 0.40:  # the principal two or three, in order
        best = sorted(order[: 2 if len(run) < 8 else 3])
        return ">>short<<", " ".join(run), " ".join(run[i] for i in best)
    if roll < 0.55:  # the beginning
        return ">>sentence<<", " ".join(run), run[0]
    if roll < 0.65 and 1 <= len(run[0].split()) <= 8 and run[0][-1:].isalpha():  # what looks like a title, from the text below it
        return ">>headline<<", " ".join(run[1:] or run), run[0]
    return repair(run, rng)


def repair(run: list[str], rng: random.Random) -> Triple:
    """A piece of text, as it is or to be repaired."""
    words = " ".join(run[rng.randrange(len(run)):][:3]).split()[:60]
    source = masked(words, rng) if rng.random() < 0.5 else words
    return ">>short<<", " ".join(source), " ".join(words)


def document(row: dict, limit: int, sp: sentencepiece.SentencePieceProcessor) -> str:
    """The document's first sentences, joined by blanks, as many as fit `limit` tokens with tag and </s>."""
    out: list[str] = []
    left = limit - 2
    for text, _ in row["sentences"]:
        left -= len(sp.encode(text))
        if left < 0 and out:
            break
        out.append(text)
    return " ".join(out)


def supervised(row: dict, limit: int, sp: sentencepiece.SentencePieceProcessor, rng: random.Random) -> Triple:
    """A document with its summary, or one time in four with its oracle's sentences instead: how a summary is extracted."""
    source, target, length = document(row, limit, sp), row["summary"], row["length"]
    if row["oracle"] and rng.random() < 0.25:
        best = sorted(row["oracle"]) if length == "short" else row["oracle"][:1]
        target, length = " ".join(row["sentences"][i][0] for i in best), "short" if len(best) > 1 else "sentence"
        if any(text not in source for text in [row["sentences"][i][0] for i in best]):
            target, length = row["summary"], row["length"]
    return f">>{length}<<", source, target
