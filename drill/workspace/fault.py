"""A fault's module, read: its seam, its two behaviours, and where the code lives when there is no seam."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from drill.errors import NotPlain
from drill.workspace.text import Source

PLAIN = re.compile(r"^Plain: (?P<module>[a-z_]\w*(?:\.[a-z_]\w*)*)\.(?P<name>[A-Za-z]\w*)$", re.MULTILINE)
FORM = "See what such a module has to have: docs/adding-a-fault.md."


@dataclass(frozen=True)
class FaultModule:
    """What can be read in `services/<service>/faults/<what>.py` without running it."""

    service: str
    what: str
    source: Source
    seam: str
    faulty: str
    fixed: str
    protocol: ast.ClassDef
    defaults: Mapping[str, Any]
    """Parameter → default."""
    plain_module: str
    """Dotted name below the service of the module in which the code lives when there is no seam: `booking`."""
    plain_name: str
    """What the code is called there."""

    @property
    def name(self) -> str:
        """The fault's public name."""
        return f"{self.service}.{self.what}"

    @property
    def plain_path(self) -> PurePosixPath:
        """Where the code lives when there is no seam, below the service's folder."""
        return PurePosixPath(*self.plain_module.split(".")).with_suffix(".py")


def read(path: Path) -> FaultModule:
    """Return what stands in a fault's module. Raises `NotPlain`."""
    service, what = path.parts[-3], path.stem
    source = Source(path.read_text(encoding="utf-8"))
    where = f"{service}/faults/{path.name}"
    plain = PLAIN.search(ast.get_docstring(source.tree) or "")
    if plain is None:
        raise NotPlain(f'{where} has no line "Plain: module.name" in its docstring.', hint=FORM)
    if what in plain["module"].split("."):
        raise NotPlain(f"{where}: the plain module would bear the fault's name.", hint=FORM)
    if (path.parents[1] / Path(*plain["module"].split("."))).with_suffix(".py").exists():
        raise NotPlain(f"{where}: there is a module {plain['module']} already; name one that is not there.", hint=FORM)
    seam, call = _seam(source.tree, where)
    faulty, fixed = _behaviours(source.tree, call, where)
    return FaultModule(
        service,
        what,
        source,
        seam,
        faulty,
        fixed,
        _protocol(source.tree, call, where),
        _defaults(call, where),
        plain["module"],
        plain["name"],
    )


def _seam(tree: ast.Module, where: str) -> tuple[str, ast.Call]:
    found = []
    for one in tree.body:
        match one:
            case (
                ast.Assign(
                    targets=[ast.Name(id=name)],
                    value=ast.Call(func=ast.Subscript(value=ast.Name(id="Fault"))) as call,
                )
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=ast.Name(id="Fault")) as call)
            ):
                found.append((name, call))
    if len(found) != 1:
        raise NotPlain(f"{where} has {len(found)} lines `seam = Fault[…](__name__, faulty, fixed)`.", hint=FORM)
    return found[0]


def _behaviours(tree: ast.Module, call: ast.Call, where: str) -> tuple[str, str]:
    match call.args[1:3]:
        case [ast.Name(id=faulty), ast.Name(id=fixed)]:
            defined = {
                one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            }
            if {faulty, fixed} <= defined:
                return faulty, fixed
    raise NotPlain(f"{where}: the seam's behaviours are not two functions or classes of this module.", hint=FORM)


def _protocol(tree: ast.Module, call: ast.Call, where: str) -> ast.ClassDef:
    assert isinstance(call.func, ast.Subscript | ast.Name)  # noqa: S101 -- by _seam
    typed = {one.id for one in ast.walk(call.func) if isinstance(one, ast.Name)}
    classes = [one for one in tree.body if isinstance(one, ast.ClassDef) and _is_protocol(one)]
    chosen = [one for one in classes if one.name in typed] or classes
    if len(chosen) != 1 or not ast.get_docstring(chosen[0]):
        raise NotPlain(f"{where} has no Protocol with a docstring for its behaviours.", hint=FORM)
    return chosen[0]


def _is_protocol(one: ast.ClassDef) -> bool:
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in one.bases]
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in bases)


def _defaults(call: ast.Call, where: str) -> dict[str, Any]:
    """Return the parameters' defaults, `[number("share", "", "…", default=0.5)]`."""
    params = [keyword.value for keyword in call.keywords if keyword.arg == "params"] + list(call.args[3:4])
    found = {}
    for declared in (one for param in params for one in getattr(param, "elts", [])):
        try:
            (default,) = [keyword.value for keyword in declared.keywords if keyword.arg == "default"]
            found[ast.literal_eval(declared.args[0])] = ast.literal_eval(default)
        except (AttributeError, IndexError, ValueError) as error:
            raise NotPlain(f"{where}: the parameters' names and defaults are not literals.", hint=FORM) from error
    return found
