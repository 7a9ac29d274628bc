"""Small MarianMT models with seeded random weights."""

import hashlib
import io
import json
import math
import os

from .files import HERE, read_lines
from .marian import Marian

UNUSED_BIAS = -200.0  # logit bias of tokens that a random model must never produce

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


def drawing(seed):
    """What fills tensors with numpy's numbers, the same on every CPU: normal(tensor, deviation) and uniform(tensor, low, high)."""
    import numpy
    import torch

    rng = numpy.random.Generator(numpy.random.PCG64(seed))
    normal = lambda t, std: t.copy_(torch.from_numpy(rng.standard_normal(tuple(t.shape)).astype("float32") * std))
    uniform = lambda t, low, high: t.copy_(torch.from_numpy(rng.uniform(low, high, tuple(t.shape)).astype("float32")))
    return normal, uniform


def draw_layers(model, shape, normal, uniform):
    """Linear maps and norms of a post-norm Transformer. Sharp attention and a scrambling feed-forward layer keep the tied embedding
    from making greedy search repeat one token."""
    import torch

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


def randomize_layers(model, shape, normal, uniform):
    """The layers of an encoder-decoder; the last norm's gain spreads the logits, so near-ties are rare."""
    draw_layers(model, shape, normal, uniform)
    model.model.decoder.layers[-1].final_layer_norm.weight.mul_(shape["gain"])


def randomize(model, shape, tokens):
    """Draws every weight of a MarianMT model."""
    import torch

    normal, uniform = drawing(shape["seed"])
    with torch.no_grad():
        randomize_layers(model, shape, normal, uniform)
        embedding = model.get_input_embeddings().weight
        normal(embedding, shape["d"] ** -0.5 if shape["scale"] else 0.5)
        embedding[-1] = 0  # padding, also the decoder's start token
        bias = model.final_logits_bias
        normal(bias, 0.5)
        bias[0, 0] = shape["eos_bias"]
        for token in ["<unk>", *shape["prefixes"]]:
            bias[0, tokens.index(token)] = UNUSED_BIAS
    model.tie_weights()


def write_model(folder, shape, tokens):
    """config.json, generation_config.json and the weights in the shape's number type, in shards where it says so."""
    save(folder, build_model(shape, tokens), shape["dtype"], shape["shard"])


def save(folder, model, dtype, shard=None):
    """Saves a model in place of what lies in the folder."""
    import torch

    for old in folder.glob("model*"):
        old.unlink()
    model.to(getattr(torch, dtype)).save_pretrained(folder, max_shard_size=shard or "1GB")
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


def generate_model(name):
    """The folder of one random model."""
    folder, shape = HERE / name, SHAPES[name]
    folder.mkdir(exist_ok=True)
    write_model(folder, shape, write_vocabulary(folder, shape))
    write_card(name, folder, shape)
