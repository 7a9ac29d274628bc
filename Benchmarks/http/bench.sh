#!/bin/sh
# `make bench-http`: builds the servers of Benchmarks/http/peers (some minutes the first time), makes a Python environment with uvicorn
# (.venv-http; BENCH_PYTHON names another one that has requirements.txt), measures. Arguments go to side_by_side.py.
set -eu
cd "$(dirname "$0")/../.."
python=${BENCH_PYTHON:-}
[ -n "$python" ] || python=$(.ci/venv .venv-http Benchmarks/http/requirements.txt)
for product in EchoDragoman EchoHummingbird EchoFlyingFox; do
  "${SWIFT:-swift}" build -c release --package-path Benchmarks/http/peers --scratch-path .build-peers --product "$product" >&2 ||
    echo "$product was not built and is left out" >&2
done
exec "$python" Benchmarks/http/side_by_side.py "$@"
