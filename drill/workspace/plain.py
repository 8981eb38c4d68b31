"""A fault's module without its seam: one behaviour, what that needs, and not a word about the other."""

import ast
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from drill.errors import NotPlain
from drill.workspace import imports
from drill.workspace.fault import FORM, FaultModule
from drill.workspace.text import Edit, Source, applied

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


def module(fault: FaultModule, behaviour: str, params: Mapping[str, Any]) -> str:
    """Return the module in which `behaviour`, one of the fault's two, is simply the code. Raises `NotPlain`.

    `params` go before the fault's defaults.
    """
    source = fault.source
    kept = _kept(fault, behaviour)
    edits = list(_edits(fault, behaviour, kept, {**fault.defaults, **params}))
    blocks = [applied(source.text, edits, source.start(group[0]), source.end(group[-1])) for group in kept]
    text = f'"""{ast.get_docstring(fault.protocol)}"""\n'
    if needed := imports.needed(source, {name for group in kept for name in _names(fault, group)}):
        text += f"\n{needed}\n"
    for before, group, block in zip([None, *kept], kept, blocks, strict=False):
        text += _gap(source, before, group) + block + "\n"
    return text


def alone_in(fault: FaultModule, behaviour: str) -> set[str]:
    """Return the names that only `behaviour` uses, of those that its module defines or imports."""
    other = fault.fixed if behaviour == fault.faulty else fault.faulty
    mine, theirs = (
        {name for group in _kept(fault, one) for name in (*_names(fault, group), *_defines(group))}
        for one in (behaviour, other)
    )
    known = {name for group in _groups(fault.source) for name in _defines(group)}
    known |= {imports.bound(a) for one in fault.source.tree.body if isinstance(one, imports.Import) for a in one.names}
    return (mine - theirs - {behaviour}) & known


def _groups(source: Source) -> Iterator[list[ast.stmt]]:
    """Yield what stands at the top of a module: definitions, each with the docstring that follows it."""
    body = source.tree.body[1:] if ast.get_docstring(source.tree) else source.tree.body
    group: list[ast.stmt] = []
    for one in body:
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and group:
            group.append(one)
            continue
        if group:
            yield group
        group = [] if isinstance(one, imports.Import) else [one]
    if group:
        yield group


def _defines(group: list[ast.stmt]) -> list[str]:
    match group[0]:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _names(fault: FaultModule, group: list[ast.stmt]) -> set[str]:
    """Return the names that statements use; the seam is none of them where only its values are read."""
    used, reads = set(), {id(read.value.value) for one in group for read in _values_read(fault, one)}
    for one in (node for statement in group for node in ast.walk(statement)):
        if isinstance(one, ast.Name) and id(one) not in reads:
            used.add(one.id)
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.isidentifier():
            used.add(one.value)  # an annotation that is evaluated later
    return used


def _values_read(fault: FaultModule, tree: ast.AST) -> Iterator[Any]:
    for one in ast.walk(tree):
        match one:
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr="values"), slice=ast.Constant()):
                if name == fault.seam:
                    yield one


def _kept(fault: FaultModule, behaviour: str) -> list[list[ast.stmt]]:
    """Return what `behaviour` needs of its module, itself included, in the order of the module."""
    groups = list(_groups(fault.source))
    by_name = {name: group for group in groups for name in _defines(group)}
    wanted, ahead = set(), [behaviour]
    while ahead:
        name = ahead.pop()
        if name in wanted or name not in by_name:
            continue
        wanted.add(name)
        ahead += _names(fault, by_name[name])
    for other in {fault.faulty, fault.fixed, fault.seam} - {behaviour}:
        if other in wanted:
            raise NotPlain(f"{fault.name}: {behaviour} uses {other}; handed out, it would give it away.", hint=FORM)
    return [group for group in groups if wanted & set(_defines(group))]


def _edits(fault: FaultModule, behaviour: str, kept: list[list[ast.stmt]], values: Mapping[str, Any]) -> Iterator[Edit]:
    source = fault.source
    for group in kept:
        yield from source.without_comments(source.start(group[0]), source.end(group[-1]))
        for one in (node for statement in group for node in ast.walk(statement)):
            if isinstance(one, ast.Name) and one.id == behaviour:
                yield Edit(source.start(one), source.end(one), fault.plain_name)
        for read in _values_read(fault, group[0]):
            yield Edit(source.start(read), source.end(read), repr(values[read.slice.value]))
        if isinstance(group[0], Definition) and group[0].name == behaviour:
            yield _renamed(source, group[0], fault.plain_name)
            yield from _described(fault, group[0])


def _renamed(source: Source, definition: Definition, name: str) -> Edit:
    start = source.line_start(definition.lineno)
    at = source.text.index(f" {definition.name}", start) + 1
    return Edit(at, at + len(definition.name), name)


def _described(fault: FaultModule, definition: Definition) -> Iterator[Edit]:
    """Say of the behaviour what its Protocol says: its own words may be about what is wrong with it."""
    methods = {one.name: one for one in fault.protocol.body if isinstance(one, Function)}
    if isinstance(definition, ast.ClassDef):
        yield _docstring(fault.source, definition, fault.protocol)
        for one in definition.body:
            if isinstance(one, Function) and one.name in methods and ast.get_docstring(methods[one.name]):
                yield _docstring(fault.source, one, methods[one.name])
        return
    call = methods.get("__call__")
    yield _docstring(fault.source, definition, call if call and ast.get_docstring(call) else fault.protocol)


def _docstring(source: Source, definition: Definition, described: Definition) -> Edit:
    first = definition.body[0]
    indent = " " * first.col_offset
    text = textwrap.indent(f'"""{_quoted(described)}"""', indent, lambda line: bool(line.strip())).strip()
    if ast.get_docstring(definition) is None:
        return Edit(source.start(first), source.start(first), f"{text}\n{indent}")
    return Edit(source.start(first), source.end(first), text)


def _quoted(described: Definition) -> str:
    text = ast.get_docstring(described) or ""
    return f"{text}\n" if "\n" in text else text


def _gap(source: Source, before: list[ast.stmt] | None, group: list[ast.stmt]) -> str:
    if isinstance(group[0], Definition) or (before is not None and isinstance(before[0], Definition)):
        return "\n\n"
    if before is None:
        return "\n"
    between = source.text[source.end(before[-1]) : source.start(group[0])]
    return "\n" if "\n\n" in between or between.count("\n") != 1 else ""
