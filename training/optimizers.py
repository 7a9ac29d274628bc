"""Optimizers of a network's weights, which lie in one buffer: AdamW, and Muon for stacks of matrices of one shape.

One buffer makes of every step over all weights (clipping, averaging, AdamW, rounding to bfloat16) one operation instead of one
for each of a hundred tensors, and Muon's matrix products of one shape are batched: on a GPU launching them is what takes time.
"""
from collections import Counter

import torch
from torch import Tensor, nn


class Muon(torch.optim.Optimizer):
    """Momentum orthogonalized by Newton-Schulz steps (Jordan et al. 2024), updates of AdamW's size (Liu et al. 2025).

    Parameters are stacks of N matrices [N,R,C]; what happens to each is what torch.optim.Muon with match_rms_adamw does.
    """

    COEFFICIENTS, STEPS = (3.4445, -4.7750, 2.0315), 5

    def __init__(self, params: list, lr: float, momentum: float = 0.95, weight_decay: float = 0.01):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                if "momentum" not in self.state[p]:
                    self.state[p]["momentum"] = torch.zeros_like(p)
                momentum = self.state[p]["momentum"]
                momentum.lerp_(p.grad, 1 - group["momentum"])
                update = self.orthogonal(p.grad.lerp(momentum, group["momentum"]))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(update, alpha=-group["lr"] * 0.2 * max(p.shape[1:]) ** 0.5)

    def orthogonal(self, g: Tensor) -> Tensor:
        """[N,R,C] → the nearest matrices whose singular values are about 1."""
        a, b, c = self.COEFFICIENTS
        tall = g.shape[1] > g.shape[2]
        x = g.bfloat16()
        x = x.mT if tall else x
        x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
        for _ in range(self.STEPS):
            gram = x @ x.mT
            x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
        return x.mT if tall else x


class Weights:
    """A network's weights: float32 masters, their moving average and gradient, and the copy that the network computes with.

    Each is one buffer [P]. The layers' matrices stand first, those of one shape together.
    """

    def __init__(self, network: nn.Module, device: torch.device):
        is_matrix = lambda name, p: p.dim() == 2 and ".layers." in name
        matrices = sorted((pair for pair in network.named_parameters() if is_matrix(*pair)), key=lambda pair: tuple(pair[1].shape))
        named = matrices + [pair for pair in network.named_parameters() if not is_matrix(*pair)]
        self.names, self.shapes = [n for n, _ in named], [tuple(p.shape) for _, p in named]
        self.stacks = Counter(tuple(p.shape) for _, p in matrices)  # how many matrices of each shape, in the buffer's order
        self.master = torch.cat([p.detach().float().reshape(-1) for _, p in named]).to(device)
        self.average, self.gradient = self.master.clone(), torch.zeros_like(self.master)
        network.to(device)
        self.copy = self.master.bfloat16()
        self.network = dict(named)
        for (_, p), view in zip(named, self.views(self.copy)):
            p.data = view

    def views(self, flat: Tensor) -> list[Tensor]:
        return [part.view(shape) for part, shape in zip(flat.split([torch.Size(s).numel() for s in self.shapes]), self.shapes)]

    def take_gradients(self) -> None:
        """Moves the gradients of the network's copy into the buffer and clips their norm to 1; all are 0 where one is not finite."""
        torch.cat([p.grad.reshape(-1) for p in self.network.values()], out=(flat := torch.empty_like(self.copy)))
        for p in self.network.values():
            p.grad = None
        self.gradient.copy_(flat)
        norm = self.gradient.norm()
        scale = torch.where(norm.isfinite(), (1 / norm).clamp(max=1), torch.zeros_like(norm))
        self.gradient.nan_to_num_(0, 0, 0).mul_(scale)

    def optimizers(self, kind: str, rate: float, matrix_rate: float) -> list[torch.optim.Optimizer]:
        """AdamW for all ("adamw"), or Muon for the layers' matrices ("muon"). A group's "peak" is the rate that the schedule scales."""
        part = lambda flat, at, n, shape: flat[at:at + n].view(shape)
        stacks, at = [], 0
        for shape, count in self.stacks.items() if kind == "muon" else []:
            n = count * shape[0] * shape[1]
            stacks.append(part(self.master, at, n, (count, *shape)).requires_grad_())
            stacks[-1].grad = part(self.gradient, at, n, (count, *shape))
            at += n
        rest = self.master[at:].requires_grad_()
        rest.grad = self.gradient[at:]
        adamw = torch.optim.AdamW([{"params": [rest], "peak": rate}], lr=rate, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.01, fused=True)
        return [adamw] + ([Muon([{"params": stacks, "peak": matrix_rate}], lr=matrix_rate)] if stacks else [])
