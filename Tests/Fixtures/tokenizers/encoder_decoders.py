"""Trains the tiny T5 and BART tokenizers beside this file and records what transformers does with awkward lines."""
import json, os, random
import sentencepiece
from tokenizers import ByteLevelBPETokenizer, Tokenizer
from transformers import BartTokenizer, BartTokenizerFast, T5Tokenizer, T5TokenizerFast
from lines import EDGES, LINES, MARKED, TYPED

HERE = os.path.dirname(os.path.abspath(__file__))
PREFIXES = [None, "summarize: ", "translate English to German: ", "x:"]


def train_t5(folder):
    os.makedirs(folder, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        input=f"{HERE}/corpus.txt", model_prefix=f"{folder}/spiece", model_type="unigram", vocab_size=900, num_threads=1,
        hard_vocab_limit=False, character_coverage=0.985, minloglevel=2, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    os.remove(f"{folder}/spiece.vocab")
    from sentencepiece import sentencepiece_model_pb2 as schema
    model = schema.ModelProto()
    with open(f"{folder}/spiece.model", "rb") as file:
        model.ParseFromString(file.read())
    model.trainer_spec.input[:] = ["corpus.txt"]
    model.trainer_spec.model_prefix = ""
    with open(f"{folder}/spiece.model", "wb") as file:
        file.write(model.SerializeToString())
    # By the folder: the constructor alone would take "no ▁ before a text" from a setting that is not there.
    T5TokenizerFast.from_pretrained(folder, from_slow=True).backend_tokenizer.save(f"{folder}/tokenizer.json")


def old_t5(folder):
    """The pipeline of the tokenizer.json files that lie with Google's checkpoints."""
    with open(f"{folder}/tokenizer.json", encoding="utf-8") as file:
        content = json.load(file)
    content["normalizer"] = content["normalizer"]["normalizers"][0]
    metaspace = {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}
    content["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace]}
    content["decoder"] = metaspace
    return T5TokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(content)))


def without_special_pieces(tokenizer, answer=None):
    """The same, but special tokens are pieces that no text spells. `answer` is what of an encoding is wanted; its ids by default."""
    content = json.loads(tokenizer.backend_tokenizer.to_str())
    special = {token["content"] for token in content["added_tokens"]}
    content["added_tokens"] = []
    content["post_processor"] = None
    for number, entry in enumerate(content["model"]["vocab"]):
        if entry[0] in special:
            entry[0] = f"\uf8ff{number}\uf8ff"
    backend = Tokenizer.from_str(json.dumps(content))
    answer = answer or (lambda encoding: encoding.ids + [tokenizer.eos_token_id])
    return lambda text: answer(backend.encode(text))


def decodes(tokenizer, count, seed):
    chance = random.Random(seed)
    answers = []
    for length in [0, 1, 1, 1, 2, 2, 3, 5, 8, 13, 21, 34] * 4:
        ids = [chance.randrange(chance.choice([8, count])) for _ in range(length)]
        answers.append({"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)})
    return answers


def cases(encode, prefixes, decode):
    answers = []
    for number, line in enumerate(LINES + MARKED + EDGES + TYPED):
        for prefix in dict.fromkeys([None, prefixes[number % len(prefixes)]]):
            ids = encode((prefix or "") + line)
            answers.append({"text": line, "prefix": prefix, "ids": ids, "decoded": decode(ids)})
    return answers


def answer(tokenizer, encode, prefixes, count):
    decode = lambda ids: tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return {"cases": cases(encode, prefixes, decode), "decodes": decodes(tokenizer, count, 7)}


def t5():
    folder = f"{HERE}/t5"
    train_t5(folder)
    answers = {}
    for name, legacy in (("legacy", True), ("modern", False)):
        tokenizer = T5Tokenizer(f"{folder}/spiece.model", legacy=legacy)
        answers[name] = answer(tokenizer, lambda text: tokenizer(text, split_special_tokens=True)["input_ids"], PREFIXES, len(tokenizer))
    for name, tokenizer in (("fast", T5TokenizerFast(tokenizer_file=f"{folder}/tokenizer.json")), ("fast-old", old_t5(folder))):
        answers[name] = answer(tokenizer, without_special_pieces(tokenizer), PREFIXES, len(tokenizer))
    return answers


def train_bart(folder):
    os.makedirs(folder, exist_ok=True)
    trained = ByteLevelBPETokenizer()
    trained.train(f"{HERE}/corpus.txt", vocab_size=900, min_frequency=2, show_progress=False, special_tokens=["<s>", "<pad>", "</s>", "<unk>"])
    trained.save_model(folder)
    BartTokenizerFast(f"{folder}/vocab.json", f"{folder}/merges.txt").backend_tokenizer.save(f"{folder}/tokenizer.json")


def bart():
    folder = f"{HERE}/bart"
    train_bart(folder)
    answers = {}
    for name, options in (("plain", {}), ("space", {"add_prefix_space": True})):
        tokenizer = BartTokenizerFast(f"{folder}/vocab.json", f"{folder}/merges.txt", **options)
        encode = lambda text: tokenizer(text, split_special_tokens=True)["input_ids"]
        answers[name] = answer(tokenizer, encode, [None], len(tokenizer))
    return answers


def main():
    for name, make in (("t5", t5), ("bart", bart)):
        with open(f"{HERE}/{name}.json", "w", encoding="utf-8") as file:
            json.dump(make(), file, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
