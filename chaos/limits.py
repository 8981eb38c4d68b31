"""How much may be on at once."""

from collections.abc import Collection

from chaos.activations import Activations
from chaos.errors import LimitReached


def ensure_room(activations: Activations, most: int) -> None:
    """Raise `LimitReached` when `most` activations are held already."""
    if len(activations.held()) >= most:
        raise LimitReached(
            f"{most} faults are on, and no more may be (CHAOS_MAX_ACTIVE).",
            instead="Stop one first: DELETE /activations/…",
        )


def ensure_share(affected: Collection[str], everybody: Collection[str], share: float) -> None:
    """Raise `LimitReached` when `affected` replicas would be more than `share` (0 to 1) of `everybody`."""
    if everybody and len(affected) > share * len(everybody):
        raise LimitReached(
            f"{len(affected)} of {len(everybody)} replicas would be affected; {share:.0%} may be (CHAOS_MAX_SHARE).",
            instead='Name fewer of them in "on".',
        )
