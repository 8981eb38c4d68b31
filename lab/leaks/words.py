"""What must not be read by those who look for a fault: the names of faults and scenarios, and words that tell."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["fault", "scenario", "telling"]

TELLING = (
    r"chaos",
    r"faulty",
    r"faults?",
    r"fault[_-]?inject\w*",
    r"inject(?:s|ed|ing|ion|or)?",
    r"sabotag\w+",
    r"toxics?",
    r"toxiproxy",
    r"scenarios?",
    r"on purpose",
    r"saboteur",
)
"""Regular expressions of whole words."""

OF_THE_TRADE = (r"card_network\.timeout_s",)
"""Names of settings that services really have, in which the name of a fault happens to stand."""

FIGURES = re.compile(r"\b[0-9a-f]{16,}\b|[0-9]+")
"""Numbers, and ids of spans and traces."""
JOINT = r"[ ._/-]?"


@dataclass(frozen=True)
class Hit:
    """One place in a text."""

    kind: Kind
    word: str
    """As it stands there."""
    start: int


class Words:
    """Finds them in any text, whatever joins their parts: float_drift, float-drift, FloatDrift, FLOAT.DRIFT."""

    def __init__(self, faults: Iterable[str], scenarios: Iterable[str]) -> None:
        named = sorted({form for name in faults for form in _forms(name)}, key=len, reverse=True)
        played = sorted({_joined(name) for name in scenarios}, key=len, reverse=True)
        kinds: dict[Kind, Iterable[str]] = {"fault": named, "scenario": played, "telling": TELLING}
        alternatives = "|".join(f"(?P<{kind}>{'|'.join(forms)})" for kind, forms in kinds.items() if forms)
        passed_over = "|".join(OF_THE_TRADE)
        self._figures_tell = any(map(str.isdigit, "".join((*named, *played))))
        self._pattern = re.compile(
            rf"(?<![a-z0-9_])(?:{passed_over})(?!\w)|(?<![a-z0-9])(?:{alternatives})(?![a-z0-9])", re.IGNORECASE
        )

    def within(self, text: str) -> Iterator[Hit]:
        """Yield every word that must not be there."""
        for found in self._pattern.finditer(text):
            if found.lastgroup is not None:
                kind = cast("Kind", found.lastgroup)  # the groups are the kinds
                yield Hit(kind, found[0], found.start())

    def without_figures(self, text: str) -> str:
        """Return a text in which the same words are found: all numbers are the same, unless a name has one."""
        return text if self._figures_tell else FIGURES.sub("0", text)


def _forms(name: str) -> Iterator[str]:
    yield _joined(name)
    tail = name.rpartition(".")[2]
    # One word alone, `latency`, is a word of the trade as well.
    if "_" in tail or "-" in tail:
        yield _joined(tail)


def _joined(name: str) -> str:
    return JOINT.join(re.escape(part) for part in re.split(r"[._-]", name))
