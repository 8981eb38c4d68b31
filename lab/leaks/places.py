"""What was searched, and what was found there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lab.leaks.words import Hit, Kind, Words

AROUND = 40
"""Characters shown on either side of a word."""


@dataclass(frozen=True)
class Text:
    """Something that a trainee can read."""

    surface: str
    """Kind of place: `logs`, `spans`, `metrics`, `pages`, `processes`, `documents`."""
    where: str
    """The place itself: `billing-service-1 /metrics`."""
    text: str
    instrument: bool = False
    """Whether it belongs to the instruments of the lab, which may be called what they are: only names tell there."""


@dataclass(frozen=True)
class Finding:
    """A word that must not be there, in one place, however often."""

    surface: str
    where: str
    kind: Kind
    word: str
    excerpt: str
    count: int = 1


class Search:
    """Keeps count of what was searched and found."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._found: dict[tuple[str, str, str], Finding] = {}
        self._searched: dict[str, int] = {}
        self._clean: set[str] = set()

    def look(self, texts: Iterable[Text]) -> None:
        """Search."""
        for text in texts:
            self._searched[text.surface] = self._searched.get(text.surface, 0) + len(text.text)
            if self._is_clean(text.text):
                continue
            for hit in self._words.within(text.text):
                if hit.kind != "telling" or not text.instrument:
                    self._note(text, hit)

    @property
    def findings(self) -> list[Finding]:
        """What was found, by place."""
        return sorted(self._found.values(), key=lambda one: (one.surface, one.where, one.word))

    @property
    def searched(self) -> Mapping[str, int]:
        """Characters searched, by kind of place."""
        return dict(sorted(self._searched.items()))

    def _is_clean(self, text: str) -> bool:
        """Whether no line of it has a word; most have been seen before, but for their figures."""
        new = set(self._words.without_figures(text).splitlines()) - self._clean
        if any(True for _ in self._words.within("\n".join(new))):
            return False
        self._clean |= new
        return True

    def _note(self, text: Text, hit: Hit) -> None:
        key = (text.surface, text.where, hit.word.lower())
        known = self._found.get(key)
        if known is None:
            start, end = max(0, hit.start - AROUND), hit.start + len(hit.word) + AROUND
            excerpt = " ".join(text.text[start:end].split())
            self._found[key] = Finding(text.surface, text.where, hit.kind, hit.word, excerpt)
        else:
            self._found[key] = replace(known, count=known.count + 1)
