"""Finds the heads of a translation model's decoder whose cross-attention says which words belong together.

    python training/alignment.py --model models/en-x --work WORK [--rows 250] [--pairs 60000]

Held-out Tatoeba sentences are translated greedily; words are linked where lexical tables of IBM model 1 (Brown et al. 1993), learned
from `--pairs` training pairs a language in both directions, agree. Printed is how often the source word that a target word's pieces
attend to most is the linked one: for each head, for the mean of each layer, in the step that says a piece and in the one that reads it
(Chen et al. 2020). `export.py --alignment-heads LAYER:HEAD` takes heads whose reading step is right; the program shows those.
"""
import argparse
import json
import random
import re
from collections import Counter, defaultdict

import torch
from transformers import MarianMTModel

from corpora import TAGS
from decoding import Decoder
from tasks import table

ROUNDS, LEAST = 4, 0.05  # of expectation maximization; probability of a link's word
Tables = dict[str, dict[str, float]]  # t(target word | source word)
Words = list[str]


def words(text: str) -> Words:
    return re.findall(r"\w+|[^\w\s]", text.lower())


def ibm1(pairs: list[tuple[Words, Words]]) -> Tables:
    tables: Tables = {}
    for _ in range(ROUNDS):
        counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for source, target in pairs:
            for word in target:
                shares = [(s, tables[s].get(word, 1e-7) if tables else 1.0) for s in source]
                total = sum(share for _, share in shares)
                for s, share in shares:
                    counts[s][word] += share / total
        tables = {}
        for s, row in counts.items():
            total = sum(row.values())
            tables[s] = {word: value / total for word, value in row.items() if value / total > 1e-4}
    return tables


def links(source: Words, target: Words, there: Tables, back: Tables) -> set[tuple[int, int]]:
    """(source word, target word) that each have the other as their best."""
    best = lambda xs, ys, t: [max(range(len(xs)), key=lambda i: t.get(xs[i], {}).get(y, 0)) for y in ys]
    of_target, of_source = best(source, target, there), best(target, source, back)
    return {(i, j) for j, i in enumerate(of_target)
            if of_source[i] == j and there.get(source[i], {}).get(target[j], 0) > LEAST}


def grouped(pieces: list[str], first: int) -> tuple[list[list[int]], Words]:
    """The pieces of each word, numbered from `first`, and the words without marks at their ends."""
    groups: list[list[int]] = []
    texts: Words = []
    for number, piece in enumerate(pieces, first):
        if piece.startswith("▁") or not groups:
            groups.append([])
            texts.append("")
        groups[-1].append(number)
        texts[-1] += piece
    return groups, [re.sub(r"^\W+|\W+$", "", text.replace("▁", "")).lower() for text in texts]


@torch.no_grad()
def scored(decoder: Decoder, tag: str, sentences: list[str], there: Tables, back: Tables) -> tuple[int, Counter]:
    """How many links there are, and how many each (layer, head or -1 for their mean, "says" or "reads") has right."""
    right, total = Counter(), 0
    prefix = 1 if tag else 0
    for text in sentences:
        ids = decoder.source(tag, text, 256)
        out = decoder.model.generate(torch.tensor([ids]), num_beams=1, do_sample=False, max_length=120)
        attentions = decoder.model(input_ids=torch.tensor([ids]), decoder_input_ids=out, output_attentions=True).cross_attentions
        pieces = [decoder.sp.id_to_piece(i) for i in out[0].tolist()[1:] if i not in (decoder.eos, decoder.pad)]
        (source_groups, source), (target_groups, target) = grouped(decoder.sp.encode(text, out_type=str), prefix), grouped(pieces, 0)
        found = links(source, target, there, back)
        total += len(found)
        for layer, attention in enumerate(attentions):
            heads = torch.cat([attention[0], attention[0].mean(0, keepdim=True)])  # [H + 1,T,S]
            for i, j in found:
                for shift, step in enumerate(("says", "reads")):
                    rows = [k + shift for k in target_groups[j] if k + shift < heads.shape[1]]
                    mass = torch.stack([heads[:, rows][:, :, g].sum((1, 2)) for g in source_groups])  # [words,H + 1]
                    for head, hit in enumerate((mass.argmax(0) == i).tolist()):
                        right[layer, head if head < len(heads) - 1 else -1, step] += hit
    return total, right


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="exported folder with its card")
    p.add_argument("--work", required=True, help="folder that prepare.py wrote")
    p.add_argument("--rows", type=int, default=250, help="held-out sentences a direction")
    p.add_argument("--pairs", type=int, default=60_000, help="training pairs that the lexical tables are learned from")
    a = p.parse_args()
    random.seed(1)
    decoder = Decoder(a.model)
    decoder.model = MarianMTModel.from_pretrained(a.model, torch_dtype=torch.float32, attn_implementation="eager").eval()
    with open(f"{a.model}/model.json", encoding="utf-8") as file:
        directions = [(entry["from"], entry["to"]) for entry in json.load(file)["languages"]]
    train = table(f"{a.work}/train.tsv")
    for source, target in directions:
        away = source == "en"
        language = target if away else source
        rows = [row for row in train if row[0] == TAGS[language] and len(row[1]) < 90]
        pairs = [(words(e), words(o)) for _, e, o, *_ in random.sample(rows, min(a.pairs, len(rows)))]
        forward, backward = ibm1(pairs), ibm1([(o, e) for e, o in pairs])
        held = [row[0 if away else 1] for row in table(f"{a.work}/heldout/en-{language}.tatoeba.tsv")[: a.rows]]
        total, right = scored(decoder, TAGS[language] if away else "", held, *((forward, backward) if away else (backward, forward)))
        best = ", ".join(f"{layer}:{'mean' if head < 0 else head} {step} {count / total:.1%}" for (layer, head, step), count in right.most_common(6))
        print(f"{source}-{target}, {total} links (layer:head): {best}", flush=True)


if __name__ == "__main__":
    main()
