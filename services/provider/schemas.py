"""What crosses the wire. All money in integer cents EUR."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from services.provider.domain import Entry, Kind

Reference = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="the merchant's own name for the purchase: the order id")
]
Sku = Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,32}$")]
EntryId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Cents = Annotated[int, Field(gt=0, le=100_000_000, description="cents EUR")]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AuthorisationRequest(_Asked):
    """A wish to hold money on a card."""

    reference: Reference
    amount_cents: Cents
    card_token: str = Field(
        min_length=1, max_length=64, description="stands for the card; one ending in 0002 is declined"
    )


class CaptureRequest(_Asked):
    """A wish to take money that was authorised; several captures may share one authorisation."""

    reference: Reference
    authorisation_id: EntryId
    amount_cents: Cents


class RefundRequest(_Asked):
    """A wish to give captured money back; several refunds may share one capture."""

    reference: Reference
    capture_id: EntryId
    amount_cents: Cents


class VoidRequest(_Asked):
    """A wish to give an authorisation back of which nothing was captured."""

    reference: Reference
    authorisation_id: EntryId


class AuthorisationAnswer(BaseModel):
    """The card network's verdict."""

    authorisation_id: str = Field(description="what captures and voids refer to")
    status: Literal["approved", "declined"]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Tell `entry`."""
        return cls(authorisation_id=entry.entry_id, status="declined" if entry.kind is Kind.DECLINE else "approved")


class CaptureAnswer(BaseModel):
    """Money was taken."""

    capture_id: str = Field(description="what refunds refer to")
    amount_cents: int = Field(description="cents EUR")


class RefundAnswer(BaseModel):
    """Money was given back."""

    refund_id: str
    amount_cents: int = Field(description="cents EUR")


class VoidAnswer(BaseModel):
    """An authorisation was given back."""

    void_id: str


class LedgerEntry(BaseModel):
    """One thing that has happened."""

    entry_id: str
    kind: Kind
    reference: str
    amount_cents: int = Field(description="cents EUR, never negative; `kind` tells the direction")
    at: datetime = Field(description="RFC 3339, UTC")
    parent_id: str | None = Field(description="the authorisation, or for a refund the capture, that this draws on")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Tell `entry`."""
        return cls(
            entry_id=entry.entry_id,
            kind=entry.kind,
            reference=entry.reference,
            amount_cents=entry.amount_cents,
            at=entry.at,
            parent_id=entry.parent_id,
        )


class LedgerPage(BaseModel):
    """Ledger entries in the order they were written."""

    entries: list[LedgerEntry]
    next_after: int | None = Field(description="pass as `after` for the next page; null on the last one")


class CatalogueEntry(BaseModel):
    """How soon more of a product can be had."""

    sku: Sku
    lead_time_days: int = Field(description="days from the order to the delivery")


class CatalogueAnswer(BaseModel):
    """How soon more of some products can be had, in the order in which they were asked for."""

    products: list[CatalogueEntry]


class PurchaseOrderRequest(_Asked):
    """An order for more stock."""

    purchase_order_id: Reference
    sku: Sku
    quantity: int = Field(gt=0, le=1_000_000, description="units")


class PurchaseOrderAnswer(BaseModel):
    """The units were handed over."""

    purchase_order_id: str
    sku: str
    quantity: int = Field(description="units")
    status: Literal["delivered"] = "delivered"
