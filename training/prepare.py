"""Turns DATA into what `train.py` reads: mixes, splits, and a SentencePiece vocabulary.

    python prepare.py translation|summarization DATA WORK

Translation:    WORK/train.tsv (tag<TAB>English<TAB>other<TAB>weight out of English<TAB>into English), dev.tsv (the first three),
                heldout/en-<language>.<source>.tsv (English<TAB>other): of all directions
Summarization:  WORK/train.jsonl, dev.jsonl, heldout.jsonl (see `labelled`), pretrain.jsonl (lists of sentences)
Both:           WORK/spm.model, WORK/data.json (what went in, for the card)

Weights, licences and the held-out split are in corpora.py. `--spm FILE` takes a vocabulary instead of training one.
"""
import argparse
import json
import os
import random
import shutil
from collections import Counter

import sentencepiece

import corpora
import rouge

HELD_OUT_PAIRS = 1_000  # of a source, at most; the rest of that side of the split is left out
MAX_SENTENCES = 100  # of a document that labels and training look at


def translation(data: str, work: str) -> tuple[list[str], Counter]:
    """Writes the files of the translation models; returns text to learn the vocabulary from and the pairs of each source."""
    train: list[str] = []
    dev: list[str] = []
    used: Counter = Counter()
    total = 0.0
    os.makedirs(f"{work}/heldout", exist_ok=True)
    for language, tag in corpora.TAGS.items():
        for name, rows in corpora.pairs(data, language):
            source = corpora.PARALLEL.get(name)
            if source is None:
                print(f"{name}: not in the table of weights, left out")
                continue
            parts: dict[str, list] = {"train": [], "dev": [], "heldout": []}
            for english, other in rows:
                parts[corpora.side(english)].append((tag, english, other))
            held = parts["heldout"]
            held = random.sample(held, min(HELD_OUT_PAIRS, len(held)))
            with open(f"{work}/heldout/en-{language}.{name}.tsv", "w", encoding="utf-8") as file:
                file.writelines(f"{s}\t{t}\n" for _, s, t in held)
            rows = [r for r in parts["train"] if len(r[1]) < 400 and len(r[2]) < 400
                    and len(r[1]) < 3 * len(r[2]) + 20 and len(r[2]) < 3 * len(r[1]) + 20]
            train += ["\t".join((*r, f"{source.weight}", f"{source.weight}")) + "\n" for r in rows]
            dev += ["\t".join(r) + "\n" for r in random.sample(parts["dev"], min(30, len(parts["dev"])))]
            used[name] += len(set(rows))
            total += source.weight * len(rows)
    random.shuffle(train)
    random.shuffle(dev)
    for name, lines in (("train", train), ("dev", dev)):
        with open(f"{work}/{name}.tsv", "w", encoding="utf-8") as file:
            file.writelines(lines)
    print(f"{len(train)} pairs, {total:.0f} an epoch, {len(dev)} dev pairs")
    return [part for line in train[:250_000] for part in line.split("\t")[1:3]], used


def blocks(data: str, forbidden: set[str]) -> list[list[str]]:
    """Runs of 4 to 30 neighbouring English sentences of the parallel corpora, for pretraining; each run once."""
    found: list[list[str]] = []
    seen: set[str] = set()
    for language in corpora.TAGS:
        for name, rows in corpora.pairs(data, language):
            if name not in corpora.RUNNING_TEXT:
                continue
            lines = []
            for english, _ in rows:
                key = corpora.normalized(english)
                if key not in seen and key not in forbidden and corpora.side(english) == "train" and len(english) < 500:
                    seen.add(key)
                    lines.append(english)
            at = 0
            while at < len(lines):
                size = random.randint(4, 30)
                if len(lines) - at >= 4:
                    found.append(lines[at:at + size])
                at += size
    return found


def labelled(source: str, row: dict) -> dict:
    """{"source", "length", "document", "summary", "sentences": [[text, starts a paragraph], …], "oracle": [index, …]}"""
    found = corpora.sentences(row["document"])[:MAX_SENTENCES]
    oracle = rouge.oracle([rouge.grams(text) for text, _ in found], rouge.grams(row["summary"]))
    return {"source": source, "length": corpora.length_of(source, row["summary"]), **row, "sentences": found, "oracle": oracle}


def summarization(data: str, work: str) -> tuple[list[str], Counter]:
    """Writes the files of the summarizer and the salience scorer; a train document shares neither text nor summary with others."""
    parts: dict[str, list[dict]] = {"train": [], "dev": [], "heldout": []}
    for name, rows in corpora.documents(data):
        if name not in corpora.SUMMARIZATION:
            print(f"{name}: not in the table of weights, left out")
            continue
        held = 0
        for row in rows:
            part = corpora.side(row["document"])
            held += part == "heldout"
            if part != "heldout" or held <= HELD_OUT_PAIRS:
                parts[part].append(labelled(name, row))
    keys = lambda row: {corpora.normalized(row["document"]), corpora.normalized(row["summary"])}
    forbidden = set().union(*(keys(row) for part in ("dev", "heldout") for row in parts[part]))
    parts["train"] = [row for row in parts["train"] if not keys(row) & forbidden]
    for name, rows in parts.items():
        random.shuffle(rows)
        with open(f"{work}/{name}.jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    own = [[text for text, _ in row["sentences"]] for row in parts["train"]]
    runs = blocks(data, forbidden) + [s[:40] for s in own if len(s) >= 3]
    random.shuffle(runs)
    with open(f"{work}/pretrain.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(run, ensure_ascii=False) + "\n" for run in runs)
    print({name: len(rows) for name, rows in parts.items()}, len(runs), "runs of text")
    text = [s for run in runs[:30_000] for s in run] + [row["summary"] for row in parts["train"]] * 2
    return text, Counter(row["source"] for row in parts["train"])


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("kind", choices=["translation", "summarization"])
    p.add_argument("data")
    p.add_argument("work")
    p.add_argument("--spm", help="take this vocabulary, do not train one")
    p.add_argument("--vocabulary", type=int, help="pieces (10,000 for translation, 8,000 for summarization)")
    a = p.parse_args()
    os.makedirs(a.work, exist_ok=True)
    random.seed(7)
    if a.kind == "summarization":
        text, used = summarization(a.data, a.work)
        tags, size = [f">>{length}<<" for length in corpora.LENGTHS], a.vocabulary or 8_000
    else:
        text, used = translation(a.data, a.work)
        tags, size = list(corpora.TAGS.values()), a.vocabulary or 10_000
    with open(f"{a.work}/data.json", "w", encoding="utf-8") as file:
        json.dump({"pairs": used}, file, indent=1)
    if a.spm:
        shutil.copyfile(a.spm, f"{a.work}/spm.model")
        return
    random.shuffle(text)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text[:400_000]), model_prefix=f"{a.work}/spm", model_type="unigram", vocab_size=size,
        character_coverage=0.9995, byte_fallback=True, eos_id=0, unk_id=1, bos_id=-1, pad_id=-1,
        user_defined_symbols=tags, normalization_rule_name="nmt_nfkc", hard_vocab_limit=False,
        num_threads=2, minloglevel=1)


if __name__ == "__main__":
    main()
