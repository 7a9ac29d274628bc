"""Prints docs/translations.md: what the models in models/ make of the sentences in samples/, unedited.

    python training/samples.py --program .build/release/dragoman > docs/translations.md

Line N of samples/en.txt, de.txt, es.txt and fr.txt say the same. They were written for this project; no model was trained on them.
"""
import argparse
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
LANGUAGES = {"en": "English", "de": "German", "es": "Spanish", "fr": "French"}


def translations(program: str, models: str, source: str, target: str) -> list[str]:
    command = [program, "translate", "--models", models, "--from", source, "--to", target, f"{HERE}/samples/{source}.txt"]
    return subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout.splitlines()


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--program", default=".build/release/dragoman")
    p.add_argument("--models", default=f"{HERE}/../models")
    a = p.parse_args()
    read = lambda language: open(f"{HERE}/samples/{language}.txt", encoding="utf-8").read().splitlines()
    print("# Twenty sentences in six directions\n\nWhat the models in models/ make of twenty sentences that they were not trained on: unedited output of "
          "`dragoman translate` (int8, the models'\nown beam of 4), mistakes included. Made by `training/samples.py`.")
    pairs = [("en", other) for other in ("de", "es", "fr")] + [(other, "en") for other in ("de", "es", "fr")]
    for source, target in pairs:
        print(f"\n## {LANGUAGES[source]} → {LANGUAGES[target]}\n")
        for number, (text, out) in enumerate(zip(read(source), translations(a.program, a.models, source, target), strict=True), 1):
            print(f"{number}. {text}  \n   **{out}**")


if __name__ == "__main__":
    main()
