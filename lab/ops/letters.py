"""Dead letters of all queues: seen, sent round again, or removed."""

from typing import Any

from lab.errors import Refused, UnknownName
from lab.queues import Queues

Letter = dict[str, Any]


class Letters:
    """Dead letters, by the id of the message."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues

    async def all(self) -> list[Letter]:
        """Return every dead letter, latest first."""
        letters: list[Letter] = []
        for queue in self._queues.names():
            letters += (await self._queues.ask(queue, "GET", "/dead-letters?limit=1000"))["dead_letters"]
        return letters

    async def one(self, number: str) -> Letter:
        """Return one. Raises UnknownName."""
        return (await self.chosen(number))[0]

    async def chosen(self, number: str | None) -> list[Letter]:
        """Return one dead letter, or all of them. Raises UnknownName when there is none."""
        letters = await self.all()
        chosen = [letter for letter in letters if number in (None, letter["id"])]
        if number is not None and not chosen:
            known = [letter["id"] for letter in letters if letter["id"].startswith(number)]
            hint = f"Did you mean {known[0]}?" if known else "See which there are: lab ops dead-letters list"
            raise UnknownName(f"There is no dead letter {number}.", hint=hint)
        return chosen

    async def replay(self, number: str | None) -> list[Letter]:
        """Put one, or all, back into the queue as if they were new; return them."""
        return [
            await self._queues.ask(letter["queue"], "POST", f"/dead-letters/{letter['id']}/replay")
            for letter in reversed(await self.chosen(number))
        ]

    async def discard(self, number: str) -> Letter:
        """Remove one; return it."""
        letter = await self.one(number)
        return await self._queues.ask(letter["queue"], "DELETE", f"/dead-letters/{number}")

    async def put_aside(self, letters: list[Letter], *, waiting: bool) -> None:
        """Make dead letters of these again; those that are to be `waiting` in the queue have to be. Raises Refused."""
        for letter in letters:
            if waiting and not (await self._queues.discard(letter["queue"], letter["id"]))["found"]:
                raise Refused(f"Message {letter['id']} has been taken from the queue meanwhile.")
            await self._queues.ask(letter["queue"], "POST", "/dead-letters", letter)
