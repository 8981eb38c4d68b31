"""The states of an activation, and which of them follows which.

    REQUESTED -> VALIDATED -> INTENT -> ARMING -> ACTIVE -----> REVERTING -> REVERTED
        |            |          |         |  `--> PARTIAL ---'   |    ^  `-> RECOVERY_FAILED
        `-> REJECTED <'         `---------`-----> REVERTING      `-> REVERT_STUCK

Stop, expiry, a tripped guard, the lever, a lost owner and a restart of the controller are only *causes* of `REVERTING`.
"""

from enum import StrEnum
from typing import Literal


class State(StrEnum):
    """Where an activation stands."""

    REQUESTED = "requested"
    VALIDATED = "validated"
    INTENT = "intent"
    ARMING = "arming"
    ACTIVE = "active"
    PARTIAL = "partial"
    REVERTING = "reverting"
    REVERTED = "reverted"
    REJECTED = "rejected"
    REVERT_STUCK = "revert-stuck"
    RECOVERY_FAILED = "recovery-failed"


Cause = Literal[
    "stopped",
    "expired",
    "lever",
    "guard",
    "owner-gone",
    "done",
    "not-acknowledged",
    "not-applied",
    "not-durable",
    "controller-hung",
    "controller-restarted",
    "replaced",
]

ON = frozenset({State.ARMING, State.ACTIVE, State.PARTIAL})
"""Replicas are told to show it."""

HELD = ON | {State.INTENT}
"""It has its fault to itself."""

OVER = frozenset({State.REVERTED, State.REJECTED, State.RECOVERY_FAILED})
"""Nothing comes after it."""

FOLLOWS: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.VALIDATED, State.REJECTED}),
    State.VALIDATED: frozenset({State.INTENT, State.REJECTED}),
    State.INTENT: frozenset({State.ARMING, State.REVERTING}),
    State.ARMING: frozenset({State.ACTIVE, State.PARTIAL, State.REVERTING}),
    State.ACTIVE: frozenset({State.REVERTING}),
    State.PARTIAL: frozenset({State.REVERTING}),
    State.REVERTING: frozenset({State.REVERTED, State.REVERT_STUCK, State.RECOVERY_FAILED}),
    State.REVERT_STUCK: frozenset({State.REVERTED, State.RECOVERY_FAILED}),
    State.REVERTED: frozenset(),
    State.REJECTED: frozenset(),
    State.RECOVERY_FAILED: frozenset(),
}
