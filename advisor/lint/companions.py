"""Rules about files that belong to a document: timelines beside it, and `decorators/*.json`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.calm.errors import BadDocument
from advisor.calm.model import Architecture
from advisor.calm.pointer import below
from advisor.calm.reading import architecture
from advisor.calm.source import Source, file_at, source
from advisor.lint.near import choose
from advisor.lint.rule import Said


def is_timeline(value: Mapping[str, Any]) -> bool:
    """Say whether a file is a timeline."""
    return "moments" in value


def is_decorator(value: Mapping[str, Any]) -> bool:
    """Say whether a file is a decorator."""
    return {"applies-to", "target"} <= set(value)


def companions(of: Path) -> Iterator[Source]:
    """Yield the timelines and decorators that name a document. Raises BadDocument."""
    for file in sorted((*of.parent.glob("*.timeline.json"), *of.parent.glob("decorators/*.json"))):
        found = source(file)
        if any(file_at(file.parent, name) == of.resolve() for name in _named(found.value)):
            yield found


def _named(value: Mapping[str, Any]) -> Iterator[str]:
    targets = value.get("target")
    yield from (one for one in (targets if isinstance(targets, list) else ()) if isinstance(one, str))
    for moment in _moments(value):
        yield _detail(moment)


def decorator_said(of: Source) -> Iterator[Said]:
    """Yield what a decorator names and is not there."""
    known: set[str] = set()
    targets = of.value.get("target")
    for number, name in enumerate(targets if isinstance(targets, list) else ()):
        if not isinstance(name, str) or "://" in name:
            continue
        try:
            known |= _ids(of.path.parent / name)
        except BadDocument as error:
            yield Said(below("/target", number), error.message, "Name the document, from the decorator's folder on.")
            return
    applies = of.value.get("applies-to")
    for number, name in enumerate(applies if known and isinstance(applies, list) else ()):
        if isinstance(name, str) and name not in known:
            mend = choose(name, known, "take it off the list")
            yield Said(below("/applies-to", number), f"The target has nothing called {name!r}.", mend)


def _ids(file: Path) -> set[str]:
    document: Architecture = architecture(source(file))
    interfaces = [one.id for node in document.nodes for one in node.interfaces]
    return {document.id, *(part.id for part in document.parts), *interfaces} - {""}


def timeline_said(of: Source) -> Iterator[Said]:
    """Yield what does not hang together in a timeline."""
    moments = _moments(of.value)
    ids = [str(moment.get("unique-id", "")) for moment in moments]
    current = of.value.get("current-moment")
    if isinstance(current, str) and current not in ids:
        mend = choose(current, ids, "add that moment")
        yield Said("/current-moment", f"There is no moment {current!r}.", mend)
    for number, moment in enumerate(moments):
        at = below("/moments", number)
        if ids[number] in ids[:number]:
            yield Said(below(at, "unique-id"), f"Two moments are called {ids[number]!r}.", "Give each its own name.")
        file = _detail(moment)
        if file and "://" not in file and file_at(of.path.parent, file) is None:
            where = below(at, "details", "detailed-architecture")
            yield Said(where, f"There is no {file}.", "Name the document, from the timeline's folder on.")
    dates = [str(moment.get("valid-from", "")) for moment in moments]
    told = [date for date in dates if date]
    if told != sorted(told):
        yield Said("/moments", "The moments are not in the order of their dates.", "Put the earliest first.")


def _moments(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = value.get("moments")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _detail(moment: Mapping[str, Any]) -> str:
    details = moment.get("details")
    found = details.get("detailed-architecture") if isinstance(details, dict) else ""
    return found if isinstance(found, str) else ""
