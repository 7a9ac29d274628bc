"""Writes the corpus of FuzzTests beside this file: small inputs, each with something that a reader must decide on.

    python3 generate.py
"""
import base64, json, os, struct

HERE = os.path.dirname(os.path.abspath(__file__))
TOKENIZERS = os.path.join(HERE, "..", "tokenizers")


def write(name, content):
    path = os.path.join(HERE, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode("utf-8"))


def lines(name, texts):
    assert not any("\n" in text for text in texts)
    write(name, "".join(text + "\n" for text in texts))


# HTTP: what cases.json of the fixture http does not have, several requests on one connection above all.
POST = "POST /translate?q=a%20b HTTP/1.1\r\nHost: example.org:8080\r\n"
HTTP = {
    "pipeline": "GET /health HTTP/1.1\r\nHost: a\r\n\r\n" + POST + "Content-Length: 5\r\n\r\nhello"
    "\r\nGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "chunked-then-get": POST + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
    "5;a=b\r\nhello\r\n0\r\nTrailer: x\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n",
    "absolute": "OPTIONS http://[::1]:8080/a/../b?c HTTP/1.1\r\nHost: [::1]:8080\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "fields": "GET /%C3%A9 HTTP/1.1\r\nHost: a\r\n" + "".join(f"X-{i}: {'v' * i}\t \r\n" for i in range(18)) + "\r\n",
}
for name, text in HTTP.items():
    write(f"http/{name}.bin", text)

CHUNKED = {
    "one": "5\r\nhello\r\n0\r\n\r\n",
    "extensions": "5;a=b;c=\"d\"\r\nhello\r\n00A \t;x\r\n0123456789\r\n0;last\r\nTrailer: x\r\nOther: y\r\n\r\n",
    "many": "".join(f"{n:x}\r\n{'z' * n}\r\n" for n in (1, 2, 15, 16, 17, 255)) + "0\r\n\r\n",
    "capitals": "1F\r\n" + "q" * 31 + "\r\n000\r\n\r\n",
    "crlf-inside": "8\r\n0\r\n\r\n5\r\n\r\n0\r\n\r\n",
    "empty": "0\r\n\r\n",
}
for name, text in CHUNKED.items():
    write(f"chunked/{name}.bin", text)


# The first bytes that a TLS server reads (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2).
def vector(width, content):
    return len(content).to_bytes(width, "big") + content


def extension(kind, content):
    return struct.pack(">H", kind) + vector(2, content)


def hello(extensions, ciphers=(0xC02B, 0xC02F, 0xC02C, 0xC030), session=b"", version=0x0303, compression=b"\0"):
    body = struct.pack(">H", version) + bytes(range(32)) + vector(1, session)
    body += vector(2, b"".join(struct.pack(">H", cipher) for cipher in ciphers)) + vector(1, compression)
    return b"\x01" + vector(3, body + vector(2, b"".join(extensions)))


def record(kind, content, version=0x0301):
    return struct.pack(">BH", kind, version) + vector(2, content)


GROUPS = extension(10, vector(2, b"\x00\x1d\x00\x17\x00\x18"))
SIGNATURES = extension(13, vector(2, b"\x04\x03\x08\x04\x04\x01\x05\x03\x08\x05\x05\x01\x08\x06\x06\x01"))
NAME = extension(0, vector(2, b"\0" + vector(2, b"localhost")))
ALPN = extension(16, vector(2, vector(1, b"h2") + vector(1, b"http/1.1")))
OLD = [NAME, extension(11, b"\x01\x00"), GROUPS, SIGNATURES, ALPN, extension(22, b""), extension(23, b"")]
VERSIONS = extension(43, vector(1, b"\x03\x04\x03\x03"))
# The base point of X25519 is a share like any other.
SHARE = extension(51, vector(2, b"\x00\x1d" + vector(2, b"\x09" + bytes(31))))
NEW = [NAME, GROUPS, SIGNATURES, ALPN, VERSIONS, SHARE, extension(45, b"\x01\x01")]
SUITES = (0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F)
PSK = extension(41, vector(2, vector(2, bytes(range(100))) + bytes(4)) + vector(2, vector(1, bytes(32))))
NEW_HELLO = hello(NEW, SUITES, session=bytes(range(32)))
TLS = {
    "a-new": record(22, NEW_HELLO),
    "b-old": record(22, hello(OLD + [extension(0xFF01, b"\0")])),
    "c-old-ticket": record(22, hello(OLD + [extension(35, bytes(range(180)))], session=bytes(32))),
    # No share of a group that the server has: it asks again.
    "d-no-share": record(22, hello([part for part in NEW if part != SHARE] + [extension(51, b"\0\0")], SUITES)),
    "e-psk-early": record(22, hello(NEW + [extension(42, b""), PSK], SUITES)) + record(23, bytes(60), 0x0303),
    "f-two-records": record(22, NEW_HELLO[:60]) + record(22, NEW_HELLO[60:]),
    "g-compatible": record(22, NEW_HELLO) + record(20, b"\x01", 0x0303) + record(21, b"\x01\x5a", 0x0303),
    "h-rsa-old": record(22, hello(OLD, (0xC02F, 0xC030, 0xCCA8, 0x00FF), compression=b"\x01\x00")),
    "i-tls-1-0": record(22, hello([NAME], (0xC013, 0x002F), version=0x0301)),
    "j-goodbye": record(21, b"\x01\x00"),
    "k-ssl-2": b"\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10" + bytes(37),
    "l-http": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "m-empty-records": record(22, b"") * 3 + record(22, NEW_HELLO),
}
for name, content in TLS.items():
    write(f"tls/{name}.bin", content)

KEY = {"name": "phone", "sha256": "0123456789abcdef" * 4}
lines("key-file.txt", [
    '{"keys": []}', json.dumps({"keys": [KEY]}),
    json.dumps({"keys": [{**KEY, "requests_per_minute": 10, "characters_per_minute": 0,
                          "expires": "2027-01-31T00:00:00Z"}]}),
    json.dumps({"keys": [{**KEY, "name": f"\u00e9 {n}", "sha256": f"{n}" * 64} for n in range(4)]}, ensure_ascii=False),
    json.dumps({"keys": [{**KEY, "expires": "2024-02-29T23:59:60Z"}]}),
    json.dumps({"keys": [{**KEY, "requests_per_minute": 1e6, "characters_per_minute": 1.5}]}),
    '{"keys":[{"name":"a","name":"b","sha256":"' + "A" * 64 + '"}],"keys":[]}',
])

# Values of fields that say who asks and what he takes.
lines("fields.txt", [
    "192.0.2.1", "203.0.113.7, 10.0.0.1", "2001:db8::1, [2001:db8::2]:443, 192.0.2.1:80, 10.0.0.1", "::ffff:10.0.0.1, 10.0.0.2",
    "10.0.0.0/8, 192.168.0.0/16", "2001:db8::/32,::1", "::ffff:10.0.0.0/104", "0.0.0.0/0", "unknown, _hidden, 10.0.0.3",
    "gzip", "gzip;q=0.5, identity;q=0, *;q=0", "deflate, gzip;q=1.000, x-gzip ; q=0.001", "*", "identity;Q=0.5,br",
    "text/event-stream", "application/json;q=0.5, text/event-stream;q=0.9", "*/*;q=0.1, text/event-stream; charset=\"a,b;\\\"\"",
    "text/html, application/*;q=0.8, Text/Event-Stream;q=0.8",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff-what",
    "0123-abc.DEF_~+/=:", "a", "Bearer drg_abc", "DeepL-Auth-Key  x",
])

TRANSLATE = {"q": "Hello", "source": "en", "target": "de"}
lines("json.txt", [
    json.dumps(TRANSLATE),
    json.dumps({**TRANSLATE, "q": ["a", "\u00e9\U0001F600", ""], "format": "text", "alternatives": 0}),
    json.dumps({**TRANSLATE, "details": True, "split": "none", "max_new_tokens": 12, "priority": "bulk", "beam_size": 1},
               ensure_ascii=False),
    json.dumps({**TRANSLATE, "q": "\U0001F600\u2028 \" \\ / \b\f\n\r\t \u0000", "source": "PT-br", "target": "en"}),
    json.dumps({**TRANSLATE, "extra": {"a": [1, -0.5e-7, 1e300, None, {"b": [[], {}]}]}, "api_key": "x"}),
    '{"q" : [ "a" , "b" ] ,\t"source":"en","target":"en" }', "[" * 64 + "]" * 64, '[{"a":[{"b":[{}]}]}]', "0", '"a"',
    "[1E+2,-0,0.10,12345678901234567890,1e-999]", '{"":0,"a":1,"A":2}',
])
lines("form.txt", [
    "q=Hello&source=en&target=de", "q=a&q=b+c&q=%C3%A9&source=en&target=fr&details=true",
    "q=a&source=en&target=de&max_new_tokens=5&beam_size=1&alternatives=0&format=text&split=none&priority=bulk",
    "q=x%26y%3Dz&source=PT-br&target=en&secret=&api_key=%20", "&&a&=b&c=&=&%61=%F0%9F%98%80", "source=en&target=de&q=",
    "a=1&a=2&a=3&b=2&a=4",
    "q=a&source=en&target=de&max_new_tokens=9223372036854775807",  # once overflowed
])
SUMMARIZE = {"q": "The river rose. Nobody was hurt."}
lines("summarize-json.txt", [
    json.dumps(SUMMARIZE), json.dumps({**SUMMARIZE, "length": "short", "target": "de"}),
    json.dumps({**SUMMARIZE, "max_sentences": 2, "method": "extractive", "query": "river \u00e9", "details": True}),
    json.dumps({**SUMMARIZE, "max_tokens": 30, "language": "PT-br", "target": "en", "priority": "bulk", "api_key": "x"}),
    json.dumps({**SUMMARIZE, "q": "\U0001F600\u2028<b>\"\\/\b\n\u0000 ", "language": "sv", "query": "", "length": None}),
    json.dumps({**SUMMARIZE, "length": "long", "method": "auto", "extra": {"a": [1, {"b": [[], {}]}]}}),
])
lines("summarize-form.txt", [
    "q=The+river+rose.&length=short", "q=a%20b&max_sentences=3&method=extractive&query=%C3%A9&details=true",
    "q=a&max_tokens=9&language=PT-br&target=en&priority=bulk&api_key=%20", "q=a&q=b&length=long", "q=%20&length=medium",
    "q=a&max_sentences=9223372036854775807&length=",
])


def tensors(header, size, text=None):
    header = (text or json.dumps(header, separators=(",", ":"))).encode("utf-8")
    return struct.pack("<Q", len(header)) + header + bytes(i * 7 & 255 for i in range(size))


def entry(kind, shape, begin, end):
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


write("safetensors/two.safetensors", tensors(
    {"__metadata__": {"format": "pt"}, "a": entry("F32", [2, 2], 0, 16), "b": entry("BF16", [2], 16, 20)}, 20))
write("safetensors/types.safetensors", tensors(
    {"c": entry("F16", [4], 0, 8), "d": entry("I64", [1], 8, 16), "e": entry("F32", [], 16, 20)}, 20))
write("safetensors/empty.safetensors", tensors({}, 0))
write("safetensors/none-long.safetensors", tensors({"f": entry("F32", [0, 4], 0, 0), "g": entry("F32", [1], 0, 4)}, 4))
write("safetensors/spaces.safetensors", tensors(None, 8, '{"h" :{"data_offsets":[0,8],"shape":[1,2],"dtype":"F32"}}     '))
lines("shards.txt", [
    '{"metadata":{"total_size":40},"weight_map":{"c":"model-3.safetensors","f":"model-1.safetensors"}}',
    '{"weight_map":{"a":"model-4.safetensors","b":"model-4.safetensors","h":"model-2.safetensors"}}', '{"weight_map":{}}',
])

CARD = {"id": "m-1.0_a", "task": "translation", "architecture": "marian", "languages": [{"from": "en", "to": "de"}], "files": []}
lines("card.txt", [
    json.dumps(CARD), json.dumps({**CARD, "files": [{"path": "a/b.json", "bytes": 3, "sha256": "00"}], "max_source_tokens": 2}),
    json.dumps({**CARD, "task": "summarization", "languages": [], "self_test": [{"input": "a", "output": "b"}],
                "files": [{"path": "model.json", "bytes": 40, "sha256": "ab"}]}),
])
CONFIG = {"vocab_size": 9, "d_model": 8, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
          "decoder_attention_heads": 2, "encoder_ffn_dim": 4, "decoder_ffn_dim": 4, "max_position_embeddings": 16,
          "eos_token_id": 0, "decoder_start_token_id": 8}
# A tab stands for the border between config.json and generation_config.json.
lines("config.txt", [
    json.dumps(CONFIG) + "\t{}",
    json.dumps({**CONFIG, "activation_function": "swish"}) + "\t" + json.dumps({
        "eos_token_id": [0, 1], "bad_words_ids": [[8], [1, 2, 3]], "suppress_tokens": [4], "no_repeat_ngram_size": 2,
        "min_length": 1, "max_length": 12, "num_beams": 4, "forced_bos_token_id": 3, "forced_eos_token_id": [0],
        "repetition_penalty": 1.0, "bos_token_id": 5, "pad_token_id": None}),
    json.dumps({**CONFIG, "max_position_embeddings": -(1 << 63)}) + "\t{}",  # once overflowed
    json.dumps({**CONFIG, "task_specific_params": {
        "summarization": {"num_beams": 4, "max_length": 9, "forced_bos_token_id": None, "prefix": "summarize: "},
        "translation_en_to_de": {"begin_suppress_tokens": [3], "prefix": None}}}) + "\t" + json.dumps({
            "max_new_tokens": 7, "min_new_tokens": 2, "repetition_penalty": 1.2, "encoder_no_repeat_ngram_size": 2, "do_sample": False}),
])
lines("vocab.txt", [
    '{"a":0}', '{ "</s>" : 0, "<unk>":1,"\\u2581the":2, "\u00e9":3, "e\u0301":4, "\\ud83d\\ude00":5, ">>deu<<":6, "\\"\\\\":7 }',
])
lines("tokenizer-config.txt", [
    '{"eos_token":{"content":"</s>","lstrip":false},"separate_vocabs":true,"additional_special_tokens":["a",{"content":">>deu<<"}]}',
    '{"sp_model_kwargs":{"enable_sampling":false},"bos_token":"<s>","mask_token":null}', "{}",
])


# Sentencepiece models: by hand, and the beginnings of the trained ones of the fixture tokenizers.
def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    if isinstance(content, float):
        return varint(number << 3 | 5) + struct.pack("<f", content)
    content = content.encode("utf-8") if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def piece(text, score=-1.0, kind=1):
    return field(1, field(1, text) + field(2, score) + (field(3, kind) if kind != 1 else b""))


LETTERS = "".join(dict.fromkeys("▁thesarivondHELO漢é"))
SMALL = piece("<unk>", 0.0, 2) + piece("</s>", 0.0, 3) + b"".join(piece(c, -3.5 - i / 8) for i, c in enumerate(LETTERS))
SMALL += piece("▁the", -2.0) + piece("▁s", -2.5) + piece("ea", -2.25) + piece("<sep>", 0.0, 4) + piece("ver", -9.0, 5)
BYTES = b"".join(piece(f"<0x{b:02X}>", 0.0, 6) for b in range(256))
write("sentencepiece/a-unigram.spm", SMALL)
write("sentencepiece/b-bpe.spm", SMALL + piece("th") + piece("he") + piece("▁th") + field(2, field(3, 2)))
write("sentencepiece/c-bytes.spm", SMALL + BYTES + field(2, field(3, 1) + field(35, 1) + field(44, " ?? ")))
write("sentencepiece/d-suffix.spm", SMALL + field(2, field(24, 1)) + field(3, field(3, 0) + field(4, 0) + field(5, 0)))


def fields(bytes_):
    position = 0
    while position < len(bytes_):
        start, number, shift = position + 1, 0, 0
        position += 1
        while True:
            byte = bytes_[position]
            number |= (byte & 0x7F) << shift
            shift, position = shift + 7, position + 1
            if byte < 0x80:
                break
        yield bytes_[start - 1], bytes_[start - 1:position + number]
        position += number


for name in ("unigram-symbols", "bpe-symbols-unused", "unigram-suffix"):
    with open(f"{TOKENIZERS}/{name}.model", "rb") as file:
        parts = list(fields(file.read()))
    kept = [part for key, part in parts if key == 0x0A][:90]
    kept += [part for key, part in parts if key != 0x0A and len(part) < 3_000]
    write(f"sentencepiece/{name}-cut.spm", b"".join(kept))
    # The character map turned round too: what a model may do to its output.
    for key, part in parts:
        if key == 0x1A and len(part) < 3_000:
            write(f"sentencepiece/{name}-back.spm", SMALL + part + b"\x2A" + part[1:])

# tokenizer.json of T5's and BART's kind, a line each.
def special(*tokens):
    return [{"id": i, "content": token, "special": True, "normalized": False} for i, token in enumerate(tokens)]


METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
CHARACTERS = struct.pack("<I", 8) + struct.pack("<II", 0x61 << 10, 0) + b"x\0"
UNIGRAM = {
    "version": "1.0", "added_tokens": special("<pad>", "</s>", "<unk>"),
    "normalizer": {"type": "Sequence", "normalizers": [
        {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(CHARACTERS).decode()},
        {"type": "Strip", "strip_left": False, "strip_right": True},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}]},
    "pre_tokenizer": METASPACE, "decoder": METASPACE,
    "post_processor": {
        "type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
        "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}},
    "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": False, "vocab": [["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0]]
              + [[c, -3.5 - i / 8] for i, c in enumerate(LETTERS)] + [["▁the", -2.0], ["ea", -2.25]]}}
ALPHABET = [chr(b) for b in (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100), *range(0x100, 0x144))]
VOCABULARY = ["<s>", "<pad>", "</s>", "<unk>", *ALPHABET, "Ġt", "he", "Ġthe"]
BPE = {
    "added_tokens": special("<s>", "<pad>", "</s>", "<unk>"), "normalizer": None,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}, "decoder": {"type": "ByteLevel"},
    "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0]},
    "model": {"type": "BPE", "dropout": None, "unk_token": None, "vocab": {piece: i for i, piece in enumerate(VOCABULARY)},
              "merges": [["Ġ", "t"], ["h", "e"], ["Ġt", "he"]]}}
OLD = {**UNIGRAM, "normalizer": None, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
    {"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}]}}
lines("tokenizer-json.txt", [json.dumps(file, ensure_ascii=False) for file in (UNIGRAM, OLD, BPE)])
lines("text.txt", [
    "I'll say it's what they've got; I'm sure we're not, he'd say don't 'S 'LL", "  12 ½ ² a\u00a0b \u3000x\t\ty\r", "</s><extra_id_0><mask> ＜/s＞ ▁",
    "e\u0301 \uff21\u030a\u0327 \u1100\u1161\u11a8 \u0600a ﬁ", "👨‍👩‍👦 🇩🇪🇫🇷 漢字 नदी", "aaaaaaaaaaaaaaaa!!!!!!!!''''''''        ",
])
lines("merges.txt", ["Ġ t\th e\tĠt he", "e r\tĠ a\tĠ d\te n\to r"])
