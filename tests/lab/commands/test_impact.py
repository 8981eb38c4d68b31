"""`lab impact`: the bill on the terminal and for programs; live, it is zero until something is broken."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lab.cli import root
from lab.home import Home
from tests.support.hand_made_books import HandMadeBooks
from tests.support.lab import RunningLab, running_lab
from tests.support.polling import poll_until

FAULT = "billing.float_drift"
WITHIN_S = 120.0


def impact(home: Home, *options: str) -> Result:
    """Run it."""
    return CliRunner().invoke(root, ["impact", *options, "--home", str(home.root)], prog_name="lab")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return the home of a lab that has ended, with one order carried out and charged twice."""
    home = Home.at(tmp_path)
    home.data.mkdir()
    books = HandMadeBooks.empty(home.data)
    books.fulfil("o1")
    books.charge("o1")
    return home


def test_a_person_reads_sums_and_what_does_not_hold(home: Home) -> None:
    """In euros, with one example of each kind."""
    told = impact(home).stdout
    assert "something is wrong" in told
    assert "12.00 EUR  1 order\n" in told
    assert "an order is charged once" in told
    assert "order o1 was charged 2 times, 12.00 EUR too much" in told
    assert "not seen: There is no evidence store" in told


def test_a_program_reads_cents(home: Home) -> None:
    """And every single damage."""
    told = json.loads(impact(home, "--json").stdout)
    assert (told["zero"], told["money_wrong_cents"], told["customers_affected"]) == (False, 1200, ["ada"])
    assert {damage["order_id"] for damage in told["damages"]} == {"o1"}
    assert "minutes" not in told


def test_minutes_come_when_asked_for(home: Home) -> None:
    """For a person and for a program."""
    assert "FAILED CHECKOUTS" in impact(home, "--by-minute").stdout
    minutes = json.loads(impact(home, "--by-minute", "--json").stdout)["minutes"]
    assert minutes[0]["money_wrong_cents"] == 1200


def test_without_databases_there_is_nothing_to_say(tmp_path: Path) -> None:
    """The person is told what to do."""
    refused = impact(Home.at(tmp_path))
    assert refused.exit_code == 2
    assert "Start a lab with" in refused.stderr


def bill(lab: RunningLab) -> dict[str, Any]:
    """Return what it costs now."""
    done = impact(lab.home, "--json")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def wait_for_orders(lab: RunningLab, more: int) -> None:
    """Return when that many more orders have been placed."""
    enough = bill(lab)["orders_placed"] + more
    poll_until(lambda: bill(lab)["orders_placed"] >= enough, f"{more} more orders", within_s=WITHIN_S, every_s=0.5)


@pytest.mark.live
@pytest.mark.timeout(600)
def test_damage_is_nothing_then_grows_then_stays_then_is_gone(tmp_path: Path) -> None:
    """Healthy ten times out of ten; growing while money is counted wrongly; no more afterwards; none after a reset."""
    with running_lab(tmp_path, "--users", "40") as lab:
        wait_for_orders(lab, 10)
        for _ in range(10):
            healthy = bill(lab)
            assert healthy["zero"], healthy["damages"]

        lab.cli("chaos inject", FAULT, "--for", "5m")
        early = poll_until(lambda: bill(lab)["money_wrong_cents"], "money to be wrong", within_s=WITHIN_S, every_s=0.5)
        poll_until(lambda: bill(lab)["money_wrong_cents"] > early, "more of it", within_s=WITHIN_S, every_s=0.5)
        lab.cli("chaos stop", FAULT)

        # What was booked wrongly at last may only be held against billing when it has settled.
        since = poll_until(lambda: _settled(lab), "the damage to settle", within_s=WITHIN_S, every_s=0.5)
        wait_for_orders(lab, 10)
        after = bill(lab)
        assert _worst(after) <= since["at_s"]
        assert after["customers_affected"]

        lab.cli("reset")
        wait_for_orders(lab, 5)
        assert bill(lab)["zero"]


def _worst(told: dict[str, Any]) -> float:
    """When the latest damage was done."""
    return max(damage["since_s"] or 0.0 for damage in told["damages"])


def _settled(lab: RunningLab) -> dict[str, float]:
    """Return until when damage was done, once that is ten seconds ago."""
    told = bill(lab)
    ended_s = _worst(told)
    return {"at_s": ended_s} if told["window"]["end_s"] - ended_s > 12 else {}
