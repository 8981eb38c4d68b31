"""A text as somebody pastes it: what they see, and what they ask about it."""

import re
from dataclasses import dataclass

from advisor.asking.matching import ranked

ITEM = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+(.+)$")
SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]*")
REPORT = 12
"""What cues count when a whole report is asked for: its parts are no questions of their own then."""


@dataclass(frozen=True)
class Conversation:
    """What somebody sees, and their questions."""

    situation: str
    questions: tuple[str, ...]


def conversation(text: str) -> Conversation:
    """Part a text into what is seen and what is asked: items of a list, and whatever ends in a question mark."""
    seen: list[str] = []
    asked: list[str] = []
    for line in text.splitlines() or [text]:
        if item := ITEM.match(line):
            asked.append(item[1].strip())
            continue
        for sentence in (one.strip() for one in SENTENCE.findall(line)):
            if sentence:
                (asked if sentence.endswith("?") else seen).append(sentence)
    situation = " ".join(seen)
    if not asked or _wants_report(situation):
        return Conversation("", (" ".join(text.split()) if not asked else situation,))
    return Conversation(situation, tuple(asked))


def _wants_report(text: str) -> bool:
    return any(weight >= REPORT and one.name == "incident-summary" for weight, one in ranked(text))
