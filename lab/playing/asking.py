"""Talking to the drill that is on in a home: the process of `lab play`, which alone knows what it is about."""

import json
from typing import Any

from lab.control import converse
from lab.errors import LabError, NoAnswer
from lab.home import Home

PATIENCE_S = 30.0


class NoDrill(LabError):
    """No drill is on in this home."""

    code = "no-drill"


def call(home: Home, verb: str, *, timeout_s: float = PATIENCE_S, **arguments: Any) -> dict[str, Any]:
    """Ask the drill of `home` and return its answer. Raises NoDrill, NoAnswer, and whatever it refuses with."""
    try:
        path = str(json.loads(home.drill_file.read_bytes())["socket"])
        answer = converse(path, {"verb": verb, **arguments}, timeout_s)
    except TimeoutError:
        raise NoAnswer(f"The drill has not answered for {timeout_s:g} s.", hint="See where lab play runs.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise NoDrill(f"No drill is on in {home.root}.", hint="Begin one in another terminal: lab play") from None
    if answer is None:
        raise NoDrill("The drill ended before it had answered.", hint="See what came of it: lab scores")
    return answer


def is_on(home: Home) -> bool:
    """Whether a drill is on in `home`."""
    try:
        call(home, "ping")
    except NoDrill:
        return False
    except LabError:
        return True
    return True
