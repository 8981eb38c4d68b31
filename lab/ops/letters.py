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

    async def put_aside(self, letters: list[Letter], *, waiting: bool) -> dict[str, list[str]]:
        """Make dead letters of these again, of those `waiting` only what waits in the queue still.

        Return `{"put_aside", "gone"}`, ids. Raises Refused when all have been taken from the queue meanwhile.
        """
        told: dict[str, list[str]] = {"put_aside": [], "gone": []}
        for letter in letters:
            there = not waiting or (await self._queues.discard(letter["queue"], letter["id"]))["found"]
            if there:
                await self._queues.ask(letter["queue"], "POST", "/dead-letters", letter)
            told["put_aside" if there else "gone"].append(letter["id"])
        if not told["put_aside"]:
            raise Refused(f"{', '.join(told['gone'])}: taken from the queue meanwhile.")
        return told
