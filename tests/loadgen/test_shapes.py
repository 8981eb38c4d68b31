"""Claims about load shapes."""

import pytest

from loadgen.shape import MOST_USERS, ShapeError, parse_shape, read_shape, shape_names

STEPS = """
summary = "Two steps."
after = "{after}"
transition = "{transition}"
stages = [{{ duration_s = 10, users_percent = 100 }}, {{ duration_s = 10, users_percent = 300 }}]
"""
ONE_STAGE = 'summary = "x"\nafter = "hold"\nstages = [{ duration_s = 9, users_percent = 100 }]\n'


@pytest.mark.parametrize("name", shape_names())
def test_every_shape_file_is_valid_and_lets_shoppers_in(name: str) -> None:
    """Each shape of the folder follows the rules, and in its first ten minutes somebody shops."""
    shape = read_shape(name)
    assert max(shape.users_at(second, 40) for second in range(600)) >= 40


def test_steady_means_steady() -> None:
    """The steady shape has the number asked for at any time."""
    assert {read_shape("steady").users_at(second, 37) for second in range(0, 10_000, 7)} == {37}


@pytest.mark.parametrize(("after", "late"), [("hold", 120), ("repeat", 40)])
def test_a_shape_holds_its_last_stage_or_begins_again(after: str, late: int) -> None:
    """After the last stage comes what the file says."""
    shape = parse_shape("steps", STEPS.format(after=after, transition="step"))
    assert [shape.users_at(second, 40) for second in (0, 9.9, 10, 19.9)] == [40, 40, 120, 120]
    assert shape.users_at(1_005, 40) == late


def test_a_linear_shape_is_on_its_way_all_the_time() -> None:
    """Between two stages the number of shoppers changes bit by bit, from nobody at the start."""
    shape = parse_shape("steps", STEPS.format(after="hold", transition="linear"))
    assert [shape.users_at(second, 40) for second in (0.25, 5, 10, 15, 20)] == [1, 20, 40, 80, 120]


def test_a_night_is_uneven_and_always_the_same() -> None:
    """The night has lulls and bursts; reading it again gives the same night."""
    night = [read_shape("night").users_at(second, 100) for second in range(0, 3600, 10)]
    assert night == [read_shape("night").users_at(second, 100) for second in range(0, 3600, 10)]
    assert min(night[6:]) < 25
    assert max(night) > 180


def test_only_an_old_newsletter_leads_to_what_is_not_sold() -> None:
    """In every other shape all that is bought is on sale."""
    assert [name for name in shape_names() if read_shape(name).withdrawn_percent] == ["newsletter"]


def test_nobody_asked_for_is_nobody_and_a_crowd_is_capped() -> None:
    """No shoppers asked for are none in any shape, and no shape exceeds what the load generator can take."""
    spike = read_shape("spike")
    assert spike.users_at(130, 0) == 0
    assert spike.users_at(130, 2000) == MOST_USERS


def test_an_unknown_shape_is_answered_with_the_known_ones() -> None:
    """A wrong name says which names there are."""
    with pytest.raises(ShapeError, match="choose one of: firms, newsletter, night, ramp, rush, spike, steady"):
        read_shape("stedy")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("after = ", "not TOML"),
        ('summary = "x"\nafter = "hold"', "either `stages` or"),
        ('summary = "x"\nafter = "hold"\nstages = [{ duration_s = 0, users_percent = 1 }]', "duration_s"),
        ('summary = "x"\nafter = "hold"\nstages = [{ duration_s = "9", users_percent = 1 }]', "duration_s"),
        ('summary = "x"\nafter = "later"\nstages = [{ duration_s = 9, users_percent = 1 }]', "after"),
        ('summary = "x"\nafter = "hold"\nwithdrawn_percent = 101\nstages = []', "withdrawn_percent"),
        (f"{ONE_STAGE}[basket]\nfavourite_share = 2\nunits = [1, 9]", "favourite_share"),
        (f"{ONE_STAGE}[basket]\nfavourite_share = 1\nunits = [1, 100]", "units"),
        (f"{ONE_STAGE}[firms]\ncount = 0\nlook_share = 1\npage = 9", "count"),
        (f"{ONE_STAGE}[firms]\ncount = 1\nlook_share = 1\npage = 101", "page"),
        ('summary = "x"\nafter = "hold"\nspeed = 3\nstages = [{ duration_s = 9, users_percent = 1 }]', "speed"),
    ],
)
def test_a_shape_file_that_breaks_a_rule_is_refused_with_the_place(text: str, complaint: str) -> None:
    """Unknown keys, wrong types, missing stages: the message names the place."""
    with pytest.raises(ShapeError, match=complaint):
        parse_shape("draft", text)
