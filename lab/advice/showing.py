"""Showing answers, with what a running lab says to them."""

import asyncio
import sys

import click

from advisor.answer import Answer
from advisor.calm.model import Architecture
from advisor.graph import nodes_of
from advisor.live import suspects as live
from advisor.live.looking import Seen, look
from lab import console, state
from lab.advice import answer_text
from lab.errors import LabError
from lab.evidence import asking
from lab.home import Home
from observability.evidence.errors import EvidenceError


def one(of: Architecture, home: Home, answer: Answer, *, offline: bool, as_json: bool) -> None:
    """Show one answer."""
    told = _with_what_is_seen(of, home, [answer], offline=offline)[0]
    console.show(answer_text.plain(told), lambda: answer_text.text(of, told), as_json=as_json)


def several(of: Architecture, home: Home, answers: list[tuple[str, Answer]], *, offline: bool, as_json: bool) -> None:
    """Show the answers to several questions, or just the one."""
    if len(answers) == 1:
        one(of, home, answers[0][1], offline=offline, as_json=as_json)
        return
    told = _with_what_is_seen(of, home, [answer for _, answer in answers], offline=offline)
    asked = [(question, answer) for (question, _), answer in zip(answers, told, strict=True)]
    data = [{"question": question, **answer_text.plain(answer)} for question, answer in asked]
    console.show({"answers": data}, lambda: answer_text.conversation(of, asked), as_json=as_json)


def suspects(of: Architecture, home: Home, *, as_json: bool) -> None:
    """Show who is to blame in a running lab. Raises NotRunning when there is none."""
    answer = live.suspects(of, _look(of, home))
    console.show(answer_text.plain(answer), lambda: answer_text.text(of, answer), as_json=as_json)


def _with_what_is_seen(of: Architecture, home: Home, answers: list[Answer], *, offline: bool) -> list[Answer]:
    """Return answers with what a lab that runs shows; without one, as they are."""
    if offline or state.last(home) is None:
        return answers
    try:
        seen = _look(of, home)
    except LabError as error:
        click.echo(f"From the document alone: {error.message}", err=True)
        sys.stderr.flush()
        return answers
    return [live.added(of, answer, seen, _about(of, answer)) for answer in answers]


def _about(of: Architecture, answer: Answer) -> list[str]:
    """Return the nodes that an answer is about; of a flow those that it passes."""
    passed = [node for flow in of.flows if flow.id in answer.about for node in nodes_of(of, flow)]
    return list(dict.fromkeys([*answer.about, *passed])) if answer.about else list(of.node)


def _look(of: Architecture, home: Home) -> Seen:
    from lab.advice.running import RunningLab  # noqa: PLC0415 -- only where a lab runs
    from observability.evidence.client import RemoteEvidence  # noqa: PLC0415 -- as above

    url, present = asking.store_of(home), state.running(home)

    async def looked() -> Seen:
        async with RemoteEvidence(url, patience_s=asking.PATIENCE_S) as evidence:
            return await look(of, RunningLab(home, present, evidence))

    try:
        return asyncio.run(looked())
    except EvidenceError as error:
        raise asking.translated(error) from error
