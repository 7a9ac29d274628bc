#!/bin/sh
# `make bench`: Dragoman beside its peers in one run, as plots and tables. BENCH chooses what:
#   series (default)  every series, three rounds, then the plots into docs/plots/ (about 13 minutes on two cores)
#   quick             one short round of every series, plots into Benchmarks/results/: does it all work here?
#   table             compare.py: the table of all three models (about an hour)
#   full              series, then table
# Further arguments go to series.py (or, for BENCH=table, to compare.py). The peers live in a Python environment of their own, made at
# the first run (.venv-bench, 2 GB); BENCH_PYTHON names another one that has them already.
set -eu
cd "$(dirname "$0")/.."
case ${BENCH:=series} in
  series|quick|table|full) ;;
  *)
    echo "BENCH=$BENCH; series, quick, table or full is possible" >&2
    exit 64 ;;
esac
python=${BENCH_PYTHON:-}
if [ -z "$python" ]; then
  python=.venv-bench/bin/python
  # Made again when the list of peers has changed since.
  if ! cmp -s Benchmarks/requirements.txt .venv-bench/requirements.txt; then
    echo "Making .venv-bench with the peers of Benchmarks/requirements.txt (some minutes) ..." >&2
    python3 -m venv .venv-bench
    .venv-bench/bin/pip install --quiet -r Benchmarks/requirements.txt
    cp Benchmarks/requirements.txt .venv-bench/requirements.txt
  fi
fi

case $BENCH in
  series)
    exec "$python" Benchmarks/series.py run --plots docs/plots "$@" ;;
  quick)
    exec "$python" Benchmarks/series.py run --quick --plots Benchmarks/results/plots "$@" ;;
  table)
    exec "$python" Benchmarks/compare.py run "$@" ;;
  full)
    "$python" Benchmarks/series.py run --plots docs/plots
    "$python" Benchmarks/compare.py run ;;
esac
