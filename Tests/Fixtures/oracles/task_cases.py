"""T5 and BART models whose config.json says how each task is done, and what the pipelines of transformers answer, text to text."""

from .family_models import build_bart, build_t5
from .files import HERE, read_lines, write_json
from .random_models import save

# The parameters are those of the published t5-small and bart-large-cnn.
TRANSLATION = dict(early_stopping=True, max_length=300, num_beams=4)
SHAPES = {
    "t5-tasks": dict(
        kind="t5", seed=21, dtype="float32", gain=12.0, end=3.2, tokenizer="t5",
        config=dict(
            vocab_size=1008, d_model=32, d_kv=8, num_heads=4, d_ff=48, num_layers=2, num_decoder_layers=2, feed_forward_proj="relu",
            relative_attention_num_buckets=32, relative_attention_max_distance=128, tie_word_embeddings=True,
            task_specific_params={
                "summarization": dict(
                    early_stopping=True, length_penalty=2.0, max_length=200, min_length=30, no_repeat_ngram_size=3, num_beams=4,
                    prefix="summarize: "),
                "translation_en_to_de": dict(**TRANSLATION, prefix="translate English to German: "),
                "translation_en_to_fr": dict(**TRANSLATION, prefix="translate English to French: "),
                "translation_en_to_ro": dict(**TRANSLATION, prefix="translate English to Romanian: ")}),
        generation=dict(), tasks=["summarization", "translation_en_to_de", "translation_en_to_ro"]),
    "bart-tasks": dict(
        kind="bart", seed=22, dtype="float32", act="gelu", gain=6.0, eos_bias=9.0, tokenizer="bart",
        config=dict(
            vocab_size=904, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
            encoder_ffn_dim=48, decoder_ffn_dim=48, activation_function="gelu", max_position_embeddings=256, scale_embedding=False,
            task_specific_params={"summarization": dict(
                early_stopping=True, length_penalty=2.0, max_length=142, min_length=56, no_repeat_ngram_size=3, num_beams=4)}),
        generation=dict(max_length=60, num_beams=2, forced_bos_token_id=0, forced_eos_token_id=2, repetition_penalty=1.1),
        tasks=["summarization"]),
}


def generate_model(name):
    """The folder of one model, without its tokenizer: that lies in tokenizers/."""
    folder, shape = HERE / name, SHAPES[name]
    folder.mkdir(exist_ok=True)
    save(folder, {"t5": build_t5, "bart": build_bart}[shape["kind"]](shape), shape["dtype"])


def sources():
    """Sentences, and what some of them make together."""
    lines = read_lines(HERE / "tokenizers" / "corpus.txt")
    return lines[:8] + [" ".join(lines[i:i + 4]) for i in (8, 12, 16, 20)]


def answers(name, number_type):
    """What the pipelines answer: for each task and text the ids of the source and of the answer, and its text."""
    import torch
    import transformers

    torch.set_num_threads(1)
    torch.backends.mkldnn.enabled = False
    folder, shape = HERE / name, SHAPES[name]
    kind = {"t5": transformers.T5TokenizerFast, "bart": transformers.BartTokenizerFast}[shape["tokenizer"]]
    tokenizer = kind.from_pretrained(HERE / "tokenizers" / shape["tokenizer"])
    rows = []
    for task in shape["tasks"]:
        model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder, torch_dtype=getattr(torch, number_type)).eval()
        # Without the pipelines' own default of 256 tokens, which would come before the task's max_length.
        pipeline = transformers.pipeline(task, model=model, tokenizer=tokenizer, max_new_tokens=None)
        assert pipeline.generation_config.max_length == shape["config"]["task_specific_params"][task]["max_length"]
        for text in sources():
            record, = pipeline(text, return_tensors=True)
            ids = next(iter(record.values())).tolist()[1:]
            end = model.config.eos_token_id
            first = 1 if ids[0] == model.generation_config.forced_bos_token_id else 0
            ids = ids[:ids.index(end, first) + 1] if end in ids[first:] else ids
            rows.append({
                "task": task, "text": text, "input_ids": tokenizer((pipeline.prefix or "") + text)["input_ids"], "ids": ids,
                "output": tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)})
    return rows


def generate_tasks(name):
    """tasks.json of one model, without what float64 answers otherwise."""
    rows, exact = answers(name, "float32"), answers(name, "float64")
    kept = [row for row, other in zip(rows, exact) if row == other]
    write_json(HERE / name / "tasks.json", {"cases": kept})
    lengths = [len(row["ids"]) for row in kept]
    print(f"{name}: {len(kept)} answers of {min(lengths)}-{max(lengths)} tokens, {len(rows) - len(kept)} near-ties left out, "
          f"{len({tuple(row['ids']) for row in kept})} distinct")
