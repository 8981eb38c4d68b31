"""What differs between two documents: parts are the same when they have the same id, wherever they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from advisor.calm.model import Architecture, Part
from advisor.calm.pointer import below


@dataclass(frozen=True)
class Change:
    """One difference. `part`: `node order-service`; `path`: the fact within it, or nothing for the whole part."""

    how: Literal["added", "removed", "changed"]
    part: str
    path: str
    before: Any
    after: Any
    pointer: str
    """Where it stands: in the second document, or in the first one when it was removed."""


def difference(one: Architecture, other: Architecture) -> list[Change]:
    """Return what the second document has otherwise."""
    return [
        *_of("node", one, other, one.nodes, other.nodes),
        *_of("relationship", one, other, one.relationships, other.relationships),
        *_of("flow", one, other, one.flows, other.flows),
        *_rest(one, other),
    ]


def _of(
    kind: str, one: Architecture, other: Architecture, before: tuple[Part, ...], after: tuple[Part, ...]
) -> Iterator[Change]:
    old, new = ({part.id: part.pointer for part in parts} for parts in (before, after))
    for name in dict.fromkeys(chain(old, new)):
        part = f"{kind} {name}"
        if name not in new:
            yield Change("removed", part, "", one.source.at(old[name]), None, old[name])
        elif name not in old:
            yield Change("added", part, "", None, other.source.at(new[name]), new[name])
        else:
            pair = one.source.at(old[name]), other.source.at(new[name])
            yield from _values(part, *pair, "", new[name], old[name])


def _rest(one: Architecture, other: Architecture) -> Iterator[Change]:
    before, after = (_without_parts(document) for document in (one, other))
    yield from _values("document", before, after, "", "", "")


def _without_parts(of: Architecture) -> dict[str, Any]:
    return {key: value for key, value in of.source.value.items() if key not in ("nodes", "relationships", "flows")}


def _values(part: str, before: Any, after: Any, path: str, new: str, old: str) -> Iterator[Change]:
    """Yield differences within one value; `new` and `old` are the pointers of the part in its document."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys(chain(before, after)):
            inner = below(path, key)
            if key not in after:
                yield Change("removed", part, inner, before[key], None, old + inner)
            elif key not in before:
                yield Change("added", part, inner, None, after[key], new + inner)
            else:
                yield from _values(part, before[key], after[key], inner, new, old)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (was, now) in enumerate(zip(before, after, strict=True)):
            yield from _values(part, was, now, below(path, number), new, old)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Change("changed", part, path, before, after, new + path)
