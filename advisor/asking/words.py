"""Words of a text, cut to what they mean the same with."""

import re

ENDINGS = ("ingly", "edly", "ing", "ies", "ed", "es", "s", "y", "e")
TOKEN = re.compile(r"[a-z0-9]+")


def words(text: str) -> list[str]:
    """Return the words of a text in small letters: a hyphen or an apostrophe parts them."""
    return TOKEN.findall(text.lower().replace("’", "'").replace("'s ", " ").replace("'", ""))


def stems(text: str) -> list[str]:
    """Return the words of a text without their endings."""
    return [stem(word) for word in words(text)]


def stem(word: str) -> str:
    """Return a word without its ending: `services` and `service` are one."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
