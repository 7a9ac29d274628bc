#!/bin/sh
# `make train MODEL=en-x|x-en|teacher|summarizer|salience DATA=FOLDER MINUTES=60 [INIT=FOLDER] [WORK=FOLDER] [ARGS="…"]`: prepare,
# train (from the last checkpoint where there is one), export to training/runs/models/MODEL (but for the teacher, which is for distill.py).
# INIT=FOLDER starts from that model's weights and vocabulary, WORK=FOLDER takes data that is prepared already, ARGS and what follows the
# command go to train.py. The Python environment is made at the first run (.venv-train, 2 GB); TRAIN_PYTHON names another one. Data that
# was prepared once is kept; delete training/runs/*-data when DATA changes.
set -eu
cd "$(dirname "$0")/.."
model=${MODEL:-}
case $model in
  en-x|x-en|teacher) prepared=translation ;;
  summarizer|salience) prepared=summarization ;;
  *) echo "MODEL=$model; en-x, x-en, teacher, summarizer or salience is possible" >&2; exit 64 ;;
esac
[ -d "${DATA:-}" ] || { echo "DATA=${DATA:-} is no folder; training/README.md says what it holds" >&2; exit 64; }
python=${TRAIN_PYTHON:-}
if [ -z "$python" ]; then
  python=.venv-train/bin/python
  if ! cmp -s training/requirements.txt .venv-train/requirements.txt; then
    echo "Making .venv-train with training/requirements.txt (some minutes) ..." >&2
    python3 -m venv .venv-train
    .venv-train/bin/pip install --quiet -r training/requirements.txt
    cp training/requirements.txt .venv-train/requirements.txt
  fi
fi
runs=${RUNS:-training/runs}
work=${WORK:-$runs/$prepared-data}
out=$runs/$model
mkdir -p "$out"
init=${INIT:-none}
vocabulary=
if [ "$init" != none ]; then
  [ -f "$init/model.safetensors" ] || { echo "INIT=$init holds no model.safetensors" >&2; exit 64; }
  vocabulary="--spm $init/source.spm"
  set -- --init "$init/model.safetensors" "$@"
fi
if [ ! -f "$work/spm.model" ]; then
  echo "Preparing $work (some minutes) ..." >&2
  "$python" training/prepare.py "$prepared" "$DATA" "$work" $vocabulary
fi
# glibc's defaults give memory back and fetch it again at every step: 1.6 times slower.
export MALLOC_MMAP_THRESHOLD_=1000000000 MALLOC_TRIM_THRESHOLD_=2000000000 MALLOC_TOP_PAD_=500000000
case $model in
  summarizer) longest=384; set -- --max-length 386 --tokens 6000 --rate 1e-3 --warmup 500 "$@" ;;
  salience) longest=128; set -- --tokens 6000 --warmup 200 --develop 2 "$@" ;;
  *) longest=126; set -- --max-length 128 --tokens 8000 --optimizer muon --rate 1e-3 --matrix-rate 2e-3 --warmup 500 --subwords 0.1 "$@" ;;
esac
# shellcheck disable=SC2086 # words of ARGS are arguments of their own
"$python" training/train.py "$model" --work "$work" --out "$out" --minutes "${MINUTES:-60}" "$@" ${ARGS:-}
if [ "$model" = teacher ]; then
  echo "$out/best.pt is ready for training/distill.py" >&2
  exit
fi
"$python" training/export.py "$model" --work "$work" --state "$out/best.pt" --out "$runs/models/$model" --max-source-tokens "$longest"
echo "$runs/models/$model is ready: make serve MODELS=$runs/models" >&2
