"""Asks every gateway for what the first one has."""

from collections.abc import Sequence

from services.edge.domain import CheckPath


def paths_of_checks(wanted: Sequence[CheckPath]) -> list[str]:
    """Return the path of each backend's check, in their order; each begins with `/`."""
    return [one.changed or wanted[0].usual for one in wanted]
