"""Small salience models with seeded random weights, and what they say of documents, as the model's description has it: an encoder of
MarianMT, additive attention over each sentence's tokens, a linear score."""

import hashlib
import json
import math

from .files import HERE, read_lines, rounded, write_json
from .random_models import draw_layers, drawing, write_vocabulary

MAX_TOKENS = 128  # of a sentence, </s> included

# `names`: where the encoder's table of tokens stands; `positions`: whether the file holds the table of positions.
SHAPES = {
    "salience-tiny": dict(
        seed=31, act="relu", d=32, heads=4, layers=2, ffn=48, attention=24, limit=256, scale=True, features=["document", "position"],
        name="model.shared.weight", positions=False, vocabulary=dict(shared=True, pieces=300), prefixes=[]),
    "salience-plain": dict(
        seed=32, act="swish", d=24, heads=3, layers=2, ffn=40, attention=17, limit=64, scale=False, features=[],
        name="model.encoder.embed_tokens.weight", positions=True, vocabulary=dict(shared=True, pieces=280), prefixes=[]),
}


class Salience:
    """The model of a folder: transformers' encoder, and the rest in plain torch."""

    def __init__(self, folder):
        import safetensors.torch
        import sentencepiece
        import torch
        import transformers
        from transformers.models.marian.modeling_marian import MarianEncoder

        torch.set_num_threads(1)
        torch.backends.mkldnn.enabled = False
        self.torch = torch
        config = json.loads((folder / "config.json").read_text())
        self.features, self.eos = config.get("score_features", []), config["eos_token_id"]
        self.limit = min(MAX_TOKENS, config["max_position_embeddings"])
        weights = safetensors.torch.load_file(folder / "model.safetensors")
        names = {"model_type", "attention_dim", "score_features"}
        self.encoder = MarianEncoder(transformers.MarianConfig(**{k: v for k, v in config.items() if k not in names})).eval()
        state = {name.removeprefix("model.encoder."): value for name, value in weights.items() if name.startswith("model.encoder.")}
        if "model.shared.weight" in weights:
            state["embed_tokens.weight"] = weights["model.shared.weight"]
        state.setdefault("embed_positions.weight", self.encoder.embed_positions.weight.detach())
        self.encoder.load_state_dict(state)
        self.W, self.b, self.v = (weights[f"pooling.{name}"] for name in ("W", "b", "v"))
        self.weight, self.bias = weights["score.weight"][0], weights["score.bias"][0]
        self.pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
        self.ids = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))

    def encode(self, text):
        """The ids of a sentence that are read, </s> last."""
        ids = [self.ids.get(piece, self.ids["<unk>"]) for piece in self.pieces.encode(text, out_type=str)]
        return ids[:self.limit - 1] + [self.eos]

    def pooled(self, ids):
        """ids [S] -> [D]: the encoder's output, weighed by softmax over v . tanh(W h + b)."""
        torch = self.torch
        h = self.encoder(torch.tensor([ids])).last_hidden_state[0]
        return torch.softmax(torch.tanh(h @ self.W.T + self.b) @ self.v, 0) @ h

    def scores(self, pooled, counts, starts):
        """pooled [n][D], tokens of each sentence, whether it starts a paragraph -> logits [n]."""
        torch, n = self.torch, len(pooled)
        s = torch.stack(pooled)
        inputs = [s]
        if "document" in self.features:
            inputs.append(s * s.mean(0))
        if "position" in self.features:
            inputs.append(torch.tensor([
                [i / (n - 1) if n > 1 else 0.0, 1 / (1 + i), float(start or i == 0), math.log(1 + count) / 5]
                for i, (count, start) in enumerate(zip(counts, starts))]))
        return torch.cat(inputs, 1) @ self.weight + self.bias

    def read(self, document):
        """[(text, whether it starts a paragraph)] -> ids, pooled vectors, scores."""
        with self.torch.no_grad():
            ids = [self.encode(text) for text, _ in document]
            pooled = [self.pooled(i) for i in ids]
            scores = self.scores(pooled, [len(i) for i in ids], [start for _, start in document])
        return ids, [p.tolist() for p in pooled], scores.tolist()


def write_model(folder, shape, tokens):
    """config.json and model.safetensors. Attention of the pooling is sharp, so that a wrong weight shows."""
    import safetensors.torch
    import torch
    import transformers
    from transformers.models.marian.modeling_marian import MarianEncoder

    config = {
        "model_type": "dragoman_salience", "d_model": shape["d"], "encoder_layers": shape["layers"],
        "encoder_attention_heads": shape["heads"], "encoder_ffn_dim": shape["ffn"], "attention_dim": shape["attention"],
        "vocab_size": len(tokens), "max_position_embeddings": shape["limit"], "activation_function": shape["act"],
        "scale_embedding": shape["scale"], "pad_token_id": len(tokens) - 1, "eos_token_id": 0}
    if shape["features"]:
        config["score_features"] = shape["features"]
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    names = {"model_type", "attention_dim", "score_features"}
    encoder = MarianEncoder(transformers.MarianConfig(**{k: v for k, v in config.items() if k not in names}))
    normal, uniform = drawing(shape["seed"])
    d, A = shape["d"], shape["attention"]
    inputs = d + (d if "document" in shape["features"] else 0) + (4 if "position" in shape["features"] else 0)
    with torch.no_grad():
        draw_layers(encoder, shape, normal, uniform)
        normal(encoder.embed_tokens.weight, d ** -0.5 if shape["scale"] else 0.5)
        weights = {f"model.encoder.{name}": value for name, value in encoder.state_dict().items()}
        weights[shape["name"]] = weights.pop("model.encoder.embed_tokens.weight")
        if not shape["positions"]:
            del weights["model.encoder.embed_positions.weight"]
        weights["pooling.W"] = normal(torch.empty(A, d), 2 * d ** -0.5)
        weights["pooling.b"] = normal(torch.empty(A), 0.3)
        weights["pooling.v"] = normal(torch.empty(A), 4 * A ** -0.5)
        weights["score.weight"] = normal(torch.empty(1, inputs), 2 * inputs ** -0.5)
        weights["score.bias"] = normal(torch.empty(1), 0.5)
    path = folder / "model.safetensors"
    safetensors.torch.save_file({name: value.contiguous() for name, value in weights.items()}, path)
    path.chmod(0o644)


def write_card(name, folder):
    """Dragoman's model.json. The self-test is the run of four sentences whose scores lie furthest apart, which int8 leaves in order."""
    model, lines, best = Salience(folder), read_lines(HERE / "en-x-parity" / "input.txt"), (0.0, None)
    for first in range(100):
        texts = lines[first:first + 4]
        scores = model.read([(text, False) for text in texts])[2]
        order = sorted(range(4), key=lambda i: -scores[i])
        gap = min(scores[a] - scores[b] for a, b in zip(order, order[1:]))
        best = max(best, (gap, {"input": texts, "output": order}), key=lambda pair: pair[0])
    files = [folder / file for file in ("config.json", "model.safetensors", "source.spm", "vocab.json")]
    card = {
        "id": name, "task": "salience", "architecture": "dragoman_salience", "languages": [{"from": "en", "to": "en"}],
        "files": [{"path": p.name, "bytes": p.stat().st_size, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in files],
        "self_test": [best[1]], "license": "Apache-2.0", "attribution": ["Random weights made by Tests/Fixtures/generate.py"],
        "training_data": ["none: the weights are random"], "scores": []}
    (folder / "model.json").write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def documents():
    """Documents of real sentences: of every length, of one sentence, with one that is cut, with text of which nothing is left."""
    lines = read_lines(HERE / "en-x-parity" / "input.txt")
    starts = lambda texts, every: [(text, i % every == 0) for i, text in enumerate(texts)]
    return [
        starts(lines[:7], 3), starts(lines[20:21], 1), starts(lines[40:58], 5),
        starts([lines[60], " ".join(lines[61:90]), lines[91], ""], 2), starts([lines[100]] * 3, 9),
    ]


def generate_model(name):
    """The folder of one random model."""
    folder, shape = HERE / name, SHAPES[name]
    folder.mkdir(exist_ok=True)
    tokens = write_vocabulary(folder, shape)
    for unused in ("target.spm", "tokenizer_config.json"):
        (folder / unused).unlink()
    write_model(folder, shape, tokens)
    write_card(name, folder)


def generate_expected(name):
    """What the model says of each document."""
    model = Salience(HERE / name)
    rows = []
    for document in documents():
        ids, pooled, scores = model.read(document)
        rows.append({
            "sentences": [text for text, _ in document], "paragraphs": [i for i, (_, start) in enumerate(document) if start],
            "input_ids": ids, "pooled": [[rounded(x) for x in vector] for vector in pooled],
            "scores": [rounded(x, 7) for x in scores]})
    write_json(HERE / name / "expected.json", {"documents": rows})
