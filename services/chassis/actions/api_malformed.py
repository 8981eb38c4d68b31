"""Does the work, and answers with half of the body."""

from starlette.types import Message, Send

from services.chassis.actions.action import Exchange
from services.chassis.actions.routes import ROUTE
from services.chassis.switches import Switch


class Malformed:
    """Cuts bodies in half; status, media type and framing stay right."""

    name = "api.malformed"
    summary = "Answers have the right status and half of their body; the work is done."
    params = (ROUTE,)
    scoped = True

    async def meet(self, switch: Switch, exchange: Exchange) -> None:
        """Have the answer go out cut."""
        del switch
        exchange.send = _Halving(exchange.send).pass_on


class _Halving:
    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message = {}

    async def pass_on(self, message: Message) -> None:
        """Pass on half of every piece, and of its length."""
        if message["type"] == "http.response.start":
            self._start = message  # kept until it is known how long the body is
            return
        body = message.get("body", b"")
        half = body[: len(body) // 2]
        if start := self._start:
            self._start = {}
            headers = [header for header in start["headers"] if header[0].lower() != b"content-length"]
            if not message.get("more_body", False):
                headers.append((b"content-length", str(len(half)).encode()))
            await self._send({**start, "headers": headers})
        await self._send({**message, "body": half})
