"""What the controller knows, in the shapes of its API."""

from collections.abc import Sequence

from chaos.activations import Activation
from chaos.controller import Controller
from chaos.replica import Replica
from chaos.rollout import Rollout
from chaos.schemas import (
    ActivationAnswer,
    Change,
    FaultAnswer,
    Faults,
    ReplicaAnswer,
    ReplicaApplied,
    Status,
    Stopped,
)


def faults(controller: Controller) -> Faults:
    """Return all faults."""
    controller.settle()
    active = {activation.fault for activation in controller.activations.on()}
    return Faults(
        faults=[
            FaultAnswer(
                name=name,
                summary=summary,
                active=name in active,
                replicas=sorted(replica.instance for replica in controller.having(name)),
            )
            for name, summary in controller.catalogue.summaries.items()
        ]
    )


def status(controller: Controller) -> Status:
    """Return everything that is known now."""
    now = controller.settle()
    unfinished = controller.activations.unfinished()
    return Status(
        epoch=controller.epoch,
        rev=controller.activations.rev,
        active=[activation(one) for one in unfinished if one.is_on],
        reverting=[activation(one) for one in unfinished if not one.is_on],
        replicas=[_replica(one, now) for one in sorted(controller.channel.replicas, key=lambda one: one.instance)],
    )


def activation(one: Activation) -> ActivationAnswer:
    """Return one activation."""
    return ActivationAnswer(
        id=one.id,
        fault=one.fault,
        state=one.phase,
        cause=one.cause,
        started_at=one.started_at,
        expires_at=one.expires_at,
    )


def change(one: Activation, rollout: Rollout) -> Change:
    """Return one activation with the replicas' answers."""
    return Change(**dict(activation(one)), applied_ms=rollout.slowest_ms, replicas=_replicas(rollout))


def stopped(ended: Sequence[Activation], rollout: Rollout) -> Stopped:
    """Return what was ended, with the replicas' answers."""
    return Stopped(
        stopped=[activation(one) for one in ended], applied_ms=rollout.slowest_ms, replicas=_replicas(rollout)
    )


def _replicas(rollout: Rollout) -> list[ReplicaApplied]:
    everybody = sorted((*rollout.applied, *rollout.missing), key=lambda one: (one.instance, one.pid))
    return [ReplicaApplied(instance=one.instance, pid=one.pid, applied_ms=one.applied_ms) for one in everybody]


def _replica(one: Replica, now: float) -> ReplicaAnswer:
    epoch, rev = one.held
    return ReplicaAnswer(
        instance=one.instance,
        service=one.service,
        pid=one.pid,
        faults=sorted(one.faults),
        epoch=epoch,
        rev=rev,
        silent_ms=round(max(0.0, now - one.heard_at) * 1e3, 1),
    )
