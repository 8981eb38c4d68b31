"""The rules of a card network: what an authorisation and a capture still allow."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import log
from zlib import crc32

DECLINED_CARDS = "0002"
"""Card tokens with this ending are declined, always."""


class Kind(StrEnum):
    """What a ledger entry says has happened."""

    AUTHORISATION = "authorisation"
    DECLINE = "decline"
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the card ledger; `parent_id` is what it draws on: an authorisation, or for a refund a capture."""

    entry_id: str
    kind: Kind
    reference: str
    amount_cents: int
    at: datetime
    parent_id: str | None = None
    card_token: str | None = None
    idempotency_key: str | None = None

    def says_the_same_as(self, other: "Entry") -> bool:
        """Say whether both were asked for in the same words, whenever that was."""
        return (self.kind, self.reference, self.amount_cents, self.parent_id, self.card_token) == (
            other.kind,
            other.reference,
            other.amount_cents,
            other.parent_id,
            other.card_token,
        )


@dataclass(frozen=True, slots=True)
class Drawn:
    """How much of an authorisation or a capture is used up by the entries that draw on it."""

    left_cents: int
    taken_cents: int
    voided: bool


def drawn(parent: Entry, children: Iterable[Entry]) -> Drawn:
    """Return what is left of `parent` after `children`."""
    taken_cents, voided = 0, False
    for child in children:
        if child.kind is Kind.VOID:
            voided = True
        else:
            taken_cents += child.amount_cents
    return Drawn(parent.amount_cents - taken_cents, taken_cents, voided)


def verdict_on(card_token: str) -> Kind:
    """Return whether the card is good: an authorisation or a decline."""
    return Kind.DECLINE if card_token.endswith(DECLINED_CARDS) else Kind.AUTHORISATION


def lead_time_days(sku: str) -> int:
    """Return within how many days more of a product can be had: 2 to 9, always the same."""
    return 2 + crc32(sku.encode()) % 8


def latency_s(median_ms: float, sigma: float) -> float:
    """Draw how long one operation takes, in seconds: log-normal, as queues and networks are."""
    if median_ms == 0:
        return 0.0
    return random.lognormvariate(log(median_ms / 1000), sigma)
