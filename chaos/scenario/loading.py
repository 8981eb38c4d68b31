"""The catalogue: scenario files, read and checked."""

import tomllib
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from chaos.scenario.advice import problems
from chaos.scenario.errors import InvalidScenario, UnknownScenario
from chaos.scenario.lines import Lines
from chaos.scenario.model import Scenario
from chaos.scenario.writing import unwritten
from loadgen.shape import ShapeError, read_shape

FOLDER = Path(__file__).parents[1] / "scenarios"


def names(folder: Path = FOLDER) -> Sequence[str]:
    """Return the names of all scenarios."""
    return sorted(file.stem for file in folder.glob("*.toml"))


def read(name: str, folder: Path = FOLDER) -> Scenario:
    """Return the scenario called `name`; raise `UnknownScenario`, or `InvalidScenario` when its file breaks rules."""
    known = names(folder)
    if name not in known:
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        better = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known) or 'none'}."
        raise UnknownScenario(f"There is no scenario {name!r}. {better}")
    return parse(name, (folder / f"{name}.toml").read_text(encoding="utf-8"))


def read_file(file: Path) -> Scenario:
    """Return the scenario in `file`, which need not be in the catalogue; raises as `read` does."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnknownScenario(f"{file} cannot be read: {error}.") from error
    return parse(file.stem, text)


def catalogue(folder: Path = FOLDER) -> Sequence[Scenario]:
    """Return all scenarios, by name; raise `InvalidScenario` for the first file that breaks rules."""
    return [read(name, folder) for name in names(folder)]


def parse(name: str, text: str, ensure_shape: Callable[[str], object] = read_shape) -> Scenario:
    """Return the scenario that `text` (TOML) describes; raise `InvalidScenario` with a sentence for each mistake."""
    lines = Lines(text)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidScenario(f"{name}.toml is no TOML: {error}.") from error
    left = list(unwritten(data))
    try:
        scenario = Scenario.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidScenario(f"{name}.toml cannot be played:", problems(error.errors(), lines, left)) from error
    if left:
        raise InvalidScenario(f"{name}.toml cannot be played:", problems([], lines, left))
    if found := _outside(name, scenario, lines, ensure_shape):
        raise InvalidScenario(f"{name}.toml cannot be played:", found)
    return scenario


def _outside(name: str, scenario: Scenario, lines: Lines, ensure_shape: Callable[[str], object]) -> list[str]:
    """Return what does not fit the file's name and the shapes of load that there are."""
    found = []
    if scenario.name != name:
        found.append(f'line {lines.of(("name",))}: the file is called {name}. Write name = "{name}".')
    if scenario.load is not None and scenario.load.shape is not None:
        try:
            ensure_shape(scenario.load.shape)
        except ShapeError as error:
            found.append(f"line {lines.of(('load', 'shape'))}: {error}")
    return found
