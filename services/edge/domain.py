"""Whose turn it is, who is fit to serve, and which headers belong to one connection only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Header = tuple[bytes, bytes]

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
HOP_BY_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
        b"trailer", b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip


class Health:
    """What checks say of one backend. It starts as fit, so that nothing waits for the first checks.

    `fall` failures in a row take it out, `rise` passes in a row bring it back; before it was ever up, one does.
    """

    def __init__(self, rise: int, fall: int) -> None:
        self.fit = True
        self.seen = False
        """Whether it ever passed a check."""
        self._rise, self._fall = rise, fall
        self._streak = 0

    def passed(self) -> bool:
        """Note a passed check; return True when this brings the backend back."""
        first, self.seen = not self.seen, True
        if self.fit:
            self._streak = 0
            return False
        self._streak += 1
        if first or self._streak >= self._rise:
            self._turn(fit=True)
        return self.fit

    def failed(self) -> bool:
        """Note a failed check; return True when this takes the backend out."""
        if not self.fit:
            self._streak = 0
            return False
        self._streak += 1
        if self._streak >= self._fall:
            self._turn(fit=False)
        return not self.fit

    def judge(self, rise: int, fall: int) -> None:
        """Ask for that many checks in a row from now on."""
        self._rise, self._fall = rise, fall

    def _turn(self, *, fit: bool) -> None:
        self.fit, self._streak = fit, 0


@dataclass(eq=False, slots=True)
class Backend:
    """One server behind the load balancer."""

    url: str
    health: Health
    name: str = field(init=False)
    """`host:port`."""

    def __post_init__(self) -> None:
        self.name = self.url.partition("://")[2]


@dataclass(frozen=True, slots=True)
class CheckPath:
    """The path of a backend's health check: as it was set up, and what an operator has made of it, if anything."""

    usual: str
    changed: str | None = None


class Round:
    """Gives every fit backend its turn."""

    def __init__(self, backends: Sequence[Backend]) -> None:
        self.backends = tuple(backends)
        self.fit = self.backends
        self._turn = -1

    def replace(self, backends: Sequence[Backend]) -> None:
        """Have other backends from now on."""
        self.backends = tuple(backends)
        self.refresh()

    def refresh(self) -> None:
        """Take over what the backends' health has become."""
        self.fit = tuple(backend for backend in self.backends if backend.health.fit)

    def candidates(self) -> Iterator[Backend]:
        """Yield the fit backends, each once, the one whose turn it is first."""
        fit = self.fit
        if not fit:
            return
        self._turn = first = (self._turn + 1) % len(fit)
        yield fit[first]
        yield from fit[first + 1 :]
        yield from fit[:first]


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The headers of a request as the backend is to see them."""

    headers: list[Header]
    has_body: bool


def forwarded(headers: Sequence[Header], client: bytes, scheme: bytes) -> Forwarded:
    """Return a request's headers without those of its connection, and with who asked. Names are in lower case."""
    kept: list[Header] = []
    special: dict[bytes, bytes] = {}
    for header in headers:
        name, value = header
        if name in _SPECIAL:
            special[name] = special[name] + b", " + value if name in special else value
        else:
            kept.append(header)
    if b"connection" in special:
        kept = _without(special[b"connection"], kept)
    way = special.get(b"x-forwarded-for")
    kept.append((b"host", special.get(b"host", b"localhost")))
    kept.append((b"x-forwarded-for", client if way is None else way + b", " + client))
    kept.append((b"x-forwarded-proto", scheme))
    framing = _framing(special)
    return Forwarded(kept + framing, bool(framing) and framing[0] != _NO_BODY)


def returned(headers: Sequence[Header]) -> list[Header]:
    """Return the headers of an answer without those of its connection. Names may be in any case."""
    lower = [(name.lower(), value) for name, value in headers]
    kept = [header for header in lower if header[0] not in HOP_BY_HOP]
    if len(kept) == len(lower):
        return kept
    return _without(b",".join(value for name, value in lower if name == b"connection"), kept)


# Expectations are met here, hop by hop; the protocol is ours to say.
_SPECIAL = HOP_BY_HOP | {b"content-length", b"expect", b"host", b"x-forwarded-for", b"x-forwarded-proto"}
_NO_BODY = (b"content-length", b"0")


def _framing(special: dict[bytes, bytes]) -> list[Header]:
    if b"transfer-encoding" in special:
        return [(b"transfer-encoding", b"chunked")]
    return [(b"content-length", special[b"content-length"])] if b"content-length" in special else []


def _without(connection: bytes, headers: list[Header]) -> list[Header]:
    """Return `headers` without those that a `Connection` header names."""
    named = frozenset(token.strip().lower() for token in connection.split(b","))
    return [header for header in headers if header[0] not in named]
