"""What a drill refuses, in the command line's terms; and the line that is kept of every proof."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chaos.scenario.errors import ScenarioError
from drill.errors import DrillError
from lab.errors import LabError, UnknownName
from lab.eventlog import now
from lab.home import Home


class DrillRefused(LabError):
    """There is no such scenario, folder or proof, or it has not the form that is needed."""

    code = "drill-refused"


@contextmanager
def told() -> Iterator[None]:
    """Turn what a drill refuses into errors of the command line: exit code 2."""
    try:
        yield
    except DrillError as error:
        raise DrillRefused(error.message, hint=error.hint) from error
    except ScenarioError as error:
        raise UnknownName(str(error)) from error


def remember(home: Home, **members: Any) -> None:
    """Add a line about a proof to what the home keeps. Raises `LabError`."""
    try:
        home.run.mkdir(parents=True, exist_ok=True)
        with home.proofs_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"at": now(), **members}) + "\n")
    except OSError as error:
        raise LabError(
            f"{home.proofs_file} cannot be written: {error.strerror}.", hint="Name another: --home"
        ) from error
