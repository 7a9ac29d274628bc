"""The networks: a MarianMT encoder-decoder and a sentence-salience scorer on the same encoder.

Post-norm, ReLU, sinusoidal positions, embeddings times sqrt(D), one embedding for source, target and output. Parameters
have the names of Hugging Face's MarianMTModel, so a state dict is a model file. Shapes: B rows, S source tokens, T target
tokens, D width, V vocabulary with the padding row, which is also the decoder's start, at the end.
"""
import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MASKED = -1e4  # added to the scores of padded or future positions; representable in bfloat16


@dataclass
class Shape:
    vocab_size: int  # V, the padding row included
    d_model: int = 256
    encoder_layers: int = 4
    decoder_layers: int = 2
    heads: int = 4
    ffn: int = 1024
    attention_dim: int = 0  # of the salience scorer's pooling; 0 for an encoder-decoder
    dropout: float = 0.0

    def dict(self) -> dict:
        return asdict(self)


def sinusoids(length: int, d: int) -> Tensor:
    """Marian's order: all sines, then all cosines. [length, D]"""
    position = torch.arange(length, dtype=torch.float64)[:, None]
    angle = position / 10000 ** (torch.arange(0, d, 2, dtype=torch.float64) / d)
    return torch.cat([angle.sin(), angle.cos()], 1).float()


class Attention(nn.Module):
    """Scaled dot-product attention. x [B,T,D], memory [B,S,D], mask added to the scores [B,H,T,S] → [B,T,D].

    Written out because it is faster in bfloat16 on CPUs than scaled_dot_product_attention at these sizes.
    """

    def __init__(self, d: int, heads: int):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(d, d) for _ in range(4))

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        B, T, D = x.shape
        split = lambda y: y.view(B, y.shape[1], self.heads, -1).transpose(1, 2)
        q, k, v = split(self.q_proj(x)), split(self.k_proj(memory)), split(self.v_proj(memory))
        weights = F.softmax(torch.matmul(q * (D // self.heads) ** -0.5, k.transpose(-1, -2)) + mask, -1)
        return self.out_proj(torch.matmul(weights, v).transpose(1, 2).reshape(B, T, D))


class Layer(nn.Module):
    """An encoder layer, or with `cross` a decoder layer."""

    def __init__(self, d: int, ffn: int, heads: int, dropout: float, cross: bool):
        super().__init__()
        self.dropout = dropout
        self.self_attn, self.self_attn_layer_norm = Attention(d, heads), nn.LayerNorm(d)
        if cross:
            self.encoder_attn, self.encoder_attn_layer_norm = Attention(d, heads), nn.LayerNorm(d)
        self.fc1, self.fc2, self.final_layer_norm = nn.Linear(d, ffn), nn.Linear(ffn, d), nn.LayerNorm(d)

    def forward(self, x: Tensor, mask: Tensor, memory: Tensor | None = None, memory_mask: Tensor | None = None) -> Tensor:
        drop = lambda y: F.dropout(y, self.dropout, self.training and self.dropout > 0)
        x = self.self_attn_layer_norm(x + drop(self.self_attn(x, x, mask)))
        if memory is not None:
            x = self.encoder_attn_layer_norm(x + drop(self.encoder_attn(x, memory, memory_mask)))
        return self.final_layer_norm(x + drop(self.fc2(F.relu(self.fc1(x)))))


class Stack(nn.Module):
    def __init__(self, shape: Shape, layers: int, cross: bool):
        super().__init__()
        self.layers = nn.ModuleList(Layer(shape.d_model, shape.ffn, shape.heads, shape.dropout, cross) for _ in range(layers))


class Network(nn.Module):
    """Embedding, positions and encoder, which both models have."""

    def __init__(self, shape: Shape, positions: int = 512):
        super().__init__()
        self.shape, self.pad = shape, shape.vocab_size - 1
        self.model = nn.Module()
        self.model.shared = nn.Embedding(shape.vocab_size, shape.d_model)
        self.model.encoder = Stack(shape, shape.encoder_layers, cross=False)
        self.register_buffer("positions", sinusoids(positions, shape.d_model), persistent=False)

    def initialize(self) -> None:
        """Xavier, smaller on the residual branches: keeps deep post-norm stacks stable (DeepNet's beta, Wang et al. 2022)."""
        beta = (8 * self.shape.encoder_layers) ** -0.25
        for name, p in self.named_parameters():
            if p.dim() == 2 and "shared" not in name:
                branch = any(part in name for part in ("v_proj", "out_proj", "fc1", "fc2"))
                nn.init.xavier_uniform_(p, gain=beta if branch else 1.0)
        nn.init.normal_(self.model.shared.weight, std=self.shape.d_model ** -0.5)
        with torch.no_grad():
            self.model.shared.weight[self.pad] = 0

    def embed(self, ids: Tensor) -> Tensor:
        """ids [B,S] → [B,S,D]"""
        x = self.model.shared(ids) * math.sqrt(self.shape.d_model) + self.positions[: ids.shape[1]].to(self.dtype)
        return F.dropout(x, self.shape.dropout, self.training and self.shape.dropout > 0)

    def encode(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """ids [B,S] → states [B,S,D] and the mask of padding [B,1,1,S] that is added to scores."""
        mask = (ids == self.pad)[:, None, None, :].to(self.dtype) * MASKED
        x = self.embed(ids)
        for layer in self.model.encoder.layers:
            x = layer(x, mask)
        return x, mask

    @property
    def dtype(self) -> torch.dtype:
        return self.model.shared.weight.dtype


class Marian(Network):
    def __init__(self, shape: Shape):
        super().__init__(shape, positions=1024)
        self.model.decoder = Stack(shape, shape.decoder_layers, cross=True)
        self.final_logits_bias = nn.Parameter(torch.zeros(1, shape.vocab_size))
        self.initialize()
        with torch.no_grad():  # a decoder state looks for encoder states that are like it, and takes them over: copying comes sooner
            for layer in self.model.decoder.layers:
                layer.encoder_attn.k_proj.weight.copy_(layer.encoder_attn.q_proj.weight)
                layer.encoder_attn.out_proj.weight.copy_(layer.encoder_attn.v_proj.weight.T)

    def decode(self, target: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """target shifted right [B,T] → states [B,T,D], before the output projection."""
        T = target.shape[1]
        causal = torch.triu(torch.full((T, T), MASKED, dtype=self.dtype, device=target.device), 1)
        x = self.embed(target)
        for layer in self.model.decoder.layers:
            x = layer(x, causal, memory, mask)
        return x

    def loss(self, source: Tensor, target: Tensor, smoothing: float) -> Tensor:
        """source [B,S], target [B,T] ending in </s> and padded → mean cross entropy of the target's tokens."""
        shifted = torch.cat([torch.full_like(target[:, :1], self.pad), target[:, :-1]], 1)
        states = self.decode(shifted, *self.encode(source))
        real = target != self.pad
        return OutputLoss.apply(states[real], self.model.shared.weight, self.final_logits_bias, target[real], smoothing)

    @torch.no_grad()
    def greedy(self, source: Tensor, limit: int, eos: int) -> Tensor:
        """source [B,S] → tokens [B,≤limit], padded after </s>. Recomputes the prefix each step: for small dev sets only."""
        memory, mask = self.encode(source)
        out = torch.full((len(source), 1), self.pad, dtype=torch.long, device=source.device)
        ended = torch.zeros(len(source), dtype=torch.bool, device=source.device)
        while out.shape[1] <= limit and not ended.all():
            state = self.decode(out, memory, mask)[:, -1]
            logits = F.linear(state, self.model.shared.weight, self.final_logits_bias[0])
            logits[:, self.pad] = -math.inf
            token = torch.where(ended, self.pad, logits.argmax(-1))
            ended |= token == eos
            out = torch.cat([out, token[:, None]], 1)
        return out[:, 1:]


class OutputLoss(torch.autograd.Function):
    """Mean label-smoothed cross entropy of softmax(x Wᵀ + b), a few hundred rows at a time and in float32.

    x [N,D], W [V,D], b [1,V], target [N]. Gradients are computed on the way, so logits [N,V] are never held: faster than
    F.cross_entropy on bfloat16 logits, and more exact. Smoothing gives each other token smoothing / V.
    """

    @staticmethod
    def forward(ctx, x: Tensor, W: Tensor, b: Tensor, target: Tensor, smoothing: float) -> Tensor:
        N, V = x.shape[0], W.shape[0]
        loss = torch.zeros((), device=x.device)
        dx, dW, db = torch.empty_like(x), torch.zeros_like(W, dtype=torch.float32), torch.zeros_like(b, dtype=torch.float32)
        rows = 512 if x.device.type == "cpu" else 8192
        for start in range(0, N, rows):
            part, label = x[start:start + rows], target[start:start + rows, None]
            logp = F.log_softmax(F.linear(part, W, b[0]).float(), -1)
            loss -= (1 - smoothing) * logp.gather(1, label).sum() + smoothing * logp.sum() / V
            gradient = logp.exp_().sub_(smoothing / V)
            gradient.scatter_add_(1, label, torch.full_like(label, smoothing - 1, dtype=torch.float32))
            gradient = gradient.to(W.dtype)
            dx[start:start + rows] = gradient @ W
            dW += gradient.T @ part
            db += gradient.sum(0, dtype=torch.float32)
        ctx.save_for_backward(dx, dW, db)
        ctx.dtype, ctx.N = W.dtype, N
        return loss / N

    @staticmethod
    def backward(ctx, g: Tensor):
        dx, dW, db = ctx.saved_tensors
        scale = (g / ctx.N).float()
        return (dx * scale).to(dx.dtype), (dW * scale).to(ctx.dtype), (db * scale).to(ctx.dtype), None, None


class Salience(Network):
    """Scores the sentences of a document: encoder, additive-attention pooling (Bahdanau et al. 2015), one linear layer.

    A sentence's vector s is the mean of its states weighted by softmax(vᵀ tanh(W h + b)); m is the mean of the document's s.
    Score input [K]: s, then s * m, then four numbers of its position; K = 2 D + 4.
    """

    FEATURES = ("document", "position")

    def __init__(self, shape: Shape):
        super().__init__(shape, positions=128)
        self.pooling = nn.Module()
        self.pooling.W = nn.Parameter(torch.empty(shape.attention_dim, shape.d_model))
        self.pooling.b = nn.Parameter(torch.zeros(shape.attention_dim))
        self.pooling.v = nn.Parameter(torch.empty(shape.attention_dim))
        self.score = nn.Linear(2 * shape.d_model + 4, 1)
        self.initialize()
        nn.init.normal_(self.pooling.v, std=shape.attention_dim ** -0.5)
        # Starts as the lead baseline: the first sentence first, starts of paragraphs before others.
        nn.init.zeros_(self.score.weight)
        with torch.no_grad():
            self.score.weight[0, -4:] = torch.tensor([0.0, 3.0, 0.5, 0.0])

    def sentence(self, ids: Tensor) -> Tensor:
        """ids [B,S] → sentence vectors [B,D]"""
        states, mask = self.encode(ids)
        e = torch.tanh(F.linear(states, self.pooling.W, self.pooling.b)) @ self.pooling.v + mask[:, 0, 0]
        return (F.softmax(e, -1)[:, None] @ states)[:, 0]

    def forward(self, groups: list[tuple[Tensor, Tensor]], document: Tensor, position: Tensor) -> Tensor:
        """groups of (ids [B,S], their rows among the N sentences), document [N], position [N,4] → scores [N]."""
        s = torch.cat([self.sentence(ids) for ids, _ in groups])
        s = s[torch.argsort(torch.cat([rows for _, rows in groups]))].float()
        documents = int(document.max()) + 1
        total = torch.zeros(documents, s.shape[1], device=s.device).index_add(0, document, s)
        m = total / torch.bincount(document, minlength=documents)[:, None]
        x = torch.cat([s, s * m[document], position], 1)
        return F.linear(x, self.score.weight.float(), self.score.bias.float())[:, 0]
