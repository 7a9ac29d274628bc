#!/usr/bin/env python3
"""ROUGE of summaries of held-out documents: a running server beside the first sentences, LexRank and TextRank (sumy).

    python Benchmarks/summaries.py DATA --server http://127.0.0.1:8080   # a JSON line for each source and system, then a table
    python Benchmarks/summaries.py DATA                                  # without Dragoman

DATA/summarization/*.jsonl.gz hold {"document", "summary"} a line; default: SUMMARY_DATA, else ../shared/corpora. Held out are the documents that
training/ never saw: one in 50 by the digest of its text (training/corpora.py), each once. All systems are scored by rouge-score with stemming,
sentences on lines of their own. "-1" and "-3" are so many sentences, "-n" as many as Dragoman's auto answered with for that document.
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import sys
import urllib.error
import urllib.request

from common import ROOT, emit

DATA = pathlib.Path(os.environ.get("SUMMARY_DATA", ROOT.parent / "shared" / "corpora"))
METRICS = ["rouge1", "rouge2", "rougeLsum"]
METHODS = ["extractive", "abstractive", "auto"]
COUNTS = [1, 3]


def held_out(corpora, data, limit):
    """(source, [{"document", "summary"}, …]) with at most so many held-out documents each, a document once."""
    seen = set()
    for source, rows in corpora.documents(str(data)):
        chosen = []
        for row in rows:
            key = corpora.normalized(row["document"])
            if key not in seen and row["summary"].strip() and corpora.sentences(row["document"]) and corpora.side(row["document"]) == "heldout":
                seen.add(key)
                chosen.append(row)
        yield source, chosen[:limit]


class Words:
    """sumy's tokenizer, without the data that NLTK would download."""

    def to_words(self, sentence):
        return re.findall(r"[^\W\d_]+", sentence)


class Graphs:
    """sumy's summarizers as its command line sets them up: English stemmer and stop words."""

    def __init__(self):
        from sumy.nlp.stemmers import Stemmer
        from sumy.summarizers.lex_rank import LexRankSummarizer
        from sumy.summarizers.text_rank import TextRankSummarizer
        from sumy.utils import get_stop_words

        self.summarizers = {"lexrank": LexRankSummarizer(Stemmer("english")), "textrank": TextRankSummarizer(Stemmer("english"))}
        for summarizer in self.summarizers.values():
            summarizer.stop_words = get_stop_words("english")

    def choose(self, sentences, count):
        """The sentences that each of them chooses, in text order."""
        from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence

        document = ObjectDocumentModel([Paragraph([Sentence(text, Words()) for text in sentences])])
        return {name: [str(sentence) for sentence in summarize(document, count)] for name, summarize in self.summarizers.items()}


class Server:
    """A running Dragoman; a method that it refuses is left out from then on."""

    def __init__(self, url):
        self.url, self.refused = url.rstrip("/"), set()

    def ask(self, document, **options):
        """The sentences of a summary; None where the server refuses."""
        if options["method"] in self.refused:
            return None
        body = json.dumps({"q": document, "language": "en", **options}).encode()
        request = urllib.request.Request(f"{self.url}/summarize", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:
                return [sentence["text"] for sentence in json.load(answer)["sentences"]]
        except urllib.error.HTTPError as error:
            if error.code != 400:
                raise
            self.refused.add(options["method"])
            emit(bench="summaries", skipped=f"{options['method']}: {error.code} {error.read().decode(errors='replace')[:200]}")
            return None


def summaries(document, sentences, graphs, server, length):
    """Each system's summary as a list of sentences."""
    found = {}
    if server:
        for method in METHODS:
            found[f"dragoman-{method}"] = server.ask(document, method=method, length=length)
        for count in COUNTS:
            found[f"dragoman-extractive-{count}"] = server.ask(document, method="extractive", max_sentences=count)
    counts = {str(count): count for count in COUNTS}
    if found.get("dragoman-auto"):
        counts["n"] = len(found["dragoman-auto"])
    for name, count in counts.items():
        found[f"lead-{name}"] = sentences[:count]
        found.update({f"{graph}-{name}": chosen for graph, chosen in graphs.choose(sentences, count).items()})
    return {name: summary for name, summary in found.items() if summary is not None}


def invented(document, summary):
    """Maximal runs of digits in a summary that the document lacks."""
    known = set(re.findall(r"\d+", document))
    return sum(number not in known for sentence in summary for number in re.findall(r"\d+", sentence))


def score(corpora, rows, graphs, server, length):
    """Each system's figures over the documents of a source: F times 100, and the numbers that it made up."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer, figures = RougeScorer(METRICS, use_stemmer=True), {}
    for row in rows:
        sentences = [text for text, _ in corpora.sentences(row["document"])]
        reference = "\n".join(text for text, _ in corpora.sentences(row["summary"]))
        for name, summary in summaries(row["document"], sentences, graphs, server, length).items():
            found = scorer.score(reference, "\n".join(summary))
            figures.setdefault(name, []).append([*(100 * found[metric].fmeasure for metric in METRICS), invented(row["document"], summary)])
    return figures


def means(source, figures):
    """A row for each system."""
    for name, values in sorted(figures.items()):
        columns = list(zip(*values))
        row = {metric: round(statistics.fmean(column), 2) for metric, column in zip(METRICS, columns)}
        yield {"source": source, "system": name, "documents": len(values), **row, "invented_numbers": sum(columns[-1])}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=DATA)
    parser.add_argument("--server")
    parser.add_argument("--documents", type=int, default=100, help="of each source, at most")
    parser.add_argument("--length", choices=["short", "medium", "long"], default="short")
    args = parser.parse_args()
    if not (args.data / "summarization").exists():
        emit(bench="summaries", skipped=f"SKIPPED: {args.data}/summarization not found; give its folder or set SUMMARY_DATA")
        return
    sys.path.insert(0, str(ROOT / "training"))
    import corpora

    graphs, server = Graphs(), Server(args.server) if args.server else None
    table, together = [], {}
    for source, rows in held_out(corpora, args.data, args.documents):
        figures = score(corpora, rows, graphs, server, args.length)
        for name, values in figures.items():
            together.setdefault(name, []).extend(values)
        for row in means(source, figures):
            emit(bench="summaries", **row)
            table.append(row)
    for row in means("all", together):
        emit(bench="summaries", **row)
        table.append(row)
    print("\n| source | system | documents | R1 | R2 | RLsum | numbers made up |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |", file=sys.stderr)
    for row in table:
        print("| " + " | ".join(f"{v:.2f}" if isinstance(v, float) else str(v) for v in row.values()) + " |", file=sys.stderr)


if __name__ == "__main__":
    main()
