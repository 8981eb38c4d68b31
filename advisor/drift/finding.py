"""What has drifted, with what was declared, what was seen, and how it is known."""

import hashlib
import re
from dataclasses import dataclass

from advisor.calm.model import Architecture
from advisor.calm.source import shown

NOT_TYPED = re.compile(r"[^A-Za-z0-9._/=\[\]-]+")
DIGITS = 6


@dataclass(frozen=True)
class Place:
    """Where something is declared."""

    file: str
    line: int = 0
    """0: it has none."""
    pointer: str = ""
    """JSON pointer; empty in a file that is no CALM document."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Drift:
    """One difference."""

    id: str
    """The same for the same difference, on every run."""
    about: str
    """Whom: a replica, a caller, a file, …"""
    kind: str
    declared: str
    at: Place
    seen: str
    evidence: tuple[str, ...]
    """Queries, trace ids, `file:line`."""
    remedy: str


@dataclass(frozen=True)
class Check:
    """One comparison and what came of it."""

    name: str
    compared: int = 0
    """How many declared or seen things were held against each other."""
    drifts: tuple[Drift, ...] = ()
    skipped: str = ""
    """Why it was not made; empty when it was."""
    notes: tuple[str, ...] = ()
    """What could not be judged, and why."""
    partial: bool = False
    """Whether something that is drift may have been overlooked this time."""


def skipped(name: str, reason: str) -> Check:
    """Return a comparison that was not made."""
    return Check(name, skipped=reason)


def place(of: Architecture, pointer: str) -> Place:
    """Return where a part of a document stands."""
    return Place(shown(of.source.path), of.source.position(pointer)[0], pointer)


def drift(kind: str, about: tuple[str, ...], **told: object) -> Drift:
    """Return a difference whose id is made of its kind and what it is about, the value seen included if it matters."""
    return Drift(id=named(kind, about), about=about[0], kind=kind, **told)  # type: ignore[arg-type]


def named(kind: str, about: tuple[str, ...]) -> str:
    """Return an id that can be typed in a shell; what had to be left out of it is told by a few digits."""
    plain = "/".join(about)
    typed = NOT_TYPED.sub("-", plain)
    if typed == plain:
        return f"{kind}:{plain}"
    return f"{kind}:{typed}-{hashlib.sha256(plain.encode()).hexdigest()[:DIGITS]}"
