"""What is kept of a drill."""

from typing import Literal

from chaos.strict import Strict

Ended = Literal["revealed", "abandoned", "time-up", "switched-off", "guard-tripped", "failed"]
Mark = Literal["right", "partly", "wrong"]


class Moment(Strict):
    """Something that happened."""

    at_s: float
    """Seconds since the page; what came before it is negative."""
    what: str


class Taken(Strict):
    """A hint."""

    at_s: float
    price: int


class Answered(Strict):
    """An answer that was given. Its service is judged; its mechanism is the person's own to mark."""

    at_s: float
    service: str
    mechanism: str
    right: bool


class Tried(Strict):
    """A repair that was handed in."""

    at_s: float
    proven: bool
    needless: bool
    """Whether no code of ours was wrong."""


class Times(Strict):
    """Seconds since the page; None: it was not reached."""

    acknowledged_s: float | None = None
    identified_s: float | None = None
    mitigated_s: float | None = None
    resolved_s: float | None = None
    data_right_s: float | None = None
    """When the damage in the data was put right, which is worth no points: some troubles leave none."""


class Points(Strict):
    """Out of a hundred."""

    acknowledged: float
    identified: float
    mitigated: float
    resolved: float
    hints: int
    """What they cost."""
    wrong: int
    """What wrong answers cost."""
    total: int


class Sheet(Strict):
    """One drill, from its beginning to its end."""

    id: str
    who: str
    began_at: str
    """RFC 3339, UTC."""
    scenario: str
    level: int
    seed: int
    ended: Ended
    reason: str
    """Why it ended, where nobody has asked for it."""
    expected_s: float
    """How long people usually take."""
    detected_s: float | None
    """From the beginning of the trouble to the page; None where there is none, or it has not come to that."""
    paged_by: str
    """The alert that fired, or `message`; empty when there was no page."""
    times: Times
    hints: tuple[Taken, ...]
    answers: tuple[Answered, ...]
    repairs: tuple[Tried, ...]
    timeline: tuple[Moment, ...]
    points: Points
    mark: Mark | None = None
    """What the person says of the mechanism that they named."""
