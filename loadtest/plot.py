"""Charts as one SVG file: line charts, two beside each other, readable on light and on dark pages. Standard library only, so that the load
test draws wherever it runs; the plots of `make bench` (Benchmarks/plots.py) are matplotlib's."""

import html
import math
import pathlib

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 460, 300, 62, 22, 34, 66  # of a panel, and what lies around its axes
COLOURS = ["#0b6bcb", "#d9480f", "#2b8a3e", "#862e9c"]
STYLE = """
text{font:11px sans-serif;fill:#1f2328}.soft{fill:#57606a}.title{font-weight:bold;font-size:12px}.grid{stroke:#d8dee4;stroke-width:.7}.axis{stroke:#57606a}
.paper{fill:#fefefe}polyline{fill:none;stroke-width:1.6}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.grid{stroke:#30363d}.axis{stroke:#9198a1}.paper{fill:#0d1117}}
"""


def steps(low, high, count=5):
    """Round numbers from below low to above high, about so many."""
    span = (high - low) or abs(high) or 1
    power = 10 ** math.floor(math.log10(span / count))
    step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= count)
    return [step * n for n in range(math.floor(low / step), math.ceil(high / step - 1e-9) + 1)]


def decades(low, high):
    """1, 2, 5, 10 … around the values."""
    marks = [factor * 10**power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1) for factor in (1, 2, 5)]
    first = max((i for i, mark in enumerate(marks) if mark <= low), default=0)
    last = min((i for i, mark in enumerate(marks) if mark >= high), default=len(marks) - 1)
    return marks[first : max(last, first + 1) + 1]


def number(value):
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:g}"


def panel(chart, left, top):
    """One chart as SVG elements."""
    points = [(x, y) for curve in chart["curves"].values() for x, y in curve]
    logarithmic = chart["logarithmic"] and min(y for _, y in points) > 0
    xs = steps(min(x for x, _ in points), max(x for x, _ in points))
    ys = (decades if logarithmic else steps)(min(y for _, y in points) if logarithmic else 0, max(y for _, y in points) or 1)
    scale = math.log10 if logarithmic else float
    across = lambda x: left + LEFT + (x - xs[0]) / (xs[-1] - xs[0]) * (WIDTH - LEFT - RIGHT)
    up = lambda y: top + HEIGHT - BOTTOM - (scale(y) - scale(ys[0])) / (scale(ys[-1]) - scale(ys[0])) * (HEIGHT - TOP - BOTTOM)
    floor, right = top + HEIGHT - BOTTOM, left + WIDTH - RIGHT
    text = lambda x, y, words, style="", anchor="middle": f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" text-anchor="{anchor}">{html.escape(words)}</text>'
    out = [text(left + LEFT, top + 20, chart["title"], "title", "start")]
    for y in ys:
        out += [f'<line class="grid" x1="{left + LEFT}" y1="{up(y):.1f}" x2="{right}" y2="{up(y):.1f}"/>', text(left + LEFT - 6, up(y) + 4, number(y), "soft", "end")]
    out += [text(across(x), floor + 16, number(x), "soft") for x in xs]
    out.append(f'<line class="axis" x1="{left + LEFT}" y1="{floor}" x2="{right}" y2="{floor}"/>')
    out.append(text((left + LEFT + right) / 2, floor + 33, chart["x"], "soft"))
    out.append(f'<text class="soft" text-anchor="middle" transform="translate({left + 14},{(top + TOP + floor) / 2:.1f}) rotate(-90)">{html.escape(chart["y"])}</text>')
    key = left + LEFT
    for index, (name, curve) in enumerate(chart["curves"].items()):
        colour = COLOURS[index % len(COLOURS)]
        out.append(f'<polyline stroke="{colour}" points="{" ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in curve)}"/>')
        if len(curve) <= 12:
            out += [f'<circle fill="{colour}" r="2.6" cx="{across(x):.1f}" cy="{up(y):.1f}"/>' for x, y in curve]
        out += [f'<rect x="{key}" y="{floor + 44}" width="12" height="3" fill="{colour}"/>', text(key + 17, floor + 49, name, "", "start")]
        key += 34 + 6.2 * len(name)
    return out


def draw(charts, caption, path):
    """Writes the charts with a line below them that says what was measured where."""
    rows = math.ceil(len(charts) / 2)
    width, height = (2 if len(charts) > 1 else 1) * WIDTH, rows * HEIGHT + 26
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">', f"<style>{STYLE}</style>",
           f'<rect class="paper" width="{width}" height="{height}"/>']
    for index, chart in enumerate(charts):
        out += panel(chart, index % 2 * WIDTH, index // 2 * HEIGHT)
    out += [f'<text class="soft" x="14" y="{height - 10}">{html.escape(caption)}</text>', "</svg>"]
    pathlib.Path(path).write_text("\n".join(out), encoding="utf-8")
