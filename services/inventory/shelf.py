"""What is kept of offers that were read."""

from dataclasses import dataclass, field

from services.inventory.domain import Offer


@dataclass(frozen=True, slots=True)
class Kept:
    """An offer, and until when it may be shown, in seconds of `time.monotonic`; None: nobody has said."""

    offer: Offer
    until_s: float | None = None


@dataclass(slots=True)
class Shelf:
    """Offers by SKU. `reading` are those that are being read just now, and whose stock has not changed since."""

    ttl_s: float
    kept: dict[str, Kept] = field(default_factory=dict)
    reading: set[str] = field(default_factory=set)

    def clear(self) -> int:
        """Drop everything, what is on its way too; return how much there was."""
        dropped = len(self.kept)
        self.kept.clear()
        self.reading.clear()
        return dropped
