"""Where a drill stands, and what the person has done in it. Knows no lab and no clock but the one it is given."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from chaos.scenario.model import Hint, Scenario
from drill.errors import NotNow
from drill.playing import scoring
from drill.playing.scoring import NOTHING
from drill.playing.sheet import Answered, Ended, Moment, Sheet, Taken, Times, Tried

LONGEST_MECHANISM = 1000
"""Characters."""


class Session:
    """One drill of one person. `clock` gives seconds since the epoch.

    Every step that a person takes raises `NotNow` when it is not its time.
    """

    def __init__(
        self, scenario: Scenario, seed: int, who: str, *, is_repairable: bool, clock: Callable[[], float]
    ) -> None:
        self.scenario = scenario
        self.is_repairable = is_repairable
        self._seed = seed
        self._who = who
        self.clock = clock
        self._began_s = clock()
        self._trouble_s: float | None = None
        self._paged_s: float | None = None
        self._paged_by = ""
        self._notes: list[tuple[float, str]] = []
        self._acknowledged_s: float | None = None
        self._calm_s: float | None = None
        self._data_right_s: float | None = None
        self._hints: list[Taken] = []
        self._answers: list[Answered] = []
        self._repairs: list[Tried] = []

    @property
    def is_paged(self) -> bool:
        """Whether the page has come."""
        return self._paged_s is not None

    @property
    def paged_s(self) -> float:
        """When it came, seconds since the epoch. Raises `NotNow`."""
        return self.ensure_paged()

    @property
    def is_identified(self) -> bool:
        """Whether the right answer was given."""
        return any(one.right for one in self._answers)

    @property
    def is_proven(self) -> bool:
        """Whether a repair was proven."""
        return any(one.proven for one in self._repairs)

    def trouble(self) -> None:
        """Note that the scenario is on."""
        self._trouble_s = self.clock()
        self._note("the trouble began" if self.scenario.actions else "the shift began in earnest; nothing was wrong")

    def page(self, by: str) -> str:
        """Note that the page has come, and why; return what it says."""
        self._paged_s, self._paged_by = self.clock(), by
        self._note("somebody called" if by == "message" else f"the page came: the alert {by} fired")
        return self.scenario.page.strip()

    def seen(self, what: str) -> None:
        """Note something that the lab has shown."""
        self._note(what)

    def ack(self) -> float:
        """Acknowledge the page; return how long that took. Again changes nothing."""
        self.ensure_paged()
        if self._acknowledged_s is None:
            self._acknowledged_s = self._now()
            self._note("acknowledged")
        return self._acknowledged_s

    def hint(self) -> Hint:
        """Return the next hint, which costs its price."""
        at_s = self._now()
        if len(self._hints) == len(self.scenario.hints):
            raise NotNow("There are no more hints.", hint="Name what you think: lab answer. Or see it: lab reveal")
        hint = self.scenario.hints[len(self._hints)]
        self._hints.append(Taken(at_s=at_s, price=hint.price))
        self._note(f"hint {len(self._hints)} for {hint.price} points")
        return hint

    def answer(self, service: str, mechanism: str) -> bool:
        """Take an answer, a service's full name or `nothing`; return whether that is where the trouble is."""
        at_s = self._now()
        if self.is_identified:
            raise NotNow("The answer was right already.", hint="Go on: lab prove, lab ops. Or end it: lab reveal")
        self.ack()
        right = service in self.scenario.answer.services
        given = Answered(at_s=at_s, service=service, mechanism=mechanism[:LONGEST_MECHANISM], right=right)
        self._answers.append(given)
        self._note(f"answered {service}: {'right' if right else 'not there'}")
        return right

    def tried(self, *, proven: bool) -> None:
        """Note a repair, and what the proof said; where no code is wrong it was needless."""
        self._repairs.append(Tried(at_s=self._now(), proven=proven, needless=not self.is_repairable))
        self._note("a repair was proven" if proven else "a repair was handed in, and does not hold")

    def data(self, *, is_right: bool) -> None:
        """Note whether all damage in the data is put right. It may be damaged anew."""
        at_s = self._now()
        if is_right and self._data_right_s is None:
            self._data_right_s = at_s
        elif not is_right:
            self._data_right_s = None
        self._note("the data is right" if is_right else "the data was looked through, and is not right")

    def calm(self, since_s: float) -> None:
        """Note that the signs of the trouble have been gone since a moment, seconds since the epoch."""
        if self._calm_s is None:
            self._calm_s = round(max(0.0, since_s - self.ensure_paged()), 1)
            self._note("the signs are gone")

    def troubled(self) -> None:
        """Note that they are back."""
        if self._calm_s is not None:
            self._calm_s = None
            self._note("the signs are back")

    def times(self) -> Times:
        """Return how long each step took."""
        identified_s = next((one.at_s for one in self._answers if one.right), None)
        is_nothing = self.scenario.answer.service == NOTHING
        return Times(
            acknowledged_s=self._acknowledged_s,
            identified_s=identified_s,
            mitigated_s=identified_s if is_nothing else self._calm_s,
            resolved_s=identified_s if is_nothing else self._resolved_s(identified_s),
            data_right_s=self._data_right_s,
        )

    def sheet(self, ended: Ended, reason: str = "") -> Sheet:
        """Return what is kept of it."""
        times, expected_s = self.times(), self.scenario.duration
        zero_s = self._began_s if self._paged_s is None else self._paged_s
        began, trouble, page = self._began_s, self._trouble_s, self._paged_s
        detected_s = None if not self.scenario.actions or trouble is None or page is None else round(page - trouble, 1)
        return Sheet(
            id=secrets.token_hex(4),
            who=self._who,
            began_at=datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
            scenario=self.scenario.name,
            level=self.scenario.level,
            seed=self._seed,
            ended=ended,
            reason=reason,
            expected_s=expected_s,
            detected_s=detected_s,
            paged_by=self._paged_by,
            times=times,
            hints=tuple(self._hints),
            answers=tuple(self._answers),
            repairs=tuple(self._repairs),
            timeline=tuple(Moment(at_s=round(at_s - zero_s, 1), what=what) for at_s, what in self._notes),
            points=scoring.points(times, expected_s, self._hints, self._answers, self._repairs),
        )

    def status(self) -> dict[str, Any]:
        """Return what the person may know of it."""
        if self._paged_s is None:
            return {"phase": "waiting", "since_s": round(self.clock() - self._began_s, 1)}
        left = self.scenario.hints[len(self._hints) :]
        return {
            "phase": "paged",
            "since_s": self._now(),
            "page": self.scenario.page.strip(),
            "times": self.times().model_dump(),
            "hints": [hint.text for hint in self.scenario.hints[: len(self._hints)]],
            "hints_left": len(left),
            "next_hint_price": left[0].price if left else None,
            "answers": [one.model_dump() for one in self._answers],
            "repairs": [one.proven for one in self._repairs],
        }

    def _resolved_s(self, identified_s: float | None) -> float | None:
        if self.is_repairable:
            return next((one.at_s for one in self._repairs if one.proven), None)
        if identified_s is None or self._calm_s is None:
            return None
        return max(identified_s, self._calm_s)

    def ensure_paged(self) -> float:
        """Return when the page came, seconds since the epoch. Raises `NotNow`."""
        if self._paged_s is None:
            raise NotNow("There was no page yet.", hint="It comes by itself, where lab play runs.")
        return self._paged_s

    def _now(self) -> float:
        return round(self.clock() - self.ensure_paged(), 1)

    def _note(self, what: str) -> None:
        self._notes.append((self.clock(), what))
