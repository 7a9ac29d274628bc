"""Where fixtures lie, and how they are read and written."""

import json
import math
import pathlib

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent


def read_lines(path):
    """The lines of a text file without their newlines."""
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def write_json(path, value):
    """One top-level key a block and one list element a line: small and still diffable."""
    dump = lambda v: json.dumps(v, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    rows = []
    for key, item in value.items():
        nested = isinstance(item, list) and item and isinstance(item[0], dict)
        body = "[\n " + ",\n ".join(dump(row) for row in item) + "\n]" if nested else dump(item)
        rows.append(f"{dump(key)}: {body}")
    path.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def rounded(value, digits=6):
    """A finite float with that many significant digits, None for an infinity (a forced token beats all others without limit)."""
    return None if math.isinf(value) else float(f"{value:.{digits}g}")
