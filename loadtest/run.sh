#!/bin/sh
# `make loadtest`: gets the tools that are missing where that is possible, then runs loadtest/run.py. What cannot be had is left out there,
# with a message. From the environment: URL, SCENARIO, DURATION, PID (all may be empty), LOADTEST_PYTHON (a Python that has locust).
set -eu
cd "$(dirname "$0")/.."
packages="wrk hey"
case "${SCENARIO:-}" in *proxies* | *all*) packages="$packages nginx-light haproxy openssl" ;; esac
# shellcheck disable=SC2086 # words are meant to split
.ci/packages $packages || echo "going on without what is missing" >&2
python=${LOADTEST_PYTHON:-}
[ -n "$python" ] || python=$(.ci/venv .venv-loadtest loadtest/requirements.txt)
set --
[ -z "${URL:-}" ] || set -- "$@" --url "$URL"
[ -z "${DURATION:-}" ] || set -- "$@" --duration "$DURATION"
[ -z "${PID:-}" ] || set -- "$@" --pid "$PID"
# shellcheck disable=SC2086 # several names are several words
exec "$python" loadtest/run.py "$@" ${SCENARIO:+--scenario $SCENARIO}
