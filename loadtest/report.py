"""What a scenario found: rows of the table, checks that held or did not, charts, remarks, and the figures behind them."""

import figures


class Skipped(Exception):
    """The scenario cannot be run here; the message says why."""


class Report:
    def __init__(self, name):
        self.name, self.rows, self.checks, self.charts, self.notes, self.data = name, [], [], [], [], {}

    def row(self, load, outcomes, seconds, over, **more):
        self.rows.append({**figures.row(self.name, load, outcomes, seconds, over), **more})
        return self.rows[-1]

    def check(self, what, holds):
        self.checks.append({"scenario": self.name, "what": what, "holds": bool(holds)})

    def chart(self, title, x, y, curves, logarithmic=False):
        """A panel of the plot; curves: name → list of (x, y)."""
        curves = {name: [(a, b) for a, b in points if b is not None] for name, points in curves.items()}
        if any(curves.values()):
            self.charts.append({"title": title, "x": x, "y": y, "curves": curves, "logarithmic": logarithmic})

    def note(self, text):
        self.notes.append(text)

    def as_json(self):
        return {"rows": self.rows, "checks": self.checks, "notes": self.notes, "charts": self.charts, **self.data}
