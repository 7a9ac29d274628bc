"""Writes a trained model as a folder that `transformers` (MarianMT models) and Dragoman load, with its card.

    python export.py en-x|x-en|summarizer|salience --work WORK --state RUN/best.pt --out MODEL_DIR [--scores scores.json]

Files: config.json, generation_config.json, model.safetensors (BF16), source.spm, target.spm, vocab.json,
tokenizer_config.json and the card model.json. The card's data, licences and attribution come from WORK/data.json and the
table in corpora.py, its scores from evaluate.py's file, its self-test from what the exported weights answer.
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil

import sentencepiece
import torch
from safetensors.torch import save_file

import corpora

SELF_TESTS = {
    "en-x": [("en", "de", "We are very tired."), ("en", "es", "I am reading a book."), ("en", "fr", "I want to learn French.")],
    "x-en": [("de", "en", "Wir sind sehr müde."), ("es", "en", "Estoy leyendo un libro."), ("fr", "en", "Je veux apprendre le français.")],
    "summarizer": [
        ("en", "sentence", "The city library will be closed on Monday. Workers will repair the roof. It opens again on Tuesday at nine."),
        ("en", "sentence", "The new bridge will open in May. It has two lanes for cars and one for bicycles. Many people came to see it."),
    ],
}
MARGIN = 0.7  # between the logits of a self-test's tokens and the next best ones
DOCUMENT = [
    "The council decided on Monday to build a new bridge over the river.",
    "The bridge will cost four million dollars and will open in two years.",
    "See also.",
    "Thank you for reading.",
]


def write(path: str, value: dict | list) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)


def config(model: str, shape: dict, eos: int, longest: int) -> tuple[dict, dict]:
    """config.json and generation_config.json (empty for the salience scorer)."""
    pad = shape["vocab_size"] - 1
    encoder = {"d_model": shape["d_model"], "encoder_layers": shape["encoder_layers"],
               "encoder_attention_heads": shape["heads"], "encoder_ffn_dim": shape["ffn"], "vocab_size": pad + 1,
               "activation_function": "relu", "scale_embedding": True, "pad_token_id": pad, "eos_token_id": eos}
    if model == "salience":
        return {"model_type": "dragoman_salience", **encoder, "attention_dim": shape["attention_dim"],
                "max_position_embeddings": 128, "score_features": ["document", "position"]}, {}
    ids = {"decoder_start_token_id": pad, "pad_token_id": pad, "eos_token_id": eos, "forced_eos_token_id": eos, "bad_words_ids": [[pad]]}
    # 6-grams: without, it loops on titles (ROUGE-2 12.6 on 351 documents); 3-grams of pieces spoil words (11.9); 6: 12.8.
    generation = {"max_length": longest, "num_beams": 4, **({"no_repeat_ngram_size": 6} if model == "summarizer" else {}), **ids}
    return {"model_type": "marian", "architectures": ["MarianMTModel"], "is_encoder_decoder": True, **encoder,
            "decoder_layers": shape["decoder_layers"], "decoder_attention_heads": shape["heads"], "decoder_ffn_dim": shape["ffn"],
            "max_position_embeddings": 512, "decoder_vocab_size": pad + 1, "static_position_embeddings": True,
            "normalize_before": False, "normalize_embedding": False, "add_final_layer_norm": False, "add_bias_logits": True,
            "share_encoder_decoder_embeddings": True, "tie_word_embeddings": True, "dropout": 0.0, "torch_dtype": "bfloat16",
            **generation}, generation


def self_test(model: str, folder: str) -> list[dict]:
    """What the exported folder answers to a few easy inputs: greedy text, or the order of sentences by falling score.

    An input with a near-tie is left out, as int8 weights might answer it otherwise; a barely trained model may have no test.
    """
    if model == "salience":
        from salience_reference import Reference
        scores = Reference(folder).scores([{"text": text, "paragraph_start": False} for text in DOCUMENT])
        falling = sorted(scores, reverse=True)
        clear = all(high - low > 0.3 for high, low in zip(falling, falling[1:]))
        return [{"input": DOCUMENT, "output": [scores.index(value) for value in falling]}] if clear else []
    from decoding import Decoder
    decoder = Decoder(folder)
    tests = []
    for source, target, text in SELF_TESTS[model]:
        prefix = f">>{target}<<" if model == "summarizer" else corpora.TAGS.get(target, "")
        where = {"length": target} if model == "summarizer" else {"from": source, "to": target}
        output, margin = decoder.margin(prefix, text)
        clear = margin > MARGIN and output != ""
        print(f"self-test {text!r}: {output!r}, margin {margin:.2f}" + ("" if clear else ", left out"))
        if clear:
            tests.append({**where, "input": text, "output": output})
    return tests


def card(model: str, work: str, folder: str, longest: int, saved: dict, scores: list, minutes: float, note: str | None,
         automatic: list[str]) -> dict:
    with open(f"{work}/data.json", encoding="utf-8") as file:
        pairs: dict[str, int] = json.load(file)["pairs"]
    table = corpora.PARALLEL if model in ("en-x", "x-en") else corpora.SUMMARIZATION
    used = {table[name].attribution: table[name].license for name in sorted(pairs, key=pairs.get, reverse=True)}
    if model == "summarizer":
        used |= {corpora.PARALLEL[n].attribution: corpora.PARALLEL[n].license for n in corpora.RUNNING_TEXT}
    shape, progress = saved["shape"], saved["progress"]
    out = {"id": model, "task": {"summarizer": "summarization", "salience": "salience"}.get(model, "translation"),
           "architecture": "dragoman_salience" if model == "salience" else "marian"}
    if model == "en-x":
        out["languages"] = [{"from": "en", "to": code, "prefix": tag} for code, tag in corpora.TAGS.items()]
    elif model == "x-en":
        out["languages"] = [{"from": code, "to": "en"} for code in corpora.TAGS]
    else:
        out["languages"] = [{"from": "en", "to": "en"}]
    if model == "summarizer":
        out["lengths"] = {length: f">>{length}<<" for length in corpora.LENGTHS}
        out["auto_lengths"] = automatic  # where it writes without being asked to
    if model in ("en-x", "x-en"):
        out["lower_capitals"] = True  # a vocabulary of this size has words in capitals as single letters
    out["max_source_tokens"] = longest
    files = sorted(name for name in os.listdir(folder) if name != "model.json")
    contents = {name: pathlib.Path(folder, name).read_bytes() for name in files}
    out["files"] = [{"path": n, "bytes": len(b), "sha256": hashlib.sha256(b).hexdigest()} for n, b in contents.items()]
    out["self_test"] = self_test(model, folder)
    out["license"] = "CC-BY-SA-4.0"
    out["attribution"] = [f"{who} ({licence})" for who, licence in used.items()]
    out["training_data"] = [f"{sum(pairs.values())} {'pairs' if table is corpora.PARALLEL else 'documents with summaries'}: "
                            + ", ".join(f"{n} {pairs[n]}" for n in sorted(pairs, key=pairs.get, reverse=True))] + ([note] if note else [])
    parts = [f"{shape['encoder_layers']} encoder"] + ([f"{shape['decoder_layers']} decoder"] if shape["decoder_layers"] else [])
    out["training"] = {"architecture": f"{' and '.join(parts)} layers, d {shape['d_model']}, ffn {shape['ffn']}, {shape['heads']} heads, "
                       f"SentencePiece unigram with {shape['vocab_size'] - 1} pieces and byte fallback",
                       "steps": progress["step"], "tokens": progress["tokens"], "minutes": round(minutes or progress["minutes"])}
    out["scores"] = scores
    return out


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("model", choices=["en-x", "x-en", "summarizer", "salience"])
    p.add_argument("--work", required=True)
    p.add_argument("--state", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--max-source-tokens", type=int, default=126, help="trained length without tag and </s>: where text is split")
    p.add_argument("--scores", help="JSON list for the card")
    p.add_argument("--minutes", type=float, default=0, help="training time where it is not that of the state")
    p.add_argument("--auto-lengths", default="", help="of a summarizer: short, medium, long where it beats choosing sentences")
    p.add_argument("--alignment-heads", default="", help="layer:head,… of the decoder that tell which words belong together (alignment.py)")
    p.add_argument("--note", help="one more line about the training data")
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    saved = torch.load(a.state, map_location="cpu")
    shape, state = saved["shape"], saved["state"]
    state["model.shared.weight"][shape["vocab_size"] - 1] = 0
    save_file({k: v.to(torch.bfloat16).contiguous() for k, v in state.items()}, f"{a.out}/model.safetensors", metadata={"format": "pt"})
    os.chmod(f"{a.out}/model.safetensors", 0o644)
    sp = sentencepiece.SentencePieceProcessor(model_file=f"{a.work}/spm.model")
    pieces = sp.get_piece_size()
    longest = 256
    settings, generation = config(a.model, shape, sp.eos_id(), longest)
    write(f"{a.out}/config.json", settings)
    write(f"{a.out}/vocab.json", {**{sp.id_to_piece(i): i for i in range(pieces)}, "<pad>": pieces})
    for which in ("source", "target"):  # Marian's layout has both, though the salience scorer writes nothing
        shutil.copyfile(f"{a.work}/spm.model", f"{a.out}/{which}.spm")
    if a.alignment_heads:  # the name that Whisper's files have for it
        generation["alignment_heads"] = [[int(part) for part in pair.split(":")] for pair in a.alignment_heads.split(",")]
    if generation:
        write(f"{a.out}/generation_config.json", generation)
        write(f"{a.out}/tokenizer_config.json", {
            "tokenizer_class": "MarianTokenizer", "source_lang": "mul" if a.model == "x-en" else "en",
            "target_lang": "mul" if a.model == "en-x" else "en", "separate_vocabs": False, "model_max_length": 512,
            "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"})
    scores = json.load(open(a.scores, encoding="utf-8")) if a.scores else []
    write(f"{a.out}/model.json", card(
        a.model, a.work, a.out, a.max_source_tokens, saved, scores, a.minutes, a.note, [n for n in a.auto_lengths.split(",") if n]))


if __name__ == "__main__":
    main()
