"""Talking to the supervisor: one JSON object per line over its Unix socket.

A call is `{"verb", …}`; what comes back is any number of `{"event", …}` and then `{"result"}` or `{"error"}`.
"""

import json
import socket
from collections.abc import Callable
from typing import Any

from lab.errors import NoAnswer, NotRunning, from_json
from lab.home import Home
from lab.state import running

Event = dict[str, Any]


def call(
    home: Home, verb: str, *, on_event: Callable[[Event], None] | None = None, timeout_s: float = 60.0, **arguments: Any
) -> dict[str, Any]:
    """Ask the supervisor of `home` to do `verb`, wait until it is done, and return its result.

    `on_event` is called with each sign of progress. Raises NotRunning when no lab runs, NoAnswer after `timeout_s`
    seconds of silence, and whatever error the supervisor reports.
    """
    state = running(home)
    try:
        result = converse(state.socket, {"verb": verb, **arguments}, timeout_s, on_event)
    except (FileNotFoundError, ConnectionRefusedError):
        raise NotRunning(f"No lab runs in {home.root}.", hint="Start one with: lab up --detach") from None
    except TimeoutError:
        raise NoAnswer(
            f"The supervisor (pid {state.supervisor}) has not answered for {timeout_s:g} s.",
            hint="See what it did: lab logs lab",
        ) from None
    except OSError as error:
        raise NoAnswer(f"The supervisor (pid {state.supervisor}) went away: {error}.") from None
    if result is None:
        raise NoAnswer(f"The supervisor (pid {state.supervisor}) went away before it had answered.")
    return result


def converse(
    path: str, order: dict[str, Any], timeout_s: float, on_event: Callable[[Event], None] | None = None
) -> dict[str, Any] | None:
    """Send one call to the socket at `path` and return its result; None: whoever serves it went away before.

    Raises OSError when nobody serves it, TimeoutError after `timeout_s` of silence, and whatever error is reported.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout_s)
        connection.connect(path)
        connection.sendall(json.dumps(order).encode() + b"\n")
        for line in connection.makefile("rb"):
            if (result := _result(json.loads(line), on_event)) is not None:
                return result
    return None


def _result(answer: dict[str, Any], on_event: Callable[[Event], None] | None) -> dict[str, Any] | None:
    if "error" in answer:
        raise from_json(answer["error"])
    if "result" in answer:
        result: dict[str, Any] = answer["result"]
        return result
    if on_event is not None:
        on_event(answer)
    return None
