"""BLEU, chrF2 and chrF2++ as sacrebleu computes them."""

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


def generate_options(name):
    """What sacrebleu says of all sets with case kept and lowered, of whole corpora and of each sentence."""
    from sacrebleu.metrics import BLEU, CHRF

    given = json.loads((HERE / name / "input.json").read_text(encoding="utf-8"))
    rows = []
    for item in [{**row, "references": [row["references"]]} for row in given["sets"]] + given["several"]:
        for lowercase in (False, True):
            metrics = {
                "bleu": BLEU(lowercase=lowercase), "chrf": CHRF(lowercase=lowercase), "chrfpp": CHRF(lowercase=lowercase, word_order=2)}
            sentence_metrics = {**metrics, "bleu": BLEU(lowercase=lowercase, effective_order=True)}
            sentences = list(zip(item["hypotheses"], *item["references"]))
            rows.append({
                "name": item["name"], "lowercase": lowercase, "hypotheses": item["hypotheses"], "references": item["references"],
                "corpus": {key: described(metric, metric.corpus_score(item["hypotheses"], item["references"])) for key, metric in metrics.items()},
                "sentences": [
                    {key: described(metric, metric.sentence_score(sentence[0], sentence[1:])) for key, metric in sentence_metrics.items()}
                    for sentence in sentences]})
    write_json(HERE / name / "options.json", {"rows": rows})
    print(f"{name}: {len(rows)} rows of options")


def described(metric, score):
    """A score, and the line that sacrebleu's command line prints of it."""
    return {"score": score.score, "text": score.format(width=1, signature=metric.get_signature().format())}
