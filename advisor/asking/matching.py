"""Which question a text asks: each cue whose words stand in it counts."""

from collections.abc import Iterable, Iterator
from functools import cache

from advisor.asking.questions import QUESTIONS, Question
from advisor.asking.words import stems

LEAST = 2
"""What the cues of a question that is understood count at the least."""
APART = 5
"""Words of one cue stand no further apart than this."""


def ranked(text: str) -> list[tuple[int, Question]]:
    """Return what could be meant, the likeliest first."""
    said = stems(text, turns=True)
    found = [(sum(_counted(said, question)), question) for question in QUESTIONS]
    return sorted((one for one in found if one[0] >= LEAST), key=lambda one: -one[0])


def _counted(said: list[str], question: Question) -> Iterator[int]:
    for cue, weight in _cues(question.name):
        if _stands(cue, said):
            yield weight


@cache
def _cues(name: str) -> tuple[tuple[tuple[str, ...], int], ...]:
    cues = next(one.cues for one in QUESTIONS if one.name == name)
    found: dict[tuple[str, ...], int] = {}
    for cue, weight in cues.items():
        key = tuple(stems(cue))
        found[key] = max(weight, found.get(key, 0))
    return tuple(found.items())


def _stands(cue: Iterable[str], said: list[str]) -> bool:
    """Whether the words of a cue stand in the text in their order, near to one another."""
    first, *rest = cue
    return any(word == first and _follow(rest, said[at + 1 :]) for at, word in enumerate(said))


def _follow(rest: list[str], said: list[str]) -> bool:
    for word in rest:
        near = said[:APART]
        if word not in near:
            return False
        said = said[near.index(word) + 1 :]
    return True
