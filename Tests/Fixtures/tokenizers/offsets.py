"""Records where in awkward lines the references say that each piece stands: offsets.json.

    python offsets.py        # on the models beside this file, which generate.py makes
"""
import json, os
import sentencepiece
from transformers import BartTokenizerFast, T5TokenizerFast
from encoder_decoders import old_t5, without_special_pieces
from lines import EDGES, LINES, MARKED

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
PIECES = [f"{HERE}/{name}.model" for name in (
    "unigram-nfkc-bytes", "unigram-plain", "bpe-nfkc", "bpe-plain-bytes", "unigram-symbols", "bpe-symbols-unused", "unigram-suffix", "unigram-spaces")]
ALL = [line for line in LINES + MARKED + EDGES if len(line) <= 160]


def pieces(path):
    """sentencepiece's spans, begin and end of each piece one behind the other, in Unicode characters."""
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=path)
    answers = []
    for line in ALL:
        text = line.encode("utf-8")
        characters = lambda place: len(text[:place].decode("utf-8"))
        answers.append(flat((characters(piece.begin), characters(piece.end)) for piece in tokenizer.encode(line, return_type="proto").pieces))
    return answers


def flat(pairs):
    return [place for pair in pairs for place in pair]


def fast():
    """offset_mapping of transformers' fast tokenizers, without the tokens that they add."""
    folder = f"{HERE}/t5"
    answers = {}
    for name, tokenizer in (("t5 fast", T5TokenizerFast(tokenizer_file=f"{folder}/tokenizer.json")), ("t5 fast-old", old_t5(folder))):
        encode = without_special_pieces(tokenizer, lambda encoding: flat(encoding.offsets))
        answers[name] = [encode(line) for line in ALL]
    for name, options in (("bart plain", {}), ("bart space", {"add_prefix_space": True})):
        tokenizer = BartTokenizerFast(f"{HERE}/bart/vocab.json", f"{HERE}/bart/merges.txt", **options)
        answers[name] = [
            flat(tokenizer(line, split_special_tokens=True, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"])
            for line in ALL]
    return answers


def main():
    answers = {os.path.basename(path).removesuffix(".model"): pieces(path) for path in PIECES}
    answers["t5 spiece"] = pieces(f"{HERE}/t5/spiece.model")
    answers["en-x"] = pieces(f"{ROOT}/models/en-x/source.spm")
    with open(f"{HERE}/offsets.json", "w", encoding="utf-8") as file:
        json.dump({"lines": ALL, "offsets": {**answers, **fast()}}, file, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
