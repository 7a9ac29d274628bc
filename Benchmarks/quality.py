#!/usr/bin/env python3
"""BLEU of the first sentences of FLORES dev: a running server beside transformers, greedy, in float32, with the same weights.

    python Benchmarks/quality.py --server http://127.0.0.1:8080   # prints both scores and the difference, a JSON line a direction
    python Benchmarks/quality.py --model models/x-en              # the transformers side alone

Needs the evaluation set (EVAL_DATA, a folder with en-de/flores-dev.en, en-de/flores-dev.de …). transformers translates one sentence
at a time, unsplit; its outputs are kept in bench-models/quality/. A line that differs although the server runs with --quantization float32
is a near-tie or a fault: it is printed with the least distance of transformers' two best tokens in it.
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
REQUEST_SENTENCES = 25


def sentences(source, target, count):
    """The first sources and references."""
    read = lambda language: (EVAL / f"{source}-{target}" / f"flores-dev.{language}").read_text(encoding="utf-8").split("\n")[:count]
    return read(source), read(target)


def reference(model, name, prefix, texts):
    """What transformers answers, {"output", "gap"} each, from the cache where it holds all of it for these weights; the cache grows
    sentence by sentence."""
    weights = hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest()[:12]
    cache = MODELS / "quality" / f"transformers-4.57.1-{model.name}-{weights}-{name}.json"
    known = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
    absent = [text for text in texts if text not in known]
    if absent:
        sys.path.insert(0, str(ROOT / "Tests" / "Fixtures"))
        from oracles.marian import Marian

        marian = Marian(model)
        for text in absent:
            answer = marian.greedy(marian.encode(text, prefix))
            known[text] = {"output": answer["output"], "gap": min(gap for gap in answer["gaps"] if gap is not None)}
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps(known, ensure_ascii=False, indent=0), encoding="utf-8")
    return [known[text] for text in texts]


def served(url, source, target, texts):
    """What the server answers, unsplit and greedy, some sentences a request."""
    outputs = []
    for start in range(0, len(texts), REQUEST_SENTENCES):
        body = {"q": texts[start:start + REQUEST_SENTENCES], "source": source, "target": target, "split": "none", "beam_size": 1}
        request = urllib.request.Request(f"{url}/translate", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=600) as answer:
            outputs += json.load(answer)["translatedText"]
    return outputs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server")
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "models" / "en-x")
    parser.add_argument("--sentences", type=int, default=400)
    parser.add_argument("--pair", nargs="+", help="en-de and so on; default: all of the model's")
    args = parser.parse_args()
    from sacrebleu.metrics import BLEU

    if not EVAL.exists():
        emit(bench="quality", skipped=f"{EVAL} not found; set EVAL_DATA")
        return
    languages = json.loads((args.model / "model.json").read_text(encoding="utf-8"))["languages"]
    prefixes = {f"{p['from']}-{p['to']}": p.get("prefix") for p in languages}
    differences = []
    for pair in args.pair or prefixes:
        source, target = pair.split("-")
        texts, wanted = sentences(source, target, args.sentences)
        score = lambda outputs: BLEU().corpus_score(outputs, [wanted]).score
        answers = reference(args.model, pair, prefixes[pair], texts)
        theirs = [answer["output"] for answer in answers]
        row = {"set": "flores-dev", "pair": pair, "sentences": len(texts), "transformers_bleu": round(score(theirs), 3)}
        if args.server:
            ours = served(args.server.rstrip("/"), source, target, texts)
            differences.append(score(ours) - score(theirs))
            different = [{"text": t, "gap": a["gap"], "server": o, "transformers": a["output"]}
                         for t, a, o in zip(texts, answers, ours) if o.strip() != a["output"]]  # the server keeps white space around a text
            row.update(server_bleu=round(score(ours), 3), difference=round(differences[-1], 3), equal_lines=len(texts) - len(different),
                       different=different[:10])
        emit(bench="quality", **row)
    if differences:
        emit(bench="quality", pair="mean", difference=round(sum(differences) / len(differences), 3))


if __name__ == "__main__":
    main()
