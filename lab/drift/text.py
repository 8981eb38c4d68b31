"""Drift as a person reads it, and as programs do."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from advisor.drift.decisions import Decision, Judgement
from advisor.drift.finding import Check, Drift


def data(of: Judgement, document: str) -> dict[str, Any]:
    """Return everything, for programs."""
    return {
        "document": document,
        "drift": [_told(one) for one in of.drifts],
        "accepted": [_told(one) | {"decision": asdict(decision)} for one, decision in of.accepted],
        "stale": [asdict(one) for one in of.stale],
        "unjudged": [asdict(one) for one in of.unjudged],
        "checks": [
            {
                "name": one.name,
                "compared": one.compared,
                "drift": [drift.id for drift in one.drifts],
                "skipped": one.skipped,
                "notes": list(one.notes),
            }
            for one in of.checks
        ],
    }


def _told(one: Drift) -> dict[str, Any]:
    at = {"file": one.at.file, "line": one.at.line or None, "pointer": one.at.pointer or None}
    return {
        "id": one.id,
        "kind": one.kind,
        "declared": one.declared,
        "at": at,
        "seen": one.seen,
        "evidence": list(one.evidence),
        "remedy": one.remedy,
    }


def text(of: Judgement) -> str:
    """Return drift, what is accepted, what was compared, and the verdict."""
    pieces = [*map(_drift, of.drifts), *(_accepted(*one) for one in of.accepted)]
    pieces += [_stale(one, "stale", "It is not found any more: take it out of the file.") for one in of.stale]
    pieces += [_stale(one, "not judged", "What it is about was not compared in full this time.") for one in of.unjudged]
    return "\n".join([*pieces, *(line for one in of.checks for line in _check(one)), _verdict(of)])


def _drift(one: Drift) -> str:
    pointer = f" {one.at.pointer}" if one.at.pointer else ""
    lines = [
        f"{click.style('drift', fg='red', bold=True)} {click.style(one.id, bold=True)}",
        f"    declared  {one.declared}",
        f"              {click.style(f'{one.at}{pointer}', fg='bright_black')}",
        f"    seen      {one.seen}",
        *(f"              {evidence}" for evidence in one.evidence),
        f"    remedy    {one.remedy}",
    ]
    return "\n".join(lines)


def _accepted(one: Drift, decision: Decision) -> str:
    return "\n".join(
        [
            f"{click.style('accepted', fg='yellow')} {one.id}",
            f"    seen      {one.seen}",
            f"    because   {decision.because} ({decision.by}, {decision.at[:10]})",
        ]
    )


def _stale(decision: Decision, word: str, meaning: str) -> str:
    head = f"{click.style(word, fg='yellow')} {decision.id}"
    return f"{head}\n    because   {decision.because} ({decision.by}, {decision.at[:10]})\n    {meaning}"


def _check(one: Check) -> Iterator[str]:
    if one.skipped:
        yield f"{one.name:14} {click.style('skipped', fg='yellow')}  {one.skipped}"
        return
    found = f"{len(one.drifts)} found" if one.drifts else click.style("as declared", fg="green")
    yield f"{one.name:14} {found}  ({one.compared} compared)"
    for note in one.notes:
        yield f"{'':15}{click.style(note, fg='bright_black')}"


def _verdict(of: Judgement) -> str:
    counts = [f"{len(of.drifts) or 'nothing'} found"]
    counts += [f"{len(of.accepted)} accepted"] if of.accepted else []
    counts += [f"{len(of.stale)} stale"] if of.stale else []
    made = sum(not one.skipped for one in of.checks)
    word = click.style("drift" if of.drifts else "as declared", fg="red" if of.drifts else "green", bold=True)
    return f"{word}: {', '.join(counts)}; {made} of {len(of.checks)} comparisons made"
