"""Connections of simulated agents, over networks that lose, double, delay and mix up what is sent."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

Later = Callable[[float, Callable[[], None]], None]


def chance(seed: int) -> Random:
    """Return what decides which frames are concerned."""
    return Random(seed)  # noqa: S311 -- has to be repeatable, not secret


@dataclass
class Network:
    """The network of one replica. `cut`: nothing passes, in neither direction, and nobody is told."""

    latency_s: float = 0.0005
    cut: bool = False
    loses: float = 0.0
    doubles: float = 0.0
    mixes_up_s: float = 0.0
    chance: Random = field(default_factory=lambda: chance(0))

    @property
    def is_clear(self) -> bool:
        """Whether it does what it should."""
        return not (self.cut or self.loses or self.doubles or self.mixes_up_s or self.latency_s > 0.01)


class Caller(Protocol):
    """The agent's end of a link."""

    network: Network

    def received(self, link: "Link", line: bytes) -> None:
        """A frame has come."""

    def ended(self, link: "Link") -> None:
        """The other end has hung up."""


class Link:
    """One connection, from `caller` to the controller behind `protocol`."""

    def __init__(
        self, caller: Caller, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol, later: Later
    ) -> None:
        self._caller = caller
        self._loop = loop
        self._protocol = protocol
        self._later = later
        self.is_open = {"caller": True, "controller": True}
        self._last = 0.0
        self.transport = _Transport(self)
        loop.call_soon(protocol.connection_made, self.transport)

    def to_controller(self, line: bytes) -> None:
        """Send what the agent says."""
        self._pass_on(lambda: self._arrive(line))

    def to_caller(self, line: bytes) -> None:
        """Send what the controller says."""
        self._pass_on(lambda: self._reach(line))

    def hang_up(self, end: str) -> None:
        """Close one end; the other learns of it unless the network is cut."""
        if not self.is_open[end]:
            return
        self.is_open[end] = False
        if end == "controller":
            self._loop.call_soon(self._protocol.connection_lost, None)
            self._tell(self._let_go)
        else:
            self._tell(self._lose)

    def _arrive(self, line: bytes) -> None:
        if self.is_open["controller"]:
            self._loop.call_soon(self._protocol.data_received, line)

    def _reach(self, line: bytes) -> None:
        if self.is_open["caller"]:
            self._caller.received(self, line)

    def _let_go(self) -> None:
        if self.is_open["caller"]:
            self._caller.ended(self)

    def _lose(self) -> None:
        if self.is_open["controller"] and not self._loop.is_closed():
            self.is_open["controller"] = False
            self._loop.call_soon(self._protocol.eof_received)
            self._loop.call_soon(self._protocol.connection_lost, None)

    def _tell(self, end: Callable[[], None]) -> None:
        if not self._caller.network.cut:
            self._later(self._caller.network.latency_s, end)

    def _pass_on(self, arrive: Callable[[], None]) -> None:
        network = self._caller.network
        if network.cut or network.chance.random() < network.loses:
            return
        for _ in range(2 if network.chance.random() < network.doubles else 1):
            delay = network.latency_s + network.chance.random() * network.mixes_up_s
            self._later(delay, arrive)


class _Transport(asyncio.Transport):
    def __init__(self, link: Link) -> None:
        super().__init__({"socket": _Socket()})
        self._link = link

    def write(self, data: Any) -> None:
        self._link.to_caller(bytes(data))

    def abort(self) -> None:
        self._link.hang_up("controller")

    close = abort

    def is_closing(self) -> bool:
        return not self._link.is_open["controller"]


class _Socket:
    def setsockopt(self, *_: object) -> None:
        """Nobody delays anything here."""
