"""What the controller refuses, and what it says instead.

    ChaosError
    ├── UnknownFault         404 unknown-fault        no replica has ever declared it
    ├── UnknownActivation    404 unknown-activation
    ├── AlreadyActive        409 already-active
    ├── NoReplica            409 no-replica           nobody who has the fault is connected
    ├── Interrupted          409 interrupted          stopped while it was being applied
    ├── PartlyApplied        504 partly-applied       somebody did not acknowledge; everything was taken back
    ├── NotAllowed           401 not-allowed          the token is missing or wrong
    └── NotHere              403 not-here             called by a name that is not this machine's own

Each says what is wrong and what to send instead. `problems.py` is the one translator to HTTP.
"""

from typing import Any, ClassVar


class ChaosError(Exception):
    """A refusal: what is wrong, what to send instead, and members for a program."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, *, instead: str, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = {"instead": instead, **members}


class UnknownFault(ChaosError):
    """No replica has declared a fault of that name."""

    status, code, title = 404, "unknown-fault", "Unknown fault"


class UnknownActivation(ChaosError):
    """There has been no activation of that id since the controller started."""

    status, code, title = 404, "unknown-activation", "Unknown activation"


class AlreadyActive(ChaosError):
    """The fault is on already."""

    status, code, title = 409, "already-active", "Already active"


class NoReplica(ChaosError):
    """Nobody who has the fault is connected."""

    status, code, title = 409, "no-replica", "No replica"


class Interrupted(ChaosError):
    """Somebody stopped the fault while it was being applied."""

    status, code, title = 409, "interrupted", "Interrupted"


class PartlyApplied(ChaosError):
    """Not every replica acknowledged in time, so the fault was taken back everywhere."""

    status, code, title = 504, "partly-applied", "Partly applied"


class NotAllowed(ChaosError):
    """The token is missing or wrong."""

    status, code, title = 401, "not-allowed", "Not allowed"


class NotHere(ChaosError):
    """The request was addressed to a name that is not this machine's own."""

    status, code, title = 403, "not-here", "Not here"
