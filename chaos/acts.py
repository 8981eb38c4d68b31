"""Acts that do not revert by themselves: written down, done, and taken back, each in its turn."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import structlog

from chaos.activations import Activation
from chaos.care import Caretaker
from chaos.drivers import Driver, Outcome, Plan
from chaos.errors import ChaosError, NotApplied
from chaos.journal import Undo
from chaos.scribe import Scribe
from chaos.undo import CannotUndo, carry_out

PAUSES_S = (0.1, 0.25, 0.5, 1.0, 2.0)
"""Between two attempts at taking something back; the last one is repeated for as long as it takes."""

log = structlog.get_logger()


@dataclass(eq=False)
class _Act:
    undo: tuple[Undo, ...]
    # What is under way has to land before it is taken back, or it would stay.
    landing: asyncio.Lock = field(default_factory=asyncio.Lock)
    sustaining: "asyncio.Task[None] | None" = None
    taking_back: "asyncio.Task[None] | None" = None


class Acts:
    """What has been done, by activation. `changed` is told whether taking it back worked: None, or what is wrong."""

    def __init__(self, scribe: Scribe, caretaker: Caretaker | None, changed: Callable[[str, str | None], None]) -> None:
        self._scribe = scribe
        self._caretaker = caretaker
        self._changed = changed
        self._acts: dict[str, _Act] = {}

    def expect(self, activation: str, undo: Iterable[Undo]) -> None:
        """Take charge of what undoes `activation`, before it is done."""
        act = self._acts[activation] = _Act(tuple(undo))
        if self._caretaker is not None:
            for one in act.undo:
                self._caretaker.will_do(one.seq, one.record)

    async def do(self, activation: Activation, driver: Driver, plan: Plan, began: float) -> Outcome:
        """Have `driver` carry `plan` out. Raises `ChaosError` when that did not work."""
        act = self._acts[activation.id]
        try:
            async with act.landing:
                outcome = await driver.apply(plan, began)
        except ChaosError:
            raise
        except (OSError, ValueError) as error:
            raise NotApplied(f"{plan.order.fault} could not be applied: {error}.", instead="See: lab status") from error
        if act.taking_back is None and not plan.is_act:
            act.sustaining = asyncio.create_task(self._sustain(driver, plan))
        return outcome

    async def _sustain(self, driver: Driver, plan: Plan) -> None:
        while True:
            try:
                return await driver.sustain(plan)
            except (ChaosError, OSError, ValueError) as error:
                log.warning("act.not_sustained", fault=plan.order.fault, problem=str(error))
                await asyncio.sleep(PAUSES_S[-1])

    def take_back(self, activation: str) -> None:
        """Begin to undo what was done for `activation`, and go on until it has worked."""
        act = self._acts.get(activation)
        if act is not None and act.taking_back is None:
            if act.sustaining is not None:
                act.sustaining.cancel()
            act.taking_back = asyncio.create_task(self._undo(activation, act))

    def has(self, activation: str) -> bool:
        """Tell whether something of `activation` may still be there."""
        return activation in self._acts

    async def taken_back(self, activations: Iterable[str], within_s: float) -> None:
        """Wait until all of `activations` have been undone, `within_s` seconds at most."""
        acts = [self._acts[one] for one in activations if one in self._acts]
        tasks = [act.taking_back for act in acts if act.taking_back is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=within_s)

    async def close(self) -> None:
        """Stop trying; the caretaker goes on with what is left."""
        for act in self._acts.values():
            for task in (act.sustaining, act.taking_back):
                if task is not None and not task.done():
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task

    async def _undo(self, activation: str, act: _Act) -> None:
        began, failures = monotonic(), 0
        async with act.landing:
            for one in reversed(act.undo):
                while (problem := await _attempt(one)) is not None:
                    if failures == 0:
                        log.error("revert.stuck", activation=activation, problem=problem)
                    self._changed(activation, problem)
                    await asyncio.sleep(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
                    failures += 1
                self._scribe.note_undone(one.seq)
                if self._caretaker is not None:
                    self._caretaker.undone(one.seq)
        if failures:
            log.info("revert.unstuck", activation=activation, took_s=round(monotonic() - began, 1))
        self._acts.pop(activation, None)
        self._changed(activation, None)


async def _attempt(undo: Undo) -> str | None:
    try:
        await asyncio.to_thread(carry_out, undo.record)
    except CannotUndo as error:
        return str(error)
    return None
