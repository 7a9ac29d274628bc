#!/bin/sh
# `make bench`: Dragoman beside CTranslate2 in one run. The peer lives in a Python environment of its own, made at the
# first run (.venv-bench, 2 GB); BENCH_PYTHON names another one that has it already.
set -eu
cd "$(dirname "$0")/.."
python=${BENCH_PYTHON:-}
if [ -z "$python" ]; then
  python=.venv-bench/bin/python
  if [ ! -x "$python" ]; then
    echo "Making .venv-bench with the peers of Benchmarks/requirements.txt (some minutes) ..." >&2
    python3 -m venv .venv-bench
    .venv-bench/bin/pip install --quiet -r Benchmarks/requirements.txt
  fi
fi
exec "$python" Benchmarks/compare.py run --dragoman .build/release/dragoman "$@"
