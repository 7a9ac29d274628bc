#!/usr/bin/env python3
"""Recreates the fixtures beside this file from seeds and input files, byte for byte.

    pip install -r requirements.txt          # pinned versions of the oracles
    python generate.py                       # every fixture
    python generate.py marian-tiny bleu      # some of them
    python generate.py marian-tiny/beam.json # one file

Each fixture is a folder with its inputs, what is expected (expected.json, beam.json, attention.json) and SOURCE.md (written by hand). Weights
are drawn with numpy; arithmetic is single-threaded float32 on the code paths that torch and MKL keep equal on all x86-64 CPUs, and floats are rounded on
output. (With the fastest paths instead, every token stays the same and some margins change in their last digit.)
"""

import os

os.environ.update(MKL_CBWR="COMPATIBLE", ATEN_CPU_CAPABILITY="default", OMP_NUM_THREADS="1", TRANSFORMERS_VERBOSITY="error")
import sys

from oracles import (
    attention_cases, beam_cases, bleu, family_cases, family_models, greedy_cases, random_models, rouge, salience, task_cases)

# What makes each fixture's files, in order.
MAKERS = {
    **{name: {
        "model": random_models.generate_model, "expected.json": greedy_cases.generate_greedy, "beam.json": beam_cases.generate_beams,
        "attention.json": attention_cases.generate_attention}
       for name in random_models.SHAPES},
    **{name: {
        "model": family_models.generate_model, "expected.json": family_cases.generate_greedy, "beam.json": family_cases.generate_beams,
        "attention.json": attention_cases.generate_attention}
       for name in family_models.SHAPES},
    **{name: {"model": task_cases.generate_model, "tasks.json": task_cases.generate_tasks} for name in task_cases.SHAPES},
    **{name: {"model": salience.generate_model, "expected.json": salience.generate_expected} for name in salience.SHAPES},
    "t5-buckets": {"buckets.json": family_cases.generate_buckets},
    **{name: {"expected.json": greedy_cases.generate_parity, "beam.json": beam_cases.generate_parity} for name in ("en-x-parity", "x-en-parity")},
    "summarizer-parity": {"expected.json": greedy_cases.generate_summaries, "beam.json": beam_cases.generate_parity},
    "bleu": {"expected.json": bleu.generate_bleu, "options.json": bleu.generate_options},
    "rouge": {"expected.json": rouge.generate_scores, "stems.txt": rouge.generate_stems},
}


def main(names):
    for name in names or MAKERS:
        fixture, _, file = name.partition("/")
        for part, make in MAKERS[fixture].items():
            if file in ("", part):
                make(fixture)


if __name__ == "__main__":
    main(sys.argv[1:])
