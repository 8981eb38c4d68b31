"""What the controller refuses, and what it says instead.

    ChaosError
    ├── UnknownFault         404 unknown-fault        no replica has ever declared it
    ├── UnknownActivation    404 unknown-activation
    ├── UnknownSession       404 unknown-session      it has lapsed, or never was
    ├── UnknownTarget        422 unknown-target       the fault cannot be had there
    ├── BadParameter         422 bad-parameter
    ├── KeyReused            422 key-reused           the Idempotency-Key belongs to another order
    ├── AlreadyActive        409 already-active
    ├── NoReplica            409 no-replica           nobody who has the fault is connected
    ├── Interrupted          409 interrupted          stopped while it was being applied
    ├── LimitReached         409 limit-reached        too much is on already
    ├── LeverHeld            423 lever-held           the stop lever has been pulled and not been released
    ├── NotApplied           502 not-applied          whoever was to carry it out did not; it was taken back
    ├── PartlyApplied        504 partly-applied       somebody did not acknowledge; everything was taken back
    ├── NotDurable           507 not-durable          the journal cannot be written
    ├── NotAllowed           401 not-allowed          the token is missing or wrong
    ├── NotYours             403 not-yours            the token's role may not do this
    ├── Sealed               403 sealed               a drill is on, and what is on is sealed until it is over
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
    """There has been no activation of that id."""

    status, code, title = 404, "unknown-activation", "Unknown activation"


class UnknownSession(ChaosError):
    """There is no session of that id: it has lapsed, was ended, or belonged to a former life of the controller."""

    status, code, title = 404, "unknown-session", "Unknown session"


class UnknownTarget(ChaosError):
    """The fault cannot be had there."""

    status, code, title = 422, "unknown-target", "Unknown target"


class BadParameter(ChaosError):
    """A parameter is missing, unknown, or out of bounds."""

    status, code, title = 422, "bad-parameter", "Bad parameter"


class KeyReused(ChaosError):
    """The Idempotency-Key belongs to another order."""

    status, code, title = 422, "key-reused", "Key reused"


class LimitReached(ChaosError):
    """As much is on as may be."""

    status, code, title = 409, "limit-reached", "Limit reached"


class LeverHeld(ChaosError):
    """The stop lever has been pulled and not been released."""

    status, code, title = 423, "lever-held", "Lever held"


class NotApplied(ChaosError):
    """Whoever was to carry it out did not, so that it was taken back."""

    status, code, title = 502, "not-applied", "Not applied"


class NotDurable(ChaosError):
    """The journal cannot be written, and what is not in it first is not done."""

    status, code, title = 507, "not-durable", "Not durable"


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


class NotYours(ChaosError):
    """The token's role may not do this."""

    status, code, title = 403, "not-yours", "Not yours"


class Sealed(ChaosError):
    """A drill is on, and what is on is sealed until it is over."""

    status, code, title = 403, "sealed", "Sealed"


class NotHere(ChaosError):
    """The request was addressed to a name that is not this machine's own."""

    status, code, title = 403, "not-here", "Not here"
