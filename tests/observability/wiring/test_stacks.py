"""What a stack tells, and what it does not."""

import pytest

from observability.wiring.stacks import stack_of

ON_PURPOSE = "/lab/services/till/faults/counts_twice.py"


def raised(error: BaseException, filename: str) -> None:
    """Raise an error in code that lies in another file."""
    code = compile("def passing(raising): raising()", filename, "exec")
    found: dict[str, object] = {}
    exec(code, found)  # noqa: S102 -- a file of that name need not be

    def raising() -> None:
        raise error

    passing = found["passing"]
    assert callable(passing)
    passing(raising)


def raised_thrice() -> None:
    """Raise two errors in such a module, the second one while the first is handled, and a group of both."""
    try:
        raised(ValueError("first"), ON_PURPOSE)
    except ValueError as first:
        try:
            raised(KeyError("second"), ON_PURPOSE)
        except KeyError as second:
            raise ExceptionGroup("both", [first, second]) from second


def test_a_stack_leaves_out_what_can_go_wrong_on_purpose() -> None:
    """Where an error began and who called is told; the modules in between are not, nor in what led to it."""
    with pytest.raises(ExceptionGroup) as caught:
        raised_thrice()
    told = stack_of(caught.value)
    assert "counts_twice" not in told
    for seen in ("test_stacks.py", "in raising", "ValueError: first", "KeyError: 'second'", "both (2 sub-exceptions)"):
        assert seen in told


def test_other_stacks_are_as_python_writes_them() -> None:
    """Frame by frame, with their lines."""
    with pytest.raises(ValueError, match="first") as caught:
        raised(ValueError("first"), "/lab/services/till/operations.py")
    told = stack_of(caught.value)
    assert told.startswith("Traceback (most recent call last):\n")
    assert '  File "/lab/services/till/operations.py", line 1, in passing\n' in told
