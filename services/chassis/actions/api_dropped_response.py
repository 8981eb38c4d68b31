"""Does the work, and closes the connection instead of answering."""

from collections.abc import Callable

from starlette.types import Message

from services.chassis.actions.action import Exchange
from services.chassis.actions.routes import ROUTE
from services.chassis.switches import Switch

HANG_UP = "nightshift.hang_up"
"""Where the server puts, among an exchange's extensions, what ends its connection at once."""


class DroppedResponse:
    """Loses the connection at the moment of the answer, as a broken network does: the service believes it answered."""

    name = "api.dropped_response"
    summary = "The work is done, then the connection is closed without an answer."
    params = (ROUTE,)
    scoped = True

    async def meet(self, switch: Switch, exchange: Exchange) -> None:
        """Have the connection end where the answer would begin. A server that cannot hang up goes on as usual."""
        del switch
        send, receive = exchange.send, exchange.receive
        hang_up: Callable[[], None] | None = exchange.scope.get("extensions", {}).get(HANG_UP)

        async def lose(message: Message) -> None:
            if message["type"] == "http.response.start" and hang_up is not None:
                hang_up()
                # Once the server knows, it drops what is sent, without complaint.
                while (await receive())["type"] != "http.disconnect":
                    continue
            await send(message)

        exchange.send = lose
