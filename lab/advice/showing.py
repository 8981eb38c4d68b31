"""Showing answers, with what a running lab says to them."""

from advisor.answer import Answer
from advisor.calm.model import Architecture
from lab import console
from lab.advice import answer_text
from lab.home import Home


def one(of: Architecture, home: Home, answer: Answer, *, offline: bool, as_json: bool) -> None:
    """Show one answer."""
    console.show(answer_text.plain(answer), lambda: answer_text.text(of, answer), as_json=as_json)


def several(of: Architecture, home: Home, answers: list[tuple[str, Answer]], *, offline: bool, as_json: bool) -> None:
    """Show the answers to several questions, or just the one."""
    if len(answers) == 1:
        one(of, home, answers[0][1], offline=offline, as_json=as_json)
        return
    data = [{"question": asked, **answer_text.plain(answer)} for asked, answer in answers]
    console.show({"answers": data}, lambda: answer_text.conversation(of, answers), as_json=as_json)
