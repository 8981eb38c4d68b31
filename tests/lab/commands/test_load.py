"""Claims about `lab load` on a running load generator."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner, Result

from chaos.runner.result import LoadState
from lab import load_client, state
from lab.chaos_scenarios.load_hold import LoadHold
from lab.cli import root
from lab.home import Home
from lab.load_client import LoadRefused
from lab.state import LabState
from tests.support.fake_shop import fake_platform
from tests.support.load_generator import LoadGenerator, load_generator
from tests.support.polling import poll_until_async

Lab = Callable[..., Result]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[LoadGenerator]:
    """A load generator with six shoppers, known to the home in `tmp_path`."""
    with (
        fake_platform() as (target, _),
        fake_platform(shop=True) as (storefront, _),
        load_generator(tmp_path, target=target, storefront=storefront, users=6) as generator,
    ):
        home = Home.at(tmp_path)
        home.run.mkdir()
        state.write(home, LabState(1, "", "2026-01-01T00:00:00Z", 8080, {"loadgen": generator.url}))
        yield generator


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Runs `lab` in the home in `tmp_path`."""
    return lambda *words: CliRunner().invoke(root, [*words, "--home", str(tmp_path)])


def test_set_changes_users_and_shape_of_a_running_lab(lab: Lab, running: LoadGenerator) -> None:
    """The order arrives, and the answer says what holds now."""
    answer = lab("load", "set", "--users", "25", "--shape", "night", "--json")
    assert answer.exit_code == 0
    assert (json.loads(answer.output)["users_asked"], json.loads(answer.output)["shape"]) == (25, "night")
    assert lab("load", "set", "--users", "12").output == "12 shoppers, shape night\n"
    assert running.status()["users_asked"] == 12


def test_status_shows_the_run_to_people_and_to_programs(lab: Lab, running: LoadGenerator) -> None:
    """One line of rates and a table of requests; with `--json` the same as data."""
    running.until("requests", 5)
    told = lab("load", "status").output
    assert "shoppers (steady)" in told
    assert "p95 ms" in told
    assert json.loads(lab("load", "status", "--json").output)["requests"] >= 5


def test_stop_empties_the_shop(lab: Lab, running: LoadGenerator) -> None:
    """After a stop nobody shops."""
    running.until("users", 6)
    assert lab("load", "stop").exit_code == 0
    assert running.status()["users"] == 0


def test_a_load_that_was_stopped_has_no_rate(lab: Lab, running: LoadGenerator) -> None:
    """The figures of the run stay; its rates, which are those of now, are nought at once."""
    running.until("requests", 5)
    lab("load", "stop")
    told = running.status()
    assert (told["requests_per_s"], {row["requests_per_s"] for row in told["by_name"]}) == (0, {0})
    assert told["requests"] >= 5
    shown = lab("load", "status").output
    assert shown.startswith("stopped: 0 of 0 shoppers")
    assert " 0.0 requests/s" in shown


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("--users", "2001"), "whole number from 0 to 2000"),
        (("--shape", "stedy"), "choose one of: firms, newsletter, night, ramp, rush, spike, steady"),
        (("--users", "many"), "not a valid integer"),
        ((), "--users"),
    ],
)
@pytest.mark.usefixtures("running")
def test_an_order_that_makes_no_sense_is_answered_with_what_to_write(
    lab: Lab, words: tuple[str, ...], advice: str
) -> None:
    """Exit code 2 and a sentence that says what would be right."""
    answer = lab("load", "set", *words)
    assert answer.exit_code == 2
    assert advice in answer.output


async def test_a_load_whose_holder_is_gone_is_as_it_was(tmp_path: Path, running: LoadGenerator) -> None:
    """It is renewed for as long as it is held; then nobody has to put it back."""
    home = Home.at(tmp_path)
    hold = await LoadHold(home, 25, "night", ttl_s=1.0).begin()
    assert hold.load == LoadState(users=25, shape="night")
    with pytest.raises(LoadRefused, match="Somebody else holds the load"):
        await LoadHold(home, 2, None).begin()
    ends = monotonic() + 2.5
    await poll_until_async(lambda: _true(monotonic() > ends), "more than two of its lives")
    assert running.status()["users_asked"] == 25
    assert hold._renewing is not None
    hold._renewing.cancel()
    await poll_until_async(lambda: _true(_load(running) == (6, "steady")), "the load to be as it was")


async def test_a_load_that_is_released_is_as_it_was_at_once(tmp_path: Path, running: LoadGenerator) -> None:
    """And what a person has set meanwhile stays."""
    home = Home.at(tmp_path)
    hold = await LoadHold(home, 25, None).begin()
    await hold.release()
    assert _load(running) == (6, "steady")
    hold = await LoadHold(home, 25, None, ttl_s=1.0).begin()
    load_client.change(home, 9, "night")
    assert hold._renewing is not None
    await hold._renewing
    await hold.release()
    assert _load(running) == (9, "night")


async def _true(holds: bool) -> bool:
    return holds


def _load(running: LoadGenerator) -> tuple[int, str]:
    told = running.status()
    return told["users_asked"], told["shape"]


def test_without_a_lab_or_with_a_dead_page_it_says_so(lab: Lab, tmp_path: Path) -> None:
    """No state: no lab runs here. A state whose page is gone: the load generator does not answer."""
    assert lab("load", "status").exit_code == 2
    home = Home.at(tmp_path)
    home.run.mkdir()
    state.write(home, LabState(1, "", "2026-01-01T00:00:00Z", 8080, {"loadgen": "http://127.0.0.1:9"}))
    answer = lab("load", "status")
    assert answer.exit_code == 2
    assert "does not answer" in answer.output
