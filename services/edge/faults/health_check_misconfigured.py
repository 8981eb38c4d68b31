"""All gateways but the first are asked for a page that they do not have, and are left out although they are well.

Cause: paths of health checks were to have a common beginning one day. The code that puts them together goes on with
what it has from the gateway before, so that the second is asked for `/ready/ready`, the third for
`/ready/ready/ready`. What an operator has set by hand is taken as it stands, and the settings show the right path.

Repair: make each gateway's path from its own setting, and from nothing that was there before.

Plain: check_paths.paths_of_checks
"""

from collections.abc import Sequence
from typing import Protocol

from services.chassis.fault import Fault
from services.edge.domain import CheckPath


class CheckPaths(Protocol):
    """Says which page of each backend tells whether it can serve."""

    def __call__(self, wanted: Sequence[CheckPath]) -> list[str]:
        """Return the path of each backend's check, in their order; each begins with `/`."""


def faulty(wanted: Sequence[CheckPath]) -> list[str]:
    """Put it together as one goes."""
    paths, path = [], ""
    for one in wanted:
        path += one.usual
        paths.append(one.changed or path)
    return paths


def fixed(wanted: Sequence[CheckPath]) -> list[str]:
    """Each has its own."""
    return [one.changed or one.usual for one in wanted]


each_its_own = Fault[CheckPaths](__name__, faulty, fixed)
