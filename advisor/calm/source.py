"""A file as it was read: its value, and the line of each part."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.calm.errors import BadDocument
from advisor.calm.json_text import NotJson, Read, read
from advisor.calm.pointer import split

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "architectures" / "ecommerce-platform.json"
"""The document of the platform that the lab runs."""
LARGEST = 32_000_000
"""Bytes of a file that is still read."""


@dataclass(frozen=True)
class Source:
    """One file. `value` is a JSON object."""

    path: Path
    read: Read

    @property
    def value(self) -> dict[str, Any]:
        """The whole."""
        found: dict[str, Any] = self.read.value
        return found

    def position(self, pointer: str) -> tuple[int, int]:
        """Return line and column of a part."""
        return self.read.position(pointer)

    def at(self, pointer: str) -> Any:
        """Return the value at a pointer, or None."""
        found: Any = self.value
        for step in split(pointer):
            if isinstance(found, dict) and step in found:
                found = found[step]
            elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
                found = found[int(step)]
            else:
                return None
        return found


def source(path: Path) -> Source:
    """Read a file. Raises BadDocument."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadDocument(f"{path} is larger than {LARGEST // 1_000_000} MB.", hint="Give a CALM document.")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadDocument(
            f"There is no file {path}.", hint=f"Give a CALM document, for example {shown(DOCUMENT)}."
        ) from error
    except OSError as error:
        raise BadDocument(f"{path} cannot be read: {error.strerror}.", hint="Give a file that can be read.") from error
    except UnicodeDecodeError as error:
        raise BadDocument(f"{path} is no text in UTF-8.", hint="Save it as UTF-8.") from error
    return Source(path, parsed(text, path))


def parsed(text: str, path: Path) -> Read:
    """Read a text that stands for the file at `path`. Raises BadDocument."""
    try:
        found = read(text)
    except NotJson as error:
        raise BadDocument(
            f"{path}:{error.line}:{error.column} is no JSON: {error.problem[0].lower()}{error.problem[1:]}.",
            hint="Mend the text at that place.",
        ) from error
    if not isinstance(found.value, dict):
        raise BadDocument(f"{path} is no JSON object.", hint='A CALM document begins with { and has "nodes".')
    return found


def file_at(folder: Path, place: str) -> Path | None:
    """Return the file at a place, seen from a folder; None when there is none, or none can be there."""
    try:
        file = (folder / place).resolve()
        return file if file.is_file() else None
    except (OSError, RuntimeError, ValueError):  # a name that is too long, links in a circle, a NUL
        return None


def shown(path: Path) -> str:
    """Return a path as a person reads it: from the working folder on where it lies below."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
