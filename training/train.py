"""Trains a model for a given number of minutes, from nothing, from a model folder or from its last checkpoint.

    python train.py en-x|x-en|summarizer|salience --work WORK --out RUN --minutes 60

Forward and backward run in bfloat16 against float32 master weights, which on CPUs with AVX512_BF16 or AMX is several times
faster than float32; Adam's state and the moving average are float32. The learning rate warms up by steps, then falls linearly
to zero over the time budget, so any budget ends annealed. RUN gets checkpoint.pt each minute (continued from when the same
command runs again), best.pt (averaged weights with the best development score), history.jsonl, curve.svg and tensorboard/.
"""
import argparse
import json
import math
import os
import random
import sys
import time

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from tqdm import tqdm

from model import Shape
from salience import SalienceTask
from tasks import Options, Summarization, Task, Translation

SHAPES = {
    "en-x": Shape(0, 256, 4, 2, 4, 1024),
    "x-en": Shape(0, 256, 4, 2, 4, 1024),
    "summarizer": Shape(0, 192, 4, 2, 4, 704),
    "salience": Shape(0, 128, 2, 0, 4, 512, attention_dim=64, dropout=0.1),
}
TASKS = {"en-x": Translation, "x-en": Translation, "summarizer": Summarization, "salience": SalienceTask}


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("model", choices=list(SHAPES))
    p.add_argument("--work", required=True, help="folder that prepare.py wrote")
    p.add_argument("--out", required=True, help="folder of this run")
    p.add_argument("--minutes", type=float, default=60, help="training time in all, that of earlier runs included")
    p.add_argument("--init", help="model.safetensors with the same vocabulary to start from")
    p.add_argument("--tokens", type=int, default=8000, help="padded tokens of source and target a batch")
    p.add_argument("--max-length", type=int, default=128, help="tokens of the longest row trained on")
    p.add_argument("--optimizer", default="adamw", choices=["adamw", "muon"], help="of the layers' matrices; all else is AdamW's")
    p.add_argument("--rate", type=float, default=1e-3, help="peak learning rate")
    p.add_argument("--matrix-rate", type=float, help="peak learning rate of Muon's matrices (as --rate)")
    p.add_argument("--warmup", type=int, default=1000, help="steps, or a tenth of the time where that is less")
    p.add_argument("--smoothing", type=float, default=0.1)
    p.add_argument("--subwords", type=float, default=0.0, help="share of sources segmented at random")
    p.add_argument("--dropout", type=float)
    p.add_argument("--objective", default="both", choices=["bce", "list", "both"], help="of the salience scorer")
    p.add_argument("--average", type=float, default=0.999, help="decay of the moving average of weights")
    p.add_argument("--develop", type=float, default=5, help="minutes between two scores on development data")
    p.add_argument("--patience", type=int, default=8, help="scores without a better one after which training ends")
    p.add_argument("--threads", type=int, default=torch.get_num_threads())
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--pause-file", help="training rests while this file exists")
    return p.parse_args()


def optimizers(a: argparse.Namespace, masters: dict[str, torch.Tensor]) -> list[torch.optim.Optimizer]:
    """AdamW for all, or Muon (Jordan et al. 2024, with updates of AdamW's size: Liu et al. 2025) for the layers' matrices.

    A group's "peak" is the learning rate that the schedule scales.
    """
    matrices = [p for n, p in masters.items() if a.optimizer == "muon" and p.dim() == 2 and ".layers." in n]
    others = [p for p in masters.values() if not any(p is m for m in matrices)]
    adamw = torch.optim.AdamW([{"params": others, "peak": a.rate}], lr=a.rate, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.01, fused=True)
    if not matrices:
        return [adamw]
    rate = a.matrix_rate or a.rate
    return [adamw, torch.optim.Muon([{"params": matrices, "peak": rate}], lr=rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw")]


class Run:
    """Master weights, their average, the optimizer and what has been measured: all that a checkpoint holds."""

    def __init__(self, a: argparse.Namespace, task: Task):
        self.a, self.task = a, task
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        if a.init:
            missing = task.network.load_state_dict({k: v.float() for k, v in load_file(a.init).items()}, strict=False)
            print("initialised from", a.init, missing)
        self.names = [n for n, _ in task.network.named_parameters()]
        self.masters = [p.detach().float().to(self.device).requires_grad_() for p in task.network.parameters()]
        self.average = [p.detach().clone() for p in self.masters]
        task.network.to(self.device, torch.bfloat16)
        self.weights = list(task.network.parameters())
        self.optimizers = optimizers(a, dict(zip(self.names, self.masters)))
        self.step, self.tokens, self.elapsed, self.best, self.bad = 0, 0, 0.0, -math.inf, 0
        self.history: list[dict] = []
        path = f"{a.out}/checkpoint.pt"
        if os.path.exists(path):
            state = torch.load(path, map_location=self.device)
            with torch.no_grad():
                torch._foreach_copy_(self.masters, state["masters"])
                torch._foreach_copy_(self.average, state["average"])
                torch._foreach_copy_(self.weights, self.masters)
            for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(saved)
            self.step, self.tokens, self.elapsed, self.best, self.bad, self.history = state["progress"]
            print(f"continues at step {self.step}, {self.elapsed / 60:.1f} minutes in")

    def save(self) -> None:
        state = {"masters": [p.detach() for p in self.masters], "average": self.average,
                 "optimizers": [o.state_dict() for o in self.optimizers],
                 "progress": (self.step, self.tokens, self.elapsed, self.best, self.bad, self.history)}
        torch.save(state, f"{self.a.out}/checkpoint.new")
        os.replace(f"{self.a.out}/checkpoint.new", f"{self.a.out}/checkpoint.pt")

    def update(self, batch) -> float:
        """One step: bfloat16 gradients, float32 update, copied back."""
        task, a = self.task, self.a
        done = self.elapsed / (a.minutes * 60)
        for group in (group for optimizer in self.optimizers for group in optimizer.param_groups):
            group["lr"] = group["peak"] * min(1, max((self.step + 1) / a.warmup, 10 * done)) * max(1 - done, 0)
        loss = task.loss(batch)
        loss.backward()
        for master, weight in zip(self.masters, self.weights):
            master.grad, weight.grad = weight.grad.float(), None
        norm = torch.nn.utils.clip_grad_norm_(self.masters, 1.0)
        self.step += 1
        if not torch.isfinite(norm):
            return math.nan
        for optimizer in self.optimizers:
            optimizer.step()
        with torch.no_grad():
            self.masters[self.names.index("model.shared.weight")][task.network.pad] = 0  # also the decoder's first input
            torch._foreach_copy_(self.weights, self.masters)
            torch._foreach_lerp_(self.average, self.masters, 1 - min(a.average, (1 + self.step) / (10 + self.step)))
        self.tokens += task.tokens(batch)
        return loss.item()

    @torch.no_grad()
    def develop(self, loss: float, log) -> None:
        """Scores the averaged weights; keeps them when they are the best so far."""
        task = self.task
        torch._foreach_copy_(self.weights, self.average)
        task.network.eval()
        scores = task.develop()
        task.network.train()
        torch._foreach_copy_(self.weights, self.masters)
        self.history.append({"step": self.step, "minutes": round(self.elapsed / 60, 2), "tokens": self.tokens,
                             "train_loss": round(loss, 4), **{k: round(v, 4) for k, v in scores.items()}})
        tqdm.write(json.dumps(self.history[-1]))
        sys.stdout.flush()
        for name, value in scores.items():
            log.add_scalar(f"dev/{name}", value, self.step)
        self.bad = 0 if scores["score"] > self.best else self.bad + 1
        if scores["score"] > self.best:
            self.best = scores["score"]
            state = {n: p.cpu() for n, p in zip(self.names, self.average)}
            torch.save({"shape": task.network.shape.dict(), "state": state, "progress": self.history[-1]}, f"{self.a.out}/best.pt")
        with open(f"{self.a.out}/history.jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(h) + "\n" for h in self.history)
        plot(self.history, f"{self.a.out}/curve.svg")


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


def initial_shape(path: str | None) -> Shape | None:
    """The shape that prune.py left in a file's metadata."""
    if not path:
        return None
    with safe_open(path, "pt") as file:
        stored = (file.metadata() or {}).get("shape")
    return Shape(**json.loads(stored)) if stored else None


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


def main() -> None:
    a = arguments()
    torch.set_num_threads(a.threads)
    os.makedirs(a.out, exist_ok=True)
    torch.manual_seed(a.seed), random.seed(a.seed), np.random.seed(a.seed)
    shape = initial_shape(a.init) or SHAPES[a.model]
    shape.dropout = shape.dropout if a.dropout is None else a.dropout
    task = TASKS[a.model](Options(a.work, a.tokens, a.max_length, a.smoothing, a.subwords, a.objective), shape)
    run = Run(a, task)
    from torch.utils.tensorboard import SummaryWriter
    log = SummaryWriter(f"{a.out}/tensorboard")
    print(f"{sum(p.numel() for p in run.masters) / 1e6:.2f} M parameters on {run.device}", flush=True)
    budget, saved, developed, average = a.minutes * 60, time.monotonic(), run.elapsed, math.nan
    bar = tqdm(total=round(budget), initial=round(run.elapsed), unit="s", mininterval=1 if sys.stderr.isatty() else 10,
               bar_format="{l_bar}{bar}| {n:.0f}/{total} s [left {remaining}] {postfix}")
    threads = Threads(a.threads)
    batches = task.stream(a.seed + run.step, lambda: run.elapsed / budget)
    while run.elapsed < budget and run.bad < a.patience:
        rest(a.pause_file)
        begin = time.monotonic()
        loss = run.update(next(batches))
        if math.isfinite(loss):
            average = loss if math.isnan(average) else 0.99 * average + 0.01 * loss
        if run.step % 100 == 0:
            log.add_scalar("train/loss", average, run.step)
            log.add_scalar("train/tokens_a_second", run.tokens / max(run.elapsed, 1), run.step)
        run.elapsed += time.monotonic() - begin
        threads.adapt()
        bar.set_postfix_str(f"step {run.step} loss {average:.3f} {run.tokens / max(run.elapsed, 1):.0f} tokens/s {threads.now} threads", refresh=False)
        bar.update(round(run.elapsed) - bar.n)
        if run.elapsed - developed > a.develop * 60:
            developed = run.elapsed
            run.develop(average, log)
        if time.monotonic() - saved > 60:
            saved = time.monotonic()
            run.save()
    run.develop(average, log)
    run.save()
    bar.close()


if __name__ == "__main__":
    main()
