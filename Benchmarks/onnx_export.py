#!/usr/bin/env python3
"""Exports a MarianMT folder for ONNX Runtime, from the same weights, into bench-models/onnx/NAME.float32/ and NAME.int8/.

    python Benchmarks/onnx_export.py [en-x tiny]

Two graphs: `encoder` (source → keys and values of every cross-attention) and `decoder` (one step with a cache → the best token of each
row, so that logits never leave the graph). int8 is ONNX Runtime's dynamic quantization of every product with a weight, a scale a column.
The float32 graphs have to answer what transformers' greedy search answers before anything is kept.
"""

import json
import shutil
import sys
import warnings

from common import MODELS, NAMES, emit, hugging_face_folder, load_pieces

OPSET = 18
CHECKED_SENTENCES = 6
CHECKED_LENGTH = 48


def folder_of(name, quantization):
    return MODELS / "onnx" / f"{name}.{quantization}"


def export(name):
    """Makes both folders where they are missing."""
    if all((folder_of(name, q) / "config.json").exists() for q in ("float32", "int8")):
        return
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    model = transformers.MarianMTModel.from_pretrained(hugging_face_folder(name), torch_dtype=torch.float32).eval()
    parts = folder_of(name, "float32.part"), folder_of(name, "int8.part")
    for part in parts:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
    write_graphs(model, parts[0])
    check(name, model, parts[0])
    quantize(*parts)
    for part in parts:
        (part / "config.json").write_text(json.dumps(description(model, name)), encoding="utf-8")
        shutil.rmtree(part.with_suffix(""), ignore_errors=True)
        part.rename(part.with_suffix(""))


def description(model, name):
    """What the decoding loop has to know of the model."""
    config = model.config
    ids = json.loads((hugging_face_folder(name) / "vocab.json").read_text(encoding="utf-8"))
    return {"layers": config.decoder_layers, "heads": config.decoder_attention_heads, "head_size": config.d_model // config.decoder_attention_heads,
            "start": config.decoder_start_token_id, "end": config.eos_token_id, "pad": config.pad_token_id, "ids": ids}


def write_graphs(model, folder):
    import torch

    encoder, decoder = modules(model)
    batch, source, past = (torch.export.Dim(n, min=1, max=4096) for n in ("batch", "source", "past"))
    config, rows, width, length = model.config, 3, 7, 5
    head = config.d_model // config.decoder_attention_heads
    cache = lambda positions: torch.zeros(rows, config.decoder_attention_heads, positions, head)
    layers = range(config.decoder_layers)
    mask = torch.ones(rows, width, dtype=torch.int64)
    graph(encoder, (torch.ones(rows, width, dtype=torch.int64), mask), folder / "encoder.onnx",
          ["source", "mask"], [f"cross_{kind}_{i}" for i in layers for kind in "kv"], ({0: batch, 1: source}, {0: batch, 1: source}))
    caches = [cache(length) for _ in layers for _ in "kv"] + [cache(width) for _ in layers for _ in "kv"]
    shapes = [{0: batch, 2: past}] * (2 * len(layers)) + [{0: batch, 2: source}] * (2 * len(layers))
    graph(decoder, (torch.ones(rows, dtype=torch.int64), torch.tensor([length]), torch.zeros(1), mask, *caches), folder / "decoder.onnx",
          ["token", "position", "end_penalty", "mask", *[f"past_{k}_{i}" for i in layers for k in "kv"], *[f"cross_{k}_{i}" for i in layers for k in "kv"]],
          ["next", *[f"present_{k}_{i}" for i in layers for k in "kv"]], ({0: batch}, {}, {}, {0: batch, 1: source}, tuple(shapes)))


def graph(module, inputs, path, names, outputs, shapes):
    import torch

    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module, inputs, input_names=names, output_names=outputs, dynamic_shapes=shapes, opset_version=OPSET, dynamo=True, verbose=False)
    program.save(str(path))


def modules(model):
    """(encoder, decoder step) as modules over the model's own weights: post-norm layers, as transformers computes them in evaluation."""
    import torch
    from torch.nn.functional import softmax

    config, inner = model.config, model.model
    scale = config.d_model ** 0.5 if config.scale_embedding else 1.0

    def heads(x, attention):
        return x.unflatten(-1, (attention.num_heads, attention.head_dim)).transpose(1, 2)

    def attend(query, keys, values, bias, attention):
        weights = heads(query, attention) @ keys.transpose(2, 3)
        if bias is not None:
            weights = weights + bias
        return attention.out_proj((softmax(weights, dim=-1) @ values).transpose(1, 2).flatten(2))

    def feed_forward(x, layer):
        return layer.final_layer_norm(x + layer.fc2(layer.activation_fn(layer.fc1(x))))

    def bias_of(mask):
        return (1 - mask[:, None, None, :].to(torch.float32)) * -1e9

    def query(x, attention):
        return attention.q_proj(x) * attention.scaling

    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = inner.encoder, inner.decoder

        def forward(self, source, mask):
            bias = bias_of(mask)
            x = self.encoder.embed_tokens(source) * scale + self.encoder.embed_positions.weight[: source.shape[1]]
            for layer in self.encoder.layers:
                a = layer.self_attn
                x = layer.self_attn_layer_norm(x + attend(query(x, a), heads(a.k_proj(x), a), heads(a.v_proj(x), a), bias, a))
                x = feed_forward(x, layer)
            crossing = [layer.encoder_attn for layer in self.decoder.layers]
            return tuple(heads(projection(x), a) for a in crossing for projection in (a.k_proj, a.v_proj))

    class Decoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.decoder = inner.decoder
            banned = model.final_logits_bias.clone()
            banned[:, config.pad_token_id] = -1e9
            self.register_buffer("bias", banned)
            self.register_buffer("end", torch.zeros_like(banned).index_fill_(1, torch.tensor([config.eos_token_id]), 1.0))
            self.head = model.lm_head

        def forward(self, token, position, end_penalty, mask, *caches):
            count = 2 * len(self.decoder.layers)
            past, cross, present, bias = caches[:count], caches[count:], [], bias_of(mask)
            x = self.decoder.embed_tokens(token[:, None]) * scale + self.decoder.embed_positions.weight[position]
            for i, layer in enumerate(self.decoder.layers):
                a = layer.self_attn
                keys = torch.cat([past[2 * i], heads(a.k_proj(x), a)], dim=2)
                values = torch.cat([past[2 * i + 1], heads(a.v_proj(x), a)], dim=2)
                present += [keys, values]
                x = layer.self_attn_layer_norm(x + attend(query(x, a), keys, values, None, a))
                c = layer.encoder_attn
                x = layer.encoder_attn_layer_norm(x + attend(query(x, c), cross[2 * i], cross[2 * i + 1], bias, c))
                x = feed_forward(x, layer)
            logits = self.head(x[:, 0]) + self.bias + self.end * end_penalty
            return (logits.argmax(-1), *present)

    return Encoder().eval(), Decoder().eval()


def check(name, model, folder):
    """Stops unless the graphs' greedy output is that of transformers, in one padded batch, with free and with forced ends."""
    import torch
    from onnxruntime_peer import Engine

    (folder / "config.json").write_text(json.dumps(description(model, name)), encoding="utf-8")
    engine = Engine(folder, threads=1)
    rows = [row["src"] for row in load_pieces(name)[:CHECKED_SENTENCES]]
    for forced in (None, CHECKED_LENGTH):
        got = engine.translate(rows, forced, CHECKED_LENGTH)
        for pieces, ids in zip(rows, got):
            limits = {"max_new_tokens": CHECKED_LENGTH, "forced_eos_token_id": None, **({"min_new_tokens": CHECKED_LENGTH} if forced else {})}
            with torch.no_grad():
                wanted = model.generate(
                    torch.tensor([engine.ids(pieces)]), num_beams=1, do_sample=False, bad_words_ids=[[model.config.pad_token_id]], **limits)[0, 1:].tolist()
            if ids != wanted:
                sys.exit(f"{name}: ONNX Runtime answers {ids}\nand transformers {wanted}\nfor {pieces}")
    emit(bench="models", model=name, checked=f"ONNX Runtime float32 equals transformers' greedy search on {len(rows)} sentences, ends free and forced")


def quantize(source, target):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    for graph_name in ("encoder.onnx", "decoder.onnx"):
        quantize_dynamic(source / graph_name, target / graph_name, op_types_to_quantize=["MatMul", "Gemm"], per_channel=True, weight_type=QuantType.QInt8)


if __name__ == "__main__":
    import models

    for chosen in sys.argv[1:] or NAMES:
        if models.make(chosen):
            export(chosen)
            emit(bench="models", model=chosen, folders=[str(folder_of(chosen, q)) for q in ("float32", "int8")])
