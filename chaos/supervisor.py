"""The lab's supervisor, as the controller asks it."""

import asyncio
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from chaos.errors import NotApplied, UnknownTarget
from chaos.orders import Injection
from chaos.undo import Record, ask_lab

SPARED = frozenset({"controller", "mesh", "evidence-store", "load-generator"})
"""Services of the lab that are not of the platform."""

Process = dict[str, Any]
"""`{"instance", "service", "pid", "started", "port", "state"}`."""


class Supervisor:
    """The supervisor whose address is in `state_file`."""

    def __init__(self, state_file: Path) -> None:
        self._state_file = state_file

    async def ask(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """Return the result of a verb. Raises `NotApplied`."""
        try:
            answer = await asyncio.to_thread(ask_lab, self._state_file, verb, arguments)
        except (OSError, ValueError, KeyError) as error:
            raise NotApplied(f"The lab's supervisor does not answer: {error}.", instead="See: lab status") from error
        if problem := answer.get("error"):
            raise NotApplied(problem["message"], instead=problem.get("hint", ""))
        result: dict[str, Any] = answer["result"]
        return result

    def undo(self, verb: str, **arguments: Any) -> Record:
        """Return the record of an undo that is a verb."""
        return {"kind": "lab", "state_file": str(self._state_file), "verb": verb, "arguments": arguments}

    async def processes(self) -> list[Process]:
        """Return the processes of the platform. Raises `NotApplied`."""
        everybody: list[Process] = (await self.ask("processes"))["replicas"]
        return [process for process in everybody if process["service"] not in SPARED]

    async def names(self) -> tuple[str, ...]:
        """Return the replicas of the platform; none when the supervisor does not answer."""
        try:
            return tuple(sorted(process["instance"] for process in await self.processes()))
        except NotApplied:
            return ()

    async def chosen(self, order: Injection) -> Sequence[Process]:
        """Return the processes that `order` means, by replica or service. Raises `UnknownTarget`, `NotApplied`."""
        processes = await self.processes()
        known = {name for process in processes for name in (process["instance"], process["service"])}
        if not order.on:
            raise UnknownTarget(
                f"{order.fault} can be had everywhere.", instead='Say where: "on": ["order-service"], for example.'
            )
        if missing := [name for name in order.on if name not in known]:
            near = get_close_matches(missing[0], known, n=1)
            raise UnknownTarget(
                f"There is no process called {missing[0]}.",
                instead=f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(known))}.",
            )
        return [process for process in processes if {process["instance"], process["service"]} & {*order.on}]
