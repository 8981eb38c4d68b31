"""Import statements: which names they bind, and how they are written and sorted."""

import ast
from collections.abc import Collection, Iterator, Sequence

from drill.workspace.text import LINE_LENGTH, Source

Import = ast.Import | ast.ImportFrom


def bound(alias: ast.alias) -> str:
    """Return the name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def written(statement: Import, names: Collection[str]) -> str:
    """Return a statement that binds only those of its names, as a formatter writes it."""
    kept = [f"{one.name} as {one.asname}" if one.asname else one.name for one in statement.names if bound(one) in names]
    if isinstance(statement, ast.Import):
        return f"import {', '.join(kept)}"
    line = f"from {statement.module} import {', '.join(kept)}"
    if len(line) <= LINE_LENGTH:
        return line
    return "\n".join([f"from {statement.module} import (", *(f"    {name}," for name in kept), ")"])


def needed(source: Source, names: Collection[str]) -> str:
    """Return those imports of a module that bind `names`, grouped as they were."""
    written_so_far: list[str] = []
    last_line = 0
    for statement in source.tree.body:
        if not isinstance(statement, Import) or not {bound(one) for one in statement.names} & set(names):
            continue
        if written_so_far and _blank_between(source, last_line, statement.lineno):
            written_so_far.append("")
        written_so_far.append(written(statement, names))
        last_line = statement.end_lineno or statement.lineno
    return "\n".join(written_so_far)


def place_for(source: Source, module: str, gone: Collection[ast.stmt]) -> int:
    """Return the offset at which an import from `module`, a part of the platform, keeps the imports sorted."""
    others = [one for one in _of_platform(source.tree.body) if one not in gone]
    for other in others:
        if (other.module or "") > module:
            return source.start(other)
    if others:
        return source.line_start((others[-1].end_lineno or others[-1].lineno) + 1)
    (first, *_) = sorted(source.start(one) for one in gone)
    return first


def _of_platform(body: Sequence[ast.stmt]) -> Iterator[ast.ImportFrom]:
    for one in body:
        if isinstance(one, ast.ImportFrom) and (one.module or "").partition(".")[0] in ("observability", "services"):
            yield one


def _blank_between(source: Source, last: int, first: int) -> bool:
    lines = source.text.splitlines()[last : first - 1]
    return any(not line.strip() for line in lines)
