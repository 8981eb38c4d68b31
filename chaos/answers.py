"""What the controller knows, in the shapes of its API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chaos.activations import Activation
from chaos.controller import Controller
from chaos.drivers import Outcome
from chaos.errors import UnknownActivation
from chaos.journal import Entry
from chaos.orders import Injection
from chaos.replica import Replica
from chaos.schemas import (
    ActivationAnswer,
    Biography,
    Change,
    EventAnswer,
    FaultAnswer,
    Faults,
    History,
    LeverAnswer,
    ReplicaAnswer,
    ReplicaApplied,
    Status,
    Stopped,
)


async def faults(controller: Controller) -> Faults:
    """Return all faults."""
    controller.settle()
    active = {activation.fault for activation in controller.activations.on()}
    return Faults(
        faults=[
            FaultAnswer(
                name=offer.name,
                summary=offer.summary,
                active=offer.name in active,
                on=list(offer.on),
                params=list(offer.params),
            )
            for offer in await controller.offers.all()
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
        lever=lever(controller),
        journal_failing=controller.scribe.is_failing,
    )


def lever(controller: Controller) -> LeverAnswer:
    """Return how the stop lever stands."""
    held = controller.lever.is_held
    return LeverAnswer(held=held, since=controller.lever.since if held else None, reason=controller.lever.reason)


def activation(one: Activation) -> ActivationAnswer:
    """Return one activation of this life of the controller."""
    return ActivationAnswer(
        id=one.id,
        state=one.state,
        cause=one.cause,
        started_at=one.started_at,
        expires_at=one.expires_at,
        **_asked(one.order),
    )


async def biography(controller: Controller, activation_id: str) -> Biography:
    """Return one activation with its steps, also of a former life. Raises `UnknownActivation`."""
    controller.settle()
    entry = await controller.scribe.ask(lambda journal: journal.entry(activation_id))
    events = await controller.scribe.ask(lambda journal: journal.events(activation_id))
    try:
        answer = activation(controller.activations.get(activation_id))
    except UnknownActivation:
        if entry is None:
            raise
        answer = _of_journal(entry)
    return Biography(**dict(answer), events=[EventAnswer.model_validate(event) for event in events])


async def history(controller: Controller, limit: int, before: int | None) -> History:
    """Return a page of all activations that there ever were."""
    controller.settle()
    entries = await controller.scribe.ask(lambda journal: journal.history(limit, before))
    answers = [_of_journal(entry) for entry in entries]
    return History(activations=answers, next_before=entries[-1].seq if len(entries) == limit else None)


def change(one: Activation, outcome: Outcome) -> Change:
    """Return one activation with the replicas' answers."""
    return Change(**dict(activation(one)), applied_ms=outcome.slowest_ms, replicas=_replicas(outcome))


def stopped(ended: Sequence[Activation], outcome: Outcome) -> Stopped:
    """Return what was ended, with the replicas' answers."""
    return Stopped(
        stopped=[activation(one) for one in ended], applied_ms=outcome.slowest_ms, replicas=_replicas(outcome)
    )


def _of_journal(entry: Entry) -> ActivationAnswer:
    return ActivationAnswer.model_validate(
        {
            "id": entry.id,
            "state": entry.state,
            "cause": entry.cause,
            "started_at": datetime.fromisoformat(entry.wall),
            "expires_at": datetime.fromisoformat(entry.expires),
            **_asked(Injection.model_validate(entry.asked)),
        }
    )


def _asked(order: Injection) -> dict[str, Any]:
    return {
        "fault": order.fault,
        "on": list(order.on),
        "params": dict(order.params),
        "percent": order.percent,
        "baggage": order.baggage,
        "seed": order.seed,
        "actor": order.actor,
        "session": order.session,
    }


def _replicas(outcome: Outcome) -> list[ReplicaApplied]:
    everybody = sorted((*outcome.applied, *outcome.missing), key=lambda one: (one.instance, one.pid))
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
