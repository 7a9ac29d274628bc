"""MarianMT with its tokenizers."""

import json

from .seq2seq import Seq2Seq


class Marian(Seq2Seq):
    """Text in and out as MarianTokenizer does it, but for one thing: control pieces and `>>xxx<<` in a user's text are ordinary
    characters. The prefix is a token that the caller adds."""

    def __init__(self, folder, number_type="float32"):
        import sentencepiece

        super().__init__(folder, number_type)
        self.source = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
        self.target = sentencepiece.SentencePieceProcessor(model_file=str(folder / "target.spm"))
        self.ids = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        self.pieces = {index: piece for piece, index in self.ids.items()}
        self.max_positions = self.model.config.max_position_embeddings

    def encode(self, text, prefix=None):
        pieces = ([prefix] if prefix else []) + self.source.encode(text, out_type=str)
        return [self.ids.get(piece, self.ids["<unk>"]) for piece in pieces] + [self.eos]

    def decode(self, ids):
        """What MarianTokenizer.decode(skip_special_tokens=True) answers: special tokens dropped, the rest joined by target.spm."""
        special = {"</s>", "<unk>", "<pad>"}
        pieces = [self.pieces[i] for i in ids if self.pieces[i] not in special]
        return self.target.decode_pieces(pieces).replace("▁", " ").strip()

    def described(self, ids):
        return {"output": self.decode(ids)}
