"""What the chaos controller's journal says was on, and when: for instructors, who alone may read it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from advisor.blast.findings import Span, clock
from lab.blast.observing import SHORTEST_S
from lab.chaos_client import ask
from lab.errors import Usage
from lab.home import Home

ON = frozenset({"active", "partial"})
OFF = frozenset({"reverting", "reverted", "revert-stuck", "recovery-failed", "rejected"})
PAGE = 200
LOOK_BACK_S = 7200.0
"""What began earlier is over: nothing is on for longer than an hour."""


@dataclass(frozen=True)
class Activation:
    """One fault that was on. Times are Unix time; `start_s`: none when it never was; `end_s`: none while it is."""

    id: str
    fault: str
    on: tuple[str, ...]
    session: str | None
    start_s: float | None
    end_s: float | None

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Activation":
        """Return an activation as the controller tells its biography."""
        steps = told["events"]
        start_s, end_s = _first(steps, ON), _first(steps, OFF)
        return cls(told["id"], told["fault"], tuple(told["on"]), told["session"], start_s, end_s)


@dataclass(frozen=True)
class Played:
    """An activation, and whatever else the same run had on."""

    own: tuple[Activation, ...]
    history: tuple[dict[str, Any], ...]
    """Activations about then, as the controller lists them."""

    def span(self, now_s: float) -> Span:
        """Return from when to when it was on; what was over at once is given ten seconds. Raises Usage."""
        on = [one for one in self.own if one.start_s is not None]
        if not on:
            raise Usage(f"{self.own[0].fault} was never on.", hint="See what was: lab chaos history")
        start_s = min(one.start_s for one in on if one.start_s is not None)
        end_s = max(now_s if one.end_s is None else one.end_s for one in on)
        if now_s < start_s + SHORTEST_S:
            raise Usage(f"{on[0].fault} came on a moment ago.", hint=f"Ask again in {SHORTEST_S:g} s.")
        return Span.of(start_s, max(end_s, start_s + SHORTEST_S))


def played(home: Home, identity: str) -> Played:
    """Return an activation by its id. Raises UnknownName, NotRunning, NoAnswer, ChaosRefused."""
    told = _biography(home, identity)
    one = Activation.of(told)
    history = tuple(_history(home, _moment(told["started_at"]) - LOOK_BACK_S))
    same = [other for other in history if one.session is not None and other["session"] == one.session]
    others = (Activation.of(_biography(home, other["id"])) for other in same if other["id"] != one.id)
    return Played((one, *others), history)


def besides(home: Home, of: Played, span: Span) -> Iterator[str]:
    """Yield what else was on in the windows of a span: it is seen as well."""
    own = {one.id for one in of.own}
    for told in of.history:
        if told["id"] not in own and _meets(_moment(told["started_at"]), _moment(told["expires_at"]), span):
            one = Activation.of(_biography(home, told["id"]))
            end_s = span.during.end_s if one.end_s is None else one.end_s
            if one.start_s is not None and _meets(one.start_s, end_s, span):
                yield f"{one.fault} was on as well, from {clock(one.start_s)} to {clock(end_s)}."


def places(home: Home, one: Activation) -> tuple[str, ...]:
    """Return where an activation was: services, replicas, edges, or the queue."""
    if one.on:
        return one.on
    offers = {offer["name"]: offer["on"] for offer in ask(home, "GET", "/faults")["faults"]}
    return tuple(offers.get(one.fault, ()))


def _biography(home: Home, identity: str) -> dict[str, Any]:
    return ask(home, "GET", f"/activations/{identity}")


def _history(home: Home, since_s: float) -> Iterator[dict[str, Any]]:
    query = {"limit": PAGE}
    while True:
        page = ask(home, "GET", f"/activations?{urlencode(query)}")
        for told in page["activations"]:
            if _moment(told["started_at"]) < since_s:
                return
            yield told
        if page["next_before"] is None:
            return
        query["before"] = page["next_before"]


def _meets(start_s: float, end_s: float, span: Span) -> bool:
    return start_s < span.during.end_s and end_s > span.before.start_s


def _first(steps: Iterable[dict[str, Any]], states: frozenset[str]) -> float | None:
    return next((_moment(one["wall"]) for one in steps if one["state"] in states), None)


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
