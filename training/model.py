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
    """Scaled dot-product attention. x [B,T,D], memory [B,S,D], mask added to the scores [B,H,T,S] → [B,T,D]."""

    def __init__(self, d: int, heads: int):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(d, d) for _ in range(4))

    def split(self, y: Tensor) -> Tensor:
        """[B,T,D] → [B,H,T,D/H]"""
        return y.view(y.shape[0], y.shape[1], self.heads, -1).transpose(1, 2)

    def attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
        """q [B,H,T,D/H], k and v [B,H,S,D/H] → [B,T,D]. On CPUs written out, which is faster in bfloat16 at these sizes."""
        B, _, T, width = q.shape
        if q.is_cuda:
            y = F.scaled_dot_product_attention(q, k, v, None if mask is None else mask.expand(B, self.heads, T, k.shape[2]))
        else:
            scores = torch.matmul(q * width ** -0.5, k.transpose(-1, -2))
            y = torch.matmul(F.softmax(scores if mask is None else scores + mask, -1), v)
        return self.out_proj(y.transpose(1, 2).reshape(B, T, -1))

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        return self.attend(self.split(self.q_proj(x)), self.split(self.k_proj(memory)), self.split(self.v_proj(memory)), mask)


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
        drop = lambda y: F.dropout(y, self.dropout, True) if self.training and self.dropout > 0 else y
        x = self.self_attn_layer_norm(x + drop(self.self_attn(x, x, mask)))
        if memory is not None:
            x = self.encoder_attn_layer_norm(x + drop(self.encoder_attn(x, memory, memory_mask)))
        return self.final_layer_norm(x + drop(self.fc2(F.relu(self.fc1(x)))))

    def step(self, x: Tensor, t: int, cache: dict[str, Tensor], memory_mask: Tensor) -> Tensor:
        """A decoder layer for one position. x [B,1,D]; the cache has keys and values of earlier positions and of the memory."""
        own, cross = self.self_attn, self.encoder_attn
        cache["k"][:, :, t], cache["v"][:, :, t] = own.split(own.k_proj(x))[:, :, 0], own.split(own.v_proj(x))[:, :, 0]
        seen = cache["k"][:, :, : t + 1], cache["v"][:, :, : t + 1]
        x = self.self_attn_layer_norm(x + own.attend(own.split(own.q_proj(x)), *seen, None))
        x = self.encoder_attn_layer_norm(x + cross.attend(cross.split(cross.q_proj(x)), cache["memory_k"], cache["memory_v"], memory_mask))
        return self.final_layer_norm(x + self.fc2(F.relu(self.fc1(x))))


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

    def embed(self, ids: Tensor, start: int = 0) -> Tensor:
        """ids [B,S] of positions from `start` → [B,S,D]"""
        x = self.model.shared(ids) * math.sqrt(self.shape.d_model) + self.positions[start: start + ids.shape[1]].to(self.dtype)
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
        """source [B,S], target [B,T] ending in </s> and padded → mean cross entropy of the target's tokens.

        Both may be on the CPU: which of their positions are real is known there without waiting for a GPU.
        """
        real = (target != self.pad).flatten().nonzero()[:, 0]
        source, target, real = (x.to(self.positions.device, non_blocking=True) for x in (source, target, real))
        shifted = torch.cat([torch.full_like(target[:, :1], self.pad), target[:, :-1]], 1)
        states = self.decode(shifted, *self.encode(source))
        return OutputLoss.apply(states.flatten(0, 1)[real], self.model.shared.weight, self.final_logits_bias, target.flatten()[real], smoothing)

    @torch.no_grad()
    def greedy(self, source: Tensor, limit: int, eos: int) -> Tensor:
        """source [B,S] → tokens [B,limit], padded after </s>. Rows that have ended are put out of the way every few steps."""
        memory, mask = self.encode(source.to(self.positions.device))
        out = torch.full((len(source), limit), self.pad, dtype=torch.long, device=memory.device)
        rows = torch.arange(len(source), device=memory.device)  # of `out` that are still being written
        token = torch.full_like(rows, self.pad)
        caches = []
        for layer in self.model.decoder.layers:
            k, v = (layer.encoder_attn.split(p(memory)) for p in (layer.encoder_attn.k_proj, layer.encoder_attn.v_proj))
            empty = k.new_empty(k.shape[0], k.shape[1], limit, k.shape[3])
            caches.append({"k": empty, "v": torch.empty_like(empty), "memory_k": k, "memory_v": v})
        for t in range(limit):
            x = self.embed(token[:, None], t)
            for layer, cache in zip(self.model.decoder.layers, caches):
                x = layer.step(x, t, cache, mask)
            logits = F.linear(x[:, 0], self.model.shared.weight, self.final_logits_bias[0])
            logits[:, self.pad] = -math.inf
            ended = token == eos
            token = torch.where(ended, eos, logits.argmax(-1))
            out[rows, t] = torch.where(ended, self.pad, token)
            if t % 8 == 7:
                going = (token != eos).nonzero()[:, 0]
                if len(going) == 0:
                    break
                if len(going) < 0.75 * len(rows):
                    rows, token, mask = rows[going], token[going], mask[going]
                    caches = [{name: kept[going] for name, kept in cache.items()} for cache in caches]
        return out


class OutputLoss(torch.autograd.Function):
    """Mean label-smoothed cross entropy of softmax(x Wᵀ + b), some hundred or thousand rows at a time.

    x [N,D], W [V,D], b [1,V], target [N]. Gradients are computed on the way, so logits [N,V] are never held: faster than
    F.cross_entropy on bfloat16 logits. Smoothing gives each other token smoothing / V. Softmax is float32 on CPUs and rounded to
    W's type on GPUs, where memory is what it waits for; the mean of all logits, which smoothing needs, is x times the mean of W.
    """

    @staticmethod
    def forward(ctx, x: Tensor, W: Tensor, b: Tensor, target: Tensor, smoothing: float) -> Tensor:
        N, V = x.shape[0], W.shape[0]
        cpu = x.device.type == "cpu"
        dx, dW, db = torch.empty_like(x), torch.zeros_like(W, dtype=torch.float32), torch.zeros_like(b, dtype=torch.float32)
        mean = (x.float() @ W.float().mean(0) + b.float().mean()).sum()
        loss = -smoothing * mean
        rows = 512 if cpu else 8192
        for start in range(0, N, rows):
            part, label = x[start:start + rows], target[start:start + rows, None]
            logits = F.linear(part, W, b[0])
            labelled = logits.gather(1, label).float()
            gradient = F.softmax(logits, -1, dtype=torch.float32 if cpu else W.dtype)
            logp = gradient.gather(1, label).float().clamp_min(1e-30).log()
            loss += smoothing * (labelled - logp).sum() - (1 - smoothing) * logp.sum()
            gradient.sub_(smoothing / V).scatter_add_(1, label, torch.full_like(label, smoothing - 1, dtype=gradient.dtype))
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
