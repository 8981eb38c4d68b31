"""What the shop tells its customers: prices, words for every state of an order, cards to choose from."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "waiting", "bad", "neutral"]

MOST_LINES = 20
MOST_UNITS = 99
HUES = 12


@dataclass(frozen=True, slots=True)
class Card:
    """A card that a visitor may pretend to own."""

    token: str
    label: str


CARDS = (
    Card("card-4242", "Card ending in 4242"),
    Card("card-4444", "Card ending in 4444"),
    Card("card-0002", "Card ending in 0002 (the bank declines it)"),
)
CUSTOMERS = ("ada", "barbara", "edsger", "grace", "hedy", "linus", "margaret", "radia")


@dataclass(frozen=True, slots=True)
class Wording:
    """A state or a refusal in the customer's words."""

    title: str
    text: str
    tone: Tone = "neutral"


STATES = {
    "placing": Wording(
        "Being placed", "We are setting your goods aside and asking your bank. This takes a moment.", "waiting"
    ),
    "confirmed": Wording("Confirmed", "Your goods are set aside and your bank has agreed. We are packing.", "good"),
    "payment_pending": Wording(
        "Payment pending",
        "Your order is in and your goods are set aside. The card network does not answer at the moment; "
        "we complete the payment as soon as it does. You need not do anything.",
        "waiting",
    ),
    "declined": Wording(
        "Payment declined", "Your bank did not agree to the payment. Nothing was charged, nothing will be sent.", "bad"
    ),
    "rejected": Wording("Sold out", "Not everything you ordered was there. Nothing was charged.", "bad"),
    "abandoned": Wording("Not completed", "We could not complete this order. Nothing was charged.", "bad"),
    "fulfilled": Wording("On its way", "Paid and handed over to the carrier.", "good"),
    "cancelled": Wording("Cancelled", "This order is cancelled. What was charged is paid back to your card."),
}
UNKNOWN_STATE = Wording("In progress", "We are working on this order.", "waiting")
CANCELLABLE = frozenset({"confirmed", "payment_pending", "fulfilled"})
UNSETTLED = frozenset({"placing", "confirmed", "payment_pending"})

REFUSALS = {
    "payment-declined": Wording(
        "Your card was declined", "Your bank did not agree to the payment. Nothing was ordered, nothing was charged."
    ),
    "out-of-stock": Wording("Not enough in stock", "Nothing was ordered, nothing was charged."),
    "unknown-sku": Wording("We do not sell this", "There is no such product in our catalogue."),
    "not-found": Wording("We do not know this order", "There is no such order, or it belongs to somebody else."),
    "idempotency-key-reused": Wording(
        "You have sent this form before", "It was changed since, so we did not order again. See what you ordered:"
    ),
    "order-in-progress": Wording("Your order is being placed", "It takes longer than usual. It will be in your list:"),
    "order-abandoned": Wording("Your order was not completed", "Nothing was charged. You can order again."),
    "order-not-cancellable": Wording("This order cannot be cancelled", "There is nothing left to cancel."),
}
REFUSED = Wording("That did not work", "The shop did not accept this.")


def euros(cents: int) -> str:
    """Return an amount for people, exact to the cent: `€1,234.05`."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'−' if cents < 0 else ''}€{whole:,}.{rest:02d}"


def state_of(status: str) -> Wording:
    """Return what an order's status means to its customer."""
    return STATES.get(status, UNKNOWN_STATE)


def refusal_of(code: str) -> Wording:
    """Return what a refusal means to the customer."""
    return REFUSALS.get(code, REFUSED)


def hue(sku: str) -> int:
    """Return the number of a product's colour; products of a kind share it."""
    return sum(sku.partition("-")[0].encode()) % HUES


def display_name(customer_id: str) -> str:
    """Return how a customer is addressed."""
    return customer_id.replace("-", " ").title()
