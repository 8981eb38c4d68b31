"""What `lab ops` asks of the supervisor, by its name on the wire."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from lab.control_server import Verb
from lab.ops.operations import Operations, Result

Alone = Callable[[Coroutine[Any, Any, Result]], Coroutine[Any, Any, Result]]


def of(operations: Operations, alone: Alone) -> Mapping[str, Verb]:
    """Return the verbs: those that change something wait for their turn, those that look do not."""

    async def settings(name: str) -> Result:
        return {"settings": await operations.adjusting.listed(name)}

    async def letters() -> Result:
        return {"dead_letters": await operations.letters.all()}

    acts: Mapping[str, Callable[..., Coroutine[Any, Any, Result]]] = {
        "set": operations.set,
        "flush": operations.flush,
        "scale": operations.scale,
        "drain": operations.drain,
        "restart": operations.restart,
        "dead-letters.replay": operations.replay,
        "dead-letters.discard": operations.discard,
        "mark-good": operations.mark_good,
        "rollback": operations.rollback,
        "undo": operations.undo,
    }
    looks: Mapping[str, Verb] = {
        "settings": settings,
        "dead-letters": letters,
        "dead-letters.one": operations.letters.one,
    }
    verbs = {name: _alone(act, alone) for name, act in acts.items()} | dict(looks)
    return {f"ops.{name}": verb for name, verb in verbs.items()}


def _alone(act: Callable[..., Coroutine[Any, Any, Result]], alone: Alone) -> Verb:
    return lambda **arguments: alone(act(**arguments))
