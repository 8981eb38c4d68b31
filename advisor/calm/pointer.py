"""JSON pointers (RFC 6901): `/nodes/3/metadata/owner`; the whole document is the empty one."""

from collections.abc import Iterable


def below(pointer: str, *steps: str | int) -> str:
    """Return the pointer that leads from `pointer` on by `steps`."""
    return pointer + "".join(f"/{_escaped(str(step))}" for step in steps)


def joined(steps: Iterable[str | int]) -> str:
    """Return the pointer of `steps` from the top."""
    return below("", *steps)


def above(pointer: str) -> str:
    """Return the pointer of what holds it; the top is held by itself."""
    return pointer.rpartition("/")[0]


def split(pointer: str) -> list[str]:
    """Return the steps of a pointer."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
