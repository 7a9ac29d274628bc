"""Percentiles, the rows of the table, the table."""

import collections
import math

COLUMNS = [  # heading, member of a row, how it is written
    ("scenario", "scenario", "{}"), ("load", "load", "{}"), ("requests", "requests", "{:,}"), ("per second", "per_s", "{:,.1f}"),
    ("p50 ms", "p50_ms", "{:,.1f}"), ("p95 ms", "p95_ms", "{:,.1f}"), ("p99 ms", "p99_ms", "{:,.1f}"), ("max ms", "max_ms", "{:,.1f}"), ("200", "ok", "{:,}"),
    ("503", "refused", "{:,}"), ("failed", "failed", "{:,}")]


def percentile(ordered, share):
    """Nearest-rank percentile of values in order: the smallest that at least that share of them does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def latencies(seconds):
    """The members of a row for latencies in seconds."""
    ordered = sorted(seconds)
    at = lambda share: None if not ordered else round(1e3 * percentile(ordered, share), 2)
    return {"p50_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99), "max_ms": at(1)}


def row(scenario, load, outcomes, seconds, over):
    """A row of the table.

    - outcomes: a status or a failure's reason, with how often it came
    - seconds: latencies of the answers that count
    - over: how long the load lasted, seconds
    """
    outcomes = collections.Counter(outcomes)
    failures = {str(k): n for k, n in outcomes.items() if not (isinstance(k, int) and (k < 400 or k in (429, 503)))}
    return {
        "scenario": scenario, "load": load, "requests": outcomes.total(), "per_s": round(outcomes.total() / over, 2) if over else None, **latencies(seconds),
        "ok": sum(n for k, n in outcomes.items() if isinstance(k, int) and k < 400), "refused": outcomes[503] + outcomes[429],
        "failed": sum(failures.values()), "failures": failures, "outcomes": {str(k): n for k, n in sorted(outcomes.items(), key=lambda p: str(p[0]))}}


def table(rows):
    """Rows as lines of text, columns aligned; Markdown takes it, too."""
    cells = [[heading for heading, _, _ in COLUMNS]]
    for one in rows:
        cells.append([form.format(one[member]) if one.get(member) is not None else "–" for _, member, form in COLUMNS])
    widths = [max(len(line[column]) for line in cells) for column in range(len(COLUMNS))]
    align = lambda text, column: text.ljust(widths[column]) if column < 2 else text.rjust(widths[column])
    lines = ["| " + " | ".join(align(text, column) for column, text in enumerate(line)) + " |" for line in cells]
    rule = "| " + " | ".join("-" * width if column < 2 else "-" * (width - 1) + ":" for column, width in enumerate(widths)) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])
