"""Takes each path from the setting of its own gateway."""

from collections.abc import Sequence

from services.edge.domain import CheckPath


def paths_of_checks(wanted: Sequence[CheckPath]) -> list[str]:
    """Return the path of each backend's check, in their order; each begins with `/`."""
    return [one.usual if one.changed is None else one.changed for one in wanted]
