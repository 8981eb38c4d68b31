"""What somebody may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def choose(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return how to mend a name that is none of those known."""
    likely = get_close_matches(name, list(known), n=1)
    return (
        f"Write {likely[0]!r}, which is the nearest name, or {otherwise}." if likely else f"{otherwise.capitalize()}."
    )
