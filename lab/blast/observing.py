"""When to look, and asking the store of a lab about it."""

from collections.abc import Callable

from advisor.blast.comparing import Comparison, compare
from advisor.blast.findings import Span, clock
from advisor.blast.subjects import Broken
from advisor.calm.errors import AdvisorError
from advisor.calm.model import Architecture
from lab import durations
from lab.errors import Usage
from lab.evidence.asking import ask
from lab.home import Home
from observability.evidence.errors import BadQuery
from observability.evidence.evidence import Evidence
from observability.evidence.moments import moment_s

SHORTEST_S = 10.0
"""Every replica is looked at every two seconds; fewer than five looks tell nothing."""
LONGEST_S = 3600.0
"""Evidence is kept for two hours, and as much is needed from before."""


def observed(of: Architecture, home: Home, broken: Broken, since: str, until: str) -> Comparison:
    """Return what was predicted, and what was seen between two moments, as people write them.

    Raises NotRunning, NoStore, NoAnswer, and Usage or BadQuestion when nothing can have been seen then.
    """
    return compared(of, home, broken, lambda now_s: _span(moment_s(since, now_s), moment_s(until, now_s), now_s))


def compared(of: Architecture, home: Home, broken: Broken, when: Callable[[float], Span]) -> Comparison:
    """Return what was predicted and what was seen; `when` is told what time it is. Raises as `observed`."""

    async def question(evidence: Evidence) -> Comparison:
        return await compare(of, evidence, broken, when(await evidence.now()))

    try:
        return ask(home, question)
    except AdvisorError as error:
        raise Usage(error.message, hint=error.hint) from error


def _span(start_s: float, end_s: float, now_s: float) -> Span:
    """Return the span between two moments. Raises `BadQuery` when nothing can have been seen of it."""
    if end_s > now_s:
        raise BadQuery(f"{clock(max(start_s, end_s))} is not past yet: it is {clock(now_s)}. Write an earlier time.")
    length_s = end_s - start_s
    if length_s <= 0:
        raise BadQuery(f"{clock(start_s)} is not before {clock(end_s)}. Write a --from that is before --to.")
    if not SHORTEST_S <= length_s <= LONGEST_S:
        bounds = f"from {durations.text(SHORTEST_S)} to {durations.text(LONGEST_S)}"
        raise BadQuery(f"A window of {durations.text(length_s)} tells nothing. Write one of anything {bounds}.")
    return Span.of(start_s, end_s)
