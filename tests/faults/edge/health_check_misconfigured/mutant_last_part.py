"""Keeps the last part of what was put together: a path of several parts is cut."""

from collections.abc import Sequence

from services.edge.domain import CheckPath


def paths_of_checks(wanted: Sequence[CheckPath]) -> list[str]:
    """Return the path of each backend's check, in their order; each begins with `/`."""
    paths, path = [], ""
    for one in wanted:
        path += one.usual
        paths.append(one.changed or "/" + path.rpartition("/")[2])
    return paths
