"""What users do to text: capitals, missing punctuation and accents, typos, several sentences at once, things to copy."""
import random
import re
import string
import unicodedata

Pair = tuple[str, str, str]  # tag (one for each language), source, target

UPPER, LOWER, BARE, TYPO, ACCENTS, JOIN, COPY, LITERAL = 0.05, 0.03, 0.05, 0.04, 0.03, 0.08, 0.01, 0.005


def typo(text: str, rng: random.Random) -> str:
    """Swaps, drops or doubles one letter in about twenty-five."""
    letters = list(text)
    for i in range(1, len(letters) - 1):
        if letters[i].isalpha() and rng.random() < 0.04:
            kind = rng.randrange(3)
            if kind == 0:
                letters[i], letters[i - 1] = letters[i - 1], letters[i]
            else:
                letters[i] = "" if kind == 1 else letters[i] * 2
    return "".join(letters)


def bare(text: str) -> str:
    return re.sub(r"\s*[.!?:;…]+$", "", text).lstrip("¿¡")


def plain(text: str) -> str:
    """Without accents, as typed on a foreign keyboard; ß and letters that do not decompose stay."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def literal(rng: random.Random) -> str:
    """Something that every language writes alike: a number, an address, a placeholder, a path."""
    word = lambda: "".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9)))
    return rng.choice([
        lambda: str(rng.randrange(10 ** rng.randint(1, 9))),
        lambda: f"{rng.randint(0, 23)}:{rng.randint(0, 59):02d}",
        lambda: f"https://{word()}.{rng.choice(['com', 'org', 'net', 'eu'])}/{word()}",
        lambda: f"{word()}@{word()}.com",
        lambda: "{" + word() + "}",
        lambda: f"%{rng.randint(1, 9)}$s",
        lambda: f"/{word()}/{word()}.{rng.choice(['txt', 'png', 'html'])}",
        lambda: f"{word().upper()}-{rng.randrange(1000)}",
    ])()


def augmented(pairs: list[Pair], rng: random.Random) -> list[Pair]:
    """One epoch's view of some pairs in random order. Joined pairs are neighbours of that order with the same tag."""
    out: list[Pair] = []
    for tag, source, target in pairs:
        roll = rng.random()
        if out and rng.random() < JOIN and out[-1][0] == tag and len(out[-1][1]) + len(source) < 350:
            before = out.pop()
            source, target = f"{before[1]} {source}", f"{before[2]} {target}"
        elif (roll := roll - UPPER) < 0:
            source, target = source.upper(), target.upper()
        elif (roll := roll - LOWER) < 0:
            source = source.lower()
        elif (roll := roll - BARE) < 0:
            source, target = bare(source), bare(target)
        elif (roll := roll - TYPO) < 0:
            source = typo(source, rng)
        elif (roll := roll - ACCENTS) < 0:
            source = plain(source)
        elif (roll := roll - COPY) < 0:
            source = target  # text that is in the target language already
        elif roll < LITERAL:
            out.append((tag, *[literal(rng)] * 2))
        if source and target:
            out.append((tag, source, target))
    return out
