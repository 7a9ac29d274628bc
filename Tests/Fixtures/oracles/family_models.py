"""Small T5 and BART models with seeded random weights and no tokenizers."""

from .files import HERE
from .random_models import UNUSED_BIAS, drawing, randomize_layers, save

# `config` is in transformers' names. `lengths`: those of the sources beside the common ones.
SHAPES = {
    # Version 1.0: tied output, and the table of positions for cross-attention that the first published models carry and nothing reads.
    "t5-relu": dict(
        kind="t5", seed=5, dtype="float32", gain=12.0, end=2.6, lengths=(100, 127, 128, 129, 131, 150, 200, 300),
        config=dict(
            vocab_size=200, d_model=40, d_kv=12, num_heads=3, d_ff=56, num_layers=3, num_decoder_layers=2, feed_forward_proj="relu",
            relative_attention_num_buckets=32, relative_attention_max_distance=128, tie_word_embeddings=True),
        generation=dict(max_length=40, num_beams=4)),
    # Version 1.1: gated, an output table of its own. transformers 4.57 makes its cache for num_layers, whatever num_decoder_layers is.
    "t5-gated": dict(
        kind="t5", seed=6, dtype="bfloat16", gain=1.0, end=2.0, lengths=(64, 65, 131, 200, 300),
        config=dict(
            vocab_size=220, d_model=64, d_kv=16, num_heads=2, d_ff=48, num_layers=2, num_decoder_layers=3,
            feed_forward_proj="gated-gelu", relative_attention_num_buckets=24, relative_attention_max_distance=80,
            tie_word_embeddings=False),
        generation=dict(max_length=48, num_beams=1, use_cache=False)),
    # The options are those of the published summarizers.
    "bart-tiny": dict(
        kind="bart", seed=7, dtype="float32", act="gelu", gain=6.0, eos_bias=9.0, lengths=(63, 64, 65, 100, 128),
        config=dict(
            vocab_size=180, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
            encoder_ffn_dim=48, decoder_ffn_dim=48, activation_function="gelu", max_position_embeddings=128, scale_embedding=False),
        generation=dict(
            max_length=40, num_beams=4, forced_bos_token_id=0, forced_eos_token_id=2, no_repeat_ngram_size=3, min_length=8,
            length_penalty=2.0, early_stopping=True)),
    "bart-scaled": dict(
        kind="bart", seed=8, dtype="float16", act="relu", gain=6.0, eos_bias=7.0, lengths=(63, 64, 65, 90),
        config=dict(
            vocab_size=150, d_model=48, encoder_layers=1, decoder_layers=3, encoder_attention_heads=2, decoder_attention_heads=6,
            encoder_ffn_dim=40, decoder_ffn_dim=72, activation_function="relu", max_position_embeddings=90, scale_embedding=True),
        generation=dict(max_length=48, num_beams=3, forced_eos_token_id=2)),
}


def randomize_t5(model, shape):
    """Draws every weight. What the layers add is large beside the embedding, so that the tied output does not repeat its input; the row
    of the end token is longer than the others, so that it is the best from time to time."""
    import torch

    normal, uniform = drawing(shape["seed"])
    config = model.config
    inner = config.d_kv * config.num_heads
    deviations = {
        "q": (3 / config.d_kv ** 0.5 / config.d_model) ** 0.5, "k": (3 / config.d_kv ** 0.5 / config.d_model) ** 0.5,
        "v": 1.5 / config.d_model ** 0.5, "o": 1.5 / inner ** 0.5, "wi": 1.5 / config.d_model ** 0.5, "wi_0": 1.5 / config.d_model ** 0.5,
        "wi_1": 1.5 / config.d_model ** 0.5, "wo": 2.5 / config.d_ff ** 0.5, "relative_attention_bias": 1.5}
    tied = config.tie_word_embeddings
    with torch.no_grad():
        for name, module in model.named_modules():
            last = name.rpartition(".")[2]
            if last in deviations:
                normal(module.weight, deviations[last])
                if last == "wo":
                    module.weight.sub_(module.weight.mean(1, keepdim=True))
            elif last.endswith("layer_norm"):
                uniform(module.weight, 0.8, 1.2)
        normal(model.shared.weight, 0.25 if tied else 1.0)
        if not tied:
            normal(model.lm_head.weight, 3 / config.d_model ** 0.5)
        output = model.shared.weight if tied else model.lm_head.weight
        output[1].mul_(shape["end"])
        output[0].mul_(0.2)  # padding, also the decoder's start token
        model.decoder.final_layer_norm.weight.mul_(shape["gain"])
    model.tie_weights()


def build_t5(shape):
    """A T5 model; version 1.0 with the table that nothing reads."""
    import transformers

    config = transformers.T5Config(**shape["config"], pad_token_id=0, eos_token_id=1, decoder_start_token_id=0, dropout_rate=0.0)
    model = transformers.T5ForConditionalGeneration(config).eval()
    randomize_t5(model, shape)
    model.generation_config = transformers.GenerationConfig(
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1, **shape["generation"])
    if shape["config"]["tie_word_embeddings"]:
        first = model.decoder.block[0].layer
        table = first[0].SelfAttention.relative_attention_bias
        first[1].EncDecAttention.relative_attention_bias = type(table)(*table.weight.shape)
        first[1].EncDecAttention.relative_attention_bias.weight.data.fill_(7.0)
    return model


def build_bart(shape):
    """A BART model."""
    import torch
    import transformers

    config = transformers.BartConfig(
        **shape["config"], pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2, dropout=0.0)
    model = transformers.BartForConditionalGeneration(config).eval()
    normal, uniform = drawing(shape["seed"])
    with torch.no_grad():
        randomize_layers(model, shape, normal, uniform)
        normal(model.get_input_embeddings().weight, config.d_model ** -0.5 if config.scale_embedding else 0.5)
        for side in (model.model.encoder, model.model.decoder):
            normal(side.embed_positions.weight, 0.5)
        bias = model.final_logits_bias
        normal(bias, 0.5)
        bias[0, 0] = -8  # the token that starts a sentence, forced or never
        bias[0, 1] = UNUSED_BIAS  # padding
        bias[0, 2] = shape["eos_bias"]
    model.tie_weights()
    model.generation_config = transformers.GenerationConfig(
        decoder_start_token_id=2, bos_token_id=0, pad_token_id=1, eos_token_id=2, **shape["generation"])
    return model


def generate_model(name):
    """The folder of one random model."""
    folder, shape = HERE / name, SHAPES[name]
    folder.mkdir(exist_ok=True)
    save(folder, {"t5": build_t5, "bart": build_bart}[shape["kind"]](shape), shape["dtype"])
