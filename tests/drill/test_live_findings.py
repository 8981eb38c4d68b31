"""What was seen of a scenario in a lab becomes a verdict; of data, and of what a service tells."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drill.catalogue import read
from drill.certifying.live import Shown
from drill.live.own_lab import OwnLab
from drill.live.plays import Play
from drill.live.stands import Stood, figures, waited_s
from drill.proving.data import SHOWN, judged
from drill.proving.judge import Claim
from drill.workspace.service import plain_service
from lab import shown
from observability.evidence.model import Window
from observability.impact.model import Damage, Effect, Impact

GOOD = Play(
    scenario="billing-drift",
    seed=7,
    outcome="as-expected",
    reason="Every symptom was seen, and all is steady again.",
    alert="LedgerDrift",
    alert_after_s=12.0,
    is_gone=True,
    needless=(),
    looks=(("order-service", "billing-service"), ("billing-service",)),
    said=("1. billing-service: what speaks for it",),
    culprits=("billing-service",),
    leaks=(),
    took_s=90.0,
)
QUIET = replace(GOOD, scenario="quiet-night", alert=None, alert_after_s=None, looks=((), ()), culprits=("nothing",))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"outcome": "symptom-absent", "reason": "Nothing was seen."}, "symptom-absent: Nothing was seen."),
        ({"alert_after_s": None}, "LedgerDrift did not fire."),
        ({"alert_after_s": 61.0}, "LedgerDrift fired after 61 s; it has 60 s."),
        ({"is_gone": False}, "An alert that pages went on."),
        ({"leaks": ("logs says float",)}, "It is given away: logs says float."),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_a_play_that_is_not_as_it_should_be(changes: dict[str, Any], problem: str) -> None:
    """Each fault of it by itself, in a sentence."""
    assert GOOD.problems(60.0) == []
    assert replace(GOOD, **changes).problems(60.0) == [problem]


def test_where_nothing_is_wrong_nobody_is_paged_or_suspected() -> None:
    """An alert is one too many there, and so is a suspect."""
    assert QUIET.problems(60.0) == []
    assert replace(QUIET, needless=("QueueStuck",)).problems(60.0) == ["Nobody was to be paged, and QueueStuck fired."]
    assert replace(QUIET, looks=((), ("edge",))).problems(60.0) == ["The advisor suspected edge."]


def test_suspects_are_counted_by_the_last_look() -> None:
    """Among the first one, the first three, or not at all; those who abstain are counted apart."""
    third = replace(GOOD, looks=(("a", "b", "billing-service"),))
    never = replace(GOOD, looks=((), ()))
    told = shown.summary([Shown(read("billing-drift"), [GOOD, third, never, QUIET], None)])
    assert told["suspects"] == {"of": 3, "top_1": 1, "top_3": 2, "abstained": 1, "of_quiet": 1}
    assert GOOD.ranks == (2, 1)


def test_repaired_code_that_does_not_stand_it_is_a_problem() -> None:
    """As much as a play."""
    fell = Claim(says="No alert pages.", held=False, serves=False, when="call", seen="QueueStuck", example="")
    found = Shown(read("billing-drift"), [GOOD], Stood([fell], 30.0, 5.0))
    assert found.problems == ["repaired: No alert pages. QueueStuck"]
    assert not shown.summary([found])["shown"]


def test_a_lab_is_asked_by_its_home_or_else_in_containers() -> None:
    """As anybody would ask it."""
    assert OwnLab(Path("x")).command("alerts", "--json")[2:] == ["lab", "alerts", "--json", "--home", "x"]
    assert OwnLab(None).command("alerts", "--json")[2:] == ["lab", "--stack", "alerts", "--json"]


def test_the_figures_of_a_service() -> None:
    """By the names that alerts know; of its own code, not of what all services share."""
    assert figures(plain_service("billing", ())) == {
        "invoices_total",
        "ledger_drift_cents",
        "ledger_reconciliations_total",
    }


def bill(*damages: Damage, missing: tuple[str, ...] = ()) -> Impact:
    """Return a bill with some damages."""
    counts = dict.fromkeys(
        ("orders_placed", "orders_lost", "orders_delayed", "payments_pending", "orders_in_flight"), 0
    )
    return Impact(
        window=Window(0.0, 60.0), **counts, money_wrong_cents=0, stock_wrong=0, customers_affected=(), signals=None,
        minutes=(), damages=damages, missing=missing,
    )  # fmt: skip


def damage(effect: Effect, number: int) -> Damage:
    """Return a damage."""
    return Damage("Something holds.", effect, f"order {number}", f"order {number} is wrong")


def test_data_that_is_right() -> None:
    """Where nothing is damaged everything holds; delay is no damage."""
    assert all(claim.held for claim in judged(bill(damage("delayed", 1))))


def test_damage_that_is_left() -> None:
    """It is told by what it is about, the first of it with its names; what cannot be read is not right."""
    claims = judged(bill(*(damage("money", number) for number in range(SHOWN + 2)), missing=("No book.",)))
    assert [claim.held for claim in claims] == [False, True, True, False]
    assert claims[0].seen.splitlines() == [
        *(f"order {number} is wrong" for number in range(SHOWN)),
        "and 2 more: lab impact",
    ]


def test_what_is_due_later_is_waited_for() -> None:
    """The card network of `retry-storm` stalls after 15 s; where it was never switched on, nothing was due."""
    scenario = read("retry-storm").scenario
    took = {"steady": 3.0, "inject": 15.5, "observe": 40.0, "stop": 0.5, "steady again": 5.0, "restore": 0.5}
    phases = [{"name": name, "took_s": took_s} for name, took_s in took.items()]
    assert waited_s(scenario, phases) == 3.0 + 15.0 + 40.0 + 5.0
    assert waited_s(scenario, phases[:1]) == 3.0
