"""Asking the evidence store of a running lab."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from lab import state
from lab.errors import LabError, NoAnswer, UnknownName
from lab.home import Home
from observability.evidence.errors import BadQuery, EvidenceError, NotFound
from observability.evidence.model import Window
from observability.evidence.moments import moment_s

if TYPE_CHECKING:
    from observability.evidence.evidence import Evidence

T = TypeVar("T")
Question = Callable[["Evidence"], Awaitable[T]]
STORE = "evidence"
PATIENCE_S = 20.0


class BadQuestion(LabError):
    """The store cannot make sense of what it is asked."""

    code = "bad-query"


class NoStore(LabError):
    """The lab runs without an evidence store."""

    code = "no-store"


def store_of(home: Home) -> str:
    """Return the URL of the store. Raises NotRunning when there is no lab in `home`, NoStore when it has none."""
    url = state.running(home).urls.get(STORE)
    if url is None:
        raise NoStore(
            f"The lab in {home.root} has no evidence store.",
            hint="A lab of this version has one: lab down, then lab up --detach",
        )
    return url


def ask(home: Home, question: Question[T], patience_s: float = PATIENCE_S) -> T:
    """Return what `question` finds in the store of the lab in `home`.

    Raises NotRunning, NoStore, NoAnswer when nobody answers, UnknownName for what is not there, BadQuestion.
    """
    url = store_of(home)

    async def asked() -> T:
        from observability.evidence.client import RemoteEvidence  # noqa: PLC0415 -- only when somebody is asked

        async with RemoteEvidence(url, patience_s=patience_s) as evidence:
            return await question(evidence)

    try:
        return asyncio.run(asked())
    except EvidenceError as error:
        raise translated(error) from error


def translated(error: EvidenceError) -> LabError:
    """Return an error of the interface as one of the lab's own."""
    if isinstance(error, BadQuery):
        return BadQuestion(str(error))
    if isinstance(error, NotFound):
        return UnknownName(str(error), hint="See what there is: lab traces --since 1h")
    return NoAnswer(str(error), hint="See whether it runs: lab status")


async def window_since(evidence: "Evidence", since: str) -> Window:
    """Return the window from `since` to now. Raises `BadQuery` when that is in the future."""
    now_s = await evidence.now()
    start_s = moment_s(since, now_s)
    if start_s >= now_s:
        raise BadQuery(f"{since} is not past yet. Write how far back to look: 5m, for instance.")
    return Window(start_s, now_s)


def present_s() -> float:
    """Return the time of this machine, for what is only checked and not asked."""
    return time.time()
