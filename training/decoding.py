"""Greedy or beam output of an exported MarianMT folder, with the MarianMTModel of `transformers`: also the check that it loads."""
import json

import sentencepiece
import torch
from transformers import MarianMTModel


class Decoder:
    def __init__(self, folder: str):
        self.model = MarianMTModel.from_pretrained(folder, torch_dtype=torch.float32).eval()
        self.sp = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/source.spm")
        with open(f"{folder}/vocab.json", encoding="utf-8") as file:
            self.ids = json.load(file)
        self.eos, self.pad = self.model.config.eos_token_id, self.model.config.pad_token_id

    def source(self, prefix: str, text: str, longest: int) -> list[int]:
        pieces = ([prefix] if prefix else []) + self.sp.encode(text, out_type=str)
        return [self.ids.get(piece, self.ids["<unk>"]) for piece in pieces][: longest - 1] + [self.eos]

    @torch.no_grad()
    def texts(self, sources: list[tuple[str, str]], beam: int = 1, longest: int = 512, new_tokens: int = 160, rows: int = 16) -> list[str]:
        """(prefix or "", text) → outputs in the same order. Sources are cut to `longest` tokens."""
        ids = [self.source(prefix, text, longest) for prefix, text in sources]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        out = [""] * len(ids)
        for at in range(0, len(order), rows):
            part = order[at:at + rows]
            width = max(len(ids[i]) for i in part)
            batch = torch.tensor([ids[i] + [self.pad] * (width - len(ids[i])) for i in part])
            result = self.model.generate(input_ids=batch, attention_mask=(batch != self.pad).long(), num_beams=beam,
                                         do_sample=False, max_length=min(2 * width + 10, new_tokens))
            for i, tokens in zip(part, result.tolist()):
                out[i] = self.sp.decode([t for t in tokens if t not in (self.eos, self.pad)])
        return out

    @torch.no_grad()
    def margin(self, prefix: str, text: str) -> tuple[str, float]:
        """The greedy output and the least distance between its tokens' logits and the next best ones: near-ties are small."""
        ids = torch.tensor([self.source(prefix, text, 512)])
        result = self.model.generate(input_ids=ids, num_beams=1, do_sample=False, max_length=100, output_logits=True,
                                     return_dict_in_generate=True)
        best = torch.stack([logits[0].topk(2).values for logits in result.logits])  # [tokens,2]
        output = self.sp.decode([t for t in result.sequences[0].tolist() if t not in (self.eos, self.pad)])
        return output, float((best[:, 0] - best[:, 1]).min())
