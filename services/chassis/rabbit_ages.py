"""How long messages have waited, as far as one process can know it: RabbitMQ shows nobody a message that it keeps.

A queue is first in, first out. So whatever was put in before something that has been taken, or before the queue was
seen empty, has been taken as well: `_passed` says up to when. What waits is no older than that, but for messages that
were handed back, which are older than their place in the queue; each process remembers those that it handed back.
"""

from collections.abc import Iterable


class Ages:
    """The ages of the messages of one queue; times are seconds since the epoch."""

    def __init__(self, now: float) -> None:
        self._passed = now
        self._handed_back: dict[str, tuple[float, float]] = {}

    def took(self, message_id: str, due_at: float) -> None:
        """Hear that a message was taken that could be since `due_at`."""
        self._handed_back.pop(message_id, None)
        self._pass(due_at)

    def saw_none(self, at: float) -> None:
        """Hear that there was nothing to take."""
        self._pass(at)

    def handed_back(self, message_id: str, enqueued_at: float, due_at: float) -> None:
        """Hear that a message waits again, and until when."""
        self._handed_back[message_id] = (enqueued_at, due_at)

    def oldest_s(self, now: float, held: Iterable[float], *, ready: bool) -> float:
        """Return the age of the oldest message; `held` says when those were enqueued that we work on."""
        enqueued = [*held, *(enqueued_at for enqueued_at, _ in self._handed_back.values())]
        if ready:
            enqueued.append(self._passed)
        return max(0.0, now - min(enqueued, default=now))

    def _pass(self, moment: float) -> None:
        if moment > self._passed:
            self._passed = moment
            gone = [key for key, (_, due_at) in self._handed_back.items() if due_at < moment]
            for key in gone:
                del self._handed_back[key]
