#!/usr/bin/env python3
"""Recreates the fixtures beside this file from seeds and input files, byte for byte.

    pip install -r requirements.txt          # pinned versions of the oracles
    python generate.py                       # every fixture
    python generate.py marian-tiny bleu      # some of them

Each fixture is a folder with its inputs, expected.json and SOURCE.md (written by hand). Weights are drawn with numpy; arithmetic is
single-threaded float32 on the code paths that torch and MKL keep equal on all x86-64 CPUs, and floats are rounded on output. (With the
fastest paths instead, every token stays the same and some margins change in their last digit.)
"""

import os

os.environ.update(MKL_CBWR="COMPATIBLE", ATEN_CPU_CAPABILITY="default", OMP_NUM_THREADS="1", TRANSFORMERS_VERBOSITY="error")
import hashlib
import io
import json
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
UNUSED_BIAS = -200.0  # logit bias of tokens that a random model must never produce


# --- files -----------------------------------------------------------------------------------------------------------


def read_lines(path):
    """The lines of a text file without their newlines."""
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def write_json(path, value):
    """One top-level key a block and one list element a line: small and still diffable."""
    dump = lambda v: json.dumps(v, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    rows = []
    for key, item in value.items():
        nested = isinstance(item, list) and item and isinstance(item[0], dict)
        body = "[\n " + ",\n ".join(dump(row) for row in item) + "\n]" if nested else dump(item)
        rows.append(f"{dump(key)}: {body}")
    path.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def rounded(value, digits=6):
    """A finite float with that many significant digits, None for an infinity (a forced token beats all others without limit)."""
    return None if math.isinf(value) else float(f"{value:.{digits}g}")


# --- greedy search with transformers, the oracle ---------------------------------------------------------------------


class Marian:
    """A MarianMT folder loaded in float32, with text in and out as MarianTokenizer does it, but for one thing: control pieces
    and `>>xxx<<` in a user's text are ordinary characters. The prefix is a token that the caller adds."""

    def __init__(self, folder):
        import sentencepiece
        import torch
        import transformers

        torch.set_num_threads(1)
        torch.backends.mkldnn.enabled = False
        self.torch = torch
        self.source = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
        self.target = sentencepiece.SentencePieceProcessor(model_file=str(folder / "target.spm"))
        self.ids = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        self.pieces = {index: piece for piece, index in self.ids.items()}
        self.model = transformers.MarianMTModel.from_pretrained(folder, torch_dtype=torch.float32).eval()
        self.eos = self.model.config.eos_token_id
        self.max_positions = self.model.config.max_position_embeddings

    def encode(self, text, prefix=None):
        pieces = ([prefix] if prefix else []) + self.source.encode(text, out_type=str)
        return [self.ids.get(piece, self.ids["<unk>"]) for piece in pieces] + [self.eos]

    def decode(self, ids):
        """What MarianTokenizer.decode(skip_special_tokens=True) answers: special tokens dropped, the rest joined by target.spm."""
        special = {"</s>", "<unk>", "<pad>"}
        pieces = [self.pieces[i] for i in ids if self.pieces[i] not in special]
        return self.target.decode_pieces(pieces).replace("▁", " ").strip()

    def greedy(self, input_ids, **options):
        """Greedy search: the produced ids without the start token, mean ln p, and each step's margin between the best two choices."""
        torch = self.torch
        with torch.no_grad():
            out = self.model.generate(
                torch.tensor([input_ids]), num_beams=1, do_sample=False, early_stopping=False, length_penalty=1.0,
                output_scores=True, output_logits=True, return_dict_in_generate=True, **options)
        ids = out.sequences[0, 1:].tolist()
        logp = [torch.log_softmax(row[0], -1)[i].item() for row, i in zip(out.logits, ids)]
        return {
            "ids": ids,
            "output": self.decode(ids),
            "score": rounded(sum(logp) / len(logp)),
            "gaps": [rounded(margin(row[0]), 4) for row in out.scores],
        }

    def encoder_output(self, input_ids):
        """last_hidden_state, [S][D]."""
        with self.torch.no_grad():
            return self.model.get_encoder()(self.torch.tensor([input_ids])).last_hidden_state[0]

    def first_logits(self, input_ids):
        """Raw logits after the start token, [V]."""
        start = self.torch.tensor([[self.model.config.decoder_start_token_id]])
        with self.torch.no_grad():
            return self.model(input_ids=self.torch.tensor([input_ids]), decoder_input_ids=start).logits[0, -1]


def margin(scores):
    """Best minus second-best processed score of one step."""
    best, second = scores.topk(2).values.tolist()
    return best - second


# --- small random MarianMT models ------------------------------------------------------------------------------------

SHAPES = {
    "marian-tiny": dict(
        seed=24, dtype="float32", act="relu", d=32, heads=4, layers=(2, 2), ffn=(48, 48), scale=True, gain=6.0, eos_bias=8.5,
        vocabulary=dict(shared=True, pieces=300), prefixes=[">>deu<<", ">>fra<<"], beams=4, max_length=64, positions=256, shard=None),
    "marian-swish": dict(
        seed=12, dtype="bfloat16", act="swish", d=24, heads=3, layers=(3, 1), ffn=(40, 56), scale=True, gain=6.0, eos_bias=8.0,
        vocabulary=dict(shared=True, pieces=280), prefixes=[], beams=6, max_length=96, positions=512, shard=None),
    "marian-gelu": dict(
        seed=13, dtype="float16", act="gelu", d=64, heads=2, layers=(1, 2), ffn=(64, 64), scale=False, gain=2.0, eos_bias=26.0,
        vocabulary=dict(shared=False, pieces=200), prefixes=[">>deu<<", ">>spa<<", ">>fra<<"], beams=1, max_length=40,
        positions=200, shard="140KB"),
}

# A short normalization table of our own: the built-in ones weigh 240 KB.
NORMALIZATION = {"\u00a0": " ", "\t": " ", "“": '"', "”": '"', "’": "'", "ﬁ": "fi", "Ａ": "A", "e\u0301": "é", "…": "..."}


def train_vocabulary(lines, size, rules_file):
    """A SentencePiece unigram model as Marian's: `</s>` 0, `<unk>` 1, no start symbol."""
    import sentencepiece

    rules = "".join(
        " ".join(f"{ord(c):X}" for c in old) + "\t" + " ".join(f"{ord(c):X}" for c in new) + "\n" for old, new in NORMALIZATION.items())
    rules_file.write_text(rules, encoding="utf-8")
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=out, model_type="unigram", vocab_size=size, num_threads=1, eos_id=0, unk_id=1,
        bos_id=-1, pad_id=-1, character_coverage=1.0, normalization_rule_tsv=rules_file.name, minloglevel=2)
    rules_file.unlink()
    return out.getvalue()


def write_vocabulary(folder, shape):
    """source.spm, target.spm and vocab.json; returns the joint piece list. `shared`: one model for both sides; else one each, their
    union as OPUS-MT has it, with three source pieces left out, which the model then reads as `<unk>`."""
    import sentencepiece

    english, german = (read_lines(HERE / "marian-tiny" / name) for name in ("input.txt", "target.txt"))
    size, shared = shape["vocabulary"]["pieces"], shape["vocabulary"]["shared"]
    os.chdir(folder)  # the rules file's path is kept in the model: keep it relative
    rules = folder / "rules.tsv"
    sides = [english + german] * 2 if shared else [english, german]
    models = [train_vocabulary(lines, size, rules) for lines in sides]
    tokens = []
    for name, model in zip(("source.spm", "target.spm"), models):
        (folder / name).write_bytes(model)
        processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        pieces = [processor.id_to_piece(i) for i in range(processor.get_piece_size())]
        tokens += [piece for piece in pieces if piece not in tokens]
    if not shared:
        tokens = [piece for piece in tokens if piece not in {"▁the", "▁of", "w"}]
    tokens += shape["prefixes"] + ["<pad>"]
    (folder / "vocab.json").write_text(
        json.dumps({t: i for i, t in enumerate(tokens)}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    config = {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "mul", "separate_vocabs": False,
              "model_max_length": shape["positions"], "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    return tokens


def build_model(shape, tokens):
    """A MarianMT model of that shape with seeded random weights that answer differently to different inputs."""
    import transformers

    pad = len(tokens) - 1
    config = transformers.MarianConfig(
        vocab_size=len(tokens), decoder_vocab_size=len(tokens), d_model=shape["d"],
        encoder_layers=shape["layers"][0], decoder_layers=shape["layers"][1],
        encoder_attention_heads=shape["heads"], decoder_attention_heads=shape["heads"],
        encoder_ffn_dim=shape["ffn"][0], decoder_ffn_dim=shape["ffn"][1], activation_function=shape["act"],
        scale_embedding=shape["scale"], max_position_embeddings=shape["positions"], static_position_embeddings=True,
        pad_token_id=pad, decoder_start_token_id=pad, eos_token_id=0, forced_eos_token_id=0, dropout=0.0)
    model = transformers.MarianMTModel(config).eval()
    randomize(model, shape, tokens)
    model.generation_config = transformers.GenerationConfig(
        max_length=shape["max_length"], num_beams=shape["beams"], decoder_start_token_id=pad, pad_token_id=pad, eos_token_id=0,
        forced_eos_token_id=0, bad_words_ids=[[pad]])
    return model


def randomize(model, shape, tokens):
    """Draws every weight with numpy (the same numbers on every CPU). Sharp attention and a scrambling feed-forward layer keep the
    tied embedding from making greedy search repeat one token; the last norm's gain spreads the logits, so near-ties are rare."""
    import numpy
    import torch

    rng = numpy.random.Generator(numpy.random.PCG64(shape["seed"]))
    normal = lambda t, std: t.copy_(torch.from_numpy(rng.standard_normal(tuple(t.shape)).astype("float32") * std))
    uniform = lambda t, low, high: t.copy_(torch.from_numpy(rng.uniform(low, high, tuple(t.shape)).astype("float32")))
    with torch.no_grad():
        for name, module in model.named_modules():
            if isinstance(module, torch.nn.Linear) and name != "lm_head":
                bound = math.sqrt(6 / sum(module.weight.shape))
                uniform(module.weight, -bound, bound)
                normal(module.bias, 0.05)
                if name.endswith("fc2"):
                    module.weight.sub_(module.weight.mean(1, keepdim=True)).mul_(6)
                if name.endswith(("q_proj", "k_proj")) or (name.endswith("fc1") and shape["act"] != "relu"):
                    module.weight.mul_(2)
            elif isinstance(module, torch.nn.LayerNorm):
                uniform(module.weight, 0.8, 1.2)
                normal(module.bias, 0.05)
        embedding = model.get_input_embeddings().weight
        normal(embedding, shape["d"] ** -0.5 if shape["scale"] else 0.5)
        embedding[-1] = 0  # padding, also the decoder's start token
        model.model.decoder.layers[-1].final_layer_norm.weight.mul_(shape["gain"])
        bias = model.final_logits_bias
        normal(bias, 0.5)
        bias[0, 0] = shape["eos_bias"]
        for token in ["<unk>", *shape["prefixes"]]:
            bias[0, tokens.index(token)] = UNUSED_BIAS
    model.tie_weights()


def write_model(folder, shape, tokens):
    """config.json, generation_config.json and the weights in the shape's number type, in shards where it says so."""
    import torch

    for old in folder.glob("model*"):
        old.unlink()
    model = build_model(shape, tokens).to(getattr(torch, shape["dtype"]))
    model.save_pretrained(folder, max_shard_size=shape["shard"] or "1GB")
    for file in folder.glob("model*"):
        file.chmod(0o644)


def simulate_int8(model):
    """Rounds weights per output row and activations per input row to 127 steps, as an int8 engine does."""
    import torch

    def steps(x):
        scale = x.abs().amax(-1, keepdim=True).clamp_min(1e-30) / 127
        return (x / scale).round() * scale

    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Linear):
                module.weight.copy_(steps(module.weight))
                module.register_forward_pre_hook(lambda _, inputs: (steps(inputs[0]),))
    return model


def self_tests(folder, pairs):
    """For each language pair the sentence of a short output (3 tokens and the end, or more) with the widest least margin that int8 leaves unchanged."""
    exact, coarse = Marian(folder), Marian(folder)
    simulate_int8(coarse.model)
    rows = []
    for pair in pairs:
        best = (0.0, None)
        for text in read_lines(HERE / "marian-tiny" / "input.txt"):
            ids = exact.encode(text, pair.get("prefix"))
            result = exact.greedy(ids)
            least = min(gap for gap in result["gaps"] if gap is not None)
            usable = result["output"] and 4 <= len(result["ids"]) < 25 and least > best[0]
            if usable and coarse.greedy(ids)["ids"] == result["ids"]:
                best = (least, {"from": "en", "to": pair["to"], "input": text, "output": result["output"]})
        assert best[1], (folder, pair)
        rows.append(best[1])
    return rows


def write_card(name, folder, shape):
    """Dragoman's model.json, whose self-test is the model's own greedy output."""
    listed = sorted(p for p in folder.iterdir() if p.name.startswith("model-") or p.name in (
        "config.json", "generation_config.json", "model.safetensors", "model.safetensors.index.json", "source.spm", "target.spm",
        "tokenizer_config.json", "vocab.json"))
    names = {">>deu<<": "de", ">>spa<<": "es", ">>fra<<": "fr"}
    pairs = [{"from": "en", "to": names[p], "prefix": p} for p in shape["prefixes"]] or [{"from": "en", "to": "de"}]
    card = {
        "id": name, "task": "translation", "architecture": "marian", "languages": pairs, "max_source_tokens": 60,
        "files": [{"path": p.name, "bytes": p.stat().st_size, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in listed],
        "self_test": self_tests(folder, pairs),
        "license": "Apache-2.0", "attribution": ["Random weights made by Tests/Fixtures/generate.py"],
        "training_data": ["none: the weights are random"], "scores": []}
    (folder / "model.json").write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# --- cases of the random models --------------------------------------------------------------------------------------

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


def generate_marian(name):
    """One random model and everything expected of it."""
    folder, shape = HERE / name, SHAPES[name]
    folder.mkdir(exist_ok=True)
    write_model(folder, shape, write_vocabulary(folder, shape))
    write_card(name, folder, shape)
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


# --- real sentences through the model in models/ ---------------------------------------------------------------------


def generate_parity(name):
    """200 English sentences through models/en-x, the target languages in turn."""
    folder, model = HERE / name, ROOT / "models" / "en-x"
    marian = Marian(model)
    pairs = json.loads((model / "model.json").read_text(encoding="utf-8"))["languages"]
    cases = []
    for i, text in enumerate(read_lines(folder / "input.txt")):
        pair = pairs[i % len(pairs)]
        cases.append({"target": pair["to"], **plain_case(marian, text, pair["prefix"])})
    max_length = marian.model.generation_config.max_length
    weights = hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest()
    write_json(folder / "expected.json", {"model": "en-x", "weights_sha256": weights, "max_length": max_length, "cases": cases})
    report(name, [c["greedy"] for c in cases], max_length)


# --- BLEU and chrF ---------------------------------------------------------------------------------------------------


def generate_bleu(name):
    """sacrebleu's corpus BLEU and chrF of the sets in input.json."""
    from sacrebleu.metrics import BLEU, CHRF

    sets = json.loads((HERE / name / "input.json").read_text(encoding="utf-8"))["sets"]
    rows = []
    for item in sets:
        references = [item["references"]]
        b, c = BLEU().corpus_score(item["hypotheses"], references), CHRF().corpus_score(item["hypotheses"], references)
        rows.append({
            "name": item["name"],
            "bleu": {"score": b.score, "precisions": b.precisions, "counts": b.counts, "totals": b.totals, "brevity_penalty": b.bp,
                     "hypothesis_length": b.sys_len, "reference_length": b.ref_len},
            "chrf": {"score": c.score}})
    write_json(HERE / name / "expected.json", {"sets": rows})
    print(f"{name}: {len(rows)} sets, BLEU {[round(r['bleu']['score'], 1) for r in rows]}")


def main(names):
    makers = {**{name: generate_marian for name in SHAPES}, "en-x-parity": generate_parity, "bleu": generate_bleu}
    for name in names or makers:
        makers[name](name)


if __name__ == "__main__":
    main(sys.argv[1:])
