"""The control that makes `chaos run` safe to kill: what an experiment switches on is on only while it runs.

    "controls": [{"name": "nightshift", "provider": {
        "type": "python", "module": "chaos.toolkit.control", "arguments": {"ttl_s": 5}}}]

It holds a session of the controller. When `chaos run` ends, the session ends, and with it whatever the experiment has
left on; when `chaos run` is killed, hangs or loses its machine, that happens `ttl_s` seconds later at the latest.
Should the session be lost while the experiment runs, the experiment is interrupted: its faults are off. So it is when
a fault is refused: Chaos Toolkit by itself goes on without it, and calls the experiment completed.
"""

import logging
from threading import Event
from typing import Any

from chaoslib.exceptions import InterruptExecution, InvalidControl
from chaoslib.exit import exit_gracefully

from chaos.runner.errors import ControllerFailed
from chaos.toolkit import places
from chaos.toolkit.client import connect
from chaos.toolkit.lease import Lease

TTL_S = 5.0
SHORTEST_S, LONGEST_S = 0.5, 60.0
"""What the controller takes."""
PATIENCE_S = 5.0
"""With the controller, which is also how long the end of an experiment may take when it hangs."""

INJECTS = ("chaos.toolkit.actions", "inject")

Json = dict[str, Any]

logger = logging.getLogger("chaostoolkit")
AGAIN_S = 1.0
_leaving = Event()
"""Whether the method of the experiment is over, so that there is nothing left to interrupt."""
_held: list[Lease] = []
"""The lease of the experiment that runs in this process. Chaos Toolkit calls functions of this module, and
`cleanup_control` without any argument, so there is nowhere else to keep it."""


def validate_control(control: Json) -> None:
    """Raise chaoslib's `InvalidControl` unless the time to live is one that the controller takes."""
    ttl_s = control["provider"].get("arguments", {}).get("ttl_s", TTL_S)
    if isinstance(ttl_s, bool) or not isinstance(ttl_s, int | float) or not SHORTEST_S <= ttl_s <= LONGEST_S:
        raise InvalidControl(
            f"Control {control['name']!r}: ttl_s is {ttl_s!r}. Write seconds, from {SHORTEST_S:g} to {LONGEST_S:g}."
        )


def configure_control(configuration: Json, ttl_s: float = TTL_S) -> None:  # noqa: ARG001 -- that of every function
    """End what an experiment before this one in the same process may have left, and forget its session."""
    cleanup_control()
    configuration.pop(places.SESSION, None)


def before_experiment_control(context: Json, configuration: Json, ttl_s: float = TTL_S) -> None:
    """Begin the session; without it nothing is run."""
    try:
        client = connect(configuration, PATIENCE_S)
        lease = Lease(client, ttl_s, f"chaos run: {context['title']}"[:100], _lost)
    except (places.NoLab, ControllerFailed) as error:
        raise InterruptExecution(f"Nothing was switched on. {error}") from error
    _leaving.clear()
    _held.append(lease)
    configuration[places.SESSION] = lease.session


def after_activity_control(context: Json, state: Json, ttl_s: float = TTL_S) -> None:  # noqa: ARG001 -- as above
    """Interrupt the experiment when a fault could not be switched on: what comes after would be measured without it."""
    provider = context.get("provider", {})
    is_ours = (provider.get("module"), provider.get("func")) == INJECTS
    if is_ours and state and state.get("status") == "failed":
        raise InterruptExecution(f"{context['name']!r} failed: the rest would be measured without it.")


def after_method_control(context: Json, state: Any, ttl_s: float = TTL_S) -> None:  # noqa: ARG001 -- as above
    """Nothing of what comes now is to be interrupted: rollbacks, and the writing of the journal."""
    _leaving.set()


def after_experiment_control(context: Json, ttl_s: float = TTL_S) -> None:  # noqa: ARG001 -- as above
    """End the session, and whatever is left of it."""
    cleanup_control()


def cleanup_control() -> None:
    """End the session, if that has not been done: also of an experiment that crashed."""
    _leaving.set()
    while _held:
        _held.pop().end()


def _lost(why: str) -> None:
    logger.fatal("%s Its faults are off: the experiment is interrupted.", why)
    exit_gracefully()
    # An activity that is interrupted keeps its pause: chaoslib sleeps it out before it lets go, unless it hears again.
    while not _leaving.wait(AGAIN_S):
        exit_gracefully()
