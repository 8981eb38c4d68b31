"""What a person does in a drill, and what it is worth."""

import pytest

from chaos.scenario.model import Scenario
from drill.errors import NoneFits, NotNow
from drill.playing import choosing
from drill.playing.session import Session
from drill.playing.sheet import Sheet
from tests.support.clocks import MonotonicClock
from tests.support.scenario_files import small

EXPECTED_S = 600.0
"""Of the small scenario."""


class Drill:
    """A session that has been paged, and its clock."""

    def __init__(self, scenario: Scenario | None = None, *, is_repairable: bool = True) -> None:
        self.clock = MonotonicClock(1_700_000_000.0)
        self.session = Session(scenario or small(), 7, "somebody", is_repairable=is_repairable, clock=self.clock)
        self.session.trouble()
        self.clock.advance(20)
        self.session.page("LedgerDrift")

    def after(self, seconds: float) -> Session:
        """Let time pass."""
        self.clock.advance(seconds)
        return self.session


def test_all_in_time_is_a_hundred_points() -> None:
    """Acknowledged within a tenth of the expected time, named within half, calm and resolved within it."""
    drill = Drill()
    drill.after(60).ack()
    assert drill.after(240).answer("billing-service", "floats")
    drill.session.tried(proven=True)
    drill.session.calm(drill.clock())
    sheet = drill.session.sheet("revealed")
    assert (sheet.points.total, sheet.detected_s) == (100, 20.0)
    assert sheet.times.model_dump() == {
        "acknowledged_s": 60.0, "identified_s": 300.0, "mitigated_s": 300.0, "resolved_s": 300.0,
        "data_right_s": None,
    }  # fmt: skip
    assert Sheet.model_validate_json(sheet.model_dump_json()) == sheet


def test_any_service_in_which_it_is_as_wrong_is_right() -> None:
    """Where a trouble has two causes, either is an answer."""
    drill = Drill()
    answer = drill.session.scenario.answer.model_copy(update={"also": ("payment-service",)})
    drill.session.scenario = drill.session.scenario.model_copy(update={"answer": answer})
    assert not drill.session.answer("order-service", "")
    assert drill.session.answer("payment-service", "")


def test_data_that_is_put_right_is_on_the_sheet() -> None:
    """The moment since when it is; damage that comes again takes it away. It is worth no points."""
    drill = Drill()
    drill.after(60).data(is_right=False)
    drill.after(60).data(is_right=True)
    drill.after(60).data(is_right=True)
    sheet = drill.session.sheet("revealed")
    assert (sheet.times.data_right_s, sheet.points.total) == (120.0, 0)
    drill.after(60).data(is_right=False)
    assert drill.session.sheet("revealed").times.data_right_s is None


def test_twice_as_long_is_worth_half() -> None:
    """Of the points of that step; what was not reached is worth nothing."""
    drill = Drill()
    drill.after(120).ack()
    drill.after(480).answer("billing-service", "")
    points = drill.session.sheet("revealed").points
    assert (points.acknowledged, points.identified, points.mitigated, points.resolved) == (5.0, 20.0, 0.0, 0.0)
    assert points.total == 25


def test_hints_and_wrong_answers_cost() -> None:
    """Each hint its own price, each wrong answer ten; it is never less than nothing."""
    drill = Drill()
    assert [drill.session.hint().text for _ in range(2)] == ["Look at billing.", "Look at its sums."]
    assert not drill.session.answer("payment-service", "slow")
    points = drill.session.sheet("revealed").points
    assert (points.hints, points.wrong, points.total) == (3, 10, 0)
    drill.session.hint()
    with pytest.raises(NotNow, match="no more hints"):
        drill.session.hint()


def test_an_answer_acknowledges_and_a_right_one_is_the_last() -> None:
    """Nobody has to type both."""
    drill = Drill()
    drill.after(5).answer("billing-service", "floats")
    assert drill.session.times().acknowledged_s == 5.0
    with pytest.raises(NotNow, match="right already"):
        drill.session.answer("billing-service", "floats")
    drill.after(5)
    assert drill.session.ack() == 5.0


@pytest.mark.parametrize("step", ["ack", "hint", "answer"])
def test_before_the_page_there_is_nothing_to_do(step: str) -> None:
    """And nothing changes."""
    session = Session(small(), 7, "somebody", is_repairable=True, clock=MonotonicClock())
    arguments = ("billing-service", "") if step == "answer" else ()
    with pytest.raises(NotNow, match="no page yet"):
        getattr(session, step)(*arguments)
    assert session.status() == {"phase": "waiting", "since_s": 0.0}
    assert session.sheet("abandoned").points.total == 0


def test_repairing_code_that_is_not_wrong_costs() -> None:
    """As a wrong answer does; there the end of the signs and the right answer resolve."""
    drill = Drill(is_repairable=False)
    drill.session.tried(proven=False)
    drill.session.answer("billing-service", "another timeout")
    assert drill.session.times().resolved_s is None
    drill.after(30).calm(drill.clock())
    sheet = drill.session.sheet("revealed")
    assert (sheet.times.resolved_s, sheet.points.wrong, sheet.points.total) == (30.0, 10, 90)


def test_the_status_does_not_name_what_it_is_about() -> None:
    """Only page, hints taken, and what the person has done."""
    drill = Drill()
    drill.session.hint()
    told = str(drill.session.status())
    for word in ("small", "billing.float_drift", "Cents get lost", "Binary floats", "Decimal"):
        assert word not in told


def test_the_seed_chooses() -> None:
    """The same seed the same scenario and the same moments, and another one another."""
    many = [small().model_copy(update={"name": f"s{number}"}) for number in range(5)]
    picks = [choosing.chosen(many, seed).name for seed in range(30)]
    assert picks == [choosing.chosen(list(reversed(many)), seed).name for seed in range(30)]
    assert len(set(picks)) == len(many)
    moments = {choosing.moment_s(seed, "delay", (10.0, 20.0)) for seed in range(30)}
    assert len(moments) == 30
    assert all(10 <= moment <= 20 for moment in moments)


def test_level_and_tag_choose_among_all() -> None:
    """Where there is none, the message has those that there are."""
    catalogue = [small(), small(("level = 1", "level = 3"), ('["money"]', '["queue"]'))]
    assert choosing.listed(catalogue, 3, None) == [catalogue[1]]
    assert choosing.listed(catalogue, None, "money") == [catalogue[0]]
    with pytest.raises(NoneFits) as refused:
        choosing.listed(catalogue, 3, "money")
    assert refused.value.hint == "There are the levels 1, 3, and the tags money, queue."


def test_what_lasts_lasts_as_long_as_the_drill() -> None:
    """A short stall stays short; the rest is on until twice the expected time is over."""
    both = small(("[[action]]", '[[action]]\nfault = "provider.stall"\nat = "0s"\nfor = "5s"\n\n[[action]]'))
    assert [action.lasts for action in choosing.lasting(both).actions] == [5.0, 2 * EXPECTED_S]
