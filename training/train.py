"""Trains a model for a given number of minutes, from nothing, from a model folder or from its last checkpoint.

    python train.py en-x|x-en|teacher|summarizer|salience --work WORK --out RUN --minutes 60

Forward and backward run in bfloat16 against float32 master weights, which on CPUs with AVX512_BF16 or AMX is several times
faster than float32; Adam's state and the moving average are float32. The learning rate warms up by steps, then falls linearly
to zero over the time budget, so any budget ends annealed. The teacher is a large model of all directions, for distill.py. RUN gets
checkpoint.pt each minute (continued from when the same command runs again), best.pt (the weights, averaged ones as a rule, with the
best development score), history.jsonl, curve.svg and tensorboard/.
"""
import argparse
import itertools
import json
import math
import os
import random
import sys
import time
from typing import Iterator

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from tqdm import tqdm

from model import Shape
from optimizers import Weights
from progress import Progress, Threads, plot, rest
from salience import SalienceTask
from tasks import Options, Summarization, Task, Translation

SHAPES = {
    "en-x": Shape(0, 256, 6, 2, 4, 768),
    "x-en": Shape(0, 256, 6, 2, 4, 768),
    "teacher": Shape(0, 512, 6, 3, 8, 2048),
    "summarizer": Shape(0, 192, 4, 2, 4, 704),
    "salience": Shape(0, 128, 2, 0, 4, 512, attention_dim=64, dropout=0.1),
}
TASKS = {"en-x": Translation, "x-en": Translation, "teacher": Translation, "summarizer": Summarization, "salience": SalienceTask}


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
    p.add_argument("--workers", type=int, default=0, help="processes that make batches of translations, for a GPU; 0: this one does")
    p.add_argument("--multiple", type=int, default=1, help="batches are padded to widths that are multiples of this; 8 for a GPU")
    p.add_argument("--threads", type=int, default=torch.get_num_threads())
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--pause-file", help="training rests while this file exists")
    return p.parse_args()


def device() -> torch.device:
    if not torch.cuda.is_available():
        return torch.device("cpu")
    torch.backends.cuda.enable_cudnn_sdp(False)  # plans anew for each shape, and every batch has its own
    return torch.device("cuda")


class Run:
    """Weights, the optimizer and what has been measured: all that a checkpoint holds."""

    def __init__(self, a: argparse.Namespace, task: Task, saved: dict | None):
        self.a, self.task = a, task
        self.device = device()
        if a.init:
            missing = task.network.load_state_dict({k: v.float() for k, v in load_file(a.init).items()}, strict=False)
            print("initialised from", a.init, missing)
        self.weights = Weights(task.network, self.device)
        # The embedding of padding, which is also the decoder's first input, stays 0.
        self.padding = self.weights.views(self.weights.master)[self.weights.names.index("model.shared.weight")][task.network.pad]
        self.optimizers = self.weights.optimizers(a.optimizer, a.rate, a.matrix_rate or a.rate)
        self.step, self.tokens, self.elapsed, self.best, self.bad = 0, 0, 0.0, -math.inf, 0
        self.history: list[dict] = []
        if saved:
            if saved.get("kind") != (a.optimizer, self.weights.names):
                raise SystemExit(f"{a.out}/checkpoint.pt is of another shape or optimizer, or of an older version: name another --out, or delete it")
            for mine, theirs in ((self.weights.master, "master"), (self.weights.average, "average")):
                mine.data.copy_(saved[theirs])
            self.weights.copy.copy_(self.weights.master.data)
            for optimizer, state in zip(self.optimizers, saved["optimizers"], strict=True):
                optimizer.load_state_dict(state)
            self.step, self.tokens, self.elapsed, self.best, self.bad, self.history = saved["progress"]
            print(f"continues at step {self.step}, {self.elapsed / 60:.1f} minutes in")

    def save(self) -> None:
        state = {"kind": (self.a.optimizer, self.weights.names), "master": self.weights.master.detach(), "average": self.weights.average,
                 "optimizers": [o.state_dict() for o in self.optimizers],
                 "progress": (self.step, self.tokens, self.elapsed, self.best, self.bad, self.history)}
        torch.save(state, f"{self.a.out}/checkpoint.new")
        os.replace(f"{self.a.out}/checkpoint.new", f"{self.a.out}/checkpoint.pt")

    def update(self, batch) -> torch.Tensor:
        """One step: bfloat16 gradients, float32 update, copied back. The loss stays where it was computed: reading it waits for a GPU."""
        task, a, weights = self.task, self.a, self.weights
        done = self.elapsed / (a.minutes * 60)
        for group in (group for optimizer in self.optimizers for group in optimizer.param_groups):
            group["lr"] = group["peak"] * min(1, max((self.step + 1) / a.warmup, 10 * done)) * max(1 - done, 0)
        loss = task.loss(batch)
        loss.backward()
        weights.take_gradients()
        for optimizer in self.optimizers:
            optimizer.step()
        with torch.no_grad():
            self.padding.zero_()
            weights.copy.copy_(weights.master)
            weights.average.lerp_(weights.master, 1 - min(a.average, (1 + self.step) / (10 + self.step)))
        self.step += 1
        self.tokens += task.tokens(batch)
        return loss.detach()

    def develop(self, loss: float, log) -> None:
        """Scores the averaged weights."""
        self.score(self.weights.average, loss, log)

    def finish(self, loss: float, log) -> None:
        """Scores the averaged weights and the last ones, which are better where training was short."""
        if not self.history or self.history[-1]["step"] != self.step:
            self.score(self.weights.average, loss, log)
        self.score(self.weights.master.detach(), loss, log, last=True)

    @torch.no_grad()
    def score(self, flat: torch.Tensor, loss: float, log, last: bool = False) -> None:
        """Development scores of some weights, which are kept when they are the best so far."""
        task = self.task
        self.weights.copy.copy_(flat)
        task.network.eval()
        scores = task.develop()
        task.network.train()
        self.weights.copy.copy_(self.weights.master)
        row = {"step": self.step, "minutes": round(self.elapsed / 60, 2), "tokens": self.tokens, "train_loss": round(loss, 4),
               **{k: round(v, 4) for k, v in scores.items()}}
        tqdm.write(("last weights, not their average: " if last else "") + json.dumps(row))
        sys.stdout.flush()
        better = scores["score"] > self.best
        if better:
            self.best = scores["score"]
            state = {n: p.clone().cpu() for n, p in zip(self.weights.names, self.weights.views(flat))}
            torch.save({"shape": task.network.shape.dict(), "state": state, "progress": row}, f"{self.a.out}/best.pt")
        if last:
            return
        self.bad = 0 if better else self.bad + 1
        self.history.append(row)
        for name, value in scores.items():
            log.add_scalar(f"dev/{name}", value, self.step)
        with open(f"{self.a.out}/history.jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(h) + "\n" for h in self.history)
        plot(self.history, f"{self.a.out}/curve.svg")


def initial_shape(path: str | None) -> Shape | None:
    """The shape that prune.py left in a file's metadata."""
    if not path:
        return None
    with safe_open(path, "pt") as file:
        stored = (file.metadata() or {}).get("shape")
    return Shape(**json.loads(stored)) if stored else None


class Batches(IterableDataset):
    """A task's batches, drawn and encoded by worker processes, each its share of the shards: one process cannot feed a GPU."""

    def __init__(self, task: Task, seed: int):
        self.task, self.seed = task, seed

    def __iter__(self):
        worker = get_worker_info()
        return self.task.stream(self.seed, None, worker.id, worker.num_workers)


def stream(task: Task, seed: int, workers: int, progress) -> Iterator:
    """An endless stream of batches. Worker processes are started here: before the GPU is touched."""
    if not workers:
        return task.stream(seed, progress)
    if not isinstance(task, Translation):
        raise SystemExit("--workers is for translation models; without it this one's batches are made beside the training")
    batches = iter(DataLoader(Batches(task, seed), batch_size=None, num_workers=workers, pin_memory=torch.cuda.is_available(), prefetch_factor=8))
    return itertools.chain([next(batches)], batches)  # the first takes a while, which is no training time


def main() -> None:
    a = arguments()
    torch.set_num_threads(a.threads)
    os.makedirs(a.out, exist_ok=True)
    torch.manual_seed(a.seed), random.seed(a.seed), np.random.seed(a.seed)
    shape = initial_shape(a.init) or SHAPES[a.model]
    shape.dropout = shape.dropout if a.dropout is None else a.dropout
    task = TASKS[a.model](Options(a.model, a.work, a.tokens, a.max_length, a.smoothing, a.subwords, a.objective, a.multiple), shape)
    path = f"{a.out}/checkpoint.pt"
    saved = torch.load(path, map_location="cpu") if os.path.exists(path) else None
    budget = a.minutes * 60
    batches = stream(task, a.seed + (saved["progress"][0] if saved else 0), a.workers, lambda: run.elapsed / budget)
    run = Run(a, task, saved)
    from torch.utils.tensorboard import SummaryWriter
    log = SummaryWriter(f"{a.out}/tensorboard")
    print(f"{len(run.weights.copy) / 1e6:.2f} M parameters on {run.device}", flush=True)
    written, developed, begun = time.monotonic(), run.elapsed, run.step
    progress, threads = Progress(budget, run.elapsed, log), Threads(a.threads if run.device.type == "cpu" else 1)
    while run.elapsed < budget and run.bad < a.patience:
        rest(a.pause_file)
        begin = time.monotonic()
        loss = run.update(next(batches))
        progress.update(run, loss, threads.now)
        run.elapsed += time.monotonic() - begin
        threads.adapt()
        if run.elapsed - developed > a.develop * 60:
            developed = run.elapsed
            run.develop(progress.average, log)
        if time.monotonic() - written > 60:
            written = time.monotonic()
            run.save()
    if run.step > begun:
        run.finish(progress.average, log)
        run.save()
    progress.bar.close()


if __name__ == "__main__":
    main()
