"""What a former life of the controller has left behind, and is taken back when the next one begins."""

import asyncio
from itertools import groupby

import structlog

from chaos import chronicle
from chaos.acts import Acts
from chaos.channel import SILENCE_S
from chaos.journal import Entry, Journal
from chaos.lifecycle import State
from chaos.scribe import Scribe

log = structlog.get_logger()


class Remnants:
    """Activations that were begun and never ended.

    What the replicas showed went off with the former controller's connection, or goes with its lease; acts are undone.
    """

    def __init__(self, scribe: Scribe, epoch: int, journal: Journal) -> None:
        # Read before anything can be ordered: what this life begins is none of it.
        self._entries = journal.unfinished()
        self._pending = journal.pending_undo()
        self._scribe = scribe
        self._epoch = epoch
        self._left: dict[str, Entry] = {}
        self._concerned: set[str] = set()
        self._undone: set[str] = set()
        self._leases_ended = False

    async def take_back(self, acts: Acts) -> None:
        """Begin to undo all that is written down as not undone; `acts` goes on for as long as it takes."""
        entries, pending = self._entries, self._pending
        if entries or pending:
            log.warning("controller.reverts", activations=len(entries), acts=len(pending))
        for entry in entries:
            self._left[entry.id] = entry
            if entry.state not in {State.REVERTING, State.REVERT_STUCK}:
                self._scribe.note(chronicle.ending(entry, self._epoch, State.REVERTING, entry.state))
        by_age = sorted(pending, key=lambda undo: (undo.activation, undo.seq))
        groups = {activation: tuple(undo) for activation, undo in groupby(by_age, key=lambda undo: undo.activation)}
        self._concerned = self._left.keys() | groups.keys()
        for activation in self._concerned:
            acts.expect(activation, groups.get(activation, ()))
            acts.take_back(activation)
        # Nobody tells this life when a replica that the former one was cut off from has gone back to normal, nor when
        # an act that was on its way has landed. By then both have, so that undoing once more undoes all.
        await asyncio.sleep(SILENCE_S)
        self._leases_ended = True
        for activation in self._undone:
            acts.expect(activation, groups.get(activation, ()))
            acts.take_back(activation)

    def tried(self, activation: str, problem: str | None) -> bool:
        """Note whether one could be undone (no problem); tell whether it was one of these."""
        entry = self._left.get(activation)
        if entry is not None and problem is None:
            self._undone.add(activation)
            if self._leases_ended:
                self._revert(entry)
        return activation in self._concerned

    def _revert(self, entry: Entry) -> None:
        del self._left[entry.id]
        self._scribe.note(chronicle.ending(entry, self._epoch, State.REVERTED, State.REVERTING))
