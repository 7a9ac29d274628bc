"""Makes a smaller model of a trained one: fewer feed-forward units, fewer layers. Training it on brings most of the loss back.

    python prune.py --model models/en-x --work WORK [--ffn 512] [--encoder-layers 3] [--decoder-layers 1] --out small.safetensors
    python train.py en-x --init small.safetensors --work WORK --out RUN

Layers go one at a time, each time the one without which the loss on development pairs is least. Then, layer by layer, the units go
that add least to the layer's output (mean square of the activation times the square of the outgoing weights); what they add on
average goes into the bias. The file's metadata holds the shape that is left, which train.py takes from there.
"""
import argparse
import json
from collections.abc import Callable

import sentencepiece
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from model import Layer, Marian, Shape
from tasks import oriented, padded, table

PAIRS, ROWS = 600, 30  # development pairs that are looked at, and how many at a time


def loaded(folder: str) -> Marian:
    """An exported folder's network, in float32."""
    with open(f"{folder}/config.json", encoding="utf-8") as file:
        c = json.load(file)
    network = Marian(Shape(c["vocab_size"], c["d_model"], c["encoder_layers"], c["decoder_layers"], c["encoder_attention_heads"],
                           c["encoder_ffn_dim"]))
    network.load_state_dict({k: v.float() for k, v in load_file(f"{folder}/model.safetensors").items()})
    return network.eval()


def batches(kind: str, work: str, pad: int) -> list[tuple[Tensor, Tensor]]:
    """Some development pairs as (source [B,S], target [B,T]), rows of like length together."""
    sp = sentencepiece.SentencePieceProcessor(model_file=f"{work}/spm.model")
    pairs = table(f"{work}/dev.tsv")[:PAIRS]
    ids = lambda tag, text: ([sp.piece_to_id(tag)] if tag.startswith(">>") else []) + sp.encode(text) + [sp.eos_id()]
    rows = sorted(((ids(tag, s), ids("", t)) for tag, s, t in (oriented(kind, *p) for p in pairs)), key=lambda r: len(r[0]) + len(r[1]))
    rows = [r for r in rows if max(map(len, r)) <= 128]
    parts = (rows[at:at + ROWS] for at in range(0, len(rows), ROWS))
    return [(padded([s for s, _ in part], pad), padded([t for _, t in part], pad)) for part in parts]


@torch.no_grad()
def loss(network: Marian, data: list[tuple[Tensor, Tensor]]) -> float:
    """Mean cross entropy of a target token."""
    count = [int((t != network.pad).sum()) for _, t in data]
    return sum(float(network.loss(s, t, 0.0)) * n for (s, t), n in zip(data, count)) / sum(count)


def drop_layers(layers: nn.ModuleList, wanted: int, cost: Callable[[], float]) -> None:
    """Removes layers in place until `wanted` are left."""
    while len(layers) > wanted:
        losses = []
        for i in range(len(layers)):
            layer = layers[i]
            del layers[i]
            losses.append(cost())
            layers.insert(i, layer)
        least = losses.index(min(losses))
        print(f"without layer {least + 1} of {len(layers)} the loss is {losses[least]:.3f}; without others " +
              ", ".join(f"{value:.3f}" for i, value in enumerate(losses) if i != least))
        del layers[least]


class Activity:
    """Mean and mean square of each feed-forward unit's activation; watches fc1 of a layer while data runs through."""

    def __init__(self, layer: Layer):
        units = layer.fc1.out_features
        self.sum, self.square, self.count = torch.zeros(units), torch.zeros(units), 0
        layer.fc1.register_forward_hook(self.add)

    def add(self, module: nn.Module, inputs: tuple, output: Tensor) -> None:
        x = F.relu(output.detach()).flatten(0, -2)
        self.sum, self.square, self.count = self.sum + x.sum(0), self.square + (x * x).sum(0), self.count + len(x)


@torch.no_grad()
def drop_units(layer: Layer, activity: Activity, wanted: int) -> None:
    """Keeps the `wanted` units of a layer that add most to its output, in their order."""
    score = activity.square / activity.count * layer.fc2.weight.square().sum(0)
    order = score.argsort(descending=True)
    keep, away = order[:wanted].sort().values, order[wanted:]
    bias = layer.fc2.bias + layer.fc2.weight[:, away] @ (activity.sum[away] / activity.count)
    print(f"{wanted} of {len(score)} units have {float(score[keep].sum() / score.sum()):.1%} of the output's energy")
    fc1, fc2 = nn.Linear(layer.fc1.in_features, wanted), nn.Linear(wanted, layer.fc2.out_features)
    fc1.weight.copy_(layer.fc1.weight[keep]), fc1.bias.copy_(layer.fc1.bias[keep])
    fc2.weight.copy_(layer.fc2.weight[:, keep]), fc2.bias.copy_(bias)
    layer.fc1, layer.fc2 = fc1, fc2


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="exported folder")
    p.add_argument("--kind", default="en-x", choices=["en-x", "x-en"])
    p.add_argument("--work", required=True, help="folder that prepare.py wrote")
    p.add_argument("--ffn", type=int, help="feed-forward units to keep in each layer")
    p.add_argument("--encoder-layers", type=int, help="layers to keep")
    p.add_argument("--decoder-layers", type=int)
    p.add_argument("--out", required=True, help="safetensors file to write")
    a = p.parse_args()
    network = loaded(a.model)
    shape, stacks = network.shape, (network.model.encoder, network.model.decoder)
    data = batches(a.kind, a.work, network.pad)
    print(f"loss {loss(network, data):.3f}")
    for stack, wanted in zip(stacks, (a.encoder_layers, a.decoder_layers)):
        drop_layers(stack.layers, wanted or len(stack.layers), lambda: loss(network, data))
    shape.encoder_layers, shape.decoder_layers = (len(stack.layers) for stack in stacks)
    if a.ffn and a.ffn < shape.ffn:
        watched = [(layer, Activity(layer)) for stack in stacks for layer in stack.layers]
        loss(network, data)
        for layer, activity in watched:
            drop_units(layer, activity, a.ffn)
        shape.ffn = a.ffn
    print(f"loss {loss(network, data):.3f}, {sum(p.numel() for p in network.parameters()) / 1e6:.2f} M parameters")
    state = {k: v.detach().clone().contiguous() for k, v in network.state_dict().items()}
    save_file(state, a.out, metadata={"format": "pt", "shape": json.dumps(shape.dict())})


if __name__ == "__main__":
    main()
