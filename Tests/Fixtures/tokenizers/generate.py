"""Trains the small models beside this file and records what the reference does with awkward lines.

    python -m venv venv && venv/bin/pip install sentencepiece==0.2.3 transformers==4.57.1 protobuf
    venv/bin/python generate.py

Training has no random part with one thread, but library versions matter: the models are committed with the answers.
"""
import json, os, random, shutil
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as schema
from transformers import MarianTokenizer
import encoder_decoders, offsets
from lines import LINES, MARKED

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
COMMON = dict(input=f"{HERE}/corpus.txt", num_threads=1, hard_vocab_limit=False, character_coverage=0.985, minloglevel=2)
SYMBOLS = dict(user_defined_symbols=["<sep>", "@@", "▁sea"], control_symbols=["<ctl>"])
RULES = "0041\t0061\n0042\t0062 0062\n00AD\t\n0020 0020\t0020\n0048 0045 004C 004C 004F\t0068 0069 0020\n"


def train(name, **options):
    with open(f"{HERE}/rules.tsv", "w", encoding="utf-8") as file:
        file.write(RULES)
    sentencepiece.SentencePieceTrainer.train(model_prefix=f"{HERE}/{name}", **{**COMMON, **options})
    os.remove(f"{HERE}/{name}.vocab")
    os.remove(f"{HERE}/rules.tsv")


def edit(name, change, source=None):
    model = schema.ModelProto()
    with open(f"{HERE}/{source or name}.model", "rb") as file:
        model.ParseFromString(file.read())
    change(model)
    with open(f"{HERE}/{name}.model", "wb") as file:
        file.write(model.SerializeToString())


def slim(model):
    model.trainer_spec.input[:] = ["corpus.txt"]
    model.trainer_spec.model_prefix = ""
    model.normalizer_spec.normalization_rule_tsv = ""


def unused(every):
    def change(model):
        normal = [p for p in model.pieces if p.type == 1 and len(p.piece) > 1]
        for piece in normal[::every]:
            piece.type = 5
    return change


def plain_spaces(model):
    model.normalizer_spec.escape_whitespaces = False
    for piece in model.pieces:
        if piece.type == 1 and piece.piece.replace("▁", " ") not in {p.piece for p in model.pieces}:
            piece.piece = piece.piece.replace("▁", " ")


def models():
    train("unigram-nfkc-bytes", model_type="unigram", vocab_size=1200, byte_fallback=True)
    train("unigram-plain", model_type="unigram", vocab_size=900, normalization_rule_name="identity")
    train("bpe-nfkc", model_type="bpe", vocab_size=1000)
    train("bpe-plain-bytes", model_type="bpe", vocab_size=1100, byte_fallback=True, normalization_rule_name="identity",
          split_by_whitespace=False, add_dummy_prefix=False, remove_extra_whitespaces=False)
    train("unigram-symbols", model_type="unigram", vocab_size=800, normalization_rule_tsv=f"{HERE}/rules.tsv",
          remove_extra_whitespaces=False, unk_surface="[?]", **SYMBOLS)
    train("bpe-symbols-unused", model_type="bpe", vocab_size=900, normalization_rule_name="identity", **SYMBOLS)
    train("unigram-suffix", model_type="unigram", vocab_size=800, normalization_rule_name="identity",
          treat_whitespace_as_suffix=True)
    names = ["unigram-nfkc-bytes", "unigram-plain", "bpe-nfkc", "bpe-plain-bytes", "unigram-symbols", "bpe-symbols-unused",
             "unigram-suffix"]
    for name in names:
        edit(name, slim)
    edit("bpe-symbols-unused", unused(5))
    edit("unigram-suffix", unused(7))
    edit("unigram-spaces", plain_spaces, source="unigram-plain")
    return names + ["unigram-spaces"]


def record(name):
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=f"{HERE}/{name}.model")
    chance = random.Random(name)
    cases, decodes = [], []
    for line in LINES + MARKED:
        ids = tokenizer.encode(line)
        cases.append({"text": line, "ids": ids, "pieces": tokenizer.encode(line, out_type=str), "decoded": tokenizer.decode(ids)})
    for length in [1, 1, 1, 2, 2, 3, 5, 8, 13, 21, 34] * 3:
        ids = [chance.randrange(chance.choice([260, tokenizer.get_piece_size()])) % tokenizer.get_piece_size() for _ in range(length)]
        decodes.append({"ids": ids, "text": tokenizer.decode(ids)})
    return {"model": name, "count": tokenizer.get_piece_size(), "cases": cases, "decodes": decodes}


def marian(folder, prefixes):
    tokenizer = MarianTokenizer.from_pretrained(folder)
    chance = random.Random(7)
    cases, decodes = [], []
    for number, line in enumerate(LINES):
        prefix = prefixes[number % len(prefixes)] if prefixes else None
        # Tags and special tokens in a text are characters to us: such lines are not comparable.
        cases.append({"text": line, "prefix": prefix, "ids": tokenizer((prefix or "") + line)["input_ids"]})
    for length in [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55] * 3:
        ids = [chance.randrange(chance.choice([300, len(tokenizer.encoder)])) % len(tokenizer.encoder) for _ in range(length)]
        decodes.append({"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=True)})
    return {"cases": cases, "decodes": decodes}


def tiny_marian():
    """Two models and a vocabulary that lacks some of their pieces and has some that neither knows."""
    folder = f"{HERE}/marian"
    os.makedirs(folder, exist_ok=True)
    shutil.copyfile(f"{HERE}/unigram-plain.model", f"{folder}/source.spm")
    shutil.copyfile(f"{HERE}/unigram-suffix.model", f"{folder}/target.spm")
    pieces = ["</s>", "<unk>", ">>deu<<", "ｗｉｄｔｈ", "\u00a0", "▁only▁here"]
    for file in ("source.spm", "target.spm"):
        model = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/{file}")
        pieces += [model.id_to_piece(i) for i in range(3, model.get_piece_size()) if i % 11]
    pieces = list(dict.fromkeys(pieces)) + ["<pad>"]
    with open(f"{folder}/vocab.json", "w", encoding="utf-8") as file:
        json.dump({piece: number for number, piece in enumerate(pieces)}, file, ensure_ascii=True, indent=0)
    with open(f"{folder}/tokenizer_config.json", "w", encoding="utf-8") as file:
        json.dump({"source_lang": "en", "target_lang": "de", "unk_token": "<unk>", "eos_token": {"content": "</s>", "__type": "AddedToken"},
                   "pad_token": "<pad>"}, file)
    return folder


def main():
    with open(f"{HERE}/expected.json", "w", encoding="utf-8") as file:
        json.dump([record(name) for name in models()], file, ensure_ascii=False, separators=(",", ":"))
    answers = {"en-x": marian(f"{ROOT}/models/en-x", [None, ">>deu<<", ">>spa<<", ">>fra<<"]), "tiny": marian(tiny_marian(), [None, ">>deu<<"])}
    with open(f"{HERE}/marian.json", "w", encoding="utf-8") as file:
        json.dump(answers, file, ensure_ascii=False, separators=(",", ":"))
    encoder_decoders.main()
    offsets.main()


if __name__ == "__main__":
    main()
