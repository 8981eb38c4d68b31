"""A plugin of pytest that tells the judge what was claimed and how that went, as JSON lines through a pipe.

`pytest -p drill.proving.reporter --tell DESCRIPTOR`. The pipe is open in the judging process only. One line per claim:

{"says": sentence, "serves": bool, "when": "setup" | "call" | "teardown", "held": bool, "seen": text, "example": text}
"""

import json
import os
import re
from typing import Any

EXAMPLE = re.compile(r"(?:Falsifying example|Failing test case): (?P<call>.*)", re.DOTALL)
"""How Hypothesis, older and newer, says with which input a claim failed."""
DIFFERENCE = "Full diff:"
"""What pytest says after it has said what differs: the same once more, at length."""
LONGEST = 2000
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def pytest_addoption(parser: Any) -> None:
    """Add the option that names the pipe."""
    parser.addoption("--tell", type=int, required=False, help="descriptor to which claims are told, as JSON lines")


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Ask first for what has to work in any case."""
    items.sort(key=lambda item: item.get_closest_marker("serves") is None)


def pytest_runtest_makereport(item: Any, call: Any) -> None:
    """Tell of a claim that has been tried, or could not be."""
    if call.when != "call" and (call.excinfo is None or _is_skip(call)):
        return
    seen, example = ("", "") if call.excinfo is None else _told(call.excinfo.value)
    line = {
        "says": _sentence(item),
        "serves": item.get_closest_marker("serves") is not None,
        "when": call.when,
        "held": call.excinfo is None or _is_skip(call),
        "seen": seen,
        "example": example,
    }
    os.write(item.config.getoption("--tell"), json.dumps(line).encode() + b"\n")


def _is_skip(call: Any) -> bool:
    return call.excinfo is not None and call.excinfo.typename == "Skipped"


def _sentence(item: Any) -> str:
    """Return the first line of the claim's docstring: of the claim that the test was given, or else of the test."""
    given = getattr(item, "callspec", None)
    claims = [
        one for one in (given.params.values() if given else ()) if callable(one) and getattr(one, "__doc__", None)
    ]
    doc = (claims[0] if claims else item.function).__doc__ or item.name
    return str(doc).strip().partition("\n")[0]


def _told(error: BaseException) -> tuple[str, str]:
    """Return what was expected and seen, and with which example."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    text = str(error).partition(DIFFERENCE)[0].strip() or type(error).__name__
    seen = text if isinstance(error, AssertionError) else f"{type(error).__name__}: {text}"
    example = ""
    for note in getattr(error, "__notes__", []):
        found = EXAMPLE.match(note)
        if found and "=," not in found["call"]:  # Hypothesis does not always know how an input came to be
            example = found["call"].strip()
    return ADDRESS.sub("", seen)[:LONGEST], example[:LONGEST]
