"""The salience scorer's forward pass from an exported folder, a sentence at a time and in float32: the oracle of other code.

    python salience_reference.py MODEL_DIR < document.json

document.json: [{"text", "paragraph_start"}, …]. Prints one score (a logit) a sentence as JSON, with all digits of the float32.
Shapes: S tokens of a sentence, D width, H heads, A width of the pooling, K inputs of the score.
"""
import json
import math
import sys

import sentencepiece
import torch
from safetensors.torch import load_file
from torch import Tensor

MAX_TOKENS = 128  # of a sentence, </s> included


class Reference:
    def __init__(self, folder: str):
        with open(f"{folder}/config.json", encoding="utf-8") as file:
            self.config = json.load(file)
        with open(f"{folder}/vocab.json", encoding="utf-8") as file:
            self.vocabulary = json.load(file)
        self.sp = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/source.spm")
        self.w = {name: value.float() for name, value in load_file(f"{folder}/model.safetensors").items()}
        self.features = self.config.get("score_features", [])

    def ids(self, text: str) -> list[int]:
        """Pieces of the text as ids of vocab.json, cut to 127, then </s>."""
        unknown = self.vocabulary["<unk>"]
        ids = [self.vocabulary.get(piece, unknown) for piece in self.sp.encode(text, out_type=str)]
        return ids[: MAX_TOKENS - 1] + [self.config["eos_token_id"]]

    def linear(self, x: Tensor, name: str) -> Tensor:
        return x @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"]

    def norm(self, x: Tensor, name: str) -> Tensor:
        """Over the last dimension, biased variance, epsilon 1e-5."""
        return torch.nn.functional.layer_norm(x, x.shape[-1:], self.w[f"{name}.weight"], self.w[f"{name}.bias"], 1e-5)

    def encode(self, ids: list[int]) -> Tensor:
        """ids of one sentence → states [S,D]"""
        S, D, H = len(ids), self.config["d_model"], self.config["encoder_attention_heads"]
        angle = torch.arange(S, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, D, 2, dtype=torch.float64) / D)
        x = self.w["model.shared.weight"][ids] * math.sqrt(D) + torch.cat([angle.sin(), angle.cos()], 1).float()
        for n in range(self.config["encoder_layers"]):
            layer = f"model.encoder.layers.{n}"
            q, k, v = (self.linear(x, f"{layer}.self_attn.{p}_proj").view(S, H, D // H).transpose(0, 1) for p in "qkv")
            weights = torch.softmax(q @ k.transpose(1, 2) * (D // H) ** -0.5, -1)  # [H,S,S]
            mixed = (weights @ v).transpose(0, 1).reshape(S, D)
            x = self.norm(x + self.linear(mixed, f"{layer}.self_attn.out_proj"), f"{layer}.self_attn_layer_norm")
            hidden = torch.relu(self.linear(x, f"{layer}.fc1"))
            x = self.norm(x + self.linear(hidden, f"{layer}.fc2"), f"{layer}.final_layer_norm")
        return x

    @torch.no_grad()
    def scores(self, document: list[dict]) -> list[float]:
        """One score a sentence."""
        n = len(document)
        tokens = [self.ids(sentence["text"]) for sentence in document]
        vectors = []
        for ids in tokens:
            h = self.encode(ids)
            e = torch.tanh(h @ self.w["pooling.W"].T + self.w["pooling.b"]) @ self.w["pooling.v"]  # [S]
            vectors.append(torch.softmax(e, 0) @ h)
        s = torch.stack(vectors)  # [n,D]
        parts = [s]
        if "document" in self.features:
            parts.append(s * s.mean(0))
        if "position" in self.features:
            parts.append(torch.tensor([[i / (n - 1) if n > 1 else 0, 1 / (1 + i), float(i == 0 or sentence["paragraph_start"]),
                                        math.log(1 + len(ids)) / 5] for i, (sentence, ids) in enumerate(zip(document, tokens))]))
        x = torch.cat(parts, 1)  # [n,K]
        return (x @ self.w["score.weight"][0] + self.w["score.bias"]).tolist()


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(Reference(sys.argv[1]).scores(json.load(sys.stdin))))
