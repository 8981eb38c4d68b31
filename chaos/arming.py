"""What a replica is told of an activation, and what a person is told when that did not work out."""

from chaos.activations import Activation
from chaos.drivers import Outcome
from chaos.errors import Interrupted, PartlyApplied
from chaos.frames import Armed, ArmedScope, Baggage
from chaos.rollout import BOUND_S

TTL_CAP_S = 3_600.0


def armed(activation: Activation, heard_at: float) -> Armed:
    """Return the entry of a frame to a replica that was last heard at `heard_at` (monotonic seconds).

    Everything in a frame counts from that moment, on the replica's own clock: however late the frame arrives, it cannot
    hold longer than we meant it to.
    """
    order = activation.order
    left_s = min(activation.deadline - heard_at, TTL_CAP_S)
    scope = None
    if order.percent < 100 or order.baggage is not None:
        baggage = Baggage(**order.baggage.model_dump()) if order.baggage else None
        scope = ArmedScope(percent=order.percent, baggage=baggage)
    return Armed(
        params=order.params,
        ttl_ms=max(1, int(left_s * 1e3)),
        armed_rev=activation.armed_rev,
        scope=scope,
        seed=order.seed,
    )


def partly_applied(fault: str, outcome: Outcome) -> PartlyApplied:
    """Return the refusal of an order that not everybody has acknowledged."""
    missing = sorted(one.instance for one in outcome.missing)
    return PartlyApplied(
        f"{fault} is off again: {', '.join(missing)} did not acknowledge within {BOUND_S * 1e3:g} ms.",
        instead='Send it again, or with "accept_partial": true to go on without them.',
        missing=missing,
    )


def interrupted(fault: str) -> Interrupted:
    """Return the refusal of an order that was ended while it was being carried out."""
    return Interrupted(f"{fault} was stopped while it was being applied.", instead="Send it again, if it is wanted.")
