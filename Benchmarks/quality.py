#!/usr/bin/env python3
"""BLEU of the first sentences of FLORES dev: a running server beside transformers, greedy, in float32, with the same weights.

    python Benchmarks/quality.py --server http://127.0.0.1:8080   # prints both scores and the difference, a JSON line a target
    python Benchmarks/quality.py                                  # the transformers side alone

Needs the evaluation set (EVAL_DATA, a folder with en-de/flores-dev.en, en-de/flores-dev.de …). transformers translates one sentence
at a time, unsplit; its outputs are kept in bench-models/quality/.
"""

import argparse
import hashlib
import json
import os
import pathlib
import sys
import urllib.request

from common import MODELS, ROOT, emit

EVAL = pathlib.Path(os.environ.get("EVAL_DATA", ROOT.parent / "shared" / "eval"))
MODEL = ROOT / "models" / "en-x"
REQUEST_SENTENCES = 25


def sentences(target, count):
    """The first sources and references."""
    read = lambda language: (EVAL / f"en-{target}" / f"flores-dev.{language}").read_text(encoding="utf-8").split("\n")[:count]
    return read("en"), read(target)


def reference(target, prefix, texts):
    """What transformers answers, from the cache where it holds all of it for these weights; the cache grows sentence by sentence."""
    weights = hashlib.sha256((MODEL / "model.safetensors").read_bytes()).hexdigest()[:12]
    cache = MODELS / "quality" / f"transformers-4.57.1-{MODEL.name}-{weights}-{target}.json"
    known = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
    absent = [text for text in texts if text not in known]
    if absent:
        sys.path.insert(0, str(ROOT / "Tests" / "Fixtures"))
        from generate import Marian

        marian = Marian(MODEL)
        for text in absent:
            known[text] = marian.greedy(marian.encode(text, prefix))["output"]
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps(known, ensure_ascii=False, indent=0), encoding="utf-8")
    return [known[text] for text in texts]


def served(url, target, texts):
    """What the server answers, unsplit and greedy, some sentences a request."""
    outputs = []
    for start in range(0, len(texts), REQUEST_SENTENCES):
        body = {"q": texts[start:start + REQUEST_SENTENCES], "source": "en", "target": target, "split": "none", "beam_size": 1}
        request = urllib.request.Request(f"{url}/translate", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=600) as answer:
            outputs += json.load(answer)["translatedText"]
    return outputs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server")
    parser.add_argument("--sentences", type=int, default=400)
    parser.add_argument("--target", nargs="+", default=["de", "es", "fr"])
    args = parser.parse_args()
    from sacrebleu.metrics import BLEU

    if not EVAL.exists():
        emit(bench="quality", skipped=f"{EVAL} not found; set EVAL_DATA")
        return
    prefixes = {p["to"]: p.get("prefix") for p in json.loads((MODEL / "model.json").read_text(encoding="utf-8"))["languages"]}
    differences = []
    for target in args.target:
        texts, wanted = sentences(target, args.sentences)
        score = lambda outputs: BLEU().corpus_score(outputs, [wanted]).score
        theirs = reference(target, prefixes[target], texts)
        row = {"set": "flores-dev", "pair": f"en-{target}", "sentences": len(texts), "transformers_bleu": round(score(theirs), 3)}
        if args.server:
            ours = served(args.server.rstrip("/"), target, texts)
            differences.append(score(ours) - score(theirs))
            row.update(server_bleu=round(score(ours), 3), difference=round(differences[-1], 3), equal_lines=sum(a == b for a, b in zip(ours, theirs)))
        emit(bench="quality", **row)
    if differences:
        emit(bench="quality", pair="mean", difference=round(sum(differences) / len(differences), 3))


if __name__ == "__main__":
    main()
