"""The file of a new scenario."""

import re
import tomllib
from pathlib import Path

from chaos.scenario import loading, writing
from lab.errors import LabError, Usage

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
ENDING = ".toml"
DRAFTS = loading.FOLDER / "drafts"


class CannotWrite(LabError):
    """The file is there already, or its folder cannot be written to."""

    code = "cannot-write"


def begin(named: str) -> tuple[Path, int]:
    """Write the file of a scenario that is called so, or lies there; return it, and how many texts are left to write.

    Raises `Usage` for what is no name, and `CannotWrite`; then nothing has changed.
    """
    is_file = named.endswith(ENDING)
    file = Path(named) if is_file else DRAFTS / f"{named}{ENDING}"
    _ensure_name(file.stem if is_file else named)
    text = writing.begun(file.stem)
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        raise CannotWrite(f"{_shown(file)} is there already.", hint="Go on with it, or choose another name.") from None
    except OSError as error:
        raise CannotWrite(f"{file} cannot be written: {error.strerror}.", hint=f"mkdir -p {file.parent}") from error
    return _shown(file), len(list(writing.unwritten(tomllib.loads(text))))


def _ensure_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise Usage(f"{name!r} is no name for a scenario.", hint="Write words in lower case, with hyphens: stale-cache")
    if name in loading.names():
        raise CannotWrite(f"There is a scenario {name} in the catalogue.", hint="Choose another name.")


def _shown(file: Path) -> Path:
    """Return a file as it can be typed where the person is."""
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file
