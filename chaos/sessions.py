"""Sessions: somebody who promises to say every few seconds that he is still there, and owns what he switched on."""

import secrets
from dataclasses import dataclass, replace

from chaos.errors import UnknownSession

MOST = 100


@dataclass(frozen=True)
class Session:
    """A lease; `deadline` in monotonic seconds."""

    id: str
    actor: str
    ttl_s: float
    deadline: float
    key: str | None = None
    """What opens the seal; None: the session seals nothing."""


class Sessions:
    """Who is there."""

    def __init__(self) -> None:
        self._all: dict[str, Session] = {}

    def begin(self, actor: str, ttl_s: float, now: float, *, is_sealed: bool = False) -> Session:
        """Return a new session. While one that is sealed lasts, only who shows its key learns what is on."""
        key = secrets.token_hex(16) if is_sealed else None
        session = Session(secrets.token_hex(8), actor, ttl_s, now + ttl_s, key)
        self._all[session.id] = session
        while len(self._all) > MOST:  # whoever opens so many has forgotten the first
            self._all.pop(next(iter(self._all)))
        return session

    def renew(self, session_id: str, now: float) -> Session:
        """Have a session last for another of its times. Raises `UnknownSession`."""
        session = self.get(session_id)
        renewed = self._all[session_id] = replace(session, deadline=now + session.ttl_s)
        return renewed

    def get(self, session_id: str) -> Session:
        """Return one session. Raises `UnknownSession`."""
        try:
            return self._all[session_id]
        except KeyError:
            raise UnknownSession(
                f"There is no session {session_id!r}; it may have lapsed.", instead="POST /sessions begins one."
            ) from None

    def end(self, session_id: str) -> None:
        """Forget a session."""
        self._all.pop(session_id, None)

    def has(self, session_id: str) -> bool:
        """Tell whether a session lasts."""
        return session_id in self._all

    def keys(self) -> list[str]:
        """Return the keys of all sessions that are sealed."""
        return [session.key for session in self._all.values() if session.key is not None]

    def lapse(self, now: float) -> None:
        """Forget all that have not been renewed."""
        self._all = {key: session for key, session in self._all.items() if session.deadline > now}

    def next_deadline(self) -> float:
        """Return when the first one lapses (monotonic); infinity when there is none."""
        return min((session.deadline for session in self._all.values()), default=float("inf"))
