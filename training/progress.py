"""What a run shows while it goes: the bar, the log, the curve; and how it makes room for other programs."""
import math
import os
import sys
import time
from typing import Any

import torch
from tqdm import tqdm


def plot(history: list[dict], path: str) -> None:
    """Training loss and every development score over minutes, one panel each."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    names = [k for k in history[-1] if k not in ("step", "minutes", "tokens", "score")]
    figure, axes = pyplot.subplots(1, len(names), figsize=(4 * len(names), 3), squeeze=False)
    for axis, name in zip(axes[0], names):
        axis.plot([h["minutes"] for h in history], [h[name] for h in history], marker=".")
        axis.set_title(name)
        axis.set_xlabel("minutes")
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def rest(path: str | None) -> float:
    """Waits while the pause file exists; seconds waited."""
    begin = time.monotonic()
    while path and os.path.exists(path):
        time.sleep(0.5)
    return time.monotonic() - begin


class Threads:
    """Uses fewer threads while other programs take the processors: two threads that wait for each other at every
    operation are then far slower than one. Looks at the share of processor time every few seconds."""

    def __init__(self, most: int):
        self.most, self.now = most, most
        self.mark()

    def mark(self) -> None:
        self.wall, self.cpu = time.monotonic(), time.process_time()

    def adapt(self) -> None:
        wall = time.monotonic() - self.wall
        if wall < 5 or self.most == 1:
            return
        share = (time.process_time() - self.cpu) / (wall * self.now)
        wanted = 1 if share < 0.7 else self.most if share > 0.9 else self.now
        if wanted != self.now:
            self.now = wanted
            torch.set_num_threads(wanted)
        self.mark()


class Progress:
    """What the bar and the log say. Losses are read some at a time, as reading one waits for a GPU."""

    def __init__(self, budget: float, elapsed: float, log):
        self.log, self.unread, self.average = log, [], math.nan
        self.bar = tqdm(total=round(budget), initial=round(elapsed), unit="s", mininterval=1 if sys.stderr.isatty() else 10,
                        bar_format="{l_bar}{bar}| {n:.0f}/{total} s [left {remaining}] {postfix}")
        self.start = None

    def update(self, run: Any, loss: torch.Tensor, threads: int) -> None:
        self.unread.append(loss)
        if run.step % (1 if loss.device.type == "cpu" else 25):
            return
        self.start = self.start or (run.tokens, run.elapsed)
        losses = [value for value in torch.stack(self.unread).tolist() if math.isfinite(value)]
        self.unread = []
        for value in losses:
            self.average = value if math.isnan(self.average) else 0.99 * self.average + 0.01 * value
        speed = (run.tokens - self.start[0]) / max(run.elapsed - self.start[1], 1)
        if run.step % 100 == 0:
            self.log.add_scalar("train/loss", self.average, run.step)
            self.log.add_scalar("train/tokens_a_second", speed, run.step)
        self.bar.set_postfix_str(f"step {run.step} loss {self.average:.3f} {speed:.0f} tokens/s {threads} threads", refresh=False)
        self.bar.update(round(run.elapsed) - self.bar.n)
