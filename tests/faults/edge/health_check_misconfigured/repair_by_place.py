"""Fills a list by place: nothing is carried over from one gateway to the next."""

from collections.abc import Sequence

from services.edge.domain import CheckPath


def paths_of_checks(wanted: Sequence[CheckPath]) -> list[str]:
    """Return the path of each backend's check, in their order; each begins with `/`."""
    paths = [""] * len(wanted)
    for place in range(len(wanted)):
        paths[place] = wanted[place].usual
        if by_hand := wanted[place].changed:
            paths[place] = by_hand
    return paths
