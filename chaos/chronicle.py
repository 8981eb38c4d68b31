"""What happens to activations, in the words of the journal."""

from time import monotonic

from chaos.activations import Activation, Transition
from chaos.journal import Entry, Event, Intent, now
from chaos.lifecycle import Cause, State
from chaos.orders import Injection
from chaos.undo import Record

BEGINNINGS = (State.REQUESTED, State.VALIDATED, State.INTENT)


def event(transition: Transition, epoch: int) -> Event:
    """Return one step."""
    one = transition.activation
    return _event(epoch, one.id, transition.previous, one.state, one.cause, one.order.actor, transition.detail)


def intent(activation: Activation, asked: Injection, epoch: int, key: str | None, undo: tuple[Record, ...]) -> Intent:
    """Return everything that has to be written before `activation` is begun; `asked` is the order as it came."""
    events = [
        _event(epoch, activation.id, previous, state, None, activation.order.actor)
        for previous, state in zip(("", *BEGINNINGS[:-1]), BEGINNINGS, strict=True)
    ]
    return Intent(
        id=activation.id,
        epoch=epoch,
        asked=activation.order.as_json(),
        wall=activation.started_at.isoformat(),
        expires=activation.expires_at.isoformat(),
        key=key,
        fingerprint=asked.fingerprint(),
        events=events,
        undo=undo,
    )


def rejection(identity: str, order: Injection, epoch: int, reason: str) -> Intent:
    """Return the record of an order that was refused."""
    steps = (("", State.REQUESTED, ""), (State.REQUESTED, State.REJECTED, reason))
    moment = now()
    return Intent(
        id=identity,
        epoch=epoch,
        asked=order.as_json(),
        wall=moment,
        expires=moment,
        key=None,
        fingerprint=order.fingerprint(),
        events=[_event(epoch, identity, was, state, None, order.actor, why) for was, state, why in steps],
        undo=(),
    )


def ending(entry: Entry, epoch: int, state: State, previous: str, detail: str = "") -> Event:
    """Return a step of an activation that a former life of the controller left behind."""
    return _event(epoch, entry.id, previous, state, "controller-restarted", entry.actor, detail)


def _event(
    epoch: int, activation: str, previous: str, state: State, cause: Cause | None, actor: str, detail: str = ""
) -> Event:
    return Event(epoch, activation, str(previous), state.value, cause, actor, detail, now(), monotonic())
