"""BLEU and chrF as sacrebleu computes them."""

import json

from .files import HERE, write_json


def generate_bleu(name):
    """sacrebleu's corpus BLEU and chrF of the sets in input.json."""
    from sacrebleu.metrics import BLEU, CHRF

    sets = json.loads((HERE / name / "input.json").read_text(encoding="utf-8"))["sets"]
    rows = []
    for item in sets:
        references = [item["references"]]
        b, c = BLEU().corpus_score(item["hypotheses"], references), CHRF().corpus_score(item["hypotheses"], references)
        rows.append({
            "name": item["name"],
            "bleu": {"score": b.score, "precisions": b.precisions, "counts": b.counts, "totals": b.totals, "brevity_penalty": b.bp,
                     "hypothesis_length": b.sys_len, "reference_length": b.ref_len},
            "chrf": {"score": c.score}})
    write_json(HERE / name / "expected.json", {"sets": rows})
    print(f"{name}: {len(rows)} sets, BLEU {[round(r['bleu']['score'], 1) for r in rows]}")
