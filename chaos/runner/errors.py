"""Why a run did not go to its end. Whatever was on is off again when one of these is told.

RunEnded
├── GuardTripped        what must not happen has happened
├── SymptomSeen         a repaired platform shows what only a broken one should
├── LeaseLost           the controller no longer knows our session: what it held is off
├── SwitchedOff         somebody else ended what we had switched on
├── LabFailed           the lab did not do what it was asked for
└── ControllerFailed    the controller refused, or does not answer
    └── Refused         it refused; `code` says why
"""

from typing import Any, ClassVar, Self

from chaos.runner.result import Outcome


class RunEnded(Exception):
    """A run that ended before its time. The message is a sentence for people."""

    outcome: ClassVar[Outcome] = "failed"


class GuardTripped(RunEnded):
    """What must not happen has happened."""

    outcome: ClassVar[Outcome] = "guard-tripped"


class SymptomSeen(RunEnded):
    """A platform that is to be repaired shows a symptom."""

    outcome: ClassVar[Outcome] = "symptom-seen"


class LeaseLost(RunEnded):
    """The controller no longer knows our session."""


class ControllerFailed(RunEnded):
    """The controller refused, or does not answer."""


class Refused(ControllerFailed):
    """The controller refused."""

    def __init__(self, detail: str, *, code: str = "", instead: str = "", status: int = 0) -> None:
        super().__init__(" ".join(part for part in (detail, instead) if part))
        self.code = code
        self.status = status

    @classmethod
    def from_problem(cls, problem: Any, status: int) -> Self:
        """Return what an RFC 9457 problem tells; for anything else raise `KeyError`, `TypeError`, `AttributeError`."""
        return cls(
            str(problem["detail"]),
            code=str(problem.get("type", "")).removeprefix("urn:problem:"),
            instead=str(problem.get("instead", "")),
            status=status,
        )


class SwitchedOff(RunEnded):
    """Somebody else ended what we had switched on: a person, the stop lever, a guard of the controller."""

    outcome: ClassVar[Outcome] = "interrupted"


class LabFailed(RunEnded):
    """The lab did not do what it was asked for: changing the load, resetting."""
