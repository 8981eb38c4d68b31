"""What the shop itself refuses or cannot tell; everything else comes from the platform.

ServiceError
├── NoPage            404 no-page            there is nothing at this address
├── SignInFirst       401 sign-in-first      orders and invoices have an owner
└── PurchaseUnclear   503 purchase-unclear   no usable answer to a purchase: it may or may not have gone through
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.errors import NotFound, ServiceError


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a customer wants to buy; `key` stands for this purchase, however often it is sent."""

    customer_id: str
    lines: Sequence[tuple[str, int]]
    card_token: str
    key: str


class NoPage(NotFound):
    """There is nothing at this address."""

    code = "no-page"


class SignInFirst(ServiceError):
    """Orders and invoices have an owner; nobody is signed in."""

    status, code, title = 401, "sign-in-first", "Sign in first"

    def __init__(self, onward: str) -> None:
        super().__init__("Sign in to see this page.")
        self.onward = onward
        """The page of the shop to show afterwards: a local path, with its query."""


class PurchaseUnclear(ServiceError):
    """No usable answer to a purchase came; it may or may not have gone through. Sending it again is safe."""

    status, code, title, retry_after_s = 503, "purchase-unclear", "Purchase unclear", 1

    def __init__(self, purchase: Purchase) -> None:
        super().__init__("The platform gave no usable answer to a purchase.")
        self.purchase = purchase
