"""An encoder-decoder as transformers computes it."""

from .files import rounded

JUNK = -1e8  # transformers fills up with sequences whose sums are about -1e9 where there are fewer real ones than were asked for


class Seq2Seq:
    """A model's folder loaded in one number type: ids in, ids out."""

    def __init__(self, folder, number_type="float32"):
        import torch
        import transformers

        torch.set_num_threads(1)
        torch.backends.mkldnn.enabled = False
        self.torch = torch
        self.model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder, torch_dtype=getattr(torch, number_type)).eval()
        self.eos = self.model.config.eos_token_id

    def described(self, ids):
        """What an answer says of its ids besides."""
        return {}

    def greedy(self, input_ids, **options):
        """Greedy search: the produced ids without the start token, mean ln p, and each step's margin between the best two choices."""
        torch = self.torch
        with torch.no_grad():
            out = self.model.generate(
                torch.tensor([input_ids]), num_beams=1, do_sample=False, early_stopping=False, length_penalty=1.0,
                output_scores=True, output_logits=True, return_dict_in_generate=True, **options)
        ids = out.sequences[0, 1:].tolist()
        logp = [torch.log_softmax(row[0], -1)[i].item() for row, i in zip(out.logits, ids)]
        return {
            "ids": ids,
            **self.described(ids),
            "score": rounded(sum(logp) / len(logp)),
            "gaps": [rounded(margin(row[0]), 4) for row in out.scores],
        }

    def beams(self, input_ids, **options):
        """Beam search: the returned sequences, best first."""
        torch = self.torch
        with torch.no_grad():
            out = self.model.generate(
                torch.tensor([input_ids]), do_sample=False, output_scores=True, output_logits=True, return_dict_in_generate=True,
                **options)
        penalty = options.get("length_penalty", self.model.generation_config.length_penalty)
        rows = []
        for sequence, score, parents in zip(out.sequences, out.sequences_scores.tolist(), out.beam_indices.tolist()):
            # The row of the batch that each token came from; -1 behind the end, where `sequences` is filled up.
            parents = [row for row in parents if row >= 0]
            if score * max(len(parents), 1) ** penalty < JUNK:
                continue
            ids = sequence[1:1 + len(parents)].tolist()
            logp = [torch.log_softmax(logits[row], -1)[token].item() for logits, row, token in zip(out.logits, parents, ids)]
            rows.append({
                "ids": ids, **self.described(ids), "score": rounded(score), "mean_log_probability": rounded(sum(logp) / len(logp))})
        return rows

    def encoder_output(self, input_ids):
        """last_hidden_state, [S][D]."""
        with self.torch.no_grad():
            return self.model.get_encoder()(self.torch.tensor([input_ids])).last_hidden_state[0]

    def first_logits(self, input_ids):
        """Raw logits after the start token, [V]."""
        start = self.torch.tensor([[self.model.config.decoder_start_token_id]])
        with self.torch.no_grad():
            return self.model(input_ids=self.torch.tensor([input_ids]), decoder_input_ids=start).logits[0, -1]


def margin(scores):
    """Best minus second-best processed score of one step."""
    best, second = scores.topk(2).values.tolist()
    return best - second
