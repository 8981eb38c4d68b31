"""Watching probes until they say what is hoped for, or until it is too late."""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic

from chaos.probes.evidence import Evidence
from chaos.probes.judging import judge
from chaos.probes.result import ProbeResult
from chaos.runner.errors import GuardTripped, SymptomSeen
from chaos.scenario.model import Guard, Steady, Symptom

EVERY_S = 0.5
GUARD_EVERY_S = 1.0
HOLDS_S = 6.0
"""How long a symptom is to be seen without a break before it counts against repaired code: longer than metrics take to
be told anew. That all workers are busy for a moment is part of every day.
"""

Seen = Callable[[Sequence[ProbeResult]], None]


async def until_steady(
    claims: Sequence[Steady], evidence: Evidence, within_s: float, seen: Seen, *, fresh: bool
) -> tuple[ProbeResult, ...]:
    """Return the results of the first round in which all claims hold, or of the last one before `within_s` are over.

    With `fresh`, what a claim looks back at has to lie after this call: it is not judged before.
    """
    began = monotonic()
    lookback_s = max((claim.probe.lookback_s for claim in claims), default=0.0)
    if fresh:
        await asyncio.sleep(lookback_s)
    while True:
        results = await _round(claims, evidence)
        seen(results)
        if all(result.held for result in results) or monotonic() - began >= within_s + (lookback_s if fresh else 0.0):
            return results
        await asyncio.sleep(EVERY_S)


async def until_seen(symptoms: Sequence[Symptom], evidence: Evidence, seen: Seen) -> tuple[ProbeResult, ...]:
    """Return when every symptom has been seen or is overdue: for each the result that showed it, or its last one."""
    began = monotonic()
    results: dict[int, ProbeResult] = {}
    open_ = dict(enumerate(symptoms))
    while open_:
        for index, symptom in list(open_.items()):
            results[index] = await judge(symptom.says, symptom.probe, evidence)
            if results[index].held or monotonic() - began >= symptom.within:
                del open_[index]
        seen([results[index] for index in sorted(results)])
        if open_:
            await asyncio.sleep(EVERY_S)
    return tuple(results[index] for index in sorted(results))


async def never_seen(symptoms: Sequence[Symptom], evidence: Evidence) -> None:
    """Watch for ever; raise `SymptomSeen` when one is seen, and not just for a moment."""
    absent_at = dict.fromkeys(range(len(symptoms)), monotonic())
    while True:
        for index, result in enumerate(await _round(symptoms, evidence)):
            if not result.held:
                absent_at[index] = monotonic()
            elif monotonic() - absent_at[index] >= HOLDS_S:
                raise SymptomSeen(f"This is to be seen no more: {result.says} ({result.sentence}).")
        await asyncio.sleep(EVERY_S)


async def guard(guards: Sequence[Guard], evidence: Evidence) -> None:
    """Watch for ever; raise `GuardTripped` when a claim has been untrue, or without data, for longer than it may."""
    healthy_at = dict.fromkeys(range(len(guards)), monotonic())
    while True:
        for index, result in enumerate(await _round(guards, evidence)):
            if result.held:
                healthy_at[index] = monotonic()
            elif monotonic() - healthy_at[index] >= guards[index].patience:
                raise GuardTripped(f"{result.says}: {result.sentence}.")
        await asyncio.sleep(GUARD_EVERY_S)


async def _round(claims: Sequence[Steady | Symptom | Guard], evidence: Evidence) -> tuple[ProbeResult, ...]:
    return tuple(await asyncio.gather(*(judge(claim.says, claim.probe, evidence) for claim in claims)))
