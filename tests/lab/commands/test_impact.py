"""`lab impact`: the bill on the terminal and for programs. Of a lab that runs: `tests/drills/test_billing_drift.py`."""

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lab.cli import root
from lab.home import Home
from tests.support.hand_made_books import HandMadeBooks


def impact(home: Home, *options: str) -> Result:
    """Run it."""
    return CliRunner().invoke(root, ["impact", *options, "--home", str(home.root)], prog_name="lab")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return the home of a lab that has ended, with one order carried out an hour ago, and charged twice."""
    home = Home.at(tmp_path)
    home.data.mkdir()
    books = HandMadeBooks.empty(home.data)
    books.fulfil("o1", time.time() - 3600)
    books.charge("o1", at_s=time.time() - 3600)
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
