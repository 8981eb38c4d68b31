"""The scenarios that are shipped, and what any scenario promises."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from chaos.probes import spec
from chaos.probes.tolerance import Tolerance
from chaos.scenario import loading, model
from chaos.scenario.actions import Action, Baggage
from chaos.scenario.errors import UnknownScenario
from tests.support.pages import ROOT
from tests.support.scenario_files import SMALL, small

PAGE = ROOT / "docs" / "adding-a-scenario.md"
MODELS: tuple[type[BaseModel], ...] = (
    model.Scenario, model.Load, Action, Baggage, model.Steady, model.Symptom, model.Guard, model.Hint, model.RedHerring,
    model.Answer, model.TemptingAnswer, Tolerance, spec.Series, spec.ValueProbe, spec.RateProbe, spec.RatioProbe,
    spec.QuantileProbe, spec.HttpProbe, spec.SettingProbe,
)  # fmt: skip
HIDDEN = {"probe", "tolerance"}


@pytest.mark.parametrize("name", loading.names())
def test_what_is_shipped_can_be_played(name: str) -> None:
    """Every file follows every rule."""
    scenario = loading.read(name)
    assert scenario.name == name
    assert scenario.answer.service != "nothing" or not scenario.actions


def test_drafts_follow_the_rules_and_are_not_listed() -> None:
    """Each can be played by its path, and by nothing else; there may be none."""
    for file in (loading.FOLDER / "drafts").glob("*.toml"):
        assert loading.read_file(file).name not in loading.names()


def test_both_first_scenarios_are_there() -> None:
    """They are part of the package, not only of the checkout's folder."""
    assert {"billing-drift", "slow-network"} <= set(loading.names())
    assert Path(loading.__file__).parents[1] / "scenarios" == loading.FOLDER


def test_a_name_that_is_not_there_is_told_what_comes_near() -> None:
    """Or all that there are."""
    with pytest.raises(UnknownScenario, match=r"Did you mean billing-drift\?"):
        loading.read("biling-drift")
    with pytest.raises(UnknownScenario, match="There are: billing-drift, "):
        loading.read("zzz")


@pytest.mark.parametrize("name", ["../secrets", "billing-drift.toml", ""])
def test_a_name_is_never_a_path(name: str) -> None:
    """Only what is listed can be read."""
    with pytest.raises(UnknownScenario):
        loading.read(name)


def test_actions_begin_in_the_order_of_their_offsets() -> None:
    """What begins together keeps the order of the file."""
    more = "".join(
        f'[[action]]\nfault = "inventory.{name}"\nat = "{at}"\nfor = "1m"\n\n'
        for name, at in (("late", "9s"), ("early", "2s"), ("also_early", "2s"))
    )
    scenario = small(("[[steady]]", f"{more}[[steady]]"))
    assert [action.fault for action in scenario.timeline()] == [
        "billing.float_drift",
        "inventory.early",
        "inventory.also_early",
        "inventory.late",
    ]


def test_nothing_on_means_nothing_to_be_seen() -> None:
    """A control, in which nothing is wrong, is a scenario too."""
    action = SMALL[SMALL.index("[[action]]") : SMALL.index("[[steady]]")]
    symptom = SMALL[SMALL.index("[[symptom]]") : SMALL.index("[[guard]]")]
    quiet = small((action, ""), (symptom, ""), ('service = "billing-service"', 'service = "nothing"'))
    assert quiet.timeline() == []


def test_the_answer_is_sealed() -> None:
    """Whoever prints or logs a scenario does not give it away."""
    assert "Binary floats" not in repr(small())


def test_a_scenario_cannot_be_changed() -> None:
    """What was checked is what is played."""
    with pytest.raises(ValidationError):
        small().level = 2  # type: ignore[misc]


def test_every_key_is_explained() -> None:
    """The page for authors names each of them, in code."""
    spans = " ".join(re.findall(r"```.*?```|`[^`]+`", PAGE.read_text(), re.DOTALL))
    keys = {field.alias or name for one in MODELS for name, field in one.model_fields.items()} - HIDDEN
    assert {key for key in keys if not re.search(rf"\b{key}\b", spans)} == set()


def test_every_value_that_can_be_chosen_is_explained() -> None:
    """Kinds of probes, too."""
    text = PAGE.read_text()
    assert {kind for kind in spec.KINDS if f'"{kind}"' not in text} == set()


def test_the_page_shows_a_scenario_that_can_be_played() -> None:
    """Its example is a whole file."""
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    whole = next(block for block in blocks if block.startswith("name ="))
    assert loading.parse("lost-stock", whole).title
