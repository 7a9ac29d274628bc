"""Random sources through the T5 and BART models: greedy and beam search, numbers inside, options; and T5's buckets of distances."""

import random

from . import beam_cases, greedy_cases
from .beam_cases import BeamOracle
from .family_models import SHAPES
from .files import HERE, write_json
from .greedy_cases import tensor_case
from .seq2seq import Seq2Seq

LENGTHS = [1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 15, 16, 16, 17, 17, 20, 24, 28, 31, 31, 32, 32, 33, 33, 40, 47, 48, 49]
SHORTEST_ANSWER = 5  # of a source whose answer options are to change
LEAST_MARGIN = 1e-3  # of a case's best two choices at each step
TENSOR_LENGTHS = {"t5": (1, 2, 17, 131), "bart": (1, 2, 17, 33)}  # of the sources whose inner numbers are kept
DISTANCES = range(-300, 301)
BUCKETS = [(32, 128), (24, 80), (32, 64), (8, 20), (16, 1000), (5, 4), (4, 3), (64, 256)]


def sources(name, model):
    """Sources of random tokens, the end token last, one for each length."""
    generator = random.Random(SHAPES[name]["seed"])
    tokens = range(3, SHAPES[name]["config"]["vocab_size"])
    lengths = LENGTHS + list(SHAPES[name]["lengths"])
    return [[generator.choice(tokens) for _ in range(length - 1)] + [model.eos] for length in lengths]


def label(ids, number):
    """What a case is called where its text would stand."""
    return f"source {number} of {len(ids)} tokens"


def greedy_options(base, eos, kind):
    """Named options that change an answer which begins with `base`."""
    first, second, third = base[:3]
    rows = [
        ("max_length", dict(max_length=2)), ("max_length", dict(max_length=len(base))),
        ("min_length", dict(min_length=0)), ("min_length", dict(min_length=min(len(base) + 4, 36))),
        ("forced_bos_token_id", dict(forced_bos_token_id=17)), ("forced_bos_token_id", dict(forced_bos_token_id=eos)),
        ("forced_bos_token_id", dict(forced_bos_token_id=None)),
        ("forced_eos_token_id", dict(forced_eos_token_id=23, max_length=8)), ("forced_eos_token_id", dict(forced_eos_token_id=None, max_length=8)),
        ("no_repeat_ngram_size", dict(no_repeat_ngram_size=0)), ("no_repeat_ngram_size", dict(no_repeat_ngram_size=1)),
        ("no_repeat_ngram_size", dict(no_repeat_ngram_size=2)), ("no_repeat_ngram_size", dict(no_repeat_ngram_size=3)),
        ("bad_words_ids", dict(bad_words_ids=[[second], [first, third]])), ("suppress_tokens", dict(suppress_tokens=[second])),
        ("combined", dict(no_repeat_ngram_size=2, min_length=9, max_length=20, suppress_tokens=[third], forced_bos_token_id=5))]
    rows += [("repetition_penalty", dict(repetition_penalty=penalty)) for penalty in (0.8, 1.2, 2.0)]
    rows += [
        ("repetition_penalty", dict(repetition_penalty=2.0, no_repeat_ngram_size=2, min_length=9, suppress_tokens=[second])),
        ("repetition_penalty", dict(repetition_penalty=0.8, forced_bos_token_id=17, max_length=12, bad_words_ids=[[first], [second, third]])),
        ("encoder_no_repeat_ngram_size", dict(encoder_no_repeat_ngram_size=1)),
        ("encoder_no_repeat_ngram_size", dict(encoder_no_repeat_ngram_size=2, repetition_penalty=1.2)),
        ("begin_suppress_tokens", dict(begin_suppress_tokens=[first, second])),
        ("begin_suppress_tokens", dict(begin_suppress_tokens=[first, second], forced_bos_token_id=17)),
        ("new_tokens", dict(max_new_tokens=6)), ("new_tokens", dict(min_new_tokens=min(len(base) + 4, 36))),
        ("new_tokens", dict(min_new_tokens=2, min_length=36, max_new_tokens=12, max_length=6))]
    if kind == "t5":  # so long that the decoder looks farther back than its buckets tell distances apart
        rows.append(("far", dict(suppress_tokens=[eos], max_length=170, no_repeat_ngram_size=3)))
    return rows


def beam_options(base, eos, second_end):
    """Options of beam searches for a source whose plain answer begins with `base`, by theme."""
    two = dict(num_beams=4, num_return_sequences=2)
    return {
        "sizes": [dict(num_beams=b, num_return_sequences=n) for b, n in ((2, 2), (3, 1), (6, 4), (8, 8))],
        "ranking": [
            dict(num_beams=4, num_return_sequences=2, length_penalty=penalty, early_stopping=early)
            for penalty, early in ((0.0, True), (0.6, False), (1.0, "never"), (2.0, True), (2.0, False), (-1.0, "never"))],
        "limits": [dict(num_beams=3, num_return_sequences=3, max_length=8), dict(**two, max_length=9, forced_eos_token_id=None)],
        "lengths": [dict(**two, min_length=0), dict(**two, min_length=14)],
        "repeats": [dict(**two, no_repeat_ngram_size=size) for size in (0, 1, 2, 3)],
        "forced": [dict(**two, forced_bos_token_id=17), dict(**two, forced_bos_token_id=None), dict(**two, forced_bos_token_id=eos)],
        "bans": [dict(**two, bad_words_ids=[[base[0]], [base[1], base[2]]]), dict(**two, suppress_tokens=[base[1]])],
        "two ends": [dict(**two, eos_token_id=[eos, second_end]), dict(**two, eos_token_id=[eos, second_end], early_stopping="never")],
        "combined": [
            dict(num_beams=6, num_return_sequences=3, no_repeat_ngram_size=2, min_length=6, max_length=20, length_penalty=0.6,
                 forced_bos_token_id=5, early_stopping=True)],
        "penalties": [dict(**two, repetition_penalty=penalty) for penalty in (0.8, 1.2, 2.0)] + [
            dict(num_beams=6, num_return_sequences=3, repetition_penalty=1.2, length_penalty=0.6, early_stopping="never"),
            dict(**two, repetition_penalty=2.0, no_repeat_ngram_size=2, min_length=9, suppress_tokens=[base[1]]),
            dict(**two, repetition_penalty=0.8, forced_bos_token_id=17, max_length=12, bad_words_ids=[[base[2]], [base[0], base[1]]])],
        "source": [dict(**two, encoder_no_repeat_ngram_size=size) for size in (1, 2)] + [
            dict(**two, encoder_no_repeat_ngram_size=2, repetition_penalty=1.2, no_repeat_ngram_size=2)],
        "beginnings": [
            dict(**two, begin_suppress_tokens=[eos, base[0], base[1]]),
            dict(**two, begin_suppress_tokens=[eos, base[0], base[1]], forced_bos_token_id=17)],
        "new tokens": [
            dict(**two, max_new_tokens=7), dict(**two, min_new_tokens=14),
            dict(**two, min_new_tokens=2, min_length=30, max_new_tokens=12, max_length=6)]}


def plain_cases(name, model):
    """Greedy searches without near-ties; returns how many had one, too."""
    cases = []
    rows = sources(name, model)
    for number, ids in enumerate(rows):
        answer = model.greedy(ids)
        if min(gap for gap in answer["gaps"] if gap is not None) >= LEAST_MARGIN:
            cases.append({"text": label(ids, number), "input_ids": ids, "greedy": answer})
    return cases, len(rows) - len(cases)


def workable(name, cases, longest=40):
    """Cases whose sources and answers are neither trivial nor long: two that end by themselves, one that the limit ends, and so on."""
    limit = SHAPES[name]["generation"]["max_length"] - 1
    usable = [case for case in cases if len(case["input_ids"]) <= longest and len(case["greedy"]["ids"]) >= SHORTEST_ANSWER]
    ended = [case for case in usable if len(case["greedy"]["ids"]) < limit]
    cut = [case for case in usable if len(case["greedy"]["ids"]) == limit]
    return [case for i in range(0, len(ended), 2) for case in ended[i:i + 2] + cut[i // 2:i // 2 + 1]]


def generate_greedy(name):
    """expected.json of one random model."""
    model, kind = Seq2Seq(HERE / name), SHAPES[name]["kind"]
    cases, near_ties = plain_cases(name, model)
    variants, changed = [], 0
    for case in workable(name, cases)[:3]:
        base = case["greedy"]["ids"]
        for variant, options in greedy_options(base, model.eos, kind):
            answer = model.greedy(case["input_ids"], **options)
            changed += answer["ids"] != base
            if min((gap for gap in answer["gaps"] if gap is not None), default=1) >= LEAST_MARGIN / 10:
                variants.append({
                    "variant": variant, "options": options, "text": case["text"], "input_ids": case["input_ids"], "greedy": answer})
    by_length = {len(case["input_ids"]): case for case in cases}
    tensors = [tensor_case(model, by_length[length]) for length in TENSOR_LENGTHS[kind] if length in by_length]
    write_json(HERE / name / "expected.json", {"cases": cases, "tensors": tensors, "variants": variants})
    print(f"{name}: {near_ties} near-ties left out, {len(variants)} variants, {changed} options change an answer, "
          f"sources of {sorted(by_length)} tokens")
    greedy_cases.report(name, [case["greedy"] for case in cases], SHAPES[name]["generation"]["max_length"])


def generate_beams(name):
    """beam.json of one random model: a plain search of every source, and every set of options on two."""
    oracle = BeamOracle(HERE / name, Seq2Seq)
    plain, _ = plain_cases(name, oracle.model)
    greedy = {case["text"]: case["greedy"]["ids"] for case in plain}
    rows = workable(name, plain)
    second_end = beam_cases.second_end([(row, row["greedy"]["ids"]) for row in rows])
    planned = [("plain", dict(num_beams=4, num_return_sequences=4), row) for row in plain]
    turn = 0
    for theme, sets in beam_options([3, 4, 5], oracle.model.eos, second_end).items():
        for index in range(len(sets)):
            for row in (rows[turn % len(rows)], rows[(turn + 1) % len(rows)]):
                base = row["greedy"]["ids"]
                planned.append((theme, beam_options(base, oracle.model.eos, second_end)[theme][index], row))
            turn += 2
    cases, differ, near_ties = [], 0, 0
    for theme, options, row in planned:
        answer = oracle.answer(row["input_ids"], options)
        if oracle.is_near_tie(row["input_ids"], options, answer):
            near_ties += 1
            continue
        differ += answer[0]["ids"] != greedy[row["text"]]
        cases.append({"theme": theme, "options": options, "text": row["text"], "input_ids": row["input_ids"], "hypotheses": answer})
    write_json(HERE / name / "beam.json", {"cases": cases})
    beam_cases.report(name, cases, differ, near_ties, compared="greedy search")


def generate_buckets(name):
    """buckets.json: the bucket of every distance, as the model's own code finds it."""
    import torch
    from transformers.models.t5.modeling_t5 import T5Attention

    rows = [
        {"buckets": buckets, "farthest": farthest, "bidirectional": both, "first": DISTANCES[0],
         "expected": T5Attention._relative_position_bucket(
             torch.tensor(DISTANCES), bidirectional=both, num_buckets=buckets, max_distance=farthest).tolist()}
        for buckets, farthest in BUCKETS for both in (True, False)]
    write_json(HERE / name / "buckets.json", {"tables": rows})
    print(f"{name}: {len(rows)} tables of {len(DISTANCES)} distances")
