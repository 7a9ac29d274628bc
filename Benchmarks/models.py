#!/usr/bin/env python3
"""Makes what the benchmarks run on in bench-models/ (git-ignored), what takes long only where the weights are others than before:

    hf/<name>/         tiny and opus-base: seeded random weights of real shapes in Hugging Face layout, with Dragoman's model.json
    ct2/<name>.<type>/ the same, and models/en-x, converted for CTranslate2 in int8 and float32
    pieces/<name>.json the sentences as pieces, with forced target lengths for random weights, which never end by themselves

    python Benchmarks/models.py [en-x tiny opus-base]

tiny and opus-base need the benchmark vocabularies (BENCH_DATA, a folder with spm32k.model and bench_spm32k.json …); where they are
absent a JSON line says so and the shape is left out.
"""

import hashlib
import importlib.util
import json
import shutil
import sys

from common import DATA, MODELS, NAMES, ROOT, SOURCE_LIMIT, emit, hugging_face_folder, pieces_file

SHAPES = {
    "tiny": dict(d=256, layers=(6, 2), ffn=1536, heads=8, vocabulary="spm32k", activation="relu"),
    "opus-base": dict(d=512, layers=(6, 6), ffn=2048, heads=8, vocabulary="spm58k", activation="swish"),
}
SEED = 7


def missing(name):
    """Why this model cannot be made here, or None."""
    modules = [m for m in (["sentencepiece", "torch", "transformers"] if name in SHAPES else ["sentencepiece"]) if importlib.util.find_spec(m) is None]
    if modules:
        return f"{', '.join(modules)} not installed"
    if name not in SHAPES:
        return None
    vocabulary = SHAPES[name]["vocabulary"]
    absent = [f for f in (f"{vocabulary}.model", f"bench_{vocabulary}.json") if not (DATA / f).exists()]
    return f"{', '.join(absent)} not found in {DATA}; set BENCH_DATA" if absent else None


def make(name):
    """Makes everything for one model that is not there yet; False (after a JSON line) if it cannot."""
    reason = missing(name)
    if reason:
        emit(bench="models", model=name, skipped=reason)
        return False
    folder = hugging_face_folder(name)
    if name in SHAPES and not (folder / "model.json").exists():
        write_random_model(name, folder)
    write_pieces(name, folder)
    for quantization in ("int8", "float32") if importlib.util.find_spec("ctranslate2") else ():
        convert(folder, MODELS / "ct2" / f"{name}.{quantization}", quantization)
    return True


# --- random models of real shapes ------------------------------------------------------------------------------------


def write_random_model(name, folder):
    import sentencepiece
    import torch

    shape = SHAPES[name]
    spm = DATA / f"{shape['vocabulary']}.model"
    processor = sentencepiece.SentencePieceProcessor(model_file=str(spm))
    tokens = [processor.id_to_piece(i) for i in range(processor.get_piece_size())] + ["<pad>"]
    model = build(shape, len(tokens))
    with torch.no_grad():
        randomize(model)
    model.save_pretrained(folder)
    for file in ("source.spm", "target.spm"):
        shutil.copyfile(spm, folder / file)
    write_json(folder / "vocab.json", {token: i for i, token in enumerate(tokens)})
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "de", "separate_vocabs": False,
        "model_max_length": 512, "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"})
    write_card(name, folder)


def build(shape, size):
    import transformers

    config = transformers.MarianConfig(
        vocab_size=size, decoder_vocab_size=size, d_model=shape["d"], encoder_layers=shape["layers"][0], decoder_layers=shape["layers"][1],
        encoder_ffn_dim=shape["ffn"], decoder_ffn_dim=shape["ffn"], encoder_attention_heads=shape["heads"],
        decoder_attention_heads=shape["heads"], activation_function=shape["activation"], max_position_embeddings=512, scale_embedding=True,
        static_position_embeddings=True, pad_token_id=size - 1, decoder_start_token_id=size - 1, eos_token_id=0, forced_eos_token_id=0,
        dropout=0.0)
    model = transformers.MarianMTModel(config).eval()
    model.generation_config = transformers.GenerationConfig(
        max_length=512, num_beams=1, decoder_start_token_id=size - 1, pad_token_id=size - 1, eos_token_id=0, forced_eos_token_id=0,
        bad_words_ids=[[size - 1]])
    return model


def randomize(model):
    """Seeded weights whose greedy outputs vary: sharp attention and a scrambling feed-forward layer, or the tied embedding would
    repeat one token for ever."""
    import torch
    from torch import nn

    torch.manual_seed(SEED)
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear) and name != "lm_head":
            nn.init.xavier_uniform_(module.weight)
            if name.endswith("fc2"):
                module.weight.sub_(module.weight.mean(1, keepdim=True)).mul_(10)
            if name.endswith("fc1") and model.config.activation_function == "swish":
                module.weight.mul_(3)
            if name.endswith(("q_proj", "k_proj")):
                module.weight.mul_(2)
            nn.init.normal_(module.bias, std=0.02)
        elif isinstance(module, nn.LayerNorm):
            module.weight.uniform_(0.8, 1.2)
            module.bias.normal_(std=0.05)
    nn.init.normal_(model.get_input_embeddings().weight, std=model.config.d_model ** -0.5)
    model.get_input_embeddings().weight[-1] = 0  # padding, also the decoder's start token
    model.model.decoder.layers[-1].final_layer_norm.weight.mul_(4)
    model.final_logits_bias.normal_(std=0.3)
    model.tie_weights()


def write_card(name, folder):
    files = sorted(p for p in folder.iterdir() if p.name != "model.json")
    write_json(folder / "model.json", {
        "id": name, "task": "translation", "architecture": "marian", "languages": [{"from": "en", "to": "de"}], "max_source_tokens": 500,
        "files": [{"path": p.name, "bytes": p.stat().st_size, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in files],
        "self_test": [], "license": "Apache-2.0", "attribution": ["Random weights made by Benchmarks/models.py"],
        "training_data": ["none: the weights are random"], "scores": []})


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# --- sentences and conversion ----------------------------------------------------------------------------------------


def write_pieces(name, folder):
    """The sentences that both engines translate: for random weights with forced lengths, for a trained model with natural ends."""
    if name in SHAPES:
        rows = json.loads((DATA / f"bench_{SHAPES[name]['vocabulary']}.json").read_text(encoding="utf-8"))
        rows = [{"src": r["src"][:SOURCE_LIMIT], "tgt_len": min(SOURCE_LIMIT, max(1, r["tgt_len"]))} for r in rows]
    else:
        import sentencepiece

        processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
        prefixes = [pair.get("prefix") for pair in json.loads((folder / "model.json").read_text(encoding="utf-8"))["languages"]]
        rows = []
        for i, line in enumerate(sentences()):
            prefix = prefixes[i % len(prefixes)]
            rows.append({"src": ([prefix] if prefix else []) + processor.encode(line, out_type=str)[:SOURCE_LIMIT]})
    path = pieces_file(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False) + "\n", encoding="utf-8")


def sentences():
    """2,000 English sentences: the benchmark's news text, else the committed fixture's 200 ten times."""
    news, own = DATA / "bench.en", ROOT / "Tests" / "Fixtures" / "en-x-parity" / "input.txt"
    if news.exists():
        return news.read_text(encoding="utf-8").splitlines()
    emit(bench="models", note=f"{news} not found: using {own.relative_to(ROOT)} ten times")
    return own.read_text(encoding="utf-8").splitlines() * 10


def convert(folder, out, quantization):
    """CTranslate2's own converter, from the same weights: a note beside its output says which those were."""
    digest, note = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest(), out / "weights.sha256"
    if (out / "model.bin").exists() and note.exists() and note.read_text(encoding="utf-8") == digest:
        return
    from ctranslate2.converters import TransformersConverter

    TransformersConverter(str(folder)).convert(str(out), quantization=quantization, force=True)
    note.write_text(digest, encoding="utf-8")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or NAMES:
        if make(chosen):
            emit(bench="models", model=chosen, folder=str(hugging_face_folder(chosen)), pieces=str(pieces_file(chosen)))
