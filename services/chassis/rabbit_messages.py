"""A message as RabbitMQ carries it: its body as text, its own headers as they are, ours beside them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractIncomingMessage, HeadersType

from services.chassis.broker import Letter

MICROS = 1_000_000
OURS = "nightshift-"
DELIVERIES, ENQUEUED_AT, DUE_AT = f"{OURS}deliveries", f"{OURS}enqueued-at", f"{OURS}due-at"
REASON, DEAD_AT = f"{OURS}reason", f"{OURS}dead-at"
RETURNED = "x-delivery-count"
"""How often RabbitMQ handed the message to somebody who died with it, or gave it back."""
BROKERS = ("x-death", "x-first-death-", "x-last-death-", "x-acquired-count", "x-opt-", RETURNED)
"""How headers begin that RabbitMQ adds."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter on its way: when it was first published, and from when on it may be taken (seconds since the epoch)."""

    letter: Letter
    enqueued_at: float
    due_at: float


def posted(letter: Letter, enqueued_at: float | None = None, delay_s: float = 0.0) -> Posted:
    """Return a letter that may be taken in `delay_s` from now."""
    now = time.time()
    return Posted(letter, now if enqueued_at is None else enqueued_at, now + delay_s)


def written(mail: Posted, *, lives_s: float | None = None) -> Message:
    """Return what is sent; it falls out of the queue after `lives_s`."""
    letter = mail.letter
    headers: HeadersType = {
        **letter.headers,
        DELIVERIES: letter.deliveries,
        ENQUEUED_AT: _micros(mail.enqueued_at),
        DUE_AT: _micros(mail.due_at),
    }
    if letter.reason or letter.dead_at:
        headers |= {REASON: letter.reason, DEAD_AT: _micros(letter.dead_at)}
    return Message(
        letter.body.encode(),
        headers=headers,
        content_type="application/json",
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=letter.id,
        type=letter.topic,
        timestamp=mail.enqueued_at,
        expiration=lives_s,
    )


def read(incoming: AbstractIncomingMessage, queue: str) -> Posted:
    """Return what came; somebody else's message may lack everything but its body."""
    headers = incoming.headers
    sent_at = incoming.timestamp.timestamp() if incoming.timestamp else time.time()
    letter = Letter(
        incoming.message_id or "",
        queue,
        incoming.type or "",
        incoming.body.decode(errors="replace"),
        {name: str(value) for name, value in headers.items() if not name.startswith((OURS, *BROKERS))},
        _number(headers, DELIVERIES, 0) + _number(headers, RETURNED, 0),
        str(headers.get(REASON) or ""),
        _number(headers, DEAD_AT, 0) / MICROS,
    )
    enqueued_at = _number(headers, ENQUEUED_AT, _micros(sent_at)) / MICROS
    return Posted(letter, enqueued_at, _number(headers, DUE_AT, _micros(enqueued_at)) / MICROS)


def _micros(seconds: float) -> int:
    # The driver would send a float with seven digits.
    return round(seconds * MICROS)


def _number(headers: Mapping[str, object], name: str, otherwise: int) -> int:
    value = headers.get(name)
    return value if isinstance(value, int) else otherwise
