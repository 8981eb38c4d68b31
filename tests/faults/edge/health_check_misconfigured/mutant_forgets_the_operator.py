"""Takes the path as it was set up, whatever an operator has made of it."""

from collections.abc import Sequence

from services.edge.domain import CheckPath


def paths_of_checks(wanted: Sequence[CheckPath]) -> list[str]:
    """Return the path of each backend's check, in their order; each begins with `/`."""
    return [one.usual for one in wanted]
