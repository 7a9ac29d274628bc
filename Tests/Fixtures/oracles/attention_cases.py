"""Cross-attention of the random models: what each token of greedy and beam search attended to."""

import json
import random

from .files import HERE, write_json
from .seq2seq import Seq2Seq

SHORT = 24  # tokens of a source; one in four may have up to LONG
LONG = 40
ANSWERS = 16  # the limit of an answer's tokens, so that the file stays small
SEARCHES = [dict(num_beams=1), dict(num_beams=4, num_return_sequences=3), dict(num_beams=3, num_return_sequences=2, length_penalty=2.0)]
CASES = 6  # sources, each with one of the searches


def weights(torch, out, row_of):
    """[T][S]: the mean over the heads of the middle layer, the lower of two, in the step that read each token; the last token's is of the
    step that chose it. `row_of` says which row of the batch chose each token."""
    rows = []
    for token in range(len(row_of)):
        step = min(token + 1, len(row_of) - 1)
        layers = out.cross_attentions[step]
        # The last query: a model with more decoder than encoder layers gets no cache from transformers, and reads all tokens at every step.
        heads = layers[(len(layers) - 1) // 2][row_of[step], :, -1]
        rows.append([float(f"{value:.6f}") for value in heads.double().mean(0).tolist()])
    return rows


def answer(model, input_ids, options):
    """The sequences of one search with their weights, best first."""
    torch = model.torch
    with torch.no_grad():
        out = model.model.generate(
            torch.tensor([input_ids]), do_sample=False, max_length=ANSWERS, output_attentions=True, output_scores=True,
            return_dict_in_generate=True, **options)
    if options["num_beams"] == 1:
        ids = out.sequences[0, 1:].tolist()
        return [{"ids": ids, "weights": weights(torch, out, [0] * len(ids))}]
    found = []
    for sequence, parents in zip(out.sequences, out.beam_indices.tolist()):
        parents = [row for row in parents if row >= 0]
        found.append({"ids": sequence[1:1 + len(parents)].tolist(), "weights": weights(torch, out, parents)})
    return found


def generate_attention(name):
    """attention.json of one random model: sources of expected.json under the searches in turn."""
    model = Seq2Seq(HERE / name)
    model.model.set_attn_implementation("eager")  # the only one that tells its weights
    exact = Seq2Seq(HERE / name, "float64")
    exact.model.set_attn_implementation("eager")
    sources = [case["input_ids"] for case in json.loads((HERE / name / "expected.json").read_text(encoding="utf-8"))["cases"]]
    random.Random(name).shuffle(sources)
    chosen, cases = set(), []
    for ids in sources:
        limit = LONG if len(cases) % 4 == 3 else SHORT
        if not (2 <= len(ids) <= limit) or len(ids) in chosen or (limit == LONG and len(ids) <= SHORT):
            continue
        options = SEARCHES[len(cases) % len(SEARCHES)]
        found = answer(model, ids, options)
        # Answers that hang on the last digits of float32 are not taken, nor trivial ones.
        if [row["ids"] for row in found] != [row["ids"] for row in answer(exact, ids, options)] or len(found[0]["ids"]) < 5:
            continue
        chosen.add(len(ids))
        cases.append({"input_ids": ids, "options": {**options, "max_length": ANSWERS}, "hypotheses": found})
        if len(cases) == CASES:
            break
    write_json(HERE / name / "attention.json", {"cases": cases})
    lengths = [len(row["ids"]) for case in cases for row in case["hypotheses"]]
    print(f"{name}: {len(cases)} searches, {len(lengths)} hypotheses of {min(lengths)}-{max(lengths)} tokens, "
          f"sources of {[len(case['input_ids']) for case in cases]}")
