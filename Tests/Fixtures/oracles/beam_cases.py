"""Beam searches: texts under many options through the random models, and 200 sentences through the model in models/."""

import hashlib
import json
from collections import Counter

from .files import HERE, ROOT, rounded, write_json
from .greedy_cases import case_texts
from .marian import Marian
from .random_models import SHAPES

NEAR_TIE = 1e-6  # of two scores
CHANGED_CASES = 2  # cases of an option set whose answer it changes; one more is taken as it comes


class BeamOracle:
    """Beam search of one model. A second copy in float64 tells answers that hang on the last digits of float32."""

    def __init__(self, folder, kind=Marian):
        self.model = kind(folder)
        self.exact = kind(folder, "float64")

    def answer(self, input_ids, options):
        return self.model.beams(input_ids, **options)

    def is_near_tie(self, input_ids, options, answer):
        exact = self.exact.beams(input_ids, **options)
        close = any(a["score"] - b["score"] < NEAR_TIE for a, b in zip(exact, exact[1:]))
        return close or [row["ids"] for row in exact] != [row["ids"] for row in answer]


def option_sets(source, base, second_end, pad):
    """Generation options for one source whose plain beam search says `base`; each list is one theme."""
    first, second, third = base[:3]
    banned = lambda *sequences: dict(bad_words_ids=[[pad], *map(list, sequences)])
    ends = dict(eos_token_id=[0, second_end])
    sizes = [dict(num_beams=b, num_return_sequences=n) for b, n in (
        (2, 1), (2, 2), (3, 1), (3, 2), (3, 3), (4, 1), (4, 2), (4, 3), (4, 4), (6, 4), (6, 6), (8, 3), (8, 8))]
    ranking = [
        dict(num_beams=3 + i % 2, num_return_sequences=2, length_penalty=penalty, early_stopping=early)
        for i, penalty in enumerate((0.0, 0.6, 1.0, 2.0, -1.0)) for early in (True, False, "never")]
    wide = [
        dict(num_beams=8, num_return_sequences=2, length_penalty=penalty, early_stopping=early)
        for penalty, early in ((0.6, False), (2.0, "never"), (2.0, False), (-1.0, True), (0.0, "never"))]
    limits = [
        dict(num_beams=beams, num_return_sequences=beams, max_length=length, **end)
        for beams, length in ((2, 2), (4, 2), (4, 3), (3, 8), (6, 8)) for end in ({}, dict(forced_eos_token_id=None))]
    limits += [
        dict(num_beams=4, num_return_sequences=2, max_length=10, forced_eos_token_id=None, length_penalty=penalty, early_stopping=early)
        for penalty, early in ((0.0, "never"), (2.0, "never"), (-1.0, False), (0.6, True))]
    lengths = [dict(num_beams=4, num_return_sequences=2, min_length=least) for least in (min(len(base) + 3, 40), 12)]
    lengths += [dict(num_beams=3, num_return_sequences=3, min_length=12, max_length=12),
                dict(num_beams=3, num_return_sequences=2, min_length=9, max_length=9, forced_eos_token_id=None)]
    repeats = [dict(num_beams=beams, num_return_sequences=2, no_repeat_ngram_size=size)
               for size in (1, 2, 3) for beams in (2, 4)]
    bans = [
        dict(num_beams=4, num_return_sequences=2, **banned([first])), dict(num_beams=3, num_return_sequences=3, **banned([first, second])),
        dict(num_beams=6, num_return_sequences=2, **banned([second], [first, second, third], [third, second])),
        dict(num_beams=4, num_return_sequences=1, suppress_tokens=[second]),
        dict(num_beams=4, num_return_sequences=2, suppress_tokens=sorted({0, first, third}), forced_eos_token_id=None, max_length=10)]
    forced = [
        dict(num_beams=4, num_return_sequences=3, forced_bos_token_id=17), dict(num_beams=3, num_return_sequences=3, forced_bos_token_id=0),
        dict(num_beams=4, num_return_sequences=4, forced_bos_token_id=17, max_length=3),
        dict(num_beams=4, num_return_sequences=2, forced_eos_token_id=23, max_length=8),
        dict(num_beams=2, num_return_sequences=2, forced_bos_token_id=second, length_penalty=0.0)]
    two_ends = [dict(num_beams=beams, num_return_sequences=2, **ends) for beams in (2, 4, 6)] + [
        dict(num_beams=4, num_return_sequences=4, early_stopping=True, **ends),
        dict(num_beams=4, num_return_sequences=2, early_stopping="never", length_penalty=2.0, **ends),
        dict(num_beams=3, num_return_sequences=3, min_length=7, **ends),
        dict(num_beams=3, num_return_sequences=3, max_length=6, forced_eos_token_id=None, **ends)]
    combined = [
        dict(num_beams=4, num_return_sequences=2, no_repeat_ngram_size=2, min_length=6, max_length=20, suppress_tokens=[third],
             length_penalty=0.6),
        dict(num_beams=6, num_return_sequences=3, no_repeat_ngram_size=3, early_stopping=True, length_penalty=2.0,
             **banned([second, third])),
        dict(num_beams=3, num_return_sequences=2, forced_bos_token_id=source[0], min_length=8, early_stopping="never",
             length_penalty=-1.0, **ends),
        dict(num_beams=8, num_return_sequences=4, max_length=14, no_repeat_ngram_size=1, early_stopping="never", length_penalty=0.6,
             forced_eos_token_id=None, **banned([first]))]
    return {
        "sizes": sizes, "ranking": ranking, "wide": wide, "limits": limits, "lengths": lengths, "repeats": repeats, "bans": bans,
        "forced": forced, "two ends": two_ends, "combined": combined}


def sources(marian, prefixes, max_length):
    """Sources whose greedy answer is neither trivial nor cut, and a few that the limit cuts, spread among them."""
    ended, cut = [], []
    for i, text in enumerate(dict.fromkeys(case_texts())):
        prefix = prefixes[i % len(prefixes)]
        ids = marian.encode(text, prefix)
        greedy = marian.greedy(ids)["ids"]
        if len(greedy) >= 5 and len(ids) <= 40:
            row = {"text": text, **({"prefix": prefix} if prefix else {}), "input_ids": ids}
            (cut if len(greedy) == max_length - 1 else ended).append((row, greedy))
    return [row for i in range(0, len(ended), 4) for row in ended[i:i + 4] + cut[i // 4:i // 4 + 1]]


def second_end(rows):
    """A token that greedy answers say often, but late: as a second end token it ends some of them."""
    return Counter(token for _, greedy in rows for token in set(greedy[3:]) - set(greedy[:3]) if token).most_common(1)[0][0]


def generate_beams(name):
    """beam.json of one random model: every set of options on a few sources, those first whose answer it changes."""
    folder, shape = HERE / name, SHAPES[name]
    oracle = BeamOracle(folder)
    rows = sources(oracle.model, shape["prefixes"] or [None], shape["max_length"])
    pad, end = oracle.model.model.config.pad_token_id, second_end(rows)
    plain = lambda ids, count: oracle.answer(ids, dict(num_beams=count, num_return_sequences=1))
    per_source = [option_sets(row["input_ids"], plain(row["input_ids"], 4)[0]["ids"] + [5, 6, 7], end, pad) for row, _ in rows]
    cases, differ, near_ties, turn = [], 0, 0, 0
    for theme in per_source[0]:
        for index in range(len(per_source[0][theme])):
            chosen, unchanged = [], []
            for offset in range(10):
                place = (turn + offset) % len(rows)
                row, greedy = rows[place]
                options = per_source[place][theme][index]
                answer = oracle.answer(row["input_ids"], options)
                if oracle.is_near_tie(row["input_ids"], options, answer):
                    near_ties += 1
                    continue
                reference = greedy if theme == "sizes" else plain(row["input_ids"], options["num_beams"])[0]["ids"]
                case = {"theme": theme, "options": options, **row, "hypotheses": answer}
                (chosen if answer[0]["ids"] != reference else unchanged).append(case)
                if len(chosen) == CHANGED_CASES:
                    break
            differ += len(chosen)
            cases += chosen + unchanged[:1]
            turn += 3
    write_json(folder / "beam.json", {"cases": cases})
    report(name, cases, differ, near_ties)


def report(name, cases, differ, near_ties, compared="what the same search says without the option (a plain one: from greedy search)"):
    gaps = sorted(a["score"] - b["score"] for case in cases for a, b in zip(case["hypotheses"], case["hypotheses"][1:]))
    lengths = [len(row["ids"]) for case in cases for row in case["hypotheses"]]
    print(f"{name}: {len(cases)} beam searches, {len(lengths)} hypotheses of {min(lengths)}-{max(lengths)} tokens, "
          f"{differ} differ from {compared}, "
          f"near-ties {near_ties}, least gaps of scores {[rounded(gap, 3) for gap in gaps[:3]]}")


def generate_parity(name):
    """beam.json beside the greedy cases of a model in models/: generation_config.json's beam search with all of its hypotheses."""
    folder = HERE / name
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    model = ROOT / "models" / expected["model"]
    oracle = BeamOracle(model)
    options = dict(num_beams=4, num_return_sequences=4)
    cases, differ, near_ties = [], 0, 0
    for case in expected["cases"]:
        ids = case["input_ids"]
        answer = oracle.answer(ids, options)
        head = {key: case[key] for key in ("source", "target") if key in case}
        cases.append({
            **head, "options": options, **{key: case[key] for key in ("text", "prefix") if key in case}, "input_ids": ids, "hypotheses": answer})
        differ += answer[0]["ids"] != case["greedy"]["ids"]
        near_ties += oracle.is_near_tie(ids, options, answer)
    weights = hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest()
    write_json(folder / "beam.json", {"model": expected["model"], "weights_sha256": weights, "cases": cases})
    report(name, cases, differ, near_ties)
