"""A card network that hangs for some cards stops all payments: each call waits for as long as it takes, in a slot.

Cause: calls to the card network are given a minute of patience in place of their limit and of the time that the
caller has left. Whoever asked has long gone, and asks again; each call keeps its slot, until there is none left for
cards whose bank answers at once.

Repair: let no call outlast its limit, nor the time of whoever waits for it; what is not answered then is pending, and
is asked for again under the same key.

Plain: calling.call
"""

from collections.abc import Mapping
from typing import Any, Protocol

from services.chassis.client import Neighbour
from services.chassis.fault import Fault

PATIENCE_S = 60.0
"""Banks take their time with some cards."""

Json = dict[str, Any]


class Calling(Protocol):
    """Calls the card network."""

    async def __call__(self, neighbour: Neighbour, path: str, body: Json, headers: Mapping[str, str]) -> Json:
        """Post `body` to `path` of `neighbour` and return its answer.

        Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
        """


async def faulty(neighbour: Neighbour, path: str, body: Json, headers: Mapping[str, str]) -> Json:
    """Wait until there is an answer."""
    return await neighbour.post(path, body, headers=headers, route=path, patience_s=PATIENCE_S)


async def fixed(neighbour: Neighbour, path: str, body: Json, headers: Mapping[str, str]) -> Json:
    """Wait no longer than a call may take."""
    return await neighbour.post(path, body, headers=headers, route=path)


bounded_call = Fault[Calling](__name__, faulty, fixed)
