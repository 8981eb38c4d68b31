"""Predicted by the document against observed in the evidence: row by row, and as precision and recall."""

from collections.abc import Iterable
from dataclasses import dataclass

from advisor.blast import flows, services
from advisor.blast.findings import Observed, Span, clock
from advisor.blast.subjects import Broken, Subject
from advisor.calm.errors import NoEvidence
from advisor.calm.model import Architecture
from advisor.live.measures import SERVED
from observability.evidence.evidence import Evidence
from observability.evidence.model import Selector


@dataclass(frozen=True)
class Row:
    """One service or flow: what was predicted of it, and what was found."""

    subject: Subject
    observed: Observed

    @property
    def apart(self) -> str:
        """Why it cannot be judged; empty for what counts."""
        return self.subject.apart or self.observed.apart


@dataclass(frozen=True)
class Score:
    """Names by whether they were predicted to be hit, and whether they were."""

    hit: tuple[str, ...]
    """Predicted, and seen: true positives."""
    unseen: tuple[str, ...]
    """Predicted, and not seen: false positives."""
    unforeseen: tuple[str, ...]
    """Seen, and not predicted: false negatives."""
    spared: tuple[str, ...]
    """Neither."""
    same: int
    """How many of those that were hit were so in the degree that was predicted."""

    @property
    def precision(self) -> float | None:
        """Share of what was predicted that was seen; none when nothing was predicted."""
        return _share(len(self.hit), len(self.unseen))

    @property
    def recall(self) -> float | None:
        """Share of what was seen that was predicted; none when nothing was seen."""
        return _share(len(self.hit), len(self.unforeseen))


@dataclass(frozen=True)
class Comparison:
    """All of it. `unhealthy`: objectives that were not met before anything was broken."""

    broken: Broken
    span: Span
    rows: tuple[Row, ...]
    unhealthy: tuple[str, ...]

    def of_kind(self, kind: str) -> list[Row]:
        """Return the rows that count: of nodes, or of flows."""
        return [one for one in self.rows if one.subject.kind == kind and not one.apart]

    def score(self, kind: str) -> Score:
        """Return how nodes or flows were foreseen."""
        return score(self.of_kind(kind))

    @property
    def apart(self) -> list[Row]:
        """What does not count."""
        return [one for one in self.rows if one.apart]


async def compare(of: Architecture, evidence: Evidence, broken: Broken, span: Span) -> Comparison:
    """Hold what the document predicts for `broken` against what `evidence` shows. Raises NoEvidence."""
    await _ensure_known(evidence, span)
    seen = await services.hit(of, evidence, span)
    kept = await flows.kept(of, evidence, span)
    found = {**seen, **await flows.hit(of, evidence, span, kept, seen)}
    rows = [Row(one, found.get(one.name, Observed())) for one in broken.subjects(of)]
    return Comparison(broken, span, tuple(rows), kept.unhealthy)


def score(rows: Iterable[Row]) -> Score:
    """Return who was foreseen and who was not."""
    parted: dict[tuple[bool, bool], list[str]] = {}
    same = 0
    for one in rows:
        predicted, seen = one.subject.predicted, one.observed.state
        parted.setdefault((predicted is not None, seen is not None), []).append(one.subject.name)
        same += predicted is not None and predicted == seen
    kinds = ((True, True), (True, False), (False, True), (False, False))
    hit, unseen, unforeseen, spared = (tuple(parted.get(kind, ())) for kind in kinds)
    return Score(hit, unseen, unforeseen, spared, same)


def _share(right: int, wrong: int) -> float | None:
    return right / (right + wrong) if right + wrong else None


async def _ensure_known(evidence: Evidence, span: Span) -> None:
    """Raise NoEvidence unless services were looked at from the beginning to the end."""
    begins_s = span.before.start_s + span.before.length_s / 4
    ends = ((span.during, span.during.end_s, "the window"), (span.before, begins_s, "the time before it"))
    for window, moment_s, which in ends:
        if not await evidence.instant(Selector(f"{SERVED}_count"), moment_s):
            raise NoEvidence(
                f"There is no evidence of {which}: from {clock(window.start_s)} to {clock(window.end_s)}.",
                hint="Choose a time within the last two hours at which the lab was up, with as much before it.",
            )
