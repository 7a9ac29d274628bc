"""Checks of the pipeline that need no data: python -m unittest training/tests.py (a minute)."""
import json
import math
import os
import random
import sys
import tempfile
import unittest

import sentencepiece
import torch
from torch.nn import functional as F

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import corpora
import evaluate
import export
import noise
import prune
import rouge
import salience
import tasks
from model import Marian, OutputLoss, Salience, Shape
from optimizers import Weights

TEXT = ["The quick brown fox jumps over the lazy dog.", "A bridge was built in 1932.", "Nobody knows why it rains so often here.",
        "Every house on this street has a red door.", "She sells sea shells by the sea shore."]


def vocabulary(folder: str) -> sentencepiece.SentencePieceProcessor:
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT * 20), model_prefix=f"{folder}/spm", vocab_size=360, byte_fallback=True, eos_id=0, unk_id=1,
        bos_id=-1, pad_id=-1, user_defined_symbols=[f">>{length}<<" for length in corpora.LENGTHS], hard_vocab_limit=False, minloglevel=2)
    return sentencepiece.SentencePieceProcessor(model_file=f"{folder}/spm.model")


def exported(folder: str, model: str, network, sp) -> str:
    """Random weights through export.py."""
    with open(f"{folder}/data.json", "w") as file:
        json.dump({"pairs": {"scitldr": 1}}, file)
    state = {k: v.detach().clone() for k, v in network.state_dict().items()}
    torch.save({"shape": network.shape.dict(), "state": state, "progress": {"step": 1, "tokens": 1, "minutes": 1}}, f"{folder}/best.pt")
    sys.argv = ["export.py", model, "--work", folder, "--state", f"{folder}/best.pt", "--out", f"{folder}/{model}"]
    export.main()
    for p in network.parameters():  # as exported
        p.data = p.data.to(torch.bfloat16).float()
    return f"{folder}/{model}"


class Tests(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(1)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_pruning_takes_what_adds_nothing(self) -> None:
        network = Marian(Shape(50, 16, 3, 2, 2, 24))
        data = [(torch.randint(2, 49, (4, 7)), torch.randint(2, 49, (4, 6)))]
        layers = network.model.encoder.layers
        with torch.no_grad():  # layers whose input is normalized already and that add nothing to it, and units nobody reads
            for branch in (layers[1].self_attn.out_proj, layers[1].fc2):
                branch.weight.zero_(), branch.bias.zero_()
            for layer in layers:
                layer.fc2.weight[:, 5:20] = 0
        before = prune.loss(network, data)
        prune.drop_layers(layers, 2, lambda: prune.loss(network, data))
        self.assertAlmostEqual(prune.loss(network, data), before, places=4)
        watched = [(layer, prune.Activity(layer)) for layer in layers]
        prune.loss(network, data)
        for layer, activity in watched:
            prune.drop_units(layer, activity, 9)
        self.assertEqual(layers[0].fc1.weight.shape, (9, 16))
        self.assertAlmostEqual(prune.loss(network, data), before, places=4)

    def test_robust_sets_keep_lines_together(self) -> None:
        sets = evaluate.robust(["¿Qué día es?", "Sí."], ["What day is it?", "Yes."])
        self.assertEqual(sets["two at once"], (["¿Qué día es? Sí."], ["What day is it? Yes."]))
        self.assertEqual(sets["no accents"][0], ["¿Que dia es?", "Si."])
        self.assertEqual(sets["no final punctuation"], (["Qué día es", "Sí"], ["What day is it", "Yes"]))
        self.assertTrue(all(len(a) == len(b) for a, b in sets.values()))

    def test_muon_has_the_layers_matrices(self) -> None:
        """And moves them as PyTorch's own does, which takes them one by one; AdamW has all else."""
        network = Marian(Shape(50, 16, 2, 1, 2, 24))
        theirs = {n: p.detach().clone().requires_grad_() for n, p in network.named_parameters()}
        weights = Weights(network, torch.device("cpu"))
        ours = weights.optimizers("muon", 1e-3, 2e-3)
        matrices = [p for n, p in theirs.items() if ".layers." in n and p.dim() == 2]
        others = [p for n, p in theirs.items() if not (".layers." in n and p.dim() == 2)]
        reference = [torch.optim.Muon(matrices, lr=2e-3, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
                     torch.optim.AdamW(others, lr=1e-3, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.01)]
        for _ in range(3):
            for (name, p), q in zip(weights.network.items(), (theirs[n] for n in weights.names)):
                p.grad = 1e-3 * torch.randn_like(p)
                q.grad = p.grad.float()
            weights.take_gradients()
            for optimizer in ours + reference:
                optimizer.step()
        for name, view in zip(weights.names, weights.views(weights.master.detach())):
            torch.testing.assert_close(view, theirs[name].detach(), rtol=0, atol=3e-5)

    def test_a_gradient_that_is_not_finite_is_no_step(self) -> None:
        network = Marian(Shape(50, 16, 1, 1, 2, 24))
        weights = Weights(network, torch.device("cpu"))
        for p in network.parameters():
            p.grad = torch.ones_like(p)
        network.final_logits_bias.grad[0, 3] = math.inf
        weights.take_gradients()
        self.assertEqual(float(weights.gradient.abs().max()), 0)

    def test_greedy_is_what_the_whole_decoder_says(self) -> None:
        network = Marian(Shape(60, 32, 2, 2, 4, 64))
        with torch.no_grad():
            network.final_logits_bias[0, 0] = 4  # so that some rows end early
        source = torch.randint(2, 59, (40, 9))
        source[5:, 7:] = network.pad
        out = network.greedy(source, 30, 0)
        with torch.no_grad():
            shifted = torch.cat([torch.full_like(out[:, :1], network.pad), out[:, :-1]], 1)
            logits = F.linear(network.decode(shifted, *network.encode(source)), network.model.shared.weight, network.final_logits_bias[0])
        best = logits[:, :, :-1].argmax(-1)
        ends = (out == 0).int().argmax(1)
        self.assertLess(1, int((out == 0).any(1).sum()))
        for row, end, wanted in zip(out.tolist(), ends.tolist(), best.tolist()):
            n = end + 1 if 0 in row else len(row)
            self.assertEqual(row[:n], wanted[:n])
            self.assertEqual(set(row[n:]) - {network.pad}, set())

    def test_an_epoch_sees_a_pair_as_often_as_its_weights_say(self) -> None:
        vocabulary(self.folder.name)
        with open(f"{self.folder.name}/train.tsv", "w") as train_file, open(f"{self.folder.name}/dev.tsv", "w") as dev:
            train_file.write("".join(f">>deu<<\tEnglish {i}\tDeutsch {i}\t{w}\t{b}\n" for i, (w, b) in enumerate([(2, 0), (0.25, 1), (0, 3)])))
            dev.write(">>deu<<\tA bridge.\tEine Br\n")
        counts = {}
        for model in ("en-x", "x-en", "teacher"):
            task = tasks.Translation(tasks.Options(model, self.folder.name), Shape(0, 16, 1, 1, 2, 24))
            epochs = [task.epoch(seed) for seed in range(400)]
            counts[model] = [sum(int((e == i).sum()) for e in epochs) / 400 for i in range(6)]
        for model, wanted in (("en-x", [2, 0, 0.25, 0, 0, 0]), ("x-en", [0, 0, 0, 1, 0, 3]), ("teacher", [2, 0, 0.25, 1, 0, 3])):
            for count, value in zip(counts[model], wanted):
                self.assertAlmostEqual(count, value, delta=0.1)
        for part in range(9):  # more processes than pairs: each has something to do
            self.assertTrue(next(task.stream(1, None, part, 9))[0].numel())

    def test_output_loss_is_cross_entropy(self) -> None:
        x, W, b = torch.randn(700, 16), torch.randn(50, 16), torch.randn(1, 50)
        target = torch.randint(0, 50, (700,))
        gradients = []
        for loss in (lambda: OutputLoss.apply(x, W, b, target, 0.1), lambda: F.cross_entropy(x @ W.T + b[0], target, label_smoothing=0.1)):
            for p in (x, W, b):
                p.requires_grad_().grad = None
            value = loss()
            (value * 3).backward()
            gradients.append([value.detach()] + [p.grad.clone() for p in (x, W, b)])
        for ours, theirs in zip(*gradients):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)

    def test_marian_export_is_what_transformers_computes(self) -> None:
        sp = vocabulary(self.folder.name)
        network = Marian(Shape(sp.get_piece_size() + 1, 32, 2, 1, 4, 64))
        folder = exported(self.folder.name, "summarizer", network, sp)
        from decoding import Decoder
        theirs = Decoder(folder)
        source = torch.tensor([theirs.source(">>short<<", TEXT[0], 100)])
        target = torch.tensor([sp.encode(TEXT[1])])
        with torch.no_grad():
            shifted = torch.cat([torch.full_like(target[:, :1], network.pad), target[:, :-1]], 1)
            states = network.decode(shifted, *network.encode(source))
            ours = F.linear(states, network.model.shared.weight, network.final_logits_bias[0])
            torch.testing.assert_close(ours, theirs.model(input_ids=source, decoder_input_ids=shifted).logits, rtol=1e-4, atol=1e-4)

    def test_salience_export_is_what_the_reference_computes(self) -> None:
        sp = vocabulary(self.folder.name)
        network = Salience(Shape(sp.get_piece_size() + 1, 32, 2, 0, 4, 64, attention_dim=8))
        torch.nn.init.normal_(network.score.weight)
        folder = exported(self.folder.name, "salience", network, sp)
        from salience_reference import Reference
        reference = Reference(folder)
        texts = TEXT + [" ".join(TEXT * 4), "x"]
        starts = [i % 2 == 0 for i in range(len(texts))]
        ids = [reference.ids(text) for text in texts]
        where = [salience.position(i, len(ids), starts[i], len(s)) for i, s in enumerate(ids)]
        document = salience.Document({}, ids, where, [0.0] * len(ids))
        batch = salience.collated([document.part([1]), document], network.pad, 64)
        with torch.no_grad():
            ours = network(batch.groups, batch.document, batch.position)[1:]
        theirs = torch.tensor(reference.scores([{"text": t, "paragraph_start": s} for t, s in zip(texts, starts)]))
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)

    def test_split_ignores_case_and_punctuation_and_is_about_one_in_fifty(self) -> None:
        self.assertEqual(corpora.side("Hello, World!"), corpora.side("hello world"))
        self.assertTrue(all(len(row) == 4 and all(row) for rows in corpora.phrases().values() for row in rows))
        self.assertEqual({corpora.side(f"{english}!") for english in corpora.phrases()}, {"train"})
        self.assertIn(["Good morning!", "¡Buenos días!"], next(corpora.pairs("", "es"))[1])
        held = sum(corpora.side(f"sentence {i}") == "heldout" for i in range(10_000))
        self.assertTrue(150 < held < 250, held)

    def test_sentences(self) -> None:
        found = corpora.sentences("Title\nDr. No came at 3 p.m. today. He left! \"Why?\" she asked.\n\nEnd, e.g. This.")
        self.assertEqual(found, [("Title", True), ("Dr. No came at 3 p.m. today.", True), ("He left!", False),
                                 ("\"Why?\" she asked.", False), ("End, e.g. This.", True)])

    def test_oracle_stops_without_gain(self) -> None:
        parts = [rouge.grams(text) for text in TEXT]
        self.assertEqual(rouge.oracle(parts, rouge.grams("A bridge was built in 1932. Every house has a red door.")), [1, 3])

    def test_batches_hold_every_row_once_within_the_limit(self) -> None:
        rng = random.Random(1)
        rows = [([1] * rng.randint(2, 60), [1] * rng.randint(2, 60)) for _ in range(500)]
        batches = tasks.bucketed(rows, 1000, rng)
        self.assertEqual(sum(map(len, batches)), 500)
        for batch in batches:
            self.assertLessEqual(len(batch) * (max(len(s) for s, _ in batch) + max(len(t) for _, t in batch)), 1000)

    def test_noise_keeps_tags_and_never_empties(self) -> None:
        pairs = [(">>deu<<", text, text) for text in TEXT] * 50
        out = noise.augmented(pairs, random.Random(1))
        self.assertTrue(all(tag == ">>deu<<" and source and target for tag, source, target in out))

    def test_graph_orders_and_invented_numbers(self) -> None:
        for kind in ("LexRank", "TextRank"):
            self.assertEqual(sorted(evaluate.graph_order(kind, TEXT)), list(range(len(TEXT))))
        self.assertEqual(evaluate.invented("In 1932 and 7", "1932, 32, 7"), 1)


if __name__ == "__main__":
    unittest.main()
