"""ROUGE on sets of n-grams, as BertSum's data_builder computes it (Liu & Lapata 2019), and the extractive oracle from it.

Fast enough to label every sentence of a corpus; reported scores come from the rouge-score package instead.
"""
import re

Grams = tuple[set, set]


def grams(text: str) -> Grams:
    """The sets of word 1-grams and 2-grams of a text, lower case, letters and digits only."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return set(words), set(zip(words, words[1:]))


def union(parts: list[Grams]) -> Grams:
    return set().union(*(p[0] for p in parts)), set().union(*(p[1] for p in parts))


def f1(a: set, b: set) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def score(candidate: Grams, reference: Grams) -> float:
    """ROUGE-1 F1 + ROUGE-2 F1."""
    return f1(candidate[0], reference[0]) + f1(candidate[1], reference[1])


def oracle(parts: list[Grams], reference: Grams, limit: int = 3) -> list[int]:
    """Greedily adds the sentence that raises the score most, until none does or `limit` are chosen; in order of choice."""
    chosen: list[int] = []
    best = 0.0
    while len(chosen) < limit:
        taken = [parts[i] for i in chosen]
        value, index = max(((score(union(taken + [p]), reference), -i) for i, p in enumerate(parts) if i not in chosen),
                           default=(0.0, 0))
        if value <= best:
            break
        best = value
        chosen.append(-index)
    return chosen


def principal(parts: list[Grams]) -> list[float]:
    """Each sentence's ROUGE-1 F1 against the rest of its document: PEGASUS' gap-sentence score (Zhang et al. 2020)."""
    counts: dict[str, int] = {}
    for words, _ in parts:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    once = {word for word, n in counts.items() if n == 1}
    out = []
    for words, _ in parts:
        alone = len(words & once)
        rest = len(counts) - alone
        out.append(2 * (len(words) - alone) / (len(words) + rest) if words and rest else 0.0)
    return out
