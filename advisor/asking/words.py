"""Words of a text, cut to what they mean the same with."""

import re

ENDINGS = ("ingly", "edly", "ing", "ies", "ed", "es", "s", "y", "e")
BEFORE_TURN = frozenset(("what", "which", "right", "best", "investigation", "sensible"))
BEHIND_TURN = frozenset(("of", "should", "do", "to", "in", "i", "would", "must"))
TOKEN = re.compile(r"[a-z0-9]+")


def words(text: str) -> list[str]:
    """Return the words of a text in small letters: a hyphen or an apostrophe parts them."""
    return TOKEN.findall(text.lower().replace("’", "'").replace("'s ", " ").replace("'", ""))


def stems(text: str, *, turns: bool = False) -> list[str]:
    """Return the words of a text without their endings; `turns`: an order in which things are done is a `turn`."""
    said = words(text)
    return ["turn" if turns and is_turn(said, at) else stem(word) for at, word in enumerate(said)]


def is_turn(said: list[str], at: int) -> bool:
    """Whether the word at a place is the order in which things are done, and none that a customer places."""
    if said[at] != "order":
        return False
    before, behind = said[max(at - 1, 0) : at], said[at + 1 : at + 2]
    return bool(BEFORE_TURN & {*before} or BEHIND_TURN & {*behind})


def stem(word: str) -> str:
    """Return a word without its ending: `services` and `service` are one."""
    for ending in ENDINGS:
        if word.endswith(ending) and not (ending == "s" and word.endswith("ss")) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
