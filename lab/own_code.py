"""Services that run somebody's own code: `lab up --services DIR`."""

from dataclasses import replace
from pathlib import Path

from lab.process import Topology


def on(topology: Topology, folder: str) -> Topology:
    """Return the topology with the services in `folder` in place of the lab's own; as it is when there is no folder.

    They are programs of their own: the fork server has loaded the lab's code. Raises `LabError` for a folder that is no
    workspace, and for code that cannot be imported.
    """
    if not folder:
        return topology
    from drill.workspace import taking  # noqa: PLC0415 -- what it needs is large, and most labs do without
    from lab import drills  # noqa: PLC0415 -- as above

    with drills.told():
        names = taking.services_in(Path(folder))
        taking.ensure_importable(Path(folder), names)
    ours = tuple(
        replace(process, folder=folder, forked=False, preload=()) if process.short in names else process
        for process in topology.processes
    )
    return replace(topology, processes=ours)
