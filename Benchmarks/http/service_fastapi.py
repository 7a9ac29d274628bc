"""CTranslate2 behind FastAPI, as a user would write it: a call a request, no batching across requests, as many at a time as there are
threads. models/en-x in int8, greedy. `uvicorn --app-dir Benchmarks/http service_fastapi:app`; SERVICE_THREADS says how many threads."""

import json
import os
import pathlib
import sys

import ctranslate2
import sentencepiece
from fastapi import FastAPI
from pydantic import BaseModel

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import DECODE_LIMIT, MODELS, ROOT

FOLDER = ROOT / "models" / "en-x"
PREFIXES = {pair["to"]: pair["prefix"] for pair in json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))["languages"]}
translator = ctranslate2.Translator(
    str(MODELS / "ct2" / "en-x.int8"), device="cpu", compute_type="int8", inter_threads=int(os.environ["SERVICE_THREADS"]), intra_threads=1)
source, target = (sentencepiece.SentencePieceProcessor(model_file=str(FOLDER / f"{side}.spm")) for side in ("source", "target"))
app = FastAPI()


class Request(BaseModel):
    q: str
    source: str
    target: str


@app.post("/translate")
def translate(request: Request):
    pieces = [PREFIXES[request.target], *source.encode(request.q, out_type=str), "</s>"]
    result = translator.translate_batch([pieces], beam_size=1, max_decoding_length=DECODE_LIMIT)[0]
    return {"translatedText": target.decode(result.hypotheses[0])}


@app.get("/health")
def health():
    return {"status": "ok"}
