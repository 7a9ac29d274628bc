"""What is in DATA: sources, their weights and licences, and which pairs are held out.

    DATA/parallel/<pair>/<source>.tsv.gz        English<TAB>target, one sentence or segment a line, in document order
    DATA/summarization/<source>.jsonl.gz        {"document", "summary"} a line; a document's paragraphs are its lines

Held out is a matter of a digest of the normalized English, so that a sentence is on the same side of the split in every
source and every direction, and stays there when sources are added: one in 50 for tests, another one in 50 for development.
"""
import functools
import glob
import gzip
import hashlib
import json
import os
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Iterator


@dataclass(frozen=True)
class Source:
    weight: float  # how often an epoch sees each pair: 0.2 is a fifth of the pairs, 2 each pair twice
    attribution: str
    license: str


# What asks a model for a language: one piece before the source.
TAGS = {"de": ">>deu<<", "es": ">>spa<<", "fr": ">>fra<<"}

# Everyday and general text counts most, manuals and what repeats itself less.
PARALLEL: dict[str, Source] = {
    "phrases": Source(20, "Phrases written for this project", "Apache-2.0"),
    "tatoeba": Source(1, "Tatoeba", "CC-BY 2.0 FR"),
    "tico19": Source(4, "TICO-19", "CC0-1.0"),
    "xquad": Source(4, "XQuAD", "CC-BY-SA 4.0"),
    "debian-www": Source(0.7, "Debian web site", "MIT"),
    "opensource-guide": Source(3, "Open Source Guides", "CC-BY 4.0"),
    "books-pd": Source(2, "Public-domain books", "public domain"),
    "bitcoin-org": Source(2, "bitcoin.org", "MIT"),
    "monero-site": Source(2, "getmonero.org", "BSD-3-Clause"),
    "mozilla-www": Source(2, "Mozilla web sites", "MPL-2.0"),
    "mozilla-misc": Source(1, "Mozilla services", "MPL-2.0"),
    "mozilla-fenix": Source(1, "Firefox for Android", "MPL-2.0"),
    "djangogirls": Source(2, "Django Girls tutorial", "CC-BY-SA 4.0"),
    "gnome-user-docs": Source(1, "GNOME user documentation", "CC-BY-SA 3.0"),
    "react-docs": Source(1, "React documentation", "CC-BY 4.0"),
    "electron-docs": Source(0.5, "Electron documentation", "MIT"),
    "kicad-doc": Source(0.5, "KiCad documentation", "CC-BY 3.0"),
    "comprehensive-rust": Source(0.5, "Comprehensive Rust", "CC-BY 4.0"),
    "tldr-pages": Source(0.5, "tldr-pages", "CC-BY 4.0"),
    "msdocs-businesscentral": Source(0.4, "Microsoft documentation", "CC-BY 4.0"),
    "msdocs-misc": Source(0.3, "Microsoft documentation", "CC-BY 4.0"),
    "msdocs-dotnet": Source(0.4, "Microsoft documentation", "CC-BY 4.0"),
    "msdocs-cpp": Source(0.2, "Microsoft documentation", "CC-BY 4.0"),
    "tensorflow-docs": Source(0.4, "TensorFlow documentation", "CC-BY 4.0"),
    "python-docs": Source(0.3, "Python documentation", "PSF-2.0 and CC0-1.0"),
    "django-docs": Source(0.3, "Django documentation", "BSD-3-Clause"),
    "php-manual": Source(0.2, "PHP manual", "CC-BY 3.0"),
    "zf1-manual": Source(0.15, "Zend Framework manual", "BSD-3-Clause"),
    "apache-httpd": Source(0.4, "Apache HTTP Server", "Apache-2.0"),
    "bible": Source(0.3, "Bible translations", "public domain"),
    "canada-laws": Source(0.15, "Justice Canada", "Open Government Licence - Canada"),
    "cldr": Source(0.5, "Unicode CLDR", "Unicode License v3"),
    "godot-editor": Source(0.5, "Godot editor", "MIT"),
    "matrix-react-sdk": Source(1, "Matrix React SDK", "Apache-2.0"),
    "mumble": Source(1, "Mumble", "BSD-3-Clause"),
    "dotnet-xlf": Source(0.5, ".NET", "MIT"),
    "openstack-horizon": Source(0.5, "OpenStack Horizon", "Apache-2.0"),
    "osm-id-presets": Source(0.5, "OpenStreetMap iD presets", "ISC"),
    "shopware": Source(0.7, "Shopware", "MIT"),
}

# Sources of which neighbouring lines make a text: what the summarizer is pretrained on.
RUNNING_TEXT = [name for name in PARALLEL if name not in ("phrases", "tatoeba", "cldr", "osm-id-presets", "tldr-pages", "xquad")]

# The weight of a summarization source is that of each of its documents; `LENGTHS` says which summary it teaches.
SUMMARIZATION: dict[str, Source] = {
    "scitldr": Source(1, "SciTLDR", "Apache-2.0"),
    "qmsum": Source(0.5, "QMSum", "MIT"),
    "msdocs-description": Source(1, "Microsoft documentation", "CC-BY 4.0"),
    "digitalgov-summary": Source(2, "digital.gov", "public domain"),
    "digitalgov-headline": Source(1, "digital.gov", "public domain"),
    "18f-blog": Source(2, "18F blog", "public domain"),
    "canada-statute-summaries": Source(1, "Justice Canada", "Open Government Licence - Canada"),
    "debian-news": Source(2, "Debian web site", "MIT"),
    "go-vulndb": Source(1, "Go vulnerability database", "CC-BY 4.0"),
    "peps": Source(1, "Python Enhancement Proposals", "public domain"),
    "opensource-guide": Source(2, "Open Source Guides", "CC-BY 4.0"),
    "commit-subjects": Source(0.5, "Commit messages of nine projects", "BSD, MIT, CC0, LGPL, MPL and Apache"),
}
LENGTHS = ("headline", "sentence", "short")


def length_of(source: str, summary: str) -> str:
    """Which of LENGTHS a summary is: titles and subjects are headlines, up to 30 words a sentence, more is short."""
    words = len(summary.split())
    if source in ("digitalgov-headline", "debian-news", "commit-subjects", "go-vulndb") or words <= 8:
        return "headline"
    return "sentence" if words <= 30 else "short"


def shares(rows: list[dict]) -> list[float]:
    """How often each document is drawn: its source's weight, damped by the square root of the source's size."""
    counts = Counter(row["source"] for row in rows)
    return [SUMMARIZATION[row["source"]].weight / counts[row["source"]] ** 0.5 for row in rows]


def normalized(text: str) -> str:
    """Letters and digits only, case folded: what two copies of a sentence have in common."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def side(text: str) -> str:
    """`heldout`, `dev` or `train`, by the digest of the normalized text. What phrases.tsv has is for training, wherever it stands."""
    if normalized(text) in phrases():
        return "train"
    digest = hashlib.blake2b(normalized(text).encode(), digest_size=8).digest()
    return {0: "heldout", 1: "dev"}.get(int.from_bytes(digest, "big") % 50, "train")


@functools.cache
def phrases() -> dict[str, list[list[str]]]:
    """Lines of phrases.tsv (English, German, Spanish, French) by their normalized English: greetings, numbers, names of days, buttons.

    Corpora of distinct sentences have such a phrase once or not at all, and it is what a user tries first.
    """
    found: dict[str, list[list[str]]] = {}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "phrases.tsv"), encoding="utf-8") as lines:
        for line in lines:
            row = line.rstrip("\n").split("\t")
            found.setdefault(normalized(row[0]), []).append(row)
    return found


def pairs(data: str, language: str) -> Iterator[tuple[str, list[list[str]]]]:
    """(source, [[English, target], …]) for each source of en-<language>, in file order; the phrases first."""
    column = ("en", "de", "es", "fr").index(language)
    yield "phrases", [[row[0], row[column]] for rows in phrases().values() for row in rows]
    for path in sorted(glob.glob(f"{data}/parallel/en-{language}/*.tsv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            rows = [row for row in (line.rstrip("\n").split("\t") for line in lines) if len(row) == 2]
        yield os.path.basename(path)[: -len(".tsv.gz")], rows


def documents(data: str) -> Iterator[tuple[str, list[dict]]]:
    """(source, [{"document", "summary"}, …]) for each summarization source."""
    for path in sorted(glob.glob(f"{data}/summarization/*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            yield os.path.basename(path)[: -len(".jsonl.gz")], [json.loads(line) for line in lines]


ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|cf|vs|etc|Mr|Mrs|Ms|Dr|Prof|St|No|Fig|Eq|Sec|approx|al|Inc|Ltd|Co|U\.S)|\b[A-Z])\.$")


def sentences(document: str) -> list[tuple[str, bool]]:
    """(sentence, whether it starts a paragraph). A line break ends a sentence; so does . ! or ? before a capital or digit."""
    found: list[tuple[str, bool]] = []
    for line in document.splitlines():
        first, current = True, ""
        for piece in re.split(r"(?<=[.!?])(?=\s)|(?<=[.!?][\"')\]”’])(?=\s)", line):
            if current and re.match(r"\s+[\"'(\[“‘]?[A-Z0-9]", piece) and not ABBREVIATION.search(current):
                found.append((current.strip(), first))
                first, current = False, ""
            current += piece
        if current.strip():
            found.append((current.strip(), first))
    return found
