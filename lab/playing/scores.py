"""The sheets that a home keeps."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from drill.playing.sheet import Mark, Sheet
from lab.errors import LabError
from lab.home import Home


class NoScore(LabError):
    """There is no sheet, or none of that name."""

    code = "no-score"


def keep(home: Home, sheet: Sheet) -> None:
    """Add a sheet. Raises `LabError`."""
    _append(home, sheet.model_dump(mode="json"))


def mark(home: Home, how: Mark) -> Sheet:
    """Note what the person says of the mechanism that they named last; return that sheet. Raises `NoScore`."""
    sheets = kept(home)
    if not sheets:
        raise NoScore("There is no drill to mark.", hint="Begin one: lab play")
    if not any(one.mechanism for one in sheets[-1].answers):
        raise NoScore("In the last drill no mechanism was named.", hint="Name it with the service: lab answer --help")
    _append(home, {"marks": sheets[-1].id, "mark": how})
    return sheets[-1].model_copy(update={"mark": how})


def kept(home: Home) -> Sequence[Sheet]:
    """Return all sheets, first things first, each as it was marked last; lines that were cut off are left out."""
    sheets: dict[str, Sheet] = {}
    for line in _lines(home):
        if (marked := sheets.get(line.get("marks", ""))) is not None:
            sheets[marked.id] = marked.model_copy(update={"mark": line.get("mark")})
            continue
        try:
            sheet = Sheet.model_validate_json(json.dumps(line))
        except ValidationError:
            continue
        sheets[sheet.id] = sheet
    return list(sheets.values())


def _lines(home: Home) -> Iterator[dict[str, Any]]:
    try:
        lines = home.scores_file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            members = json.loads(line)
        except ValueError:
            continue
        if isinstance(members, dict):
            yield members


def _append(home: Home, members: dict[str, Any]) -> None:
    try:
        home.run.mkdir(parents=True, exist_ok=True)
        with home.scores_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(members) + "\n")
    except OSError as error:
        raise LabError(f"{home.scores_file} cannot be written: {error.strerror}.") from error
