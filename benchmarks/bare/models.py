"""What crosses the wire."""

from typing import Any

from pydantic import BaseModel


class Line(BaseModel):
    """What a customer asks for."""

    sku: str
    quantity: int


class Checkout(BaseModel):
    """A checkout."""

    customer_id: str
    lines: list[Line]
    card_token: str


class Reservation(BaseModel):
    """What is to be reserved."""

    lines: list[Line]


class Charge(BaseModel):
    """What is to be paid."""

    amount_cents: int
    card_token: str


class CardRequest(BaseModel):
    """What the card network is asked."""

    reference: str
    amount_cents: int
    card_token: str | None = None
    authorisation_id: str | None = None


Json = dict[str, Any]
