"""Still puts paths together, and begins anew with each gateway."""

from collections.abc import Sequence

from services.edge.domain import CheckPath


def paths_of_checks(wanted: Sequence[CheckPath]) -> list[str]:
    """Return the path of each backend's check, in their order; each begins with `/`."""
    paths = []
    for one in wanted:
        parts = [part for part in (one.changed or one.usual).split("/") if part]
        path = ""
        for part in parts:
            path += f"/{part}"
        paths.append(path or "/")
    return paths
