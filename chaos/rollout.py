"""Waiting until the replicas concerned have acknowledged a revision."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from chaos.replica import Replica

BOUND_S = 0.25
"""Longest wait for the last replica."""


@dataclass(frozen=True)
class Applied:
    """When one replica acknowledged."""

    instance: str
    pid: int
    applied_ms: float | None
    """From the request to the acknowledgement; nothing when there was none in time."""


@dataclass(frozen=True)
class Outcome:
    """How a change went: who has it, and who has not said so in time."""

    applied: tuple[Applied, ...] = ()
    missing: tuple[Applied, ...] = ()

    @property
    def slowest_ms(self) -> float:
        """Time until the last acknowledgement, of those that came."""
        return max((one.applied_ms or 0.0 for one in self.applied), default=0.0)


@dataclass(eq=False)
class Rollout:
    """One revision on its way to some replicas."""

    mark: tuple[int, int]
    """Epoch and revision."""
    began: float
    waiting: set[Replica]
    applied: list[Applied] = field(default_factory=list)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, mark: tuple[int, int], began: float, replicas: Iterable[Replica]) -> "Rollout":
        """Return a rollout of `mark`, asked for at `began` (monotonic), to those of `replicas` that do not have it."""
        rollout = cls(mark, began, {replica for replica in replicas if replica.held < mark})
        rollout._settle()
        return rollout

    @property
    def outcome(self) -> Outcome:
        """How it stands."""
        missing = (Applied(replica.instance, replica.pid, None) for replica in self.waiting)
        return Outcome(tuple(self.applied), tuple(missing))

    def heard(self, replica: Replica, now: float) -> None:
        """Note that `replica` acknowledged something, at `now` (monotonic)."""
        if replica in self.waiting and replica.held >= self.mark:
            self.waiting.discard(replica)
            self.applied.append(Applied(replica.instance, replica.pid, round((now - self.began) * 1e3, 3)))
            self._settle()

    async def settled(self) -> None:
        """Wait until all have acknowledged, `BOUND_S` at most."""
        try:
            async with asyncio.timeout(BOUND_S):
                await self._settled.wait()
        except TimeoutError:
            return

    def _settle(self) -> None:
        if not self.waiting:
            self._settled.set()
