"""One direction of a connection: bytes from one socket, through the toxics, to the other."""

import asyncio
from collections.abc import Callable, Iterable
from random import Random
from typing import Protocol

from chaos.proxy.applied import Applied
from chaos.proxy.stub import Surroundings, ToxicStub
from chaos.proxy.toxic import Chunk

ENOUGH = 64 * 1024
"""Bytes that are taken from a client before its server is there."""


class Side(Protocol):
    """One socket, seen from a link."""

    is_full: bool
    """Whether what was written to it waits to be sent."""

    def pause(self) -> None:
        """Read no more for now."""

    def resume(self) -> None:
        """Read on."""

    def write(self, data: bytes) -> None:
        """Send."""

    def close_half(self) -> None:
        """Send nothing more, when what was written has been sent."""

    def close(self) -> None:
        """Close, when what was written has been sent."""


class Link:
    """Passes bytes on from `source` to `sink`, at once as long as there are no toxics.

    When the one that takes the bytes has enough, the source is not read until that has changed, so that what waits here
    stays bounded, and the sender is held up as by a slow receiver.
    """

    def __init__(
        self, source: Side, sink: Side, finished: Callable[["Link"], None], reset: Callable[[], None], random: Random
    ) -> None:
        self.sink = sink
        self.has_ended = False
        """Whether the source will send nothing more."""
        self.has_finished = False
        """Whether the sink will get nothing more."""
        self.is_cut = False
        self._stubs: list[ToxicStub] = []
        self._source = source
        self._finished = finished
        self._paused = False
        self._early: bytearray | None = bytearray()
        self._around = Surroundings(self._onward, self._closed, self._balance, reset, random)

    @property
    def is_spoilt(self) -> bool:
        """Whether there are toxics."""
        return bool(self._stubs)

    def start(self, chain: Iterable[Applied]) -> None:
        """Begin, with the toxics that there are."""
        early, self._early = self._early, None
        for applied in chain:
            self.add(applied)
        if early:
            self.received(bytes(early))
        if self.has_ended:
            self.ended(cut=self.is_cut)
        self._balance()

    def received(self, data: bytes) -> None:
        """Take bytes from the source."""
        if self._early is not None:
            self._early += data
            self._balance()
        elif self._stubs:
            self._stubs[0].offer(Chunk(data, asyncio.get_running_loop().time()))
            self._balance()
        elif not self.has_finished:
            self.sink.write(data)

    def ended(self, *, cut: bool) -> None:
        """Hear that the source will send nothing more; `cut`: and is not there to receive either."""
        self.has_ended = True
        if self._early is None:
            self._finish(self._stubs[0] if self._stubs else None, cut=cut)

    def sink_lost(self) -> None:
        """Hear that there is nobody any more to pass anything on to."""
        self.has_finished = True
        self._balance()

    def flow_changed(self) -> None:
        """Hear that the sink has enough, or has room again."""
        self._balance()

    def add(self, applied: Applied) -> None:
        """Put a toxic at the end of the chain."""
        if self.has_finished:
            return
        self._stubs.append(ToxicStub(applied, self._around))
        self._balance()

    def update(self, applied: Applied) -> None:
        """Have a toxic go on with what it has become."""
        for stub in self._stubs:
            if stub.applied is applied:
                stub.change()
        self._balance()

    def remove(self, applied: Applied) -> None:
        """Take a toxic away; what it has held back goes on at once."""
        for stub in [stub for stub in self._stubs if stub.applied is applied]:
            if stub.is_closed:
                continue  # the end of the connection is on its way already
            if applied.toxic.breaks_on_removal and stub.is_affected:
                stub.stop()
                stub.close()
                continue
            after = self._after(stub)
            left, ended = stub.leave()
            self._stubs.remove(stub)
            for chunk in left:
                self._hand(after, chunk)
            if ended:
                self._finish(after, cut=stub.is_cut)
        self._balance()

    def stop(self) -> None:
        """Stop all toxics; the connection is gone."""
        self.has_finished = True
        for stub in self._stubs:
            stub.stop()

    def _after(self, stub: ToxicStub) -> ToxicStub | None:
        position = self._stubs.index(stub) + 1
        return self._stubs[position] if position < len(self._stubs) else None

    def _hand(self, to: ToxicStub | None, chunk: Chunk) -> None:
        if to is not None:
            to.offer(chunk)
        elif not self.has_finished:
            self.sink.write(chunk.data)

    def _finish(self, at: ToxicStub | None, *, cut: bool) -> None:
        if at is not None:
            at.finish(cut=cut)
        elif not self.has_finished or (cut and not self.is_cut):
            self.has_finished = True
            self.is_cut |= cut
            self._finished(self)

    def _onward(self, stub: ToxicStub, chunk: Chunk) -> None:
        self._hand(self._after(stub), chunk)
        self._balance()

    def _closed(self, stub: ToxicStub) -> None:
        self._finish(self._after(stub), cut=stub.is_cut)
        self._balance()

    def _balance(self) -> None:
        waits = self._early is not None and len(self._early) >= ENOUGH
        full = waits or (self.sink.is_full and not self.has_finished)
        for stub in reversed(self._stubs):
            stub.let_pass(room=not full)
            full = stub.is_full
        if full is not self._paused and not self.has_ended:
            self._paused = full
            if full:
                self._source.pause()
            else:
                self._source.resume()
