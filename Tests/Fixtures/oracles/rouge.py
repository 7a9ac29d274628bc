"""ROUGE as rouge-score computes it, and the stems of nltk."""

import json
import random

from .files import HERE, ROOT, write_json

TYPES = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
RANDOM_CASES = 120
BOOTSTRAP_SEED = 12345

# Parts of words that meet the stemmer's rules; every beginning is joined with every end.
BEGINNINGS = (
    "a at be ca cy day east end er est fail fall fil form gen geo go hap happ hiss hop hopp ind jeal lo log mat mill na nat nav "
    "oat op pit play pon pre rat rel roll s sens sit sk sl syzyg tan th theo toy tr tri try ty us val vi vex wax way x y yy zoo 7 b2b").split()
ENDS = (
    "ies ied y ying yed yly sses ss s es eed ed ing ating bling izing ated bled ized tted lled ssed zzed ational tional enci ency anci ancy izer "
    "bli ably alli ally entli ently eli ely ousli ously ization ation ator alism iveness fulness ousness aliti ality iviti ivity biliti "
    "bility fulli fully logi logy icate ative alize iciti icity ical ful ness al ance ence er ic able ible ant ement ment ent sion "
    "tion ion ou ism ate iti ity ous ive ize e ee le ll l lle ee ying ings eth").split()


def scores_of(scorer, case):
    """Precision, recall and F of each type."""
    found = scorer.score_multi(case["references"], case["hypothesis"])
    return {name: [float(v) for v in found[name]] for name in TYPES}


def random_cases():
    """Texts of a few different words: common subsequences with many ties, lines below and above 64 and 128 words."""
    draw = random.Random(6)
    cases = []
    for index in range(RANDOM_CASES):
        words = "a b c d e f g h"[:draw.choice([3, 5, 9, 15])].split()
        longest = draw.choice([4, 12, 40, 70, 150]) if index % 4 == 0 else draw.choice([3, 6, 12])
        text = lambda: "\n".join(" ".join(draw.choices(words, k=draw.randint(0, longest))) for _ in range(draw.randint(1, 3 if longest > 12 else 5)))
        cases.append({"name": f"random {index}", "hypothesis": text(), "references": [text() for _ in range(1 + (index % 7 == 0))]})
    return cases


def generate_scores(name):
    """rouge-score's figures of the cases in input.json and of random ones, with and without stemming."""
    from rouge_score.rouge_scorer import RougeScorer

    plain, stemmed = (RougeScorer(TYPES, use_stemmer=stem) for stem in (False, True))
    cases = json.loads((HERE / name / "input.json").read_text(encoding="utf-8"))["cases"] + random_cases()
    rows = [{**case, "plain": scores_of(plain, case), "stemmed": scores_of(stemmed, case)} for case in cases]
    write_json(HERE / name / "expected.json", {"cases": rows, "bootstrap": bootstrap(plain, cases)})
    print(f"{name}: {len(rows)} cases")


def splitmix(seed):
    """The numbers of SplitMix64."""
    mask = 2**64 - 1
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        mixed = seed
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        yield mixed ^ (mixed >> 31)


def bootstrap(scorer, cases):
    """rouge-score's own aggregation, its draws taken from SplitMix64 instead of numpy's unseeded generator: anew for each type."""
    import numpy
    from rouge_score import scoring

    original, rows = numpy.random.choice, []
    try:
        for name in TYPES:
            numbers = splitmix(BOOTSTRAP_SEED)
            numpy.random.choice = lambda values, size: values[[(next(numbers) * len(values)) >> 64 for _ in range(size)]]
            aggregator = scoring.BootstrapAggregator()
            for case in cases:
                aggregator.add_scores({name: scorer.score_multi(case["references"], case["hypothesis"])[name]})
            interval = aggregator.aggregate()[name]
            rows.append({"type": name, **{part: [float(v) for v in getattr(interval, part)] for part in ("low", "mid", "high")}})
    finally:
        numpy.random.choice = original
    return rows


def generate_stems(name):
    """nltk's stems of the words of models/en-x's vocabulary, of the stemmer's special words and of made-up ones."""
    from nltk.stem.porter import PorterStemmer

    vocabulary = json.loads((ROOT / "models" / "en-x" / "vocab.json").read_text(encoding="utf-8"))
    words = {piece[1:].lower() for piece in vocabulary if piece.startswith("▁") and piece[1:].isascii() and piece[1:].isalpha()}
    words |= {word for text in texts() for word in text}
    words |= {beginning + end for beginning in BEGINNINGS for end in ENDS}
    stemmer = PorterStemmer()
    words |= set(stemmer.pool)
    lines = [f"{word} {stemmer.stem(word)}\n" for word in sorted(words)]
    (HERE / name / "stems.txt").write_text("".join(lines), encoding="utf-8")
    print(f"{name}: {len(lines)} stems")


def texts():
    """The words of the other fixtures' English texts."""
    from rouge_score.tokenize import tokenize

    for path in ("en-x-parity/input.txt", "tokenizers/corpus.txt"):
        yield tokenize((HERE / path).read_text(encoding="utf-8"), None)
    yield tokenize((HERE / "rouge/input.json").read_text(encoding="utf-8"), None)
