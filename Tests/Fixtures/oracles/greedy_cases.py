"""Greedy decodings: texts through the random models, and sentences through the models in models/."""

import hashlib
import json

from .files import HERE, ROOT, read_lines, rounded, write_json
from .marian import Marian
from .random_models import SHAPES

EDGE_TEXTS = [
    "", " ", "a", "?", "Yes.", "\t tabs\tand  double   spaces ", "No no no no no no no no.", "The the the the the the.",
    "Привет 世界 🙂", "Zürich naïve ŒUVRE", "caf\u00e9 cafe\u0301 “quoted” it’s… ﬁne Ａ\u00a0B", "1234567890", "$9.99 (50 %) #1 @home",
    "Close the </s> tag, <pad> and <unk>.", ">>deu<< is not a language here.", "▁ is the mark of a space.",
    "THE MUSEUM IS CLOSED", "https://example.org/a?b=c&d=%20e", "line one\nline two", "\u0000\u0001\u200b\ufeff", "e\u0301\u0301\u0301",
]


def case_texts():
    """Texts of the plain cases: the sentences, the edges, and sentences glued to more than 100 tokens."""
    sentences = read_lines(HERE / "marian-tiny" / "input.txt")
    return sentences + EDGE_TEXTS + [" ".join(sentences[i:i + 6]) for i in (0, 12)] + sentences[:2]


def plain_case(marian, text, prefix):
    ids = marian.encode(text, prefix)
    assert len(ids) <= marian.max_positions, (len(ids), text)
    return {"text": text, **({"prefix": prefix} if prefix else {}), "input_ids": ids, "greedy": marian.greedy(ids)}


def tensor_case(marian, case):
    """The encoder's whole output and the first step's whole logits for one case."""
    ids = case["input_ids"]
    return {
        **{key: case[key] for key in ("text", "prefix", "input_ids") if key in case},
        "encoder_out": [[rounded(x) for x in row] for row in marian.encoder_output(ids).tolist()],
        "first_step_logits": [rounded(x) for x in marian.first_logits(ids).tolist()]}


def option_sets(marian, ids, base):
    """Named generation options, chosen so that most change this case's output `base`; the rest is generation_config.json's."""
    pad = marian.model.config.pad_token_id
    first, second, third = base[:3]
    return [
        ("max_length", dict(max_length=2)), ("max_length", dict(max_length=3)), ("max_length", dict(max_length=len(base))),
        ("min_length", dict(min_length=min(len(base) + 4, 40))), ("min_length", dict(min_length=12, max_length=12)),
        ("forced_bos_token_id", dict(forced_bos_token_id=17)), ("forced_bos_token_id", dict(forced_bos_token_id=0)),
        ("forced_eos_token_id", dict(forced_eos_token_id=23, max_length=8)),
        ("forced_eos_token_id", dict(forced_eos_token_id=None, max_length=8)),
        ("bad_words_ids", dict(bad_words_ids=[[pad], [first]])), ("bad_words_ids", dict(bad_words_ids=[[pad], [first, second]])),
        ("bad_words_ids", dict(bad_words_ids=[[pad], [second], [first, second, third], [third, second]])),
        ("bad_words_ids", dict(bad_words_ids=[[pad], [0], [pad, first]])),
        ("suppress_tokens", dict(suppress_tokens=[second])), ("suppress_tokens", dict(suppress_tokens=sorted({0, first, third}), forced_eos_token_id=None, max_length=10)),
        ("no_repeat_ngram_size", dict(no_repeat_ngram_size=1)), ("no_repeat_ngram_size", dict(no_repeat_ngram_size=2)),
        ("no_repeat_ngram_size", dict(no_repeat_ngram_size=3)),
        ("repetition_penalty", dict(repetition_penalty=1.3)), ("repetition_penalty", dict(repetition_penalty=0.8)),
        ("combined", dict(no_repeat_ngram_size=2, min_length=6, max_length=20, suppress_tokens=[third], repetition_penalty=1.1)),
    ]


def variant_cases(marian, cases, max_length):
    """Three cases, two that end by themselves and one that max_length ends, under every set of options."""
    ended = [c for c in cases if 5 <= len(c["greedy"]["ids"]) < max_length - 1]
    cut = [c for c in cases if len(c["greedy"]["ids"]) == max_length - 1]
    rows = []
    for case in ended[:2] + cut[:1]:
        for name, options in option_sets(marian, case["input_ids"], case["greedy"]["ids"]):
            head = {"variant": name, "options": options}
            head.update({key: case[key] for key in ("text", "prefix", "input_ids") if key in case})
            rows.append({**head, "greedy": marian.greedy(case["input_ids"], **options)})
    return rows


def generate_greedy(name):
    """expected.json of one random model."""
    folder, shape = HERE / name, SHAPES[name]
    marian = Marian(folder)
    prefixes = shape["prefixes"] or [None]
    cases = [plain_case(marian, text, prefixes[i % len(prefixes)]) for i, text in enumerate(case_texts())]
    write_json(folder / "expected.json", {
        "cases": cases,
        "tensors": [tensor_case(marian, cases[i]) for i in (34, 55, 58)],
        "variants": variant_cases(marian, cases, shape["max_length"])})
    report(name, [c["greedy"] for c in cases], shape["max_length"])


def report(name, results, max_length):
    lengths = [len(r["ids"]) for r in results]
    gaps = sorted(g for r in results for g in r["gaps"] if g is not None)
    distinct = len({tuple(r["ids"]) for r in results})
    print(f"{name}: {len(results)} cases, {distinct} distinct, lengths {min(lengths)}-{max(lengths)}, "
          f"{sum(n == max_length - 1 for n in lengths)} at the limit, least margins {gaps[:3]}, "
          f"{len({i for r in results for i in r['ids']})} different tokens")


def generate_parity(name):
    """Sentences through a translation model in models/. Lines of input.txt are English, for the target languages in turn, or
    language<TAB>sentence."""
    folder, model = HERE / name, ROOT / "models" / name.removesuffix("-parity")
    marian = Marian(model)
    pairs = json.loads((model / "model.json").read_text(encoding="utf-8"))["languages"]
    cases = []
    for i, line in enumerate(read_lines(folder / "input.txt")):
        language, _, text = line.rpartition("\t")
        pair = next(p for p in pairs if p["from"] == language) if language else pairs[i % len(pairs)]
        source = {"source": language} if language else {}
        cases.append({**source, "target": pair["to"], **plain_case(marian, text, pair.get("prefix"))})
    max_length = marian.model.generation_config.max_length
    weights = hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest()
    write_json(folder / "expected.json", {"model": model.name, "weights_sha256": weights, "max_length": max_length, "cases": cases})
    report(name, [c["greedy"] for c in cases], max_length)


def generate_summaries(name):
    """The beginnings of 20 documents through models/summarizer, as long as it was trained to read, with each of its prefixes."""
    folder, model = HERE / name, ROOT / "models" / "summarizer"
    marian, card = Marian(model), json.loads((model / "model.json").read_text(encoding="utf-8"))
    cases = []
    for row in json.loads((HERE / "documents" / "documents.json").read_text(encoding="utf-8")):
        for prefix in card["lengths"].values():
            words = row["document"].split()
            while len(marian.encode(" ".join(words), prefix)) > card["max_source_tokens"]:
                words.pop()
            cases.append(plain_case(marian, " ".join(words), prefix))
    weights = hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest()
    write_json(folder / "expected.json", {"model": "summarizer", "weights_sha256": weights, "cases": cases})
    report(name, [c["greedy"] for c in cases], marian.model.generation_config.max_length)
