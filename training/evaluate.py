"""Scores exported models: BLEU and chrF on evaluation folders and held-out pairs, ROUGE on held-out documents.

    python evaluate.py translation --model models/x-en --eval EVAL --work WORK [--beam 1,4] [--sets flores-dev,wmt12]
        [--program .build/release/dragoman [--quantization float32]] [--robust] --out scores.json
    python evaluate.py summaries [--salience DIR] [--summarizer DIR] --work WORK --out scores.json

EVAL/<pair>/<set>.<language> hold one sentence a line. Each command prints a Markdown table and writes the list for the card.
Extractive summaries of k sentences are compared at the same k, in document order; ROUGE-1/2/Lsum F1 with stemming.
"""
import argparse
import glob
import json
import os
import random
import re
import subprocess
import tempfile

import sacrebleu

import corpora
import noise
import rouge

METRICS = ("rouge1", "rouge2", "rougeLsum")


def robust(sources: list[str], references: list[str]) -> dict[str, tuple[list[str], list[str]]]:
    """The same pairs as users type them: what noise.py does to training text, to each of them."""
    rng = random.Random(3)
    twos = range(0, len(sources) - 1, 2)
    joined = lambda texts: [f"{texts[i]} {texts[i + 1]}" for i in twos]
    return {
        "capitals": ([s.upper() for s in sources], [r.upper() for r in references]),
        "lower case": ([s.lower() for s in sources], references),
        "no final punctuation": ([noise.bare(s) for s in sources], [noise.bare(r) for r in references]),
        "typos": ([noise.typo(s, rng) for s in sources], references),
        "no accents": ([noise.plain(s) for s in sources], references),
        "two at once": (joined(sources), joined(references)),
        "in the target language": (references, references),
    }


class Program:
    """Translations of the program itself, which is many times faster than PyTorch."""

    def __init__(self, path: str, folder: str, quantization: str = "int8"):
        self.path, self.folder, self.compute = path, os.path.abspath(folder), quantization

    def texts(self, pair: str, texts: list[str], beam: int) -> list[str]:
        return [answer["translatedText"].strip() for answer in self.answers(pair, texts, beam)]

    def answers(self, pair: str, texts: list[str], beam: int) -> list[dict]:
        """The program's JSON for each text, unsplit: "translatedText", "truncated" where a limit ended it."""
        source, target = pair.split("-")
        with tempfile.TemporaryDirectory() as models:
            os.symlink(self.folder, f"{models}/model")
            command = [self.path, "translate", "--models", models, "--from", source, "--to", target, "--split", "none",
                       "--beam-size", str(beam), "--quantization", self.compute, "--json"]
            run = subprocess.run(command, input="\n".join(texts) + "\n", stdout=subprocess.PIPE, encoding="utf-8", check=True)
        answers = [json.loads(line) for line in run.stdout.splitlines()]
        if len(answers) != len(texts):
            raise SystemExit(f"{self.path} answered {len(answers)} of {len(texts)} lines of {pair}")
        return answers


class Reference:
    """Translations of `transformers`."""

    compute = "float32"

    def __init__(self, folder: str):
        from decoding import Decoder
        self.decoder = Decoder(folder)

    def texts(self, pair: str, texts: list[str], beam: int) -> list[str]:
        return self.decoder.texts([(corpora.TAGS.get(pair.split("-")[1], ""), text) for text in texts], beam=beam)


def translation(a: argparse.Namespace) -> list[dict]:
    translator = Program(a.program, a.model, a.quantization) if a.program else Reference(a.model)
    with open(f"{a.model}/model.json", encoding="utf-8") as file:
        pairs = [f"{l['from']}-{l['to']}" for l in json.load(file)["languages"]]
    lines = lambda path: open(path, encoding="utf-8").read().splitlines()
    results = []
    for pair in pairs:
        source, target = pair.split("-")
        sets = {name: (lines(f"{a.eval}/{pair}/{name}.{source}"), lines(f"{a.eval}/{pair}/{name}.{target}"))
                for name in a.sets.split(",") if a.eval}
        away = source == "en"
        for path in sorted(glob.glob(f"{a.work}/heldout/en-{target if away else source}.*.tsv")) if a.work else []:
            name = os.path.basename(path).split(".")[1]
            rows = [line.split("\t")[:: 1 if away else -1] for line in lines(path)][: a.rows]
            if name in a.heldout.split(",") and rows:
                held = [r[0] for r in rows], [r[1] for r in rows]
                sets[f"held-out {name}"] = held
                if a.robust and name == a.heldout.split(",")[0]:
                    sets |= {f"held-out {name}, {kind}": both for kind, both in robust(*held).items()}
        for name, (sources, references) in sets.items():
            for beam in map(int, a.beam.split(",")):
                out = translator.texts(pair, sources, beam)
                results.append({"pair": pair, "set": name, "beam": beam, "compute": translator.compute,
                                "bleu": round(sacrebleu.corpus_bleu(out, [references]).score, 1),
                                "chrf": round(sacrebleu.corpus_chrf(out, [references]).score, 1)})
                print(f"| {pair} | {name} | {beam} | {len(sources)} | {results[-1]['bleu']} | {results[-1]['chrf']} |", flush=True)
            if a.samples:
                print(*(f"{s}\n  → {o}" for s, o in list(zip(sources, out))[: a.samples]), sep="\n")
    return results


class Words:
    """sumy's tokenizer interface without NLTK's downloads."""

    def to_words(self, sentence: str) -> list[str]:
        return re.findall(r"[^\W\d_]+", sentence)


def graph_order(kind: str, sentences: list[str]) -> list[int]:
    """Sentences by falling LexRank or TextRank, as sumy rates them."""
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
    from sumy.nlp.stemmers import Stemmer
    from sumy.summarizers.lex_rank import LexRankSummarizer
    from sumy.summarizers.text_rank import TextRankSummarizer
    from sumy.utils import get_stop_words
    summarizer = (LexRankSummarizer if kind == "LexRank" else TextRankSummarizer)(Stemmer("english"))
    summarizer.stop_words = get_stop_words("english")
    # What sumy chooses comes back in text order; its ratings are wanted instead. Ties keep text order, as in sumy.
    summarizer._get_best_sentences = lambda nodes, count, ratings: [ratings[node] for node in nodes]
    ratings = summarizer(ObjectDocumentModel([Paragraph([Sentence(text, Words()) for text in sentences])]), len(sentences))
    return sorted(range(len(sentences)), key=lambda i: -ratings[i])


def extractive(rows: list[dict], a: argparse.Namespace) -> dict[str, list[list[int]]]:
    """Per system, each document's sentences in order of importance."""
    texts = [[text for text, _ in row["sentences"]] for row in rows]
    wanted = a.systems.split(",")
    orders = {"lead": [list(range(len(t))) for t in texts]}
    for kind in ("LexRank", "TextRank"):
        if kind in wanted:
            orders[kind] = [graph_order(kind, t) for t in texts]
    if a.salience:
        from salience_reference import Reference
        model = Reference(a.salience)
        scored = [model.scores([{"text": t, "paragraph_start": s} for t, s in row["sentences"]]) for row in rows]
        orders["salience"] = [sorted(range(len(s)), key=lambda i: -s[i]) for s in scored]
    orders["oracle"] = [row["oracle"] + [i for i in range(len(row["sentences"])) if i not in row["oracle"]] for row in rows]
    return {name: order for name, order in orders.items() if name in wanted}


def invented(source: str, output: str) -> int:
    """Maximal runs of digits in the output that are none of the source's."""
    have = set(re.findall(r"\d+", source))
    return sum(run not in have for run in re.findall(r"\d+", output))


def summaries(a: argparse.Namespace) -> list[dict]:
    from rouge_score.rouge_scorer import RougeScorer
    rows = [json.loads(line) for line in open(f"{a.work}/heldout.jsonl", encoding="utf-8")]
    rows = [row for row in rows if row["sentences"]][: a.documents]
    scorer = RougeScorer(METRICS, use_stemmer=True)
    systems: dict[str, list[str]] = {}
    for name, orders in extractive(rows, a).items():
        for k in (1, 3):
            limit = lambda order: order[: max(1, min(k, len(order)))]
            systems[f"{name}-{k}"] = ["\n".join(row["sentences"][i][0] for i in sorted(limit(order)))
                                      for row, order in zip(rows, orders)]
    if a.summarizer:
        from decoding import Decoder
        import pretraining
        decoder = Decoder(a.summarizer)
        sources = [pretraining.document(row, a.longest, decoder.sp) for row in rows]
        out = decoder.texts([(f">>{row['length']}<<", s) for row, s in zip(rows, sources)], beam=int(a.beam), longest=a.longest)
        systems["summarizer"] = out
        numbers = sum(len(re.findall(r"\d+", o)) for o in out)
        print(f"numbers in the summarizer's output: {numbers}, not in its source: {sum(map(invented, sources, out))}, "
              f"outputs with one: {sum(invented(s, o) > 0 for s, o in zip(sources, out))} of {len(out)}")
        novel = [len(rouge.grams(o)[0] - rouge.grams(s)[0]) / max(1, len(rouge.grams(o)[0])) for s, o in zip(sources, out)]
        print(f"share of new words: {sum(novel) / len(novel):.3f}")
        for row, s, o in list(zip(rows, sources, out))[: a.samples]:
            print(f"\n[{row['source']}, {row['length']}] {s[:300]}\n  reference: {row['summary'][:300]}\n  output: {o}")
    results = []
    references = ["\n".join(text for text, _ in corpora.sentences(row["summary"])) for row in rows]
    scores = {name: [scorer.score(*both) for both in zip(references, outputs)] for name, outputs in systems.items()}
    print("| length | documents | system | R1 | R2 | RLsum |\n|---|---:|---|---:|---:|---:|")
    for length in ("headline", "sentence", "short", "all"):
        chosen = [i for i, row in enumerate(rows) if length in (row["length"], "all")]
        for name in systems if chosen else []:
            mean = {m: round(100 * sum(scores[name][i][m].fmeasure for i in chosen) / len(chosen), 2) for m in METRICS}
            results.append({"set": f"held-out {length}", "documents": len(chosen), "system": name, **mean})
            print(f"| {length} | {len(chosen)} | {name} | " + " | ".join(f"{mean[m]:.2f}" for m in METRICS) + " |")
    return results


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("kind", choices=["translation", "summaries"])
    p.add_argument("--model", help="folder of a translation model")
    p.add_argument("--salience")
    p.add_argument("--summarizer")
    p.add_argument("--work", help="folder that prepare.py wrote")
    p.add_argument("--eval", help="folder of evaluation sets")
    p.add_argument("--sets", default="flores-dev")
    p.add_argument("--heldout", default="tatoeba,debian-www,msdocs-businesscentral", help="held-out sources of translation")
    p.add_argument("--rows", type=int, default=1000, help="held-out pairs of a source, at most")
    p.add_argument("--robust", action="store_true", help="the first held-out source also in capitals, without punctuation …")
    p.add_argument("--beam", default="1", help="one beam or several: 1,4")
    p.add_argument("--program", help="path of dragoman: translations are its own; without it they are those of transformers")
    p.add_argument("--quantization", default="int8", choices=["int8", "float32"], help="of the program")
    p.add_argument("--longest", type=int, default=386, help="source tokens of the summarizer, tag and </s> included")
    p.add_argument("--systems", default="lead,LexRank,TextRank,salience,oracle", help="extractive systems to compare")
    p.add_argument("--documents", type=int, help="only the first so many")
    p.add_argument("--samples", type=int, default=0, help="outputs to print")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    results = translation(a) if a.kind == "translation" else summaries(a)
    with open(a.out, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    main()
