"""What a former life of the controller has left behind, and is taken back when the next one begins."""

import asyncio
from itertools import groupby

import structlog

from chaos import chronicle
from chaos.acts import Acts
from chaos.channel import SILENCE_S
from chaos.journal import Entry
from chaos.lifecycle import State
from chaos.scribe import Scribe

log = structlog.get_logger()


class Remnants:
    """Activations that were begun and never ended.

    What the replicas showed went off with the former controller's connection, or goes with its lease; acts are undone.
    """

    def __init__(self, scribe: Scribe, epoch: int) -> None:
        self._scribe = scribe
        self._epoch = epoch
        self._left: dict[str, Entry] = {}
        self._undone: set[str] = set()
        self._leases_ended = False

    async def take_back(self, acts: Acts) -> None:
        """Begin to undo all that is written down as not undone; `acts` goes on for as long as it takes."""
        entries = await self._scribe.ask(lambda journal: journal.unfinished())
        pending = await self._scribe.ask(lambda journal: journal.pending_undo())
        if entries or pending:
            log.warning("controller.reverts", activations=len(entries), acts=len(pending))
        for entry in entries:
            self._left[entry.id] = entry
            if entry.state not in {State.REVERTING, State.REVERT_STUCK}:
                self._scribe.note(chronicle.ending(entry, self._epoch, State.REVERTING, entry.state))
        by_age = sorted(pending, key=lambda undo: (undo.activation, undo.seq))
        groups = {activation: tuple(undo) for activation, undo in groupby(by_age, key=lambda undo: undo.activation)}
        for activation in self._left.keys() | groups.keys():
            acts.expect(activation, groups.get(activation, ()))
            acts.take_back(activation)
        # Nobody tells this life when a replica that the former one was cut off from has gone back to normal, nor when
        # an act that was on its way has landed and been undone by the caretaker. By then both have.
        await asyncio.sleep(SILENCE_S)
        self._leases_ended = True
        for activation in self._undone & self._left.keys():
            self._revert(self._left[activation])

    def tried(self, activation: str, problem: str | None) -> bool:
        """Note whether one could be undone (no problem); tell whether it was one of these."""
        entry = self._left.get(activation)
        if entry is not None and problem is None:
            self._undone.add(activation)
            if self._leases_ended:
                self._revert(entry)
        return entry is not None

    def _revert(self, entry: Entry) -> None:
        del self._left[entry.id]
        self._scribe.note(chronicle.ending(entry, self._epoch, State.REVERTED, State.REVERTING))
