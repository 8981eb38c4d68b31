"""The rest of a service without seams: who asked a seam what to do now calls the code itself."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drill.errors import NotPlain
from drill.workspace import imports
from drill.workspace.fault import FORM, FaultModule
from drill.workspace.text import Edit, Source, applied, joined

LIST = "FAULTS"


class Caller:
    """One module of a service, to be written as if there were no seams."""

    def __init__(self, where: str, text: str, service: str) -> None:
        self._where = where
        self._source = Source(text)
        self._faults = f"services.{service}.faults"
        self._service = service

    def plain(self, faults: Sequence[FaultModule], params: Mapping[str, Mapping[str, Any]]) -> str:
        """Return its text. Raises `NotPlain` when it uses a seam in another way than can be written plainly."""
        gone = [one for one in ast.walk(self._source.tree) if isinstance(one, ast.ImportFrom) and self._tells(one)]
        if not gone:
            return self._source.text
        bound = dict(self._bound(gone, {fault.what: fault for fault in faults}))
        edits = [*self._imports(gone, bound.values()), *self._listed()]
        for name, fault in bound.items():
            edits += self._calls(name, fault, {**fault.defaults, **params.get(fault.name, {})})
        return self._tidied(applied(self._source.text, edits), [fault.plain_name for fault in bound.values()])

    def _tells(self, statement: ast.ImportFrom) -> bool:
        module = statement.module or ""
        return module == self._faults or module.startswith((f"{self._faults}.", "services.chassis.fault"))

    def _bound(
        self, gone: Sequence[ast.ImportFrom], faults: Mapping[str, FaultModule]
    ) -> Iterator[tuple[str, FaultModule]]:
        """Yield under which names the seams are known here."""
        for statement in gone:
            fault = faults.get((statement.module or "").removeprefix(f"{self._faults}."))
            for one in statement.names:
                if fault is not None and one.name == fault.seam:
                    yield imports.bound(one), fault
                elif (statement.module, one.name) != (self._faults, LIST):
                    raise self._refusal(
                        statement, f"imports {one.name}; only a seam, or {LIST}, may be taken from there"
                    )
            if statement not in self._source.tree.body:
                raise self._refusal(statement, "imports it within a function; do so at the top")

    def _imports(self, gone: Sequence[ast.ImportFrom], faults: Iterator[FaultModule] | Any) -> Iterator[Edit]:
        for statement in gone:
            yield Edit(*self._source.whole_lines(statement), "")
        for fault in sorted(faults, key=lambda one: one.plain_module, reverse=True):
            module = f"services.{self._service}.{fault.plain_module}"
            at = imports.place_for(self._source, module, gone)
            yield Edit(at, at, f"from {module} import {fault.plain_name}\n")

    def _listed(self) -> Iterator[Edit]:
        """Yield what removes the argument `faults=FAULTS`."""
        source = self._source
        for call in (one for one in ast.walk(source.tree) if isinstance(one, ast.Call)):
            for argument in call.keywords:
                if not (isinstance(argument.value, ast.Name) and argument.value.id == LIST):
                    continue
                start, end = source.start(argument), source.end(argument)
                if source.stands_alone(start, end):
                    yield Edit(*source.whole_lines(argument), "")
                else:
                    yield Edit(source.text.rindex(",", 0, start), end, "")

    def _calls(self, name: str, fault: FaultModule, values: Mapping[str, Any]) -> Iterator[Edit]:
        source, understood = self._source, set()
        for one in ast.walk(source.tree):
            match one:
                case ast.Attribute(value=ast.Name(id=seam) as named, attr="behaviour") if seam == name:
                    understood.add(named)
                    yield Edit(source.start(one), source.end(one), fault.plain_name)
                case ast.Subscript(
                    value=ast.Attribute(value=ast.Name(id=seam) as named, attr="values"),
                    slice=ast.Constant(value=param),
                ) if seam == name and param in values:
                    understood.add(named)
                    yield Edit(source.start(one), source.end(one), repr(values[str(param)]))
                case ast.Name(id=taken) | ast.arg(arg=taken) if taken == fault.plain_name:
                    raise self._refusal(one, f"has something called {taken} already; name the plain code otherwise")
        for one in ast.walk(source.tree):
            if isinstance(one, ast.Name) and one.id == name and one not in understood:
                raise self._refusal(one, f"does more with {name} than to read its behaviour or a value")

    def _tidied(self, text: str, names: Sequence[str]) -> str:
        """Return `text` with those statements on one line that fit there now that names are shorter."""
        source, edits = Source(text), []
        for one in ast.walk(source.tree):
            if isinstance(one, ast.stmt) and not hasattr(one, "body") and one.end_lineno != one.lineno:
                told = {name.id for name in ast.walk(one) if isinstance(name, ast.Name)}
                if told & set(names):
                    start = source.line_start(one.lineno)
                    edits.append(Edit(start, source.end(one), joined(text[start : source.end(one)])))
        return applied(text, edits)

    def _refusal(self, node: ast.AST, why: str) -> NotPlain:
        return NotPlain(f"{self._where}:{getattr(node, 'lineno', 0)} {why}.", hint=FORM)
