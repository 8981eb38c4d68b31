"""What the lab's supervisor does to processes: kill, pause, restart."""

import asyncio
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from time import monotonic
from typing import Any

from chaos.drivers import Applied, Offer, Outcome, Plan
from chaos.errors import NotApplied, UnknownTarget
from chaos.orders import Injection
from chaos.parameters import Parameter, completed
from chaos.undo import Record, ask_lab

SPARED = frozenset({"controller", "mesh", "load-generator"})
"""Services of the lab that are not of the platform."""

EVERY_S = Parameter(
    name="every_s", unit="s", default=0.0, minimum=0.0, maximum=600.0, summary="do it again and again; 0: once"
)
OFFERS = {
    offer.name: offer
    for offer in (
        Offer("process.kill", "Kills a process as a power cut would; the supervisor starts it again.", (EVERY_S,)),
        Offer("process.pause", "Stops a process in its tracks: its sockets stay open and nothing answers."),
        Offer("process.restart", "Ends a process in good order and starts it again.", (EVERY_S,)),
    )
}

Process = dict[str, Any]


class LabProcesses:
    """Asks the supervisor whose address is in `state_file`."""

    def __init__(self, state_file: Path) -> None:
        self._state_file = state_file

    def knows(self, fault: str) -> bool:
        """Tell whether `fault` is done to processes by the supervisor."""
        return fault in OFFERS

    async def offers(self) -> Sequence[Offer]:
        """Return what can be done, and to whom."""
        try:
            names = tuple(sorted(process["instance"] for process in await self._processes()))
        except NotApplied:
            names = ()
        return [Offer(offer.name, offer.summary, offer.params, names) for offer in OFFERS.values()]

    async def plan(self, identity: str, order: Injection) -> Plan:
        """Find the processes that are meant."""
        del identity
        params = completed(order.fault, order.params, OFFERS[order.fault].params)
        chosen = _chosen(order, await self._processes())
        instances = frozenset(process["instance"] for process in chosen)
        undo = tuple(map(_resume, chosen)) if order.fault == "process.pause" else ()
        is_act = order.fault != "process.pause" and not params[EVERY_S.name]
        whole = order.model_copy(update={"params": params})
        return Plan(whole, instances | {*order.on}, instances, undo, is_act, {"instances": sorted(instances)})

    async def apply(self, plan: Plan, began: float) -> Outcome:
        """Have it done."""
        await self._ask(plan.order.fault, **plan.how)
        took_ms = round((monotonic() - began) * 1e3, 3)
        pids = {process["instance"]: process["pid"] or 0 for process in await self._processes()}
        return Outcome(tuple(Applied(name, pids.get(name, 0), took_ms) for name in plan.how["instances"]))

    async def sustain(self, plan: Plan) -> None:
        """Do it again at its interval."""
        while every_s := plan.order.params.get(EVERY_S.name):
            await asyncio.sleep(float(every_s))
            await self._ask(plan.order.fault, **plan.how)

    async def _processes(self) -> list[Process]:
        everybody: list[Process] = (await self._ask("processes"))["replicas"]
        return [process for process in everybody if process["service"] not in SPARED]

    async def _ask(self, verb: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer = await asyncio.to_thread(ask_lab, self._state_file, verb, arguments)
        except (OSError, ValueError, KeyError) as error:
            raise NotApplied(f"The lab's supervisor does not answer: {error}.", instead="See: lab status") from error
        if problem := answer.get("error"):
            raise NotApplied(f"The lab's supervisor refused: {problem['message']}", instead=problem.get("hint", ""))
        result: dict[str, Any] = answer["result"]
        return result


def _chosen(order: Injection, processes: Sequence[Process]) -> list[Process]:
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


def _resume(process: Process) -> Record:
    return {"kind": "signal", "pid": process["pid"], "signal": "SIGCONT"}
