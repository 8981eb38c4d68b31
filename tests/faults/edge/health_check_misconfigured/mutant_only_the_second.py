"""Puts the second gateway right; from the third on it is as before."""

from collections.abc import Sequence

from services.edge.domain import CheckPath


def paths_of_checks(wanted: Sequence[CheckPath]) -> list[str]:
    """Return the path of each backend's check, in their order; each begins with `/`."""
    paths, path = [], ""
    for place, one in enumerate(wanted):
        path = one.usual if place < 2 else path + one.usual
        paths.append(one.changed or path)
    return paths
