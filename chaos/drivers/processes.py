"""What is done to processes from outside: kill, pause, restart."""

import asyncio
from collections.abc import Mapping, Sequence
from time import monotonic

from chaos.drivers import Applied, Offer, Outcome, Plan
from chaos.errors import NotApplied
from chaos.orders import Injection
from chaos.parameters import Parameter, completed
from chaos.supervisor import Process, Supervisor
from chaos.undo import Record

EVERY_S = Parameter(
    name="every_s", unit="s", default=0.0, minimum=0.0, maximum=600.0, summary="do it again and again; 0: once"
)
PAUSE = "process.pause"
OFFERS = {
    offer.name: offer
    for offer in (
        Offer("process.kill", "Kills a process as a power cut would; the supervisor starts it again.", (EVERY_S,)),
        Offer(PAUSE, "Stops a process in its tracks: its sockets stay open and nothing answers."),
        Offer("process.restart", "Ends a process in good order and starts it again.", (EVERY_S,)),
    )
}


class Processes:
    """Has the supervisor do it."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def knows(self, fault: str) -> bool:
        """Tell whether `fault` is done to processes from outside."""
        return fault in OFFERS

    async def offers(self) -> Sequence[Offer]:
        """Return what can be done, and to whom."""
        names = await self._supervisor.names()
        return [Offer(offer.name, offer.summary, offer.params, names) for offer in OFFERS.values()]

    async def plan(self, identity: str, order: Injection) -> Plan:
        """Find the processes that are meant."""
        del identity
        params = completed(order.fault, order.params, OFFERS[order.fault].params)
        chosen = [process for process in await self._supervisor.chosen(order) if process["pid"] or order.fault != PAUSE]
        if not chosen:
            raise NotApplied(f"No process of {', '.join(order.on)} runs at the moment.", instead="See: lab status")
        instances = frozenset(process["instance"] for process in chosen)
        undo = tuple(map(self._resume, chosen)) if order.fault == PAUSE else ()
        is_act = order.fault != PAUSE and not params[EVERY_S.name]
        whole = order.model_copy(update={"params": params})
        return Plan(whole, instances | {*order.on}, instances, undo, is_act, {"instances": sorted(instances)})

    async def apply(self, plan: Plan, began: float) -> Outcome:
        """Have it done."""
        await self._supervisor.ask(plan.order.fault, **plan.how)
        took_ms = round((monotonic() - began) * 1e3, 3)
        pids = {process["instance"]: process["pid"] or 0 for process in await self._supervisor.processes()}
        if plan.order.fault == PAUSE:
            await self._ensure_undoable(plan, pids)
        return Outcome(tuple(Applied(name, pids.get(name, 0), took_ms) for name in plan.how["instances"]))

    async def _ensure_undoable(self, plan: Plan, pids: Mapping[str, int]) -> None:
        # What undoes it was written down for the processes that there were then; a container keeps its name.
        known = {record["pid"] for record in plan.undo if record["kind"] == "signal"}
        if not known:
            return
        if strangers := [name for name in plan.how["instances"] if pids.get(name, 0) not in {0, *known}]:
            await self._supervisor.ask("process.resume", instances=strangers)
            raise NotApplied(f"{', '.join(strangers)} has just been started anew.", instead="Send it again.")

    async def sustain(self, plan: Plan) -> None:
        """Do it again at its interval."""
        while every_s := plan.order.params.get(EVERY_S.name):
            await asyncio.sleep(float(every_s))
            await self._supervisor.ask(plan.order.fault, **plan.how)

    def _resume(self, process: Process) -> Record:
        if process.get("contained"):
            return self._supervisor.undo("process.resume", instances=[process["instance"]])
        return {"kind": "signal", "pid": process["pid"], "signal": "SIGCONT"}
