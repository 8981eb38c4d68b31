"""Messages between services, at least once: what a broker does, whichever one it is.

A delivery belongs to its consumer for `LEASE_S` seconds. One that is neither acknowledged nor handed back by then
(its consumer died) is delivered again, so whoever consumes must be idempotent. What a consumer says about a delivery
that is no longer its own changes nothing.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import orjson

from observability.wiring import Telemetry

LEASE_S = 30.0
ORDER_QUEUE = "order-queue"
ORDER_PLACED = "order.placed"
ORDER_CANCELLED = "order.cancelled"
ROUTES: Mapping[str, str] = {ORDER_PLACED: ORDER_QUEUE, ORDER_CANCELLED: ORDER_QUEUE}
"""Topic → queue."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. `id` is never used again, so that a repetition can be told; `headers` carry the context."""

    id: str
    topic: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt at handing over a message; `attempt` counts from 1."""

    message: Message
    queue: str
    attempt: int
    receipt: str


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """How much waits: messages that can be taken or wait for their time, are with a consumer, or were given up."""

    ready: int
    leased: int
    dead: int
    oldest_age_s: float


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it is stored: its body as text, which need not be an object. A dead letter has a reason."""

    id: str
    queue: str
    topic: str
    body: str
    headers: Mapping[str, str]
    deliveries: int = 0
    reason: str = ""
    dead_at: float = 0.0
    """Seconds since the epoch."""


class Desk(Protocol):
    """Where a person looks at messages and decides about them."""

    async def dead_letters(self, queue: str, limit: int) -> list[Letter]:
        """Return what was put aside, latest first."""

    async def dead_letter(self, letter_id: str) -> Letter | None:
        """Return one dead letter."""

    async def replay(self, letter_id: str) -> Letter | None:
        """Put a dead letter back into its queue, as if it had never been delivered; return it."""

    async def discard(self, letter_id: str) -> Letter | None:
        """Remove a dead letter; return it."""

    async def put_aside(self, letter: Letter) -> None:
        """Store a dead letter. Whatever of its id waits in the queue and is with no consumer goes."""

    async def put(self, letter: Letter) -> None:
        """Store a message in its queue."""

    async def withdraw(self, message_id: str) -> bool:
        """Remove a message that is with no consumer, or was put aside; say whether there was one."""


class Broker(AbstractAsyncContextManager["Broker"], Protocol):
    """Carries messages. Enter it before use."""

    system: ClassVar[str]
    """What spans call it."""

    async def publish(self, message: Message) -> None:
        """Store `message` durably in the queue of its topic. Twice the same may, but need not, be stored once."""

    async def receive(self, queue: str, wait_s: float) -> Delivery | None:
        """Take the next message, or return None when none has come within `wait_s` seconds."""

    async def acknowledge(self, delivery: Delivery) -> None:
        """Remove a message that has been dealt with."""

    async def retry_later(self, delivery: Delivery, delay_s: float, *, count: bool = True) -> None:
        """Hand a message back for another delivery after `delay_s`; without `count` this attempt is forgotten."""

    async def dead_letter(self, delivery: Delivery, reason: str) -> None:
        """Put a message aside for a person to look at."""

    async def depth(self, queue: str) -> QueueDepth:
        """Return how much waits in `queue`."""

    def desk(self) -> Desk:
        """Return what lies under the hand of a person: dead letters, and single messages."""


def open_broker(url: str, telemetry: Telemetry) -> Broker:
    """Return the broker at `url`: `sqlite+aiosqlite:///…/broker.db` or `amqp://user:<password>@host:5672/`."""
    # Only the chosen back end is loaded.
    if url.startswith("sqlite"):
        from services.chassis.sqlite_queue import SqliteQueue  # noqa: PLC0415

        return SqliteQueue(url, telemetry)
    if url.startswith(("amqp://", "amqps://")):
        from services.chassis.rabbit_queue import RabbitQueue  # noqa: PLC0415

        return RabbitQueue(url)
    raise ValueError(
        f"no broker speaks {url.partition(':')[0]!r}; use sqlite+aiosqlite:///path/to/broker.db or "
        "amqp://user:<password>@host:5672/"
    )


def parsed(text: str | bytes) -> dict[str, Any]:
    """Return a JSON object; an empty one for anything else, which its handler refuses and a person then looks at."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
