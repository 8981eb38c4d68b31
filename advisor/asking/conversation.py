"""A text as somebody pastes it: what they see, and what they ask about it."""

import re
from dataclasses import dataclass

from advisor.asking.matching import ranked

ITEM = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+(.+)$")
SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]*")
DASH = re.compile(r"\s[–—-]+\s|:\s")
CLEAR = 3
"""What cues count in each part of a list in one line: `what is seen – one question; another`."""
REPORT = 12
"""What cues count when a whole report is asked for: its parts are no questions of their own then."""


@dataclass(frozen=True)
class Conversation:
    """What somebody sees, and their questions."""

    situation: str
    questions: tuple[str, ...]


def conversation(text: str) -> Conversation:
    """Part a text into what is seen and what is asked: items of lists, and whatever ends in a question mark."""
    seen: list[str] = []
    asked: list[str] = []
    for line in text.splitlines() or [text]:
        if item := ITEM.match(line):
            asked.append(item[1].strip())
            continue
        before, items = _listed(line)
        asked += items
        for sentence in (one.strip() for one in SENTENCE.findall(before)):
            if sentence:
                (asked if sentence.endswith("?") else seen).append(sentence)
    situation = " ".join(seen)
    if not asked or _wants_report(situation):
        return Conversation("", (" ".join(text.split()) if not asked else situation,))
    return Conversation(situation, tuple(asked))


def _listed(line: str) -> tuple[str, list[str]]:
    """Part a line into what stands before a list of questions, and these; a line that is no such list stays whole."""
    dash = DASH.search(line)
    before, behind = (line[: dash.start()], line[dash.end() :]) if dash else ("", line)
    items = [one.strip(" .") for one in behind.split(";")]
    if len(items) < 2 or not all(any(weight >= CLEAR for weight, _ in ranked(one)) for one in items):
        return line, []
    return before, items


def _wants_report(text: str) -> bool:
    return any(weight >= REPORT and one.name == "incident-summary" for weight, one in ranked(text))
