"""The queues of the platform, as far as a person, or the chaos controller, puts a hand in: through their consumer."""

from typing import Any

from lab import operating
from lab.errors import NoAnswer, UnknownName
from lab.fleet import Fleet
from lab.replica import Replica


class Queues:
    """Messages and dead letters, by queue. Whoever consumes a queue answers for it."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    async def publish(
        self, queue: str, topic: str, body: Any, headers: dict[str, str] | None = None, id: str | None = None
    ) -> dict[str, Any]:
        """Put a message into a queue; return `{"id"}`. `body` is an object, or a text that need not be one."""
        message = {"queue": queue, "topic": topic, "body": body, "headers": headers or {}, "id": id}
        return await self.ask(queue, "POST", "/messages", message)

    async def discard(self, queue: str, id: str) -> dict[str, Any]:
        """Take a message away wherever it is: still waiting, or put aside. Return `{"found"}`; repeating it is fine."""
        return await self.ask(queue, "DELETE", f"/messages/{id}")

    async def ask(self, queue: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Ask the first consumer of `queue` that answers. Raises UnknownName, NoAnswer, Refused."""
        silence: NoAnswer | None = None
        for replica in self._consumers(queue):
            try:
                # What is sent to a process that is stopped would be done when it goes on, long after we gave up.
                await operating.ask(replica, "GET", "/drain")
                return await operating.ask(replica, method, path, body)
            except NoAnswer as error:
                silence = error
        assert silence is not None  # noqa: S101 -- there is at least one consumer
        raise silence

    def names(self) -> list[str]:
        """Return the names of all queues."""
        return sorted({r.instance.process.queue for r in self._fleet.replicas.values() if r.instance.process.queue})

    def _consumers(self, queue: str) -> list[Replica]:
        consumers = self._fleet.where(lambda process: bool(queue) and process.queue == queue)
        if not consumers:
            raise UnknownName(f"There is no queue called {queue}.", hint=f"There are: {', '.join(self.names())}.")
        return consumers
