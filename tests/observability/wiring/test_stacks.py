"""A stack says where a failure comes from, and not which code took a step in place of another."""

from pathlib import Path

import pytest

from observability.wiring.stacks import stack


def _failing_through(file: Path) -> BaseException:
    """Return an error that was raised below a function of `file`, with a cause that was so too."""
    code = compile("def step(deeper):\n    deeper()\n", str(file), "exec")
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 -- a module of the test's

    def deeper() -> None:
        try:
            names["step"](refuse)  # type: ignore[operator]
        except KeyError as error:
            raise ValueError("at the top") from error

    def refuse() -> None:
        raise KeyError("at the bottom")

    with pytest.raises(ValueError, match="at the top") as caught:
        names["step"](deeper)  # type: ignore[operator]
    return caught.value


@pytest.mark.parametrize("file", ["faults/goes_wrong.py", "chassis/fault_end.py"])
def test_frames_behind_the_scenes_are_left_out(file: str, tmp_path: Path) -> None:
    """Who asked, and what it led to, stays: also of the cause."""
    text = stack(_failing_through(tmp_path / file))
    assert "goes_wrong" not in text
    assert "fault" not in text
    assert text.count("in _failing_through") == 1
    assert (text.count("in deeper"), text.count("in refuse")) == (2, 1)
    assert "KeyError: 'at the bottom'" in text
    assert text.endswith("ValueError: at the top\n")


def test_all_other_frames_are_there(tmp_path: Path) -> None:
    """A module elsewhere is named."""
    assert stack(_failing_through(tmp_path / "services" / "step.py")).count("step.py") == 2


def test_groups_are_told_with_their_members(tmp_path: Path) -> None:
    """Every member, without those frames."""
    error = BaseExceptionGroup("several", [_failing_through(tmp_path / "faults" / "goes_wrong.py"), OSError("other")])
    text = stack(error)
    assert "goes_wrong" not in text
    assert "ValueError: at the top" in text
    assert "OSError: other" in text
