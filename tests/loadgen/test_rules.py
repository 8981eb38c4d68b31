"""Claims about the sentences with which shape files and variables are refused."""

import subprocess
import sys

import pytest

from loadgen.settings import Settings
from loadgen.shape import ShapeError, parse_shape
from tests.support.lab import ROOT

HEAD = 'summary = "x"\nafter = "hold"\n'
DRIFT = """
[drift]
seed = 3
stages = 24
duration_s = [20, 80]
usual_percent = [40, 110]
lull_percent = [5, 20]
lull_chance = 0.15
burst_percent = [180, 320]
burst_chance = 0.08
"""
MUST_BE_A_SHARE = "must be a number greater than or equal to 0 and at most"


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("[20, 80]", "[80, 20]", "drift.duration_s must have the lower bound first: [20, 80]"),
        ("[5, 20]", "[5]", "drift.lull_percent must be a pair [lower bound, upper bound], not [5]"),
        ("[5, 20]", "[5, nan]", f"drift.lull_percent.1 {MUST_BE_A_SHARE} 1000, not nan"),
        ("0.15", "1.5", f"drift.lull_chance {MUST_BE_A_SHARE} 1, not 1.5"),
        ("0.15", "true", f"drift.lull_chance {MUST_BE_A_SHARE} 1, not True"),
        ("24", "24.0", "drift.stages must be a whole number greater than or equal to 2 and at most 2000, not 24.0"),
        ("seed = 3", "", "drift.seed is missing"),
        ("seed = 3", "seed = 3\nsead = 3", "drift.sead is unknown here (there are: seed, stages, "),
        (DRIFT, "drift = 3", "drift must be a table of keys and values, not 3"),
        (DRIFT, "stages = 3", "stages must be a list, not 3"),
        (DRIFT, "stages = [3]", "stages.0 must be a table of keys and values, not 3"),
        ('"x"', '""', "summary must not be empty"),
        ('"x"', "7", "summary must be a text, not 7"),
        ('"hold"', '"later"', "after must be 'repeat' or 'hold', not 'later'"),
        (HEAD, f"{HEAD}stages = [{{ duration_s = 1, users_percent = 1 }}]\n", "give either `stages` or `[drift]`"),
    ],
)
def test_what_breaks_a_rule_is_told_with_its_place_and_what_to_write(right: str, wrong: str, sentence: str) -> None:
    """One thing is wrong in a file that was right."""
    whole = HEAD + DRIFT
    assert parse_shape("draft", whole).drift is not None
    with pytest.raises(ShapeError) as refused:
        parse_shape("draft", whole.replace(right, wrong, 1))
    assert str(refused.value).startswith(f"shape 'draft': {sentence}")


def test_everything_that_breaks_a_rule_is_told() -> None:
    """Not only the first of it."""
    with pytest.raises(ShapeError) as refused:
        parse_shape("draft", HEAD.replace("hold", "later") + "speed = 3\nstages = [{ duration_s = 0 }]")
    for place in (
        "after must be",
        "speed is unknown",
        "stages.0.duration_s must be",
        "stages.0.users_percent is missing",
    ):
        assert place in str(refused.value)


def test_stages_that_are_drawn_take_some_time() -> None:
    """However short they may be."""
    shape = parse_shape("draft", HEAD + DRIFT.replace("[20, 80]", "[0.01, 0.02]"))
    assert {stage.duration_s for stage in shape.timeline} == {0.1}


def test_variables_are_read_in_either_case_and_others_left_alone() -> None:
    """What is not set keeps its default."""
    settings = Settings.from_environment({"LOADGEN_USERS": " 7 ", "loadgen_shape": "spike", "LOADGEN_PACE": "9"})
    assert settings == Settings(users=7, shape="spike")


@pytest.mark.parametrize(("port", "shown"), [("65536", "65536"), ("http", "'http'"), ("", "''"), ("80.5", "'80.5'")])
def test_a_variable_that_breaks_a_rule_is_named(port: str, shown: str) -> None:
    """Each has a line of its own."""
    with pytest.raises(ValueError, match="LOADGEN_") as refused:
        Settings.from_environment({"LOADGEN_PORT": port, "LOADGEN_SHAPE": "stedy"})
    assert str(refused.value).splitlines() == [
        f"LOADGEN_PORT: must be a whole number greater than or equal to 0 and at most 65535, not {shown}",
        "LOADGEN_SHAPE: there is no load shape 'stedy'; choose one of: "
        "firms, newsletter, night, ramp, rush, spike, steady",
    ]


def test_the_process_loads_no_pydantic() -> None:
    """Not by way of a library either: it would cost 7 MB that nothing shares."""
    code = "import sys, loadgen.run; print([name for name in sys.modules if name.startswith('pydantic')])"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
